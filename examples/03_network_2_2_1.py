# %% [markdown]
# # Case 2: the 2-2-1 network, module by module
#
# Two inputs and a bias, two hidden neurons and a bias, one output. The lecture cuts it into five
# modules. Each knows two things: how to compute its output from its input (forward), and how to
# turn the adjoint of its output into the adjoints of its input and weights (backward).

# %%
import builtins

import chainrule

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

graph = chainrule.parse("""
    L = -J
    J = y_star ln(y) + (1 - y_star) ln(1 - y)       # module 5: the log-likelihood
    y = 1/(1 + exp(-b))                             # module 4: sigmoid
    b = beta0 z0 + beta1 z1 + beta2 z2              # module 3: weighted sum
    z1 = 1/(1 + exp(-a1))                           # module 2: sigmoids
    z2 = 1/(1 + exp(-a2))
    a1 = alpha10 x0 + alpha11 x1 + alpha12 x2       # module 1: weighted sums
    a2 = alpha20 x0 + alpha21 x1 + alpha22 x2
""")
network = {
    **{"alpha10": "0.125", "alpha11": "0.5", "alpha12": "-0.75"},
    **{"alpha20": "-0.25", "alpha21": "1.25", "alpha22": "0.375"},
    **{"beta0": "0.1875", "beta1": "-1.5", "beta2": "0.625"},
}
example = {"x0": 1, "x1": "0.5", "x2": "-1", "z0": 1}  # x0 and z0 are the bias units

# %% [markdown]
# ## Forward
#
# The second hidden neuron stands exactly at a₂ = 0, so z₂ = ½; the network says y = 0.3470.

# %%
one = graph.reverse({**network, **example, "y_star": 1}, output="J")
for node in ("a1", "a2", "z1", "z2", "b", "y", "J", "L"):
    print(f"{node:3}{one[f'value:{node}']:9.4f}")
assert one["value:a2"] == 0 and one["value:z2"] == 0.5
assert f"{one['value:y']:.4f}" == "0.3470"

# %% [markdown]
# ## Backward: modules 5 and 4
#
# As in the lecture we take the derivatives of J. As in logistic regression ∂J/∂b = y* − y = 0.6530.


# %%
def adjoint(node):
    """The derivative of J by a node."""
    return one[f"adjoint:{node}"]


assert f"{adjoint('b'):.4f}" == f"{1 - one['value:y']:.4f}" == "0.6530"

# %% [markdown]
# ## Backward: module 3
#
# b is a weighted sum. Each weight βⱼ receives the adjoint of b times zⱼ; each zⱼ receives the
# adjoint of b times its weight βⱼ. A bias unit's adjoint is computed as well, and nobody uses it.

# %%
for j in range(3):
    print(f"dJ/dbeta{j} = {adjoint(f'beta{j}'):8.4f}     dJ/dz{j} = {adjoint(f'z{j}'):8.4f}")
assert adjoint("beta2") == adjoint("b") * one["value:z2"]
assert adjoint("z1") == adjoint("b") * one["partial:b,z1"]

# %% [markdown]
# ## Backward: module 2
#
# Each sigmoid multiplies with its own slope z(1 − z). At a₂ = 0 the slope is ¼, the largest that a
# sigmoid has; at a₁ = 1.125 it is 0.1850. Each sigmoid shrinks an adjoint to a quarter or less.

# %%
for j in (1, 2):
    print(f"slope {one[f'partial:z{j},a{j}']:.4f}     dJ/da{j} = {adjoint(f'a{j}'):8.4f}")
assert one["partial:z2,a2"] == 0.25
assert f"{one['partial:z1,a1']:.4f}" == "0.1850"

# %% [markdown]
# ## Backward: module 1
#
# As in module 3, for two sums at once: ∂J/∂αⱼᵢ = ∂J/∂aⱼ · xᵢ. But an input xᵢ is used by **both**
# hidden neurons. So its adjoint is a sum over its users, ∂J/∂xᵢ = Σⱼ ∂J/∂aⱼ · αⱼᵢ:

# %%
for i in range(3):
    from_1, from_2 = one[f"share:a1,x{i}"], one[f"share:a2,x{i}"]
    print(f"dJ/dx{i} = {from_1:7.4f} + {from_2:7.4f} = {adjoint(f'x{i}'):7.4f}")
    assert f"{from_1 + from_2:.12f}" == f"{adjoint(f'x{i}'):.12f}"

# %% [markdown]
# The whole table, of 22 nodes and more arrows, and its picture:

# %%
show(one.table())
show(one)

# %% [markdown]
# ## The target is 0
#
# All values up to y stay. ∂J/∂b becomes y* − y = −0.3470, and everything below is the old number
# times the same factor, since nothing between b and the weights knows the target.

# %%
zero = graph.reverse({**network, **example, "y_star": 0}, output="J")
factor = zero["adjoint:b"] / one["adjoint:b"]
for name in network:
    assert f"{zero[f'adjoint:{name}']:.12f}" == f"{factor * adjoint(name):.12f}"
assert f"{zero['adjoint:b']:.4f}" == "-0.3470"

# %% [markdown]
# ## What it costs
#
# The network has nine weights and, with its inputs and target, fourteen variables. Reverse mode
# finds all their derivatives in one pass over the graph; forward mode needs one pass for each, and
# differences two evaluations for each. So many operations it takes altogether:

# %%
totals = graph.cost().totals
for route in ("reverse", "forward", "differences"):
    print(f"{route:12}{totals[route]:6}")
assert totals["reverse"] < totals["forward"] < totals["differences"]
assert graph.check({**network, **example, "y_star": 1}).agrees

# %% [markdown]
# **To try.** Give all weights αⱼᵢ of both hidden neurons the same values, and β₁ = β₂. Compare
# ∂J/∂α₁ᵢ with ∂J/∂α₂ᵢ. What does that mean for a network whose weights all start equal?
