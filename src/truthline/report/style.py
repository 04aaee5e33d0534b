"""What every format is handed besides the outcome."""

from collections.abc import Callable, Sequence

import msgspec

SourceLines = Callable[[str], Sequence[str]]
"""The lines of a file by its path as findings name it; empty where it cannot be read."""


class Style(msgspec.Struct, frozen=True):
    """How a report is printed, as the user asked for it.

    `width` is in terminal cells. `quiet` leaves nothing but the findings, `verbose` cuts no list short,
    `statistics` adds the number of findings for each code.
    """

    width: int = 80
    color: bool = False
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
