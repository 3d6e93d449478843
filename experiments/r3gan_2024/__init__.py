"""Huang et al., The GAN is dead; long live the GAN!, 2024."""
