"""The command line. Each command imports JAX when it computes, so that `--help` is instant."""
