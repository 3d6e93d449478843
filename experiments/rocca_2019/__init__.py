"""Rocca, Understanding Generative Adversarial Networks (GANs), 2019."""
