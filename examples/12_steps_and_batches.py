# %% [markdown]
# # Steps: the learning rate, the batch, the optimiser, and where one ends up
#
# The gradient says which way is down, not how far to go. And a batch says it only roughly.

# %%
import builtins
import math

import chainrule
from chainrule import nn
from chainrule.nn import data, experiments
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## A valley with two bottoms
#
# f = x⁴ − 3x² + x has a deep minimum on the left and a shallow one on the right. Its slope is one
# backward pass.

# %%
valley = chainrule.parse("f = x^4 - 3x^2 + x")
show(valley.reverse({"x": 2}).table())

# %% [markdown]
# The minima are where the slope is 0 and the second derivative positive; Newton's iteration finds
# them.

# %%
minima = []
for x in (-1.5, 1.5):
    for _ in range(20):
        x -= valley.gradient({"x": x})["x"] / valley.hessian({"x": x})["x"]["x"]
    minima.append(x)
    print(f"minimum at x = {x:.6f}, f = {valley.evaluate({'x': x}):.6f}")
    assert abs(valley.gradient({"x": x})["x"]) < 1e-12 and valley.hessian({"x": x})["x"]["x"] > 0
deep, shallow = minima

# %% [markdown]
# Gradient descent ends in the valley in which it starts. Several starts, *restarts*, are the
# simplest remedy; the best end is kept.

# %%
starts = [{"x": x} for x in (2.0, 1.0, 0.0, -2.0)]
paths = experiments.descent(valley, starts, [nn.Optimiser("gd", 0.02)], steps=150)
ends = [paths.where(start=k, step=150)[0]["x"] for k in (1, 2, 3, 4)]
for start, end in zip(starts, ends, strict=True):
    print(f"from x = {start['x']:4} to x = {end:.6f}")
assert all(abs(end - shallow) < 1e-3 for end in ends[:2])
assert all(abs(end - deep) < 1e-3 for end in ends[2:])

# %%
grid = [k / 20 for k in range(-44, 43)]
curve = Line([(x, valley.evaluate({"x": x})) for x in grid])
walked = [
    Line([(row["x"], row["value"]) for row in paths.where(start=k)], kind)
    for k, kind in ((1, "rings"), (3, "dots"))
]
show(
    Figure(
        [Panel("from 2 (○) and from 0 (●)", [curve, *walked], x=(-2.2, 2.2), y=(-4, 7))],
        width=320,
        height=180,
    )
)

# %% [markdown]
# ## How far: the learning rate
#
# On the parabola f = c w²/2 a step multiplies w by 1 − η c. It shrinks as long as η < 2/c; beyond,
# every step leads further away.

# %%
bowl = chainrule.parse("f = 2w^2")  # c = 4, so the border is at η = ½
for rate in (0.1, 0.25, 0.45, 0.55):
    path = experiments.descent(bowl, [{"w": 1.0}], [nn.Optimiser("gd", rate)], steps=10)
    end = path.column("w")[-1]
    print(f"rate {rate:4}: w = {end:12.6f} after 10 steps, (1 − 4η)¹⁰ = {(1 - 4 * rate) ** 10:.6f}")
    assert math.isclose(end, (1 - 4 * rate) ** 10, rel_tol=1e-9, abs_tol=1e-12)

# %% [markdown]
# A network on two moons, the same start with four rates: too small, small, about right, too large.

# %%
rates = experiments.rates()
print(rates.finding)
last = {rate: rates.where(rate=rate)[-1]["loss"] for rate in (0.001, 0.03, 1.0, 30.0)}
assert last[1.0] < last[0.03] < last[0.001] and last[1.0] < last[30.0]

# %%
kinds = dict(zip(last, ("fourth", "third", "value", "second"), strict=True))
lines = [
    Line([(row["step"], row["loss"]) for row in rates.where(rate=rate)], kind, f"{rate:g}")
    for rate, kind in kinds.items()
]
show(
    Figure(
        [Panel("loss on two moons", lines, x=(0, 150), y=(0.1, 10), powers=True)],
        width=320,
        height=180,
    )
)

# %% [markdown]
# ## Down a bent valley
#
# Rosenbrock's function has its minimum 0 at (1, 1), at the end of a narrow bent valley. Gradient
# descent has to take small steps across; momentum collects speed along.

# %%
bent = experiments.descent(
    "(1 - x)^2 + 100(y - x^2)^2",
    [{"x": -1.2, "y": 1.0}],
    [nn.Optimiser("gd", 0.001), nn.Optimiser("momentum", 0.001), nn.Optimiser("adam", 0.05)],
    steps=400,
)
reached = {}
for name in ("gd", "momentum", "adam"):
    row = bent.where(optimiser=name, step=400)[0]
    reached[name] = row["value"]
    print(f"{name:9} x = {row['x']:8.5f}  y = {row['y']:8.5f}  value {row['value']:.3e}")
    print(f"{'':9} " + ";  ".join(nn.METHODS[name].steps))
assert reached["momentum"] < reached["gd"] and reached["adam"] < reached["gd"]

# %%
ways = [
    Line([(row["x"], row["y"]) for row in bent.where(optimiser=name)], kind, name)
    for name, kind in (("gd", "fourth"), ("momentum", "value"), ("adam", "second"))
]
floor = Line([(x / 20, (x / 20) ** 2) for x in range(-28, 29)], "guide")
plane = Panel("to (1, 1); thin: the valley's floor", [floor, *ways], x=(-1.5, 1.5), y=(-0.5, 2))
show(Figure([plane], width=360, height=220))

# %% [markdown]
# ## How many examples a step
#
# The gradient of a batch is an estimate of the gradient over all examples. How far it is off falls
# as 1/√b with the batch's size b, so a batch four times as large is twice as good, at four times
# the cost.

# %%
spread = experiments.batches()
print(spread.finding)
for row in spread.where(how="measured"):
    theory = spread.where(how="σ/√b", batch=row["batch"])[0]["spread"]
    print(f"batch of {row['batch']:3}: off by {row['spread']:.3f}, in theory {theory:.3f}")
    assert abs(row["spread"] / theory - 1) < 0.15

# %% [markdown]
# All at once, mini-batches of 16, and one at a time, for the same number of epochs. Small batches
# make many rough steps; each batch has a loss of its own, so their curve is a cloud (of the single
# examples every sixteenth is drawn).

# %%
moons = data.moons(160, seed=0)
model = nn.Sequential([nn.Dense(8, "tanh"), nn.Dense(1, "sigmoid")], inputs=2)
runs = {}
for batch in (160, 16, 1):
    run = chainrule.train(
        model,
        moons.x,
        moons.t,
        loss="bce",
        batch=batch,
        epochs=20,
        optimiser=nn.Optimiser("sgd", 0.1),
    )
    seen = [(record.step * batch / 160, record.loss) for record in run]
    runs[batch] = seen
    print(f"batch of {batch:3}: {run.step:4} steps, loss over all examples {run.loss():.4f}")
    runs[batch, "end"] = run.loss()
assert runs[1, "end"] < runs[16, "end"] < runs[160, "end"]
clouds = []
for batch, kind, every in ((160, "value", 1), (16, "dots", 1), (1, "dots", 16)):
    drawn = [Line(runs[batch][::every], kind)]
    clouds.append(Panel(f"batches of {batch}", drawn, x=(0, 20), y=(0.01, 10), powers=True))
show(Figure(clouds, columns=3, width=180, height=130))

# %% [markdown]
# **To try.** A schedule that lowers the rate as training goes on, such as
# `nn.schedules.inverse(100)`: how small does the cloud of single examples become?
