"""Nowozin, Cseke, Tomioka, f-GAN, 2016."""
