# %% [markdown]
# # Two weights in a chain, and where gradients go
#
# The smallest network with a hidden layer: y = w₂ · σ(w₁ x), one neuron after the other. It shows
# how the adjoint of an early weight is made, and how it vanishes.

# %%
import builtins

import chainrule

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

graph = chainrule.parse("""
    L = (y - y_star)^2
    y = w2 z
    z = sigmoid(a)
    a = w1 x
""")
point = {"w1": "0.5", "w2": "-1.5", "x": "0.8", "y_star": 1}

# %% [markdown]
# ## Where the adjoints of the two weights come from

# %%
worked = graph.reverse(point)
show(worked.table())
show(worked)

# %% [markdown]
# Read the factors along each path from L back to the weight:
#
# - to w₂, two of them: ∂L/∂y · z
# - to w₁, four: ∂L/∂y · w₂ · σ′(a) · x
#
# The late weight multiplies with what the hidden neuron *says*. The early weight multiplies with
# what lies between: the later weight, the slope of the sigmoid, the input.

# %%
by_hand = worked["adjoint:y"] * worked["value:z"]
assert f"{worked['adjoint:w2']:.12f}" == f"{by_hand:.12f}"
by_hand = worked["adjoint:y"] * -1.5 * worked["partial:z,a"] * 0.8
assert f"{worked['adjoint:w1']:.12f}" == f"{by_hand:.12f}"

# %% [markdown]
# ## How the adjoint of w₁ vanishes
#
# The slope of the sigmoid is σ(a)(1 − σ(a)): ¼ at most, at a = 0, and nearly nothing far away from
# it. Let w₁ grow, so that the neuron *saturates*. The error stays large, the adjoint of w₂ stays
# large, but the adjoint of w₁ dies, because nothing passes the flat sigmoid.

# %%
print("   w1        a   slope of sigmoid      dL/dw2      dL/dw1")
saturating = []
for w1 in ("0.5", "2", "5", "10", "20"):
    at = graph.reverse({**point, "w1": w1})
    saturating.append(at)
    print(
        f"{w1:>5} {at['value:a']:8.2f} {at['partial:z,a']:18.3e}"
        f" {at['adjoint:w2']:11.4f} {at['adjoint:w1']:11.3e}"
    )
assert abs(saturating[-1]["adjoint:w2"]) > 4
assert abs(saturating[-1]["adjoint:w1"]) < 1e-5

# %% [markdown]
# The same is said in words, at the node where it happens:

# %%
show(graph.health({**point, "w1": 20}))

# %% [markdown]
# There are two more ways to kill the adjoint of w₁, and the factors name them: an input x = 0, and
# a later weight w₂ = 0. With all weights 0 at the start, w₁ never learns before w₂ has moved.

# %%
assert graph.gradient({**point, "x": 0})["w1"] == 0
assert graph.gradient({**point, "w2": 0})["w1"] == 0
assert graph.gradient({**point, "w2": 0})["w2"] != 0

# %% [markdown]
# ## Longer chains
#
# Now n sigmoids in a row, z₁ = σ(w₁ x), z₂ = σ(w₂ z₁), …, all weights 1. Each one multiplies the
# adjoint on its way back with w σ′(a) ≤ ¼. Vanishing is nothing but the product of many numbers
# below 1; with large weights and steep functions the same product explodes.


# %%
def chain(n):
    """The graph of y = σ(wₙ σ(… σ(w₁ x)))."""
    layers = [f"z{i} = sigmoid(w{i} z{i - 1})" for i in range(2, n + 1)]
    return chainrule.parse("\n".join(["z1 = sigmoid(w1 x)", *layers]))


firsts, lasts = [], []
for n in (1, 2, 4, 8, 16):
    gradient = chain(n).gradient({"x": 1} | {f"w{i}": 1 for i in range(1, n + 1)})
    firsts.append(gradient["w1"])
    lasts.append(gradient[f"w{n}"])
    print(f"{n:2} sigmoids: dy/dw1 = {firsts[-1]:.3e}, dy/dw{n} = {lasts[-1]:.3e}")
assert all(first <= 0.25**n for first, n in zip(firsts, (1, 2, 4, 8, 16), strict=True))
assert min(lasts) > 0.1

# %% [markdown]
# **To try.** Replace `sigmoid` by `tanh`, then by `relu`. Which of the two keeps the adjoint of w₁
# alive over 16 layers, and what can still go wrong with it?
