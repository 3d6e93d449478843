"""Coverage of the modes of known mixtures, as compared by VEEGAN (2017) and PacGAN (2018)."""
