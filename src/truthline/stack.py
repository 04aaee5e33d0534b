"""Room for Python's frames."""

from collections.abc import Callable
from typing import TypeVar

_WORDS = 140_000
_Result = TypeVar("_Result")


def with_room(work: Callable[[], _Result]) -> _Result:
    """Call `work` where more than a thousand nested calls need no further memory.

    From Python 3.11 on, frames stand in chunks of 16 KB that are mapped when a call does not fit and unmapped when
    it returns. A loop that happens to call across the end of a chunk does both each time, which was a fifth of the time
    of a run. A frame this large is given a chunk of twice its size, in which those of its calls fit.
    """
    return work()


with_room.__code__ = with_room.__code__.replace(co_stacksize=_WORDS)
