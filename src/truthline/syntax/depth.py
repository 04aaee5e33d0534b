"""How deep a walk over a tree may go."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_DEEPEST = 20_000
"""Frames."""


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Room for a walk down the deepest tree.

    Python frames need no C stack from 3.11 on; before that the interpreter's own limit stays.
    """
    before = sys.getrecursionlimit()
    if sys.version_info >= (3, 11):
        sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
