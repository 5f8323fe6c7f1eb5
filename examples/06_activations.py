# %% [markdown]
# # Activations and their slopes
#
# What a neuron makes of its weighted sum z, and what its slope does to the adjoint that comes back
# through it. Every function here is an operation of chainrule: its value, its slope and what
# happens at its kinks come from one record.

# %%
import builtins

import chainrule
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

ACTIVATIONS = (
    *("identity", "step", "piecewise_linear", "hard_sigmoid", "sigmoid", "tanh"),
    *("relu", "leaky_relu", "elu", "selu", "softplus", "log_sigmoid"),
    *("gelu", "silu", "swish", "mish", "hard_swish"),
)

# %% [markdown]
# ## What they are
#
# The sentence of the record, and the derivative by SymPy where it has a short closed form.

# %%
for name in ACTIVATIONS:
    print(f"{name:18}{chainrule.OPS[name].doc}")

# %%
graphs = {name: chainrule.parse(f"{name}(z)") for name in ACTIVATIONS}
for name in ("sigmoid", "tanh", "softplus", "silu"):
    print(f"{name:18}{graphs[name].closed_form().derivative_text['z']}")

# %% [markdown]
# ## Values and slopes

# %%
POINTS = ("-4", "-1", "-0.25", "0.25", "1", "4")
values, slopes = {}, {}
for name, graph in graphs.items():
    at = {z: graph.reverse({"z": z}) for z in POINTS}
    values[name] = {z: worked.value for z, worked in at.items()}
    slopes[name] = {z: worked["adjoint:z"] for z, worked in at.items()}


def printed(numbers):
    """Print one row a function, one column a point."""
    print(f"{'z =':18}" + "".join(f"{z:>9}" for z in POINTS))
    for name, row in numbers.items():
        print(f"{name:18}" + "".join(f"{row[z]:9.4f}" for z in POINTS))


printed(values)

# %%
printed(slopes)

# %% [markdown]
# What to see:
#
# - `sigmoid` and `tanh` are flat on both sides: a saturated neuron learns nothing. The largest
#   slope of `sigmoid` is ¼, that of `tanh` is 1, both at 0.
# - `relu` has slope 1 or 0. A neuron that is negative for every example is dead; `leaky_relu` and
#   `elu` keep something alive there.
# - `gelu`, `silu` and `mish` fall below 0 and come back: their slope changes sign.
# - `step` has slope 0 everywhere, so nothing ever learns through it.

# %%
assert graphs["sigmoid"].gradient({"z": 0})["z"] == 0.25
assert graphs["tanh"].gradient({"z": 0})["z"] == 1
assert slopes["relu"]["-0.25"] == 0 and slopes["relu"]["0.25"] == 1
assert slopes["leaky_relu"]["-4"] == 0.1
assert all(slopes[name]["-4"] < 0 < slopes[name]["-0.25"] for name in ("gelu", "silu", "mish"))
assert set(slopes["step"].values()) == {0}

# %% [markdown]
# ## At a kink
#
# At 0, relu has a left slope 0 and a right slope 1 and no derivative. A program has to use some
# number; the record says which, and the table marks it.

# %%
show(graphs["relu"].reverse({"z": 0}).table())

# %% [markdown]
# ## The curves
#
# Value and slope of each, from −4 to 4. Blue is the value; orange and dashed the slope.
# Where a function jumps it has no slope, and the orange curve has a gap.

# %%
GRID = [i / 16 for i in range(-64, 65)]


def panel(name):
    """The value and the slope of a function over the grid; no slope where it jumps."""
    at = [graphs[name].reverse({"z": z}) for z in GRID]
    slopes = [worked.number("adjoint:z") for worked in at]
    value = [(z, worked.value) for z, worked in zip(GRID, at, strict=True)]
    slope = [(z, None if s.undefined else s.shown) for z, s in zip(GRID, slopes, strict=True)]
    return Panel(name, [Line(value), Line(slope, "slope")], x=(-4, 4), y=(-1.5, 2.5))


show(Figure([panel(name) for name in ACTIVATIONS], columns=4))

# %% [markdown]
# **To try.** Which of these functions can a network of many layers use without its early adjoints
# vanishing or exploding, if every z stays between −1 and 1?
