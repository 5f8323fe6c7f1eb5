# %% [markdown]
# # Case 1: logistic regression
#
# One neuron: a weighted sum a, squashed to a probability y, judged by the target y* (0 or 1).
#
# The lecture's J = y* ln y + (1 − y*) ln(1 − y) is a log-likelihood: the larger, the better. What
# is descended is the loss L = −J. We keep both, so that every number of the lecture is found here.

# %%
import builtins

import chainrule

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

graph = chainrule.parse("""
    L = -J
    J = y_star ln(y) + (1 - y_star) ln(1 - y)
    y = 1/(1 + exp(-a))
    a = theta0 x0 + theta1 x1 + theta2 x2     # x0 = 1 is the bias input
""")
neuron = {
    **{"theta0": "0.25", "theta1": "-0.75", "theta2": "1.5"},
    **{"x0": 1, "x1": "0.5", "x2": "-1.25"},
}

# %% [markdown]
# ## The target is 1
#
# a = −2, so the neuron says y = 0.1192: it is rather sure of the wrong answer.

# %%
one = graph.reverse({**neuron, "y_star": 1})
show(one.table())
show(one)

# %%
assert one["value:a"] == -2
assert f"{one['value:y']:.4f}" == "0.1192"

# %% [markdown]
# Follow the adjoint of L from the top. At y it is −8.3891, a large number, since y is far from its
# target and ln is steep there. The sigmoid is flat there, with slope 0.1050. Their product is
# −0.8808, and that is exactly y − y*. The steep logarithm and the flat sigmoid cancel each other.

# %%
assert f"{one['adjoint:y']:.4f}" == "-8.3891"
assert f"{one['partial:y,a']:.4f}" == "0.1050"
assert f"{one['adjoint:a']:.4f}" == f"{one['value:y'] - 1:.4f}" == "-0.8808"

# %% [markdown]
# From a on, each weight gets the adjoint of a times its own input: ∂L/∂θⱼ = (y − y*) xⱼ. SymPy's
# closed form, in the names of the steps, says the same for each weight.

# %%
closed = graph.closed_form()
for name in ("theta0", "theta1", "theta2", "x0", "x1", "x2"):
    print(f"dL/d{name} = {closed.named_text[name]}")
assert closed.named_text["theta2"] == "x2*(y - y_star)"

# %% [markdown]
# A step of gradient descent goes *against* these derivatives. θ₂ has the largest, 1.1010 (its input
# is −1.25), so θ₂ goes down most; a rises, y rises, L falls.

# %%
rate = 0.5
weights = ("theta0", "theta1", "theta2")
stepped = {name: float(neuron[name]) - rate * one[f"adjoint:{name}"] for name in weights}
after = graph.reverse({**neuron, **stepped, "y_star": 1})
print(f"y: {one['value:y']:.4f} -> {after['value:y']:.4f}")
print(f"L: {one.value:.4f} -> {after.value:.4f}")
assert f"{one['adjoint:theta2']:.4f}" == "1.1010"
assert after.value < one.value

# %% [markdown]
# ## The target is 0
#
# The same neuron, the same values up to y; only the target differs. Now y = 0.1192 is nearly right,
# so the adjoint of a is small, y − y* = 0.1192, and it has the other sign: a should fall.

# %%
zero = graph.reverse({**neuron, "y_star": 0})
show(zero.table())
assert f"{zero['adjoint:a']:.4f}" == f"{zero['value:y']:.4f}" == "0.1192"

# %% [markdown]
# ## Of J or of L?
#
# All derivatives of J are those of L with the other sign. The lecture prints those of J.

# %%
for target, worked in ((1, one), (0, zero)):
    of_j = graph.reverse({**neuron, "y_star": target}, output="J")
    for node in ("y", "a", "theta0", "theta1", "theta2"):
        assert of_j[f"adjoint:{node}"] == -worked[f"adjoint:{node}"]

# %% [markdown]
# **To try.** Put a = −40 (say θ₀ = −37.75). The neuron is then as good as certain. What happens to
# the adjoints of y and of a, for either target? `graph.health(...)` says what is dangerous in
# 1 − y there, and what to write instead.
