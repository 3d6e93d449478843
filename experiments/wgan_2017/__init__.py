"""Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017."""
