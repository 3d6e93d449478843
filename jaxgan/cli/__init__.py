"""The command line. Each command imports JAX only when it runs, so that `--help` is instant."""
