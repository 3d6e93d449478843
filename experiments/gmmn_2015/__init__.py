"""Li, Swersky, Zemel, Generative Moment Matching Networks, 2015."""
