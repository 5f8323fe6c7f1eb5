"""Modules of PyTorch as graphs: the numbers and the gradients are PyTorch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from chainrule.errors import GraphError
from chainrule.facade import Graph

torch.set_default_dtype(torch.float64)
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.as_tensor(np.random.default_rng(seed).uniform(0.2, 0.9, shape))


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2), nn.LogSoftmax(dim=-1))


def convolution() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, groups=2),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 3, 2, stride=2, bias=False),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(3, 2),
    )


def normed() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.GELU(), nn.Dropout(0.3))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(4, 4) for _ in range(3))

    def forward(self, x: Any) -> Any:
        return F.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x))


MODULES: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "dense, a row": (dense, (3,)),
    "dense, rows": (dense, (4, 3)),
    "convolution": (convolution, (2, 2, 7, 6)),
    "norm": (normed, (3, 4)),
    "attention": (Attention, (3, 4)),
    "attention, heads": (Attention, (2, 3, 4)),
    "batch norm": (lambda: nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)), (5, 3)),
    "average pooling": (lambda: nn.AvgPool2d(2, stride=1, padding=1), (1, 2, 3, 4)),
    "hard sigmoid": (nn.Hardsigmoid, (4,)),  # its slope is in single precision
}
FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]] = {
    "numbers": (lambda x, y: torch.cos(torch.sin(x**2) + 3 * x**2) * y, ((), ())),
    "powers": (lambda x: x**0.5 + 2**x + x**-2 + torch.rsqrt(x), ((3,),)),
    "activations": (
        lambda x: (
            F.elu(x)
            + F.selu(-x)
            + F.leaky_relu(-x, 0.2)
            + F.softplus(x, 2.0)
            + F.mish(x)
            + F.hardswish(x)
            + F.silu(x)
            + F.logsigmoid(x)
            + F.relu(x - 0.5)
            + F.hardtanh(3 * x)
            + F.relu6(9 * x)
        ),
        ((2, 3),),
    ),
    "shapes": (
        lambda x, y: (
            torch.cat([x, y], 1)[:, 1:4]
            .transpose(0, 1)
            .reshape(-1)[2:5]
            .unsqueeze(0)
            .expand(2, 3)
            .sum(0)
            + torch.stack([x[0], y[1]]).mean()
        ),
        ((2, 3), (2, 3)),
    ),
    "axes": (
        lambda x: (
            x.sum(1, keepdim=True)
            + x.mean((0, 2))[:, None] * x.amax(2)[..., None]
            + x.amin(0)
            + x.permute(0, 2, 1)[1].sum()
        ),
        ((2, 3, 2),),
    ),
    "softmax in front": (lambda x: torch.softmax(x, 0) * torch.log_softmax(x, 1), ((3, 2),)),
    "broadcast": (lambda x, y: (x - y) / (1 + y * torch.ones(2, 3)), ((2, 3), (3,))),
    "clamp": (lambda x: torch.clamp(x, 0.3, 0.7) + torch.maximum(x, x**2), ((4,),)),
    "squared": (lambda p, t: F.mse_loss(p, t), ((2, 3), (2, 3))),
    "absolute": (lambda p, t: F.l1_loss(p, t, reduction="sum"), ((2, 3), (2, 3))),
    "huber": (
        lambda p, t: F.huber_loss(p, 3 * t, delta=0.5) + F.smooth_l1_loss(p, t),
        ((4,), (4,)),
    ),
    "bce": (lambda p, t: F.binary_cross_entropy(p, t), ((4,), (4,))),
    "logits": (lambda a, t: F.binary_cross_entropy_with_logits(a, t), ((4,), (4,))),
    "probabilities": (lambda a, t: F.cross_entropy(a, t), ((2, 3), (2, 3))),
    "labels": (lambda a: F.cross_entropy(a, torch.tensor([2, 0])), ((2, 3),)),
    "spread": (
        lambda x: x.var(1) + x.std(1, correction=0) + torch.linalg.norm(x) + x.prod(),
        ((3, 4),),
    ),
    "matrices": (lambda a, b: (a @ b).sum() + torch.outer(a[0], b[:, 0]).sum(), ((2, 3), (3, 2))),
}


def agrees(module: Any, *inputs: torch.Tensor) -> None:
    own = Graph.from_torch(module, *inputs)
    free = [name for name in own.variables if name not in own.weights]
    point = {n: x.detach().tolist() for n, x in zip(free, inputs, strict=True)}
    for x in inputs:
        x.requires_grad_()
    expected = module(*inputs)
    np.testing.assert_allclose(own.evaluate(point), expected.detach().numpy(), **CLOSE)
    if isinstance(module, nn.Module):
        return
    got = Graph.from_torch(lambda *xs: module(*xs).sum(), *inputs).gradient(point)
    for name, slope in zip(free, torch.autograd.grad(expected.sum(), inputs), strict=True):
        np.testing.assert_allclose(got[name], slope.numpy(), **CLOSE)


@pytest.mark.parametrize("what", MODULES)
def test_module(what: str) -> None:
    make, shape = MODULES[what]
    torch.manual_seed(3)
    module = make().eval()
    for buffer in module.buffers():
        if buffer.is_floating_point():
            buffer += 0.3
    agrees(module, drawn(*shape))


@pytest.mark.parametrize("what", list(MODULES)[:-2])
def test_gradients_by_weights(what: str) -> None:
    make, shape = MODULES[what]
    torch.manual_seed(4)
    module, x = make().eval(), drawn(*shape)
    weighing = drawn(*module(x).shape, seed=5)

    class Weighed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, x: Any) -> Any:
            return (self.inner(x) * weighing).sum()

    whole = Weighed()
    own = Graph.from_torch(whole, x)
    (name,) = (n for n in own.variables if n not in own.weights)
    got = own.gradient({name: x.tolist()})
    weights = dict(whole.named_parameters())
    for path, slope in zip(
        weights, torch.autograd.grad(whole(x), list(weights.values())), strict=True
    ):
        np.testing.assert_allclose(got[path.replace(".", "_")], slope.numpy(), **CLOSE)


@pytest.mark.parametrize("what", FUNCTIONS)
def test_function(what: str) -> None:
    function, shapes = FUNCTIONS[what]
    agrees(function, *(drawn(*shape, seed=at) for at, shape in enumerate(shapes)))


def test_single_precision() -> None:
    torch.manual_seed(1)
    module = dense().float()
    x = drawn(4, 3).float()
    got = Graph.from_torch(module, x).evaluate({"input": x.tolist()})
    np.testing.assert_allclose(got, module(x).detach().numpy(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: torch.fft.fft(x).real, "fft"),
        (lambda x: F.dropout(x, 0.5, True), "eval"),
        (lambda x: torch.prod(x[None], 1), "prod"),
        (lambda x: x.max(0).values, "amax"),
        (lambda x: x.to(torch.int64).double(), "whole"),
        (lambda x: torch.linalg.norm(x[None], 2), "Frobenius"),
        (
            lambda x: F.avg_pool2d(x.view(1, 2, 2), 2, 1, 1, count_include_pad=False),
            "count_include_pad",
        ),
        (lambda x: x[::2], "step other than 1 is not written"),
        (lambda x: F.gelu(x, approximate="tanh"), "approximate other than none"),
        (lambda x: F.cross_entropy(x[None], torch.tensor([1]), ignore_index=1), "ignore_index"),
        (lambda x: F.cross_entropy(x[None], torch.tensor([1]), weight=x.detach()), "weight"),
        (lambda x: F.max_pool2d(x.view(1, 2, 2), 1, ceil_mode=True), "ceil_mode other than False"),
        (
            lambda x: F.conv2d(x.view(1, 2, 2), x.view(1, 1, 2, 2), dilation=2, padding=2),
            "dilation",
        ),
        (lambda x: torch.div(x, 3, rounding_mode="floor"), "rounding_mode"),
        (lambda x: torch.cumsum(x, 0), "cumsum of PyTorch is no operation here"),
    ],
)
def test_what_is_none_here_is_named(function: Any, says: str) -> None:
    with pytest.raises(GraphError, match=says):
        Graph.from_torch(function, drawn(4))
