"""The train steps of `jaxgan` in PyTorch: a worker that times them on request.

It needs no JAX and runs in a separate process. Requests are lines of JSON on stdin, answers
lines of JSON on stdout: {"steps": 10}, {"peak": true}, {"matmul": 4096}.

    python -m benchmarks.yardstick mnist gp eager
"""
# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad

from benchmarks.yardstick_networks import Pair, Rectifier, dcgan, mlp, resnet

Forward: TypeAlias = Callable[[Tensor], Tensor]
EXAMPLES = 4096
WAYS = ("eager", "channels_last", "compile", "func")
PRECISIONS = ("float32", "tf32", "bfloat16")


class Work(NamedTuple):
    """Networks, the shape of an example, the batch size and the latent size."""

    networks: Callable[[], Pair]
    shape: tuple[int, ...]
    batch: int
    latent: int = 128


WORKS = {
    "mlp_512": Work(lambda: mlp(512), (2,), 256, latent=2),
    "mlp_64": Work(lambda: mlp(64), (2,), 256, latent=2),
    "mnist": Work(lambda: dcgan(28, 1), (1, 28, 28), 50),
    "mnist_16": Work(lambda: dcgan(28, 1, width=16), (1, 28, 28), 32),
    "cifar": Work(lambda: dcgan(32, 3), (3, 32, 32), 64),
    "resnet": Work(resnet, (3, 32, 32), 64),
    "dcgan64": Work(lambda: dcgan(64, 3), (3, 64, 64), 16),
}


class Loss(NamedTuple):
    """The critic minimizes E link(-real) + E link(fake), the generator E link(-fake)."""

    link: Callable[[Tensor], Tensor]
    optimizer: Callable[[list[Tensor]], torch.optim.Optimizer]
    n_critic: int = 1
    penalty: float = 0.0
    clip: float = 0.0


ADAM = partial(torch.optim.Adam, fused=True)
RMS_PROP = partial(torch.optim.RMSprop, alpha=0.99, foreach=True)
LOSSES = {
    "gp": Loss(nn.Identity(), partial(ADAM, lr=1e-4, betas=(0.5, 0.9)), n_critic=5, penalty=10.0),
    "clip": Loss(nn.Identity(), partial(RMS_PROP, lr=5e-5), n_critic=5, clip=0.01),
    "ns": Loss(nn.Softplus(), partial(ADAM, lr=2e-4, betas=(0.5, 0.999))),
}


def gradient_penalty(critic: Forward, real: Tensor, fake: Tensor, way: str) -> Tensor:
    """E (||grad critic|| - 1)^2 on interpolates with one share per example, for double backward."""
    share = torch.rand(len(real), *(1,) * (real.ndim - 1), device=real.device)
    points = torch.lerp(fake, real, share)
    if way == "func":
        gradients = grad(lambda x: critic(x).sum())(points)
    else:
        points.requires_grad_()
        (gradients,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradients.flatten(1).norm(dim=1) - 1).square().mean()


class Game:
    """Both networks, their data and a whole train step.

    `torch.autograd.grad` for the parameters of one network computes no kernel gradients of the
    other. The way "compile" compiles one graph of the batch, its losses and their gradients,
    including the penalty's, and another of the optimizer. It uses the layout of "channels_last"; on
    a GPU it replays CUDA graphs, unless `graphs` is false. The way "func" takes all gradients by
    `torch.func.grad` of pure functions, nested for the penalty, as JAX does.
    """

    def __init__(
        self, work: Work, loss: Loss, way: str, device: str, precision: str, graphs: bool = True
    ) -> None:
        image = len(work.shape) == 3
        if way == "channels_last" and not image:
            raise ValueError("channels_last is a layout of images, got points: use eager")
        plain = way in ("eager", "func")
        layout = torch.contiguous_format if plain else torch.channels_last
        self.work, self.loss, self.device, self.precision = work, loss, device, precision
        self.way = way
        self.generator, self.critic = (
            network.to(device, memory_format=layout) for network in work.networks()
        )
        for module in self.critic.modules():
            if isinstance(module, Rectifier):
                module.by_mask = loss.penalty > 0
        size = (EXAMPLES, *work.shape)
        data = torch.randint(0, 256, size, dtype=torch.uint8) if image else torch.randn(size)
        self.data = data.to(device, memory_format=layout) if image else data.to(device)
        self.players = [list(network.parameters()) for network in (self.critic, self.generator)]
        self.advance = [loss.optimizer(parameters).step for parameters in self.players]
        self.gradients = [self.of_critic, self.of_generator]
        if way == "compile":
            torch._dynamo.config.trace_autograd_ops = True
            mode = "reduce-overhead" if device == "cuda" and graphs else None
            self.gradients = [torch.compile(f, fullgraph=True, mode=mode) for f in self.gradients]
            self.advance = [torch.compile(step) for step in self.advance]

    def cast(self) -> contextlib.AbstractContextManager[Any]:
        if self.precision == "bfloat16":
            return torch.autocast(self.device, torch.bfloat16)
        return contextlib.nullcontext()

    def real(self) -> Tensor:
        """A batch of examples, drawn with replacement on the device; pixels in [-1, 1]."""
        examples = self.data[torch.randint(len(self.data), (self.work.batch,), device=self.device)]
        return examples / 127.5 - 1 if examples.dtype == torch.uint8 else examples

    def fake(self, generator: Forward) -> Tensor:
        return generator(torch.randn(self.work.batch, self.work.latent, device=self.device))

    def of_critic(self) -> tuple[Tensor, ...]:
        """The gradients of the critic's loss, by parameter."""
        real = self.real()
        with self.cast(), torch.no_grad():
            fake = self.fake(self.generator)

        def loss(critic: Forward) -> Tensor:
            with self.cast():
                of_real, of_fake = critic(torch.cat([real, fake])).float().chunk(2)
            found = self.loss.link(-of_real).mean() + self.loss.link(of_fake).mean()
            if not self.loss.penalty:
                return found
            penalty = gradient_penalty(critic, real, fake.float(), self.way)
            return found + self.loss.penalty * penalty

        return self.gradients_of(loss, self.critic)

    def of_generator(self) -> tuple[Tensor, ...]:
        """The gradients of the generator's loss, by parameter."""

        def loss(generator: Forward) -> Tensor:
            with self.cast():
                scores = self.critic(self.fake(generator)).float()
            return self.loss.link(-scores).mean()

        return self.gradients_of(loss, self.generator)

    def gradients_of(
        self, loss: Callable[[Forward], Tensor], network: nn.Module
    ) -> tuple[Tensor, ...]:
        """The gradients with respect to a network's parameters; running statistics advance."""
        if self.way != "func":
            return torch.autograd.grad(loss(network), list(network.parameters()))
        statistics = dict(network.named_buffers())

        def pure(parameters: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
            after = {name: buffer.clone() for name, buffer in statistics.items()}
            forward = partial(functional_call, network, {**parameters, **after})
            return loss(forward), after

        gradients, after = grad(pure, has_aux=True)(dict(network.named_parameters()))
        for name, buffer in statistics.items():
            buffer.copy_(after[name])
        return tuple(gradients.values())

    def update(self, player: int) -> None:
        gradients = self.gradients[player]()
        for parameter, gradient in zip(self.players[player], gradients, strict=True):
            if gradient.stride() != parameter.stride():  # which the fused optimizer does not check
                gradient = torch.empty_like(parameter).copy_(gradient)
            parameter.grad = gradient
        self.advance[player]()

    def step(self) -> None:
        """`n_critic` steps of the critic, each followed by clipping, then one of the generator."""
        for _ in range(self.loss.n_critic):
            self.update(0)
            if self.loss.clip:
                with torch.no_grad():
                    torch._foreach_clamp_min_(self.players[0], -self.loss.clip)
                    torch._foreach_clamp_max_(self.players[0], self.loss.clip)
        self.update(1)

    def seconds(self, steps: int) -> float:
        """Seconds per step of that many steps."""
        if self.device == "cuda":
            return self._seconds_of_gpu(steps) / steps
        begin = time.perf_counter()
        for _ in range(steps):
            self.step()
        return (time.perf_counter() - begin) / steps

    def _seconds_of_gpu(self, steps: int) -> float:
        """By the GPU's own clock, from the first kernel's start to the last one's end."""
        before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        before.record()
        for _ in range(steps):
            self.step()
        after.record()
        torch.cuda.synchronize()
        return before.elapsed_time(after) / 1000


def flops_per_second(size: int, device: str, dtype: torch.dtype = torch.float32) -> float:
    """The fastest of five products of two matrices."""
    left, right = torch.randn(2, size, size, device=device, dtype=dtype)
    (left @ right)[0, 0].item()
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        (left @ right)[0, 0].item()  # waits for a GPU
        times.append(time.perf_counter() - begin)
    return 2 * size**3 / min(times)


def configure(device: str, precision: str) -> None:
    """With "bfloat16" only the penalties multiply matrices of float32; they do so in TF32."""
    if device == "cpu" and precision != "float32":
        raise ValueError(f"{precision} is for --device cuda, got cpu: use float32")
    torch.manual_seed(0)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    # PyTorch's own default is TF32 in convolutions and float32 in matrix products.
    torch.backends.cuda.matmul.allow_tf32 = precision != "float32"
    torch.backends.cudnn.allow_tf32 = precision != "float32"
    torch.backends.cudnn.benchmark = True


def answer(game: Game, request: dict[str, Any]) -> dict[str, Any]:
    cuda = game.device == "cuda"
    match request:
        case {"steps": steps}:
            return {"seconds": game.seconds(steps)}
        case {"peak": True} if cuda:
            return {"peak_bytes": torch.cuda.max_memory_allocated()}
        case {"peak": True}:
            return {"peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        case {"matmul": size}:
            return {"flops_per_second": flops_per_second(size, game.device)}
    raise ValueError(f"requests are steps, peak and matmul, got {request}")


def serve(work: str, loss: str, way: str, device: str, precision: str) -> Iterator[dict[str, Any]]:
    """Yields one answer when ready, then one per request."""
    configure(device, precision)
    game = Game(WORKS[work], LOSSES[loss], way, device, precision)
    yield {
        "ready": True,
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "compile_seconds": game.seconds(1),
        "parameters": sum(p.numel() for player in game.players for p in player),
    }
    for line in sys.stdin:
        yield answer(game, json.loads(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, choices in {"work": WORKS, "loss": LOSSES, "way": WAYS}.items():
        parser.add_argument(name, choices=choices)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    options, stdout = parser.parse_args(), sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # only answers go to stdout
        try:
            for line in serve(**vars(options)):
                print(json.dumps(line), file=stdout, flush=True)
        except Exception as error:
            reason = next(iter(str(error).splitlines()), "")
            reason = f"{type(error).__name__}: {reason}"
            print(json.dumps({"error": reason}), file=stdout, flush=True)


if __name__ == "__main__":
    main()
