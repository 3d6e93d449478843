"""Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018."""
