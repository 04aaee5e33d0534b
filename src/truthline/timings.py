"""Where the time of a run goes, stage by stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings:
    """Seconds by stage, in the order in which the stages first began.

    A stage that runs inside another is taken out of it, so that all of them add up to the whole: the analysis of a flow
    is the flow's, whichever rule asked for it first.
    """

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self._seconds: dict[str, float] = {}
        self._inner: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside as this stage."""
        self._seconds.setdefault(name, 0.0)
        self._inner.append(0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self._seconds[name] += spent - self._inner.pop()
            if self._inner:
                self._inner[-1] += spent

    def rows(self) -> tuple[tuple[str, float], ...]:
        """Every stage with its seconds, and what belongs to none."""
        rest = time.perf_counter() - self.started - sum(self._seconds.values())
        return (*self._seconds.items(), ("everything else", rest))
