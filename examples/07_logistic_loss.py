# %% [markdown]
# # The logistic loss, for both labels
#
# L = −[y* ln y + (1 − y*) ln(1 − y)] with y = σ(a): how much one example costs, as a function of
# the neuron's weighted sum a. For y* = 1 it is −ln σ(a), for y* = 0 it is −ln(1 − σ(a)).

# %%
import builtins

import chainrule
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

losses = {
    1: chainrule.parse("L = -ln(sigmoid(a))"),
    0: chainrule.parse("L = -ln(1 - sigmoid(a))"),
}

# %% [markdown]
# ## The curve
#
# One falls, the other rises, and they are mirror images. Each is nearly a straight line on one side
# and nearly zero on the other: **it is not a parabola**. A parabola would punish an example that is
# right by a wide margin; this loss does not.

# %%
GRID = [i / 4 for i in range(-32, 33)]


def curve(graph, kind="value", label=""):
    """A graph of one variable a, over the grid."""
    return Line([(a, graph.evaluate({"a": a})) for a in GRID], kind, label)


asymptotes = [Line([(-8, 8), (0, 0), (8, 0)], "guide"), Line([(-8, 0), (0, 0), (8, 8)], "guide")]
panels = [
    Panel(f"L for y* = {label}", [asymptotes[1 - label], curve(graph)], x=(-8, 8), y=(-1, 8))
    for label, graph in losses.items()
]
show(Figure(panels, columns=2, width=300, height=180))

# %% [markdown]
# ## The asymptotes
#
# For y* = 1: far to the left L is −a, far to the right it is 0. In between it lies above both, by
# ln 2 = 0.6931 at a = 0, where they meet, and nowhere by more.

# %%
for a in (-20, -10, 0, 10, 20):
    value = losses[1].evaluate({"a": a})
    print(f"a = {a:4}   L = {value:16.12f}   above its asymptotes by {value - max(0, -a):.3e}")
assert f"{losses[1].evaluate({'a': 0}):.4f}" == "0.6931"

# %% [markdown]
# ## Slope, curvature, and what comes after
#
# The derivatives of a graph are a graph again, so we can go on deriving. For y* = 1 the slope is
# y − 1, the second derivative y(1 − y), the third y(1 − y)(1 − 2y).
#
# The second derivative is positive everywhere, so the loss is *convex*: a single valley. But it is
# no constant. It is ¼ at a = 0 and goes to 0 on both sides, so the third derivative is not 0. A
# parabola has a constant second derivative and a third derivative 0.

# %%
derivatives = {}
for label, graph in losses.items():
    first = graph.gradient_graph()
    second = first.gradient_graph()
    third = second.gradient_graph()
    derivatives[label] = first, second, third

print(" y*   a            L           L'          L''         L'''")
for label, orders in derivatives.items():
    for a in (-10, -2, 0, 2, 10):
        numbers = [graph.evaluate({"a": a}) for graph in (losses[label], *orders)]
        print(f"{label:3} {a:3} " + " ".join(f"{number:12.6f}" for number in numbers))

# %%
_, curvature, third = derivatives[1]
assert all(curvature.evaluate({"a": a}) > 0 for a in range(-20, 21))
assert curvature.evaluate({"a": 0}) == 0.25
assert curvature.evaluate({"a": 20}) < 1e-8 and curvature.evaluate({"a": -20}) < 1e-8
assert third.evaluate({"a": 2}) < 0 < third.evaluate({"a": -2})

# %% [markdown]
# The derivatives for y* = 1, drawn: the slope climbs from −1 to 0, the second derivative is a bell,
# the third changes its sign.

# %%
titles = ("L′ = y − 1", "L″ = y(1 − y)", "L‴ = y(1 − y)(1 − 2y)")
ranges = ((-1.1, 0.1), (-0.05, 0.3), (-0.15, 0.15))
panels = [
    Panel(title, [curve(graph, "slope")], x=(-8, 8), y=limits)
    for title, graph, limits in zip(titles, derivatives[1], ranges, strict=True)
]
show(Figure(panels, columns=3, width=220, height=110))

# %% [markdown]
# ## Mind the digits
#
# As a formula, −ln(1 − σ(a)) is fine. In double precision 1 − σ(40) is 0, and its logarithm does
# not exist. chainrule computes with more digits beside it and says so; a program of your own should
# use the stable form that is proposed.

# %%
worked = losses[0].reverse({"a": 40})
show(worked.table())
show(worked.health())

# %% [markdown]
# **To try.** Take the squared error (σ(a) − y*)² instead. Is it convex? Look at its second
# derivative at a = −3 for y* = 1.
