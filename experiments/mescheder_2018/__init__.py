"""Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?, 2018."""
