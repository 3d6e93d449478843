"""Samples of the WGAN-GP that `yardstick.py` trains in PyTorch. It needs no JAX.

python benchmarks/yardstick_samples.py IMAGES.npz SAMPLES.npz --steps 600 --batch 32 --width 8
"""
# pyright: reportMissingImports=false

from __future__ import annotations

import argparse
import math
from functools import partial

import numpy as np
import torch
from torch import nn
from yardstick import ADAM, LOSSES, Game, Work, configure
from yardstick_networks import dcgan

STRIDE = 2


def initialize(network: nn.Module) -> None:
    """Uniform kernels with the variances of WGAN-GP's code, as those of jaxgan; biases are 0."""
    for module in network.modules():
        if not isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            continue
        convolution = not isinstance(module, nn.Linear)
        window = math.prod(module.kernel_size) if convolution else 1
        scale, meets = (4.0, STRIDE**2) if convolution else (2.0, 1)
        before, after = (
            (module.in_channels, module.out_channels)
            if convolution
            else (module.in_features, module.out_features)
        )
        transposed = isinstance(module, nn.ConvTranspose2d)
        fan_in = window * before / (meets if transposed else 1)
        fan_out = window * after / (1 if transposed else meets)
        reach = math.sqrt(3 * scale / (fan_in + fan_out))
        nn.init.uniform_(module.weight, -reach, reach)
        nn.init.zeros_(module.bias)


def trained(options: argparse.Namespace) -> np.ndarray:
    """Samples after the last step, uint8 `[n, height, width, channels]`."""
    configure("cpu", "float32")
    torch.manual_seed(options.seed)
    images = torch.from_numpy(np.load(options.images)["x"]).permute(0, 3, 1, 2).contiguous()
    _, channels, pixels, _ = images.shape
    networks = partial(dcgan, pixels, channels, width=options.width)
    optimizer = partial(ADAM, lr=options.rate, betas=(options.b1, options.b2))
    loss = LOSSES["gp"]._replace(optimizer=optimizer)
    game = Game(Work(networks, images.shape[1:], options.batch), loss, "eager", "cpu", "float32")
    game.data = images
    for network in (game.generator, game.critic):
        initialize(network)
    for _ in range(options.steps):
        game.step()
    game.generator.eval()  # with the running statistics
    with torch.no_grad():
        drawn = game.generator(torch.randn(options.n, game.work.latent)).permute(0, 2, 3, 1)
    return (127.5 * (drawn + 1)).round().to(torch.uint8).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", help="npz with uint8 images x [n, height, width, channels]")
    parser.add_argument("samples", help="npz to write")
    for name, default in {"steps": 600, "batch": 32, "width": 8, "seed": 0, "n": 1000}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, number in {"rate": 1e-3, "b1": 0.5, "b2": 0.9}.items():
        parser.add_argument(f"--{name}", type=float, default=number)
    options = parser.parse_args()
    np.savez(options.samples, x=trained(options), version=torch.__version__)


if __name__ == "__main__":
    main()
