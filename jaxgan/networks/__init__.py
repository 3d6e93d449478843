"""Generators, critics and latent distributions: Flax Linen modules on NHWC arrays."""

from jaxgan.networks.attention import SelfAttention
from jaxgan.networks.bottleneck import BottleneckCritic, BottleneckGenerator
from jaxgan.networks.conditional import ConditionalBatchNorm
from jaxgan.networks.dcgan import DCGANCritic, DCGANGenerator
from jaxgan.networks.identity import Identity
from jaxgan.networks.layers import Conv, ConvTranspose, Dense
from jaxgan.networks.maxout import MaxoutCritic
from jaxgan.networks.mlp import MLPCritic, MLPGenerator
from jaxgan.networks.norms import LayerNorm, Norm, Weights
from jaxgan.networks.packed import Packed
from jaxgan.networks.priors import Normal, Uniform
from jaxgan.networks.r3gan import R3GANCritic, R3GANGenerator
from jaxgan.networks.resnet import ResNetCritic, ResNetGenerator
from jaxgan.networks.sngan import ProjectionCritic, SNGANCritic, SNGANGenerator
from jaxgan.networks.text import TextCritic, TextGenerator

__all__ = [
    "BottleneckCritic",
    "BottleneckGenerator",
    "ConditionalBatchNorm",
    "Conv",
    "ConvTranspose",
    "DCGANCritic",
    "DCGANGenerator",
    "Dense",
    "Identity",
    "LayerNorm",
    "MLPCritic",
    "MLPGenerator",
    "MaxoutCritic",
    "Norm",
    "Normal",
    "Packed",
    "ProjectionCritic",
    "R3GANCritic",
    "R3GANGenerator",
    "ResNetCritic",
    "ResNetGenerator",
    "SNGANCritic",
    "SNGANGenerator",
    "SelfAttention",
    "TextCritic",
    "TextGenerator",
    "Uniform",
    "Weights",
]
