"""Goodfellow et al., Generative Adversarial Networks, 2014."""
