# %% [markdown]
# # Networks: the 2-2-1 case in matrices, exclusive or, and three classes
#
# The lecture's 2-2-1 network (lesson 03) again, now in layers: a = W x + b, z = σ(a). A layer of
# any width is two steps. Unrolled, it is the graph of numbers that the lecture draws.

# %%
import builtins

import chainrule
from chainrule import nn
from chainrule.nn import data
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## The same network in two layers
#
# The rows of W1 are the lecture's (α₁₁, α₁₂) and (α₂₁, α₂₂); b1 holds α₁₀ and α₂₀, the weights of
# the bias unit. The loss is L = −J, the cross-entropy.

# %%
model = nn.Sequential([nn.Dense(2, "sigmoid"), nn.Dense(1, "sigmoid")], inputs=2)
weights = {
    "W1": [[0.5, -0.75], [1.25, 0.375]],
    "b1": [0.125, -0.25],
    "W2": [[-1.5, 0.625]],
    "b2": [0.1875],
}
tensors = model.graph("bce", batched=False)
example = {**weights, "x": [0.5, -1], "t": [1]}
layers = tensors.reverse(example)
show(layers.table())
print(f"y = {layers['value:h2'][0]:.4f}, L = {layers.value:.4f}")
assert f"{layers['value:h2'][0]:.4f}" == "0.3470"

# %% [markdown]
# In module 1 of lesson 03 the adjoint of an input was the sum over both neurons. In matrices that
# sum is the product with the transpose, x̄ = W₁ᵀ ā₁, and the adjoint of the weights is W̄₁ = ā₁
# xᵀ.

# %%
a_bar = layers["adjoint:a1"]
assert abs(layers["adjoint:x"] - [[0.5, 1.25], [-0.75, 0.375]] @ a_bar).max() < 1e-15
assert abs(layers["adjoint:W1"] - [[0.5 * a, -a] for a in a_bar]).max() < 1e-15

# %% [markdown]
# ## Unrolled
#
# Every entry a node of its own, and the numbers are those of lesson 03. There J was derived, here
# L = −J.

# %%
unrolled = tensors.unroll()
entries = {
    name: value
    for name, value in zip(
        unrolled.variables,
        (0.5, -1, 0.5, -0.75, 1.25, 0.375, 0.125, -0.25, -1.5, 0.625, 0.1875, 1),
        strict=True,
    )
}
numbers = unrolled.reverse(entries)
print(unrolled.variables)
by_tensor = [*layers["adjoint:W1"].ravel(), *layers["adjoint:b1"], *layers["adjoint:W2"].ravel()]
by_number = [numbers[f"adjoint:{name}"] for name in unrolled.variables[2:10]]
assert max(abs(p - q) for p, q in zip(by_tensor, by_number, strict=True)) < 1e-15
assert f"{-layers['adjoint:a2'][0]:.4f}" == "0.6530"  # y* − y, as in the lecture

# %% [markdown]
# ## What one neuron cannot do: exclusive or
#
# Four clouds at the corners of a square; those across have the same class. No straight line
# separates them. With hidden neurons the network bends the plane first.

# %%
points = data.xor(count=200, seed=0)
runs = {}
for name, hidden in (("no hidden layer", []), ("four hidden neurons", [nn.Dense(4, "tanh")])):
    net = nn.Sequential([*hidden, nn.Dense(1, "sigmoid")], inputs=2)
    run = chainrule.train(
        net, points.x, points.t, loss="bce", optimiser=nn.Optimiser("adam", 0.05), steps=300, seed=1
    )
    losses = [record.loss for record in run]
    runs[name] = losses
    print(f"{name:20} loss {run.loss():.4f}, right {run.accuracy():.1%}")
    if hidden:
        assert run.accuracy() > 0.99
    else:
        assert run.accuracy() < 0.8 and run.loss() > 0.6

# %%
kinds = dict(zip(runs, ("second", "value"), strict=True))
falling = Panel(
    "loss, step by step",
    x=(0, 300),
    y=(0.001, 1),
    powers=True,
    lines=[Line(list(enumerate(losses, 1)), kinds[name], name) for name, losses in runs.items()],
)
classes = [
    Line(
        [tuple(row) for row, t in zip(points.x.tolist(), points.t[:, 0], strict=True) if t == c],
        kind,
    )
    for c, kind in ((1, "dots"), (0, "rings"))
]
clouds = Panel("exclusive or", classes, x=(-1.5, 1.5), y=(-1.5, 1.5))
show(Figure([clouds, falling], columns=2, width=240, height=180))

# %% [markdown]
# ## Three classes
#
# One output each, and a softmax that makes them positive with sum 1. The loss is the
# cross-entropy, the logarithm of the right class's share; its slope by the sums before the softmax
# is y − t again.

# %%
blobs = data.blobs(count=200, classes=3, seed=0)
net = nn.Sequential([nn.Dense(8, "tanh"), nn.Dense(3, "softmax")], inputs=2)
run = chainrule.train(
    net, blobs.x, blobs.t, loss="ce", optimiser=nn.Optimiser("adam", 0.05), batch=20, epochs=15
)
for record in run:
    if record.step % 50 == 0:
        print(f"step {record.step:3}, epoch {record.epoch:2}: loss {record.loss:.4f}")
print(f"right about {run.accuracy():.1%}")
shares = run.predict(blobs.x)
assert abs(shares.sum(axis=1) - 1).max() < 1e-12 and run.accuracy() > 0.95

# %%
single = chainrule.parse("a: 3; t: 3; L = cross_entropy_with_logits(a, t)")
scores = single.reverse({"a": [2, 0.5, -1], "t": [0, 1, 0]})
soft = chainrule.parse("a: 3; softmax(a)").evaluate({"a": [2, 0.5, -1]})
show(scores.table())
assert abs(scores["adjoint:a"] - (soft - [0, 1, 0])).max() < 1e-15

# %% [markdown]
# **To try.** How many hidden neurons does exclusive or need? Try 2 with several seeds: not every
# start gets there.
