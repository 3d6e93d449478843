"""Wei, Gong, Liu, Lu, Wang, Improving the Improved Training of Wasserstein GANs, 2018."""
