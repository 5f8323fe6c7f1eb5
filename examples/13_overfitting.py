# %% [markdown]
# # Overfitting, and what helps; wide or deep
#
# A network with more weights than examples can learn the examples by heart, noise and all. What
# counts is its loss on examples that it has not seen.

# %%
import builtins

import chainrule
from chainrule import nn
from chainrule.nn import data, experiments
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## A penalty in the graph
#
# L2 adds λ times the sum of the squared weights to the loss. To the adjoint of a weight it adds
# 2λw, so each step shrinks every weight a little: *weight decay*. It is one more term, and one
# more share.

# %%
penalised = chainrule.parse("J = (w x - t)^2 + lambda w^2")
worked = penalised.reverse({"w": 3, "x": 1, "t": 3, "lambda": 0.5})
show(worked.table())
assert worked["adjoint:w"] == 2 * 0.5 * 3  # the loss itself is content with w = 3

# %% [markdown]
# ## Ten points and 1,761 weights
#
# Plainly, with dropout, with L2, and stopped early. Thin: the ten points learned from; dashed: ten
# others, held out.

# %%
ways = experiments.overfitting(epochs=600)
print(ways.finding)
ends = {}
for way in ("plain", "dropout 0.2", "L2 0.003", "stopped early"):
    learned = ways.where(way=way, points="learned from")
    held = ways.where(way=way, points="held out")
    best = min(row["loss"] for row in held)
    ends[way] = learned[-1]["loss"], held[-1]["loss"], best
    print(
        f"{way:14} learned from {ends[way][0]:.2e}   held out {ends[way][1]:.3f}   best {best:.3f}"
    )
assert ends["plain"][0] < 1e-4 and ends["plain"][1] > 1.2 * ends["plain"][2]
assert ends["stopped early"][1] < ends["plain"][1]

# %%
panels = []
for way in ends:
    lines = [
        Line([(row["epoch"], row["loss"]) for row in ways.where(way=way, points=points)], kind)
        for points, kind in (("learned from", "guide"), ("held out", "second"))
    ]
    panels.append(Panel(way, lines, x=(0, 600), y=(1e-9, 10), powers=True))
show(Figure(panels, columns=2, width=240, height=130))

# %% [markdown]
# ## Dropout
#
# While training, each hidden unit is switched off with probability p, and the others are scaled up
# by 1/(1 − p), so that the sum stays the same on average. The mask is an input of the graph: for
# one example, with the first and third unit switched off.

# %%
model = nn.Sequential([nn.Dense(4, "tanh"), nn.Dropout(0.5), nn.Dense(1)], inputs=1)
graph = model.graph("mse", batched=False)
point = {**model.parameters(seed=1), "x": [0.5], "t": [1], "mask1": [0, 2, 0, 2]}
dropped = graph.reverse(point)
slope = dropped["adjoint:W1"][:, 0]
print("adjoints of the hidden units' weights:", [f"{s:.6f}" for s in slope.tolist()])
assert slope[0] == slope[2] == 0 and slope[1] != 0 != slope[3]

# %% [markdown]
# ## Wide or deep
#
# About 260 weights, in one layer or in several. On two noisy moons depth helps, up to a point; and
# look how much depends on the seed.

# %%
forms = ((64,), (14, 14), (10, 10, 10), (8, 8, 8, 8))
shapes = experiments.width_against_depth(forms, steps=400, seeds=(0, 1))
for row in (dict(zip(shapes.columns, row, strict=True)) for row in shapes.rows):
    print(f"{row['shape']:8} seed {row['seed']}: {row['weights']} weights, loss {row['loss']:.4f}")
    assert 245 < row["weights"] < 270
losses = {
    shape: [row["loss"] for row in shapes.where(shape=shape)]
    for shape in ("64", "14-14", "10-10-10", "8-8-8-8")
}
assert sum(losses["14-14"]) < sum(losses["64"])

# %% [markdown]
# ## Points, not luck
#
# The honest number is the one on data that were neither learned from nor used to choose. Splitting
# is drawn from a seed, so that it can be repeated.

# %%
moons = data.moons(240, noise=0.2, seed=0)
kept, held = moons.split(0.25, seed=0)
run = chainrule.train(
    nn.Sequential([nn.Dense(16, "tanh"), nn.Dense(1, "sigmoid")], inputs=2),
    kept.x,
    kept.t,
    loss="bce",
    validation=(held.x, held.t),
    batch=32,
    epochs=60,
    optimiser=nn.Optimiser("adam", 0.02),
    patience=10,
)
steps = sum(1 for _ in run)
print(f"{steps} steps, {run.stopped or 'all epochs made'}")
print(f"right: learned from {run.accuracy():.1%}, held out {run.accuracy(held.x, held.t):.1%}")
assert len(kept.x) == 180 and len(held.x) == 60
assert run.accuracy(held.x, held.t) > 0.9

# %% [markdown]
# ## Deeper, wider, and smaller again
#
# More layers learn few points by heart. One wide layer comes near to any curve. And of a trained
# network most weights may go, if the others begin again where they began: a lottery ticket.

# %%
deep = experiments.depth_and_error(steps=400, seeds=(0, 1))
print(deep.finding)
wide = experiments.any_function_by_width((1, 4, 16), steps=1000)
print(wide.finding)
errors = {width: wide.where(width=width)[0]["rmse"] for width in (1, 4, 16)}
assert errors[16] < errors[4] < errors[1]

# %%
ticket = experiments.lottery_ticket(epochs=100)
print(ticket.finding)
last = {way: ticket.where(way=way)[-1]["held-out loss"] for way in ticket.column("way")}
assert last["ticket"] < last["from a fresh start"]

# %% [markdown]
# **To try.** How many points does the network with 1,761 weights need until the plain way is as
# good as the stopped one?
