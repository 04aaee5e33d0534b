"""A progress bar on standard error, for long work on a terminal and for nothing else."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from truthline.program.load import Progress

PATIENCE = 0.5
"""Seconds that pass before a bar appears: short work shows nothing."""


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Progress]:
    """A function to report progress to; the bar is gone from the screen when the work ends, however it ends."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _ignore
        return
    bar = _Bar(label)
    try:
        yield bar.advance
    finally:
        bar.close()


def _ignore(done: int, total: int) -> None:
    """Nobody is watching."""


class _Bar:
    """rich's bar, which is imported and shown only once the work has proven to be long."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._started = time.monotonic()
        self._update: Progress | None = None
        self._stop: Callable[[], None] = lambda: None

    def advance(self, done: int, total: int) -> None:
        """Show how far the work is."""
        if self._update is None and time.monotonic() - self._started >= PATIENCE:
            self._open(total)
        if self._update is not None:
            self._update(done, total)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._stop()

    def _open(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        bar = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        task = bar.add_task(self._label, total=total)
        self._update = lambda done, total: bar.update(task, completed=done, total=total)
        self._stop = bar.stop
        bar.start()
