# %% [markdown]
# # Pictures: a convolution by hand, and changing the input instead of the weights

# %%
import builtins

import chainrule
from chainrule import nn
from chainrule.nn import data, experiments
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## A 3 × 3 kernel over a 5 × 5 picture
#
# The kernel is laid on the picture in nine places; each time the products are summed. This kernel
# looks for vertical edges, and the picture has one.

# %%
picture = [[0, 0, 1, 1, 1]] * 5
kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
slide = chainrule.parse("J = sum(C); C = conv2d(X, K); X: 5x5; K: 3x3")
worked = slide.reverse({"X": picture, "K": kernel})
show(worked.table())
print(worked["value:C"])
by_hand = [
    [
        sum(picture[r + i][c + j] * kernel[i][j] for i in range(3) for j in range(3))
        for c in range(3)
    ]
    for r in range(3)
]
assert worked["value:C"].tolist() == by_hand == [[4, 4, 0]] * 3

# %% [markdown]
# Backward, each of the nine sums sends the kernel's weights to the nine pixels that it has seen. A
# pixel gets one share for each place in which it took part: one at a corner, nine in the middle.

# %%
print(worked["adjoint:X"])
counted = experiments.convolution()
print(counted.finding)
places = {(row["row"], row["column"]): row["shares"] for row in counted.where(grid="X")}
assert places[1, 1] == 1 and places[1, 2] == 2 and places[2, 2] == 4 and places[3, 3] == 9
assert sum(places.values()) == 81  # nine places of nine pixels

# %% [markdown]
# The kernel's entries are used in nine places, too: the adjoint of one is the sum of all pixels
# that it has been laid on.

# %%
seen = [
    [sum(picture[r + i][c + j] for r in range(3) for c in range(3)) for j in range(3)]
    for i in range(3)
]
assert worked["adjoint:K"].tolist() == seen
print(seen)

# %% [markdown]
# ## A network that reads digits
#
# Four hundred digits of 8 × 8 pixels, a quarter of them kept for the end. Four kernels, a
# rectifier, and a softmax over the ten classes.

# %%
digits = data.digits(400)
images = digits.x.reshape(-1, 1, 8, 8)
reader = nn.Sequential(
    [nn.Conv2D(4, (3, 3), activation="relu"), nn.Flatten(), nn.Dense(10, "softmax")],
    inputs=(1, 8, 8),
)
run = chainrule.train(
    reader,
    images[:300],
    digits.t[:300],
    loss="ce",
    batch=30,
    epochs=12,
    seed=0,
    optimiser=nn.Optimiser("adam", 0.01),
)
losses = [record.loss for record in run]
right = run.accuracy(images[300:], digits.t[300:])
print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} at the end")
print(f"right about {right:.0%} of 100 digits that it has not seen")
assert right > 0.8 and losses[-1] < 0.2 * losses[0]

# %% [markdown]
# ## Changing the input
#
# The backward pass gives the adjoint of the *input*, too, and nobody uses it while the weights
# learn. Now the weights stand still and the picture goes downhill, until the network takes a 3 for
# an 8. Style transfer and deep dreams do this with larger networks.

# %%
changed = experiments.changed_input()
print(changed.finding)
curves = {
    name: [(row["step"], row["probability"]) for row in changed.where(**{"taken for": name})]
    for name in ("a 3", "an 8")
}
assert curves["a 3"][0][1] > 0.9 > 0.1 > curves["an 8"][0][1]
assert curves["an 8"][-1][1] > 0.9 > 0.1 > curves["a 3"][-1][1]
lines = [Line(curves["a 3"], "second", "a 3"), Line(curves["an 8"], "value", "an 8")]
show(
    Figure([Panel("taken for …, step by step", lines, x=(0, 60), y=(0, 1))], width=320, height=160)
)

# %% [markdown]
# The same in the smallest case: one neuron that says how much of a 3 a number is, and the number
# itself going downhill.

# %%
neuron = chainrule.parse("L = -ln(1 - y); y = sigmoid(2x - 1)")
x = 3.0
for _ in range(200):
    x -= 0.1 * neuron.gradient({"x": x})["x"]
print(f"x = {x:.6f}, L = {neuron.evaluate({'x': x}):.6f}; at first {neuron.evaluate({'x': 3}):.6f}")
assert x < -1 and neuron.evaluate({"x": x}) < 0.02

# %% [markdown]
# ## Content and style
#
# The features F of a convolution say what is where; their products summed over all places, the Gram
# matrix F Fᵀ, only what comes together. A picture that keeps the F of one and takes the F Fᵀ of
# another has the content of the one and the style of the other. Only its pixels learn.

# %%
style = experiments.style_transfer()
print(style.finding)
terms = {
    term: [(row["step"], row["value"]) for row in style.where(term=term)]
    for term in ("content", "style")
}
lines = [Line(terms["style"], "value", "style"), Line(terms["content"], "second", "content")]
show(Figure([Panel("both terms by step", lines, x=(0, 200), y=(0, 0.3))], width=320, height=120))
assert terms["content"][0][1] == 0 and terms["style"][-1][1] < terms["style"][0][1] / 2

# %% [markdown]
# **To try.** How large a change does the 3 need, pixel by pixel? Would you see it?
