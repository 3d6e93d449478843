"""Stacked digits, 100 and 1,000 modes: GAN, packing, WGAN-GP, and GAN and RpGAN with R1 and R2.

Claim     on images whose channels are independent digits a GAN misses combinations. Packing, a
          Wasserstein critic with a gradient penalty and RpGAN + R1 + R2 cover more of them, and
          more evenly; R1 alone or the loss of the GAN is not enough.
Paper     Huang, Gokaslan, Kuleshov, Tompkin, The GAN is dead; long live the GAN!, 2024, Section 2
          (Stacked MNIST). https://arxiv.org/abs/2501.05441
          Lin, Khetan, Fanti, Oh, PacGAN, 2018 (Stacked MNIST). https://arxiv.org/abs/1712.04086
          Srivastava et al., VEEGAN, 2017, Table 2. https://arxiv.org/abs/1705.07761
Differs   TODO
Expect    .

    jaxgan run stacked_digits
"""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
from jaxtyping import Array, Num

from jaxgan import recipes, study
from jaxgan.networks import Packed, presets
from jaxgan.objectives import NonSaturating
from jaxgan.penalties import R1
from jaxgan.study import Claim, Measurement, Metric, Moment, Records, Scale, StackedScore, Training
from jaxgan.training import Recipe, Setup, sample
from jaxgan.types import Dataset

SAMPLES, SHOWN, FRAMES = {2: 2_500, 3: 10_000}, 32, 8
PARTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
