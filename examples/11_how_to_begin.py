# %% [markdown]
# # How to begin: zeros, vanishing and exploding gradients, dead units
#
# Where training begins decides whether it gets anywhere. Four things that go wrong, each in
# numbers.

# %%
import builtins
import math

import chainrule
from chainrule.nn import experiments
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## All zeros
#
# Two hidden neurons with the same weights get the same adjoints: they stay copies of each other
# for ever. With zeros it is worse. The output ignores the hidden neurons, so their adjoints are 0,
# and the hidden values are 0, so the adjoints of the output's weights are 0, too.

# %%
network = chainrule.parse("""
    L = (y - t)^2
    y = v1 h1 + v2 h2
    h1 = tanh(w1 x)
    h2 = tanh(w2 x)
""")
zeros = network.reverse({"w1": 0, "w2": 0, "v1": 0, "v2": 0, "x": 1, "t": 1})
show(zeros.table())
assert all(zeros[f"adjoint:{name}"] == 0 for name in ("w1", "w2", "v1", "v2"))
alike = network.gradient({"w1": 0.5, "w2": 0.5, "v1": 0.25, "v2": 0.25, "x": 1, "t": 1})
assert alike["w1"] == alike["w2"] != 0 and alike["v1"] == alike["v2"] != 0

# %% [markdown]
# Exclusive or, from zeros and from Xavier's random weights. From zeros the loss stays at ln 2 =
# 0.6931, that of guessing.

# %%
begun = {scheme: experiments.symmetry(scheme) for scheme in ("zeros", "xavier")}
for outcome in begun.values():
    print(outcome.finding)
assert max(begun["zeros"].column("apart")) == 0
assert abs(begun["zeros"].column("loss")[-1] - math.log(2)) < 2e-4
assert begun["xavier"].column("loss")[-1] < 0.1

# %%
kinds = {"zeros": "second", "xavier": "value"}
lines = [
    Line(list(zip(outcome.column("step"), outcome.column("loss"), strict=True)), kinds[name], name)
    for name, outcome in begun.items()
]
show(Figure([Panel("exclusive or: the loss", lines, x=(0, 200), y=(0, 1))], width=320, height=160))

# %% [markdown]
# ## Vanishing: a product of slopes
#
# Going back through a layer, a gradient is multiplied by the weights and by the slope of the
# activation, which is at most ¼ for a sigmoid. Ten layers are ten such factors.

# %%
chain = chainrule.parse(
    "\n".join(["z1 = sigmoid(x)", *(f"z{k} = sigmoid(z{k - 1})" for k in range(2, 11))])
)
worked = chain.reverse({"x": 1})
factors = [worked["partial:z1,x"], *(worked[f"partial:z{k},z{k - 1}"] for k in range(2, 11))]
print("slopes  " + " ".join(f"{factor:.4f}" for factor in factors))
print(f"product {math.prod(factors):.6e}   adjoint of x {worked['adjoint:x']:.6e}")
assert abs(math.prod(factors) / worked["adjoint:x"] - 1) < 1e-12
assert max(factors) <= 0.25 and worked["adjoint:x"] < 0.25**10

# %% [markdown]
# The same with layers of 32 neurons, for several activations and ways to draw the weights: the
# mean size of the adjoints of layer 1's values, as a share of that of layer 10.

# %%
flow = experiments.gradient_flow()
print(flow.finding)
shares = {}
for name in ("sigmoid", "tanh", "relu"):
    for scheme in ("xavier", "he", "normal"):
        sizes = [row["adjoint"] for row in flow.where(activation=name, weights=scheme)]
        shares[name, scheme] = sizes[0] / sizes[-1]
        print(f"{name:8} {scheme:7} {shares[name, scheme]:12.3e}")
assert shares["sigmoid", "xavier"] < 1e-5
assert 0.1 < shares["relu", "he"] < 10 and 0.1 < shares["tanh", "xavier"] < 10
assert shares["relu", "normal"] > 1e3  # N(0, 1): adjoints and values explode
assert flow.where(activation="relu", weights="zeros", layer=1)[0]["adjoint"] == 0  # nothing at all

# %%
drawn = []
for name, kind in (("tanh", "third"), ("sigmoid", "second"), ("relu", "value")):
    rows = flow.where(activation=name, weights="he" if name == "relu" else "xavier")
    drawn.append(Line([(row["layer"], row["adjoint"]) for row in rows], kind, name))
panel = Panel("mean |∂J/∂h| of a layer", drawn, x=(0, 10), y=(1e-8, 100), powers=True)
show(Figure([panel], width=320, height=180))

# %% [markdown]
# ## Through time
#
# A recurrent net uses the same weight at every step, h ← tanh(w h + x). Unrolled it is a deep
# network, and the first input reaches the last state through a product of w (1 − h²).

# %%
recurrent = experiments.recurrent(steps=20)
print(recurrent.finding)
reach = {w: recurrent.where(w=w, k=1)[0]["adjoint"] for w in (0.5, 1.0, 1.5)}
assert max(reach.values()) < 1e-3 and reach[0.5] < 0.5**19
short = chainrule.parse("h3 = tanh(w h2 + x3); h2 = tanh(w h1 + x2); h1 = tanh(w h0 + x1)")
unrolled = short.reverse({"w": 0.5, "h0": 0, "x1": 1, "x2": 0.5, "x3": -0.5})
show(unrolled.table())
by_hand = 0.5**2 * math.prod(1 - unrolled[f"value:h{k}"] ** 2 for k in (1, 2, 3))
assert abs(unrolled["adjoint:x1"] - by_hand) < 1e-15

# %% [markdown]
# ## Saturated units
#
# A sigmoid levels off on both sides. With large weights most sums lie there, where the slope is
# below 0.001: such a unit passes next to nothing of its adjoint on to its weights.

# %%
flat = experiments.saturated_units()
print(flat.finding)
for sigma in (0.1, 0.3, 1.0, 3.0):
    first = flat.where(unit="tanh", deviation=sigma, layer=1)[0]
    share, slope = first["saturated"], first["median slope"]
    print(f"σ = {sigma:<4g} saturated {share:.2f}   median slope {slope:.2e}")
# Sums of 32 inputs have the deviation √32 σ; a unit is saturated where 1 − tanh² < 0.001.
edge = math.acosh(1000**0.5)
for sigma in (1.0, 3.0):
    expected = math.erfc(edge / (sigma * math.sqrt(32) * math.sqrt(2)))
    share = flat.where(unit="tanh", deviation=sigma, layer=1)[0]["saturated"]
    assert abs(share - expected) < 0.05

# %% [markdown]
# ## Dead rectifiers
#
# A rectifier that is negative for every example has slope 0 for every example, and no step brings
# it back. It can as well be left out: the smaller network computes the same.

# %%
dead = experiments.dead_units()
print(dead.finding)
silent = dead.where(active=0.0)
assert len(silent) >= 8 and all(row["gradient"] == 0 for row in silent)

# %% [markdown]
# ## Nine beginnings
#
# Every activation from every start, four layers of eight neurons on two moons.

# %%
grid = experiments.activations_and_starts()
print(grid.finding)
panels = []
for activation in ("sigmoid", "tanh", "relu"):
    for start in ("zeros", "normal", "he" if activation == "relu" else "xavier"):
        rows = grid.where(activation=activation, start=start)
        lines = [
            Line([(row["epoch"], row["loss"]) for row in rows], "value"),
            Line([(row["epoch"], row["held-out loss"]) for row in rows], "second"),
        ]
        panels.append(Panel(f"{activation}, {start}", lines, x=(0, 60), y=(0, 0.8)))
        print(f"{activation:8} {start:7} loss {rows[-1]['loss']:.4f}")
show(Figure(panels, columns=3, width=150, height=90))
zeros = [grid.where(activation=a, start="zeros")[-1]["loss"] for a in ("sigmoid", "tanh", "relu")]
assert all(abs(loss - math.log(2)) < 0.01 for loss in zeros)  # that of guessing

# %% [markdown]
# **To try.** Replace tanh by the sigmoid in the recurrent net. How far does the first input reach
# now?
