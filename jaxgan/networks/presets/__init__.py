"""Pairs of a generator and a critic for a given shape of example; `__all__` is the registry."""

from jaxgan.networks.presets.convolutional import dcgan
from jaxgan.networks.presets.dense import gan_2014, gmmn, mlp, su
from jaxgan.networks.presets.residual import resnet, text

__all__ = ["dcgan", "gan_2014", "gmmn", "mlp", "resnet", "su", "text"]
