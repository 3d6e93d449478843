"""The commands of `jaxgan`, and how their errors are reported."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from tyro.extras import SubcommandApp

from jaxgan.cli.data import data
from jaxgan.cli.doctor import doctor
from jaxgan.cli.exports import export
from jaxgan.cli.latents import interpolate, neighbors
from jaxgan.cli.listing import list_
from jaxgan.cli.outcomes import report
from jaxgan.cli.processes import HELP, end_with_others, joined, several, split_words, start_local
from jaxgan.cli.samples import sample
from jaxgan.cli.score import score
from jaxgan.cli.streams import standard_streams
from jaxgan.cli.trainings import resume, run, sweep, train
from jaxgan.cli.usage import complain, deferred, on_one_line, read

__all__ = ["main"]

DEBUG, VERSION = "--debug", "--version"
ABOUT = (
    "Train, check and compare generative adversarial networks. "
    f"{VERSION} prints the version, {DEBUG} shows the traceback of an error. {HELP}"
)
EXPECTED = (ValueError, TypeError, OSError, ImportError, MemoryError)
"""The errors that name what is wrong with the arguments, the files or the machine."""
UNEXPECTED = 4
"""The exit status after any other error."""

app = SubcommandApp()
app.command(name="list")(deferred(list_))
TRAINING = (run, train, sweep, resume)
TRAINED = (sample, interpolate, neighbors, export, score, report)
for command in (*TRAINING, *TRAINED, data, doctor):
    app.command(deferred(command))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line.

    `jaxgan --version` prints the version; `--debug` shows the traceback of an error. The exit
    status is 1 after an error, 2 if the words cannot be read, 3 if a training diverged, 4 after an
    error that jaxgan does not expect, and 128 + the number of a signal: 130 for Ctrl-C, 143 for
    SIGTERM, 129 for a closed terminal, 141 if nobody reads the output any more. For several
    processes see `processes`.

    Args:
        arguments: command-line words; `sys.argv[1:]` if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with standard_streams():
        _carry_out([word for word in words if word != DEBUG], debug=DEBUG in words)


def _carry_out(words: list[str], *, debug: bool) -> None:
    """Does what the words say, and reports errors."""
    if VERSION in words:
        import jaxgan

        print(f"jaxgan {jaxgan.__version__}")
        return
    try:
        options, others = split_words(words)
        if options.local:
            sys.exit(start_local([*others, *([DEBUG] if debug else [])], options.processes))
        with joined(options):
            read(app, others or ["--help"], ABOUT)()
    except KeyboardInterrupt as stop:
        complain(str(stop) or "stopped")
        sys.exit(128 + getattr(stop, "number", signal.SIGINT))
    except BrokenPipeError:  # whoever read the output has gone
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        if debug:
            raise
        if isinstance(error, EXPECTED):
            sys.exit(f"jaxgan: {on_one_line(error)}")
        if several():
            end_with_others(error)
        complain(
            f"unexpected {type(error).__name__}: {on_one_line(error)}; {DEBUG} shows where, please "
            "report it"
        )
        sys.exit(UNEXPECTED)
