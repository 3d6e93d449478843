"""Runs the command line: `python -m jaxgan`."""

from jaxgan.cli.main import main

if __name__ == "__main__":
    main()
