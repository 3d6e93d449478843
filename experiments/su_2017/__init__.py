"""Su, The art of adversarial training: GAN and WGAN, 2017."""
