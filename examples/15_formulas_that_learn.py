# %% [markdown]
# # Formulas that learn, layers of one's own, sequences
#
# A network is a formula, and any formula can be trained: some of its names are learned, the others
# are columns of the data.

# %%
import builtins
import json
import math

import chainrule
from chainrule import nn
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## What was typed is trained
#
# A swing that dies down, with its four numbers unknown: how high it is, how fast it dies down and
# swings, and where it begins. Every example has its table, with the parameters as they are.

# %%
seconds = [k / 15 for k in range(60)]
seen = [2 * math.exp(-0.5 * s) * math.cos(3 * s + 0.4) for s in seconds]
swing = chainrule.train(
    "y = A exp(-d x) cos(w x + f)",
    seconds,
    seen,
    learn={"A": 1.0, "d": 0.2, "w": 2.8, "f": 0.0},
    loss="(y - t)^2",
    optimiser="adam",
    rate=0.02,
    steps=3000,
)
show(swing.worked(10).table())

# %%
swing.advance(3000)
found = {name: float(value) for name, value in swing.parameters.items()}
print(found)
lines = [
    Line(list(zip(seconds, swing.predict(seconds).tolist(), strict=True)), "value"),
    Line(list(zip(seconds[::4], seen[::4], strict=True)), "rings"),
]
show(Figure([Panel("the formula, and what was seen", lines, x=(0, 4), y=(-2, 2))], width=320))
assert all(abs(found[n] - v) < 1e-3 for n, v in {"A": 2, "d": 0.5, "w": 3, "f": 0.4}.items())

# %% [markdown]
# ## Layers and formulas are the same engine
#
# The network 2-4-1 once in layers and once typed, from the same start: step by step the same loss.

# %%
x = [[2 * math.sin(k), 2 * math.cos(1.7 * k)] for k in range(40)]
t = [math.sin(a) + b * b / 2 for a, b in x]
layers = nn.Sequential([nn.Dense(4, "tanh"), nn.Dense(1)], inputs=2)
start = layers.parameters(seed=3)
typed = chainrule.train(
    "y = W2 @ tanh(W1 @ x + b1) + b2",
    x,
    t,
    learn="W1: 4x2, b1: 4, W2: 1x4, b2: 1",
    loss="mean((y - t)^2)",
    start=start,
    optimiser="adam",
    steps=50,
)
stacked = chainrule.train(layers, x, t, start=start, optimiser="adam", steps=50)
pairs = [(a.loss, b.loss) for a, b in zip(typed, stacked, strict=True)]
print(pairs[0], pairs[-1])
assert all(abs(a - b) < 1e-12 for a, b in pairs)

# %% [markdown]
# ## A layer of one's own
#
# A layer appends the steps of one example. This one lets part of every value through, as much as a
# sigmoid says; its derivative needs no line.


# %%
class Gated:
    """x · σ(W x + b), entry by entry."""

    def write(self, page, x):
        """Append the gate and the product."""
        page.layer += 1
        weights = page.parameter("W", (*x.shape, *x.shape))
        bias = page.parameter("b", x.shape, "zeros", kind="bias")
        return page.output(x * page.maths.sigmoid(weights @ x + bias))


gated = nn.Sequential([nn.Dense(3), Gated(), nn.Dense(1)], inputs=2)
print(gated.summary())
run = gated.fit(x, t, optimiser="adam", rate=0.02, epochs=300)
print({name: round(value, 4) for name, value in run.evaluate().items()})
assert run.evaluate()["r2"] > 0.8

# %% [markdown]
# ## A cell with a memory
#
# A recurrent layer and an LSTM of one unit, worked through for a sequence of two numbers.

# %%
for layer in (nn.Recurrent(1), nn.LSTM(1)):
    cell = chainrule.train(nn.Sequential([layer], inputs=(2, 1)), [[[1.0], [0.5]]], [0.3], steps=1)
    show(cell.worked(0).table())
    before = cell.loss()
    next(cell)
    assert cell.loss() < before

# %% [markdown]
# Twelve layers have such a table at hand, each at a size that a person can read. Attention weighs
# the places of a sequence: the rows of its weights S add up to 1.

# %%
print(nn.experiments.layer_by_node("attention").only(("node", "formula", "value")).text())
weights = nn.experiments.layer_by_node("attention").where(node="S1")[0]["value"]
assert all(abs(sum(row) - 1) < 0.001 for row in json.loads(weights))

# %% [markdown]
# Does it remember? The first number of six is to come out at the end.

# %%
sequences = [[[1.0 if k >> place & 1 else -1.0] for place in range(6)] for k in range(64)]
first = [float(sequence[0][0] > 0) for sequence in sequences]
memory = nn.Sequential([nn.LSTM(6), nn.Dense(1, "sigmoid")], inputs=(6, 1))
run = memory.fit(sequences, first, loss="bce", optimiser="adam", rate=0.03, batch=16, epochs=150)
print(f"accuracy {run.accuracy():.3f}")
assert run.accuracy() > 0.95

# %% [markdown]
# **To try.** The swing begins with w = 1 instead of 2.8. Where does it end, and why?
