# %% [markdown]
# # Yes or no: logistic regression, the cut-off, and which loss belongs to which output
#
# "Will I pass this class?" Two inputs, lectures attended and hours on the project; one neuron with
# a sigmoid says how likely a yes is.

# %%
import builtins

import chainrule
from chainrule import nn
from chainrule.nn import data, experiments
from chainrule.nn.scaling import Scaling
from curves import Figure, Line, Panel  # the file curves.py beside this one

show = getattr(builtins, "display", print)  # typeset in a notebook, plain text on a terminal

students = data.passing(count=120, seed=0)
print(students.name, students.columns, f"{int(students.t.sum())} of {len(students.t)} passed")

# %% [markdown]
# ## Output unit, distribution and loss
#
# A network's output is a parameter of a distribution of the target, and the loss is the negative
# logarithm of that distribution. So the three belong together.

# %%
print(f"{'loss':7}{'output unit':13}{'distribution':40}what is predicted")
for loss in nn.LOSSES.values():
    print(f"{loss.name:7}{loss.unit:13}{loss.distribution:40}{loss.task}")
assert (nn.LOSSES["bce"].unit, nn.LOSSES["bce"].distribution) == ("sigmoid", "Bernoulli")
assert (nn.LOSSES["ce"].unit, nn.LOSSES["mse"].unit) == ("softmax", "identity")

# %% [markdown]
# ## Learning
#
# The inputs are brought to mean 0 and deviation 1 first; then gradient descent on the
# cross-entropy.

# %%
scaling = Scaling.of(students.x, "standard")
x = scaling(students.x)
model = nn.Sequential([nn.Dense(1, "sigmoid", "zeros")], inputs=2)
training = chainrule.train(
    model, x, students.t, loss="bce", optimiser=nn.Optimiser("gd", 1.0), steps=400
)
losses = [record.loss for record in training]
print(f"loss at first {losses[0]:.6f}, at the end {losses[-1]:.6f}")
print(f"right about {training.accuracy():.1%} of the students")
assert f"{losses[0]:.4f}" == "0.6931"  # ln 2: with weights 0 every answer is ½

# %% [markdown]
# At the best weights the mean of y − t is 0: the answers add up to the number that passed.

# %%
answers = training.predict(x)[:, 0]
print(f"sum of all answers {answers.sum():.6f}, passed {int(students.t.sum())}")
assert abs(answers.sum() - students.t.sum()) < 1e-3

# %% [markdown]
# ## The cut-off
#
# The neuron gives a probability; somebody has to say from where on it means yes. A lower cut-off
# finds more of those who pass and is wrong about more of those who do not.


# %%
def counted(cut):
    """How often yes is said: rightly, wrongly; how often no is said: wrongly, rightly."""
    yes, passed = answers > cut, students.t[:, 0] > 0.5
    pairs = ((yes, passed), (yes, ~passed), (~yes, passed), (~yes, ~passed))
    return tuple(int((said & true).sum()) for said, true in pairs)


print("cut-off   yes rightly   yes wrongly   no wrongly   no rightly")
counts = {cut: counted(cut) for cut in (0.2, 0.5, 0.8)}
for cut, row in counts.items():
    print(f"{cut:7}" + "".join(f"{n:13}" for n in row))
assert all(sum(row) == 120 for row in counts.values())
assert counts[0.2][0] >= counts[0.5][0] >= counts[0.8][0]
assert counts[0.2][1] >= counts[0.5][1] >= counts[0.8][1]
assert counts[0.5][0] + counts[0.5][3] == round(120 * training.accuracy())

# %% [markdown]
# The lines on which the answer is 0.2, 0.5 and 0.8: straight and parallel, since the answer
# depends on one weighted sum.

# %%
w1, w2, b = *training.parameters["W1"][0].tolist(), float(training.parameters["b1"][0])
logit = chainrule.parse("ln(p/(1 - p))")


def border(cut, kind):
    """Where the answer is the cut-off, in lectures and hours."""
    sum_needed = logit.evaluate({"p": cut}) - b
    ends = [[u, (sum_needed - w1 * u) / w2] for u in [k / 20 for k in range(-40, 41)]]
    return Line([tuple(end) for end in scaling.back(ends).tolist()], kind, f"{cut}")


passed, failed = (
    [tuple(row) for row, t in zip(students.x.tolist(), students.t[:, 0], strict=True) if t == yes]
    for yes in (1, 0)
)
drawn = [Line(passed, "dots"), Line(failed, "rings"), border(0.2, "third")]
drawn += [border(0.5, "value"), border(0.8, "second")]
panel = Panel("lectures across, hours up; ● passed, ○ did not", drawn, x=(0, 15), y=(0, 42))
show(Figure([panel], width=420, height=240))

# %% [markdown]
# ## Why not the squared error?
#
# With y = σ(a), the squared error (y − t)² has the slope 2(y − t) · y(1 − y) by a. The factor y(1
# − y) goes to 0 where the neuron is sure, also where it is sure and *wrong*. The cross-entropy has
# y − t.

# %%
wrong = {"a": -8, "t": 1}
squared = chainrule.parse("J = (y - t)^2; y = sigmoid(a)").reverse(wrong)
entropy = chainrule.parse("J = -(t ln(y) + (1 - t) ln(1 - y)); y = sigmoid(a)").reverse(wrong)
show(squared.table())
show(entropy.table())
print(f"slopes at a = −8: {squared['adjoint:a']:.3e} and {entropy['adjoint:a']:.6f}")
assert abs(squared["adjoint:a"]) < 1e-3 < 0.999 < abs(entropy["adjoint:a"])

# %%
compared = experiments.sigmoid_losses()
curves = [
    Line([(row["a"], row["slope"]) for row in compared.where(loss=name)], kind, name)
    for name, kind in (("squared error", "slope"), ("cross-entropy", "second"))
]
show(
    Figure([Panel("slope by a, target 1", curves, x=(-8, 8), y=(-1.1, 0.1))], width=320, height=160)
)

# %% [markdown]
# Two neurons that begin sure and wrong, at a = −8, each trained with one of the losses:

# %%
ends = {}
for loss in ("mse", "bce"):
    neuron = chainrule.train(
        nn.Sequential([nn.Dense(1, "sigmoid")], inputs=1),
        [[1.0]],
        [[1.0]],
        loss=loss,
        start={"W1": [[-8.0]], "b1": [0.0]},
        optimiser=nn.Optimiser("gd", 0.5),
        steps=100,
    )
    seen = [record.loss for record in neuron]
    ends[loss] = float(neuron.predict([[1.0]])[0, 0])
    print(f"{loss}: after 100 steps the answer is {ends[loss]:.6f}, it should be 1")
assert ends["mse"] < 0.001 and ends["bce"] > 0.95

# %% [markdown]
# ## Ill or not: a cut-off and its confusion table
#
# `data.HEART` has the five patients that the lecture shows. They are too few to learn from; the
# table below is of *generated* patients, drawn from a formula.

# %%
patients = experiments.cut_off()
print(patients.finding)
for cut in (0.25, 0.5, 0.75):
    row = patients.where(**{"cut-off": cut})[0]
    found = f"{row['right yes']} found, {row['missed']} missed, {row['wrong yes']} wrongly ill"
    print(f"cut-off {cut}: {found}, accuracy {row['accuracy']:.3f}")
missed = patients.column("missed")
assert missed == sorted(missed)  # the higher the cut-off, the more are missed

# %% [markdown]
# **To try.** Which cut-off would you take if telling somebody wrongly that they will pass costs
# ten times as much as the other mistake?
