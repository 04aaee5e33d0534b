"""Standard output and error as they are: a terminal or a pipe, with colours or without."""

import os
import shutil
import sys
from typing import Literal

from truthline.report.style import Style

ColorChoice = Literal["auto", "always", "never"]
PIPE_WIDTH = 80
NARROWEST, WIDEST = 60, 120


def style(color: ColorChoice, *, quiet: bool = False, verbose: bool = False, statistics: bool = False) -> Style:
    """How to print on standard output. A pipe is 80 columns wide whatever the terminal is: same tree, same bytes."""
    return Style(width=_width(), color=_colored(color), quiet=quiet, verbose=verbose, statistics=statistics)


def _colored(color: ColorChoice) -> bool:
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    return forced != "0" if forced else sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width() -> int:
    if not sys.stdout.isatty():
        return PIPE_WIDTH
    return min(max(shutil.get_terminal_size((PIPE_WIDTH, 24)).columns, NARROWEST), WIDEST)


def write(text: str) -> None:
    """Print on standard output. What the terminal's encoding lacks is escaped; a reader that left is no error.

    The exit status says what was found even if nobody reads the report to its end.
    """
    stream = sys.stdout
    try:
        stream.write(text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"))
        stream.flush()
    except BrokenPipeError:
        _silence()


def _silence() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain about it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
