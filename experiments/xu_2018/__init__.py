"""Xu et al., An Empirical Study on Evaluation Metrics of GANs, 2018."""
