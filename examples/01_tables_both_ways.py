# %% [markdown]
# # One formula, two tables: J = cos(sin x² + 3x²)
#
# The lecture's first worked example. We cut the formula into elementary steps, compute their
# values at x = 1, and find dJ/dx twice: once from the output back to x (reverse mode) and once
# from x on to the output (forward mode).

# %%
import builtins

import chainrule

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# A program is typed as a lecture writes it, one assignment a step, the output first if you like.

# %%
graph = chainrule.parse("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")
point = {"x": 1}
print(graph)

# %% [markdown]
# ## From the output back: reverse mode
#
# Each row is one arrow of the graph. The local partial belongs to that arrow alone; the last
# column is the *adjoint*, the derivative of the output J by the row's node.
#
# Look at the two rows of t. Since t is used twice, by u₁ and by u₂, two *shares* arrive there, and
# they are **added**: 0.3480 + 1.9324 = 2.2804. This sum is the chain rule for a node with several
# users.

# %%
backward = graph.reverse(point)
show(backward.table())

# %%
shares = backward["share:u1,t"], backward["share:u2,t"]
assert [f"{share:.4f}" for share in shares] == ["0.3480", "1.9324"]
assert f"{sum(shares):.4f}" == f"{backward['adjoint:t']:.4f}" == "2.2804"
assert f"{backward['adjoint:x']:.4f}" == "4.5608"

# %% [markdown]
# ## From the input on: forward mode
#
# The same graph and the same local partials, walked in the other direction. The last column is now
# the *tangent*: how fast the row's node moves when x moves at speed 1. At u₁ and u₂ two tangents
# exist side by side, 1.0806 and 6, and u collects both.

# %%
forward = graph.forward(point)
show(forward.table())

# %%
assert f"{forward['tangent:u1']:.4f}" == "1.0806"
assert forward["tangent:u2"] == 6
assert f"{forward['tangent:J']:.4f}" == "4.5608"

# %% [markdown]
# Both modes end with the same number, dJ/dx = 4.5608, and agree on nothing in between: a tangent
# is ∂(node)/∂x, an adjoint is ∂J/∂(node). Multiplied with each other at a node through which every
# path leads, they give dJ/dx again; at t, 2 · 2.2804.

# %%
for node in ("t", "u"):
    print(node, forward[f"tangent:{node}"] * backward[f"adjoint:{node}"])

# %% [markdown]
# ## The picture
#
# Values in blue, adjoints in orange, the local partial on each arrow.

# %%
show(backward)

# %% [markdown]
# ## One step at a time
#
# A table is the end of the work. The steps are the work: values first, then local partials, then
# the seed ∂J/∂J = 1 and one share after the other.

# %%
show(backward.steps())

# %% [markdown]
# ## Is it right?
#
# SymPy differentiates the whole formula without any graph. The closed form can also be written in
# the names of the steps, which shows the chain rule's factors: 2x from t, cos t + 3 from the two
# arrows that leave t, −sin u from J.

# %%
closed = graph.closed_form()
print("dJ/dx =", closed.derivative_text["x"])
print("      =", closed.named_text["x"])

# %% [markdown]
# One call compares all routes: forward mode, reverse mode, SymPy, and differences
# (J(x + h) − J(x − h)) / 2h with many digits.

# %%
agreement = graph.check(point)
show(agreement)
assert agreement.agrees

# %% [markdown]
# ## Another point
#
# At x = 1 some mistakes hide: x² and x are both 1 there. At x = 0.5 they do not, and the derivative
# is negative, −3.3341.

# %%
elsewhere = graph.reverse({"x": "0.5"})
show(elsewhere.table())
assert f"{elsewhere['adjoint:x']:.4f}" == "-3.3341"

# %% [markdown]
# **To try.** Forget one of the two arrows into t. Which number do you get for dJ/dx, and how would
# you have noticed?
