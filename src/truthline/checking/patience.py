"""A time limit for what others wrote: a rule that hangs, a pattern that explodes, a plugin that is never loaded.

A timer of the system interrupts whatever runs, a match of a regular expression too. It needs the main thread of a
POSIX system; elsewhere there is no limit.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LOADING = 30.0
FILE = 30.0
FIRST_LOOK = 5.0
PROGRAM = 600.0
"""Seconds that a plugin has to load, all rules together have for one file, truthline's own have where it is read for
the first time, and a rule of a plugin has for the program."""

_RINGS = 5
"""How often what does not listen is interrupted, once a second, before the process ends."""
_INTERNAL_ERROR = 3


class TookTooLong(Exception):
    """Raised inside what took too long."""


@contextmanager
def limited(seconds: float, what: str) -> Iterator[None]:
    """Raise TookTooLong inside the block when it takes longer; limits do not nest.

    What swallows it again and again ends the process with the status of an internal error.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    rings = 0

    def ring(_number: int, _frame: FrameType | None) -> None:
        nonlocal rings
        rings += 1
        if rings > _RINGS:
            _end(f"truthline: {what} takes longer than {seconds:g} seconds and cannot be interrupted\n")
        raise TookTooLong(f"{what} takes longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _end(sentence: str) -> None:
    os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, sentence.encode())
    os._exit(_INTERNAL_ERROR)
