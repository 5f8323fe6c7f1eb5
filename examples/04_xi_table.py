# %% [markdown]
# # The ξ-table, forwards and backwards
#
# The loss of one example with target y = 1 under logistic regression, L = −y ln(1/(1 + e^(−WX))),
# at W = 3, X = 3. The lecture writes it as a list of elementary steps ξ₁ … ξ₅.
#
# The graph is a chain: every node has one user. So both modes multiply the same six local
# partials; forward mode from the right end, reverse mode from the left.

# %%
import builtins
from math import exp, isclose

import chainrule

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

graph = chainrule.parse("""
    xi1 = -W X
    xi2 = exp(xi1)
    xi3 = 1 + xi2
    xi4 = 1/xi3
    xi5 = ln(xi4)
    L = -y xi5
""")
point = {"W": 3, "X": 3, "y": 1}

# %% [markdown]
# ## Forward: how does each step move with W?
#
# The last column holds ∂ξₙ/∂W, the *tangent*. It begins with ∂W/∂W = 1; its last entry is ∂L/∂W.

# %%
forward = graph.forward(point, {"W": 1})
show(forward.table())

# %% [markdown]
# ξ₄ = 1/ξ₃ falls when ξ₃ rises: its local partial −1/ξ₃² is **negative**, −0.9998. From there on
# the tangent is positive, and the last factor −y makes it negative again.

# %%
assert f"{forward['partial:xi4,xi3']:.4f}" == "-0.9998"
assert forward["tangent:xi3"] < 0 < forward["tangent:xi4"]
assert f"{forward['tangent:L']:.4e}" == "-3.7018e-04"

# %% [markdown]
# The derivative is negative: where W rises, the loss falls. That is as it should be, since at
# W X = 9 the neuron already says y = 0.9999 and a larger W makes it surer of the right answer.

# %%
assert f"{forward['value:xi4']:.4f}" == "0.9999"

# %% [markdown]
# ## Backward: how does L move with each step?
#
# The last column holds ∂L/∂ξₙ, the *adjoint*. It begins with ∂L/∂L = 1.

# %%
backward = graph.reverse(point)
show(backward.table())

# %%
assert backward["adjoint:W"] == backward["adjoint:X"]  # since W = X here
assert f"{backward['adjoint:W']:.4e}" == "-3.7018e-04"

# %% [markdown]
# ## The same by hand
#
# Every tangent has a short closed form, for instance ∂ξ₅/∂W = 3e⁻⁹/(1 + e⁻⁹), and the end is
# ∂L/∂W = −3/(1 + e⁹).

# %%
e9 = exp(-9)
by_hand = {
    "xi1": -3,
    "xi2": -3 * e9,
    "xi3": -3 * e9,
    "xi4": 3 * e9 / (1 + e9) ** 2,
    "xi5": 3 * e9 / (1 + e9),
    "L": -3 / (1 + exp(9)),
}
for node, slope in by_hand.items():
    print(f"d{node}/dW = {forward[f'tangent:{node}']: .12f}   {slope: .12f}")
    assert isclose(forward[f"tangent:{node}"], slope, rel_tol=1e-12)

# %% [markdown]
# ## The picture

# %%
show(backward)

# %% [markdown]
# **To try.** Work the table for the target y = 0 with the loss L = −ln(1 − ξ₄). Is ∂L/∂W now
# positive? How large is it, and why so much larger?
