"""Pairs of a generator and a critic for a given shape of example; `__all__` is the registry."""

from jaxgan.networks.presets.convolutional import dcgan, sngan
from jaxgan.networks.presets.dense import gan_2014, gmmn, mlp, su
from jaxgan.networks.presets.residual import r3gan, resnet, sngan_resnet, text
from jaxgan.networks.presets.wgan_gp import wgan_gp_architectures

__all__ = [
    "dcgan",
    "gan_2014",
    "gmmn",
    "mlp",
    "r3gan",
    "resnet",
    "sngan",
    "sngan_resnet",
    "su",
    "text",
    "wgan_gp_architectures",
]
