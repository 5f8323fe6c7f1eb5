# %% [markdown]
# # Linear regression: a line, the mean squared error, and the way down
#
# The smallest network there is: one neuron without activation, y = w x + b. Its loss is the mean
# squared error, J = mean of (y − t)² over all examples. There is a formula for the best line, so
# we can see whether gradient descent finds it.

# %%
import builtins

import chainrule
from chainrule import nn
from chainrule.nn import data, experiments
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

# %% [markdown]
# ## One example
#
# The backward table of one example. The adjoints of w and b are what this example wants changed.

# %%
example = chainrule.parse("J = (y - t)^2; y = w x + b")
one = example.reverse({"w": 0, "b": 0, "x": 2, "t": 5})
show(one.table())
assert one["adjoint:w"] == 2 * (0 - 5) * 2 and one["adjoint:b"] == 2 * (0 - 5)

# %% [markdown]
# ## All examples
#
# The data lie about t = 2x + 1. The gradient of the mean loss is the mean of the examples'
# gradients.

# %%
points = data.line(count=40, noise=0.3, seed=0)
xs, ts = points.x[:, 0].tolist(), points.t[:, 0].tolist()
model = nn.Sequential([nn.Dense(1)], inputs=1)
start = {"W1": [[0.0]], "b1": [0.0]}
training = chainrule.train(
    model, points.x, points.t, start=start, optimiser=nn.Optimiser("gd", 0.1), steps=200
)
first = next(training)
each = [example.gradient({"w": 0, "b": 0, "x": x, "t": t}) for x, t in zip(xs, ts, strict=True)]
mean_w = sum(gradient["w"] for gradient in each) / len(each)
print(f"mean of {len(each)} gradients by w: {mean_w:.12f}")
print(f"gradient that the training uses: {training.gradients['W1'][0, 0]:.12f}")
assert abs(mean_w - training.gradients["W1"][0, 0]) < 1e-12

# %% [markdown]
# ## Downhill
#
# Each step is w ← w − η ∂J/∂w. Two hundred of them with η = 0.1:

# %%
lines, losses = {1: training.parameters}, [first.loss]
for record in training:
    losses.append(record.loss)
    lines[record.step] = training.parameters
for step in (1, 5, 20, 200):
    w, b = lines[step]["W1"][0, 0], lines[step]["b1"][0]
    print(f"after {step:3} steps   w = {w:.6f}   b = {b:.6f}")

# %% [markdown]
# The formula: w is the covariance of x and t divided by the variance of x, and b makes the line go
# through the means.

# %%
mx, mt = sum(xs) / len(xs), sum(ts) / len(ts)
best_w = sum((x - mx) * (t - mt) for x, t in zip(xs, ts, strict=True))
best_w /= sum((x - mx) ** 2 for x in xs)
best_b = mt - best_w * mx
print(f"by the formula    w = {best_w:.6f}   b = {best_b:.6f}")
found = lines[200]
assert abs(found["W1"][0, 0] - best_w) < 1e-9 and abs(found["b1"][0] - best_b) < 1e-9


# %%
def line(step, kind):
    """The line after some steps."""
    w, b = lines[step]["W1"][0, 0], lines[step]["b1"][0]
    return Line([(x, w * x + b) for x in (-2, 2)], kind, f"{step} steps")


dots = Line(list(zip(xs, ts, strict=True)), "dots")
fits = Panel(
    "the line",
    [dots, line(1, "fourth"), line(5, "third"), line(200, "value")],
    x=(-2.2, 2.2),
    y=(-4, 6),
)
fall = Panel(
    "the loss, step by step",
    [Line(list(enumerate(losses, 1)))],
    x=(0, 200),
    y=(0.01, 10),
    powers=True,
)
show(Figure([fits, fall], columns=2, width=280, height=180))

# %% [markdown]
# ## One step of Newton
#
# The loss of a line is a parabola in (w, b): its second derivatives are constant. Newton's step
# solves H d = gradient and goes to the bottom at once. Here with three examples, so that it can be
# typed:

# %%
three = chainrule.parse("J = ((w + b - 2)^2 + (2w + b - 3)^2 + (3w + b - 5)^2)/3")
slope, hessian = three.gradient({"w": 0, "b": 0}), three.hessian({"w": 0, "b": 0})
show(hessian)
(p, q), (r, s) = (hessian[a].values() for a in ("w", "b"))
gw, gb = slope["w"], slope["b"]
det = p * s - q * r
newton = {"w": -(s * gw - q * gb) / det, "b": -(p * gb - r * gw) / det}
print({name: round(value, 12) for name, value in newton.items()})
assert all(abs(value) < 1e-12 for value in three.gradient(newton).values())
assert abs(newton["w"] - 1.5) < 1e-12 and abs(newton["b"] - 1 / 3) < 1e-12

# %% [markdown]
# ## Inputs of different size
#
# With two inputs, one a thousand times larger, the parabola is a narrow valley: a rate that suits
# one weight is far too large for the other. Brought to a common scale both learn together.

# %%
valley = experiments.scaling_effect()
print(valley.finding)
ends = {
    how: min(row["loss"] for row in valley.where(scaling=how, step=200))
    for how in ("none", "standard")
}
print({how: f"{loss:.6f}" for how, loss in ends.items()})
assert ends["standard"] < 0.01 < 0.3 < ends["none"]

# %% [markdown]
# ## The closed form, and the loss of one weight
#
# At the foot of the paraboloid the gradient is 0, and that is a linear system. Descent comes to the
# same line. Of one weight alone the loss is a parabola; every batch has one of its own, with a foot
# of its own.

# %%
closed = experiments.line_and_closed_form(steps=200)
print(closed.finding)
assert closed.rows[-1][4] < 1e-9  # how far the descent is from the closed form

# %%
alone = experiments.loss_of_a_weight()
print(alone.finding)
curves = [
    Line(
        [(row["w"], row["loss"]) for row in alone.where(batch=batch)],
        "value" if batch == "all" else "guide",
    )
    for batch in ("1", "2", "3", "4", "all")
]
show(Figure([Panel("loss of y = w x, by batch", curves, x=(-1, 5), y=(0, 20))], width=320))
feet = {b: min(alone.where(batch=b), key=lambda row: row["loss"])["w"] for b in "1234"}
assert min(feet.values()) < max(feet.values())

# %% [markdown]
# **To try.** Take η = 1 in the training above. From which rate on does the loss grow? Compare with
# 2 divided by the largest eigenvalue of the Hessian.
