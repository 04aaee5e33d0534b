"""From a file's tree to its bodies."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from truthline.facts.code import Bodies
from truthline.facts.statements import lower_module

_DEEPEST = 20_000


def lower(tree: ast.Module) -> Bodies:
    """Every code of the file; raises RecursionError where an expression nests deeper than the interpreter can walk."""
    with deep_recursion():
        return Bodies(lower_module(tree))


def encode(bodies: Bodies) -> bytes | None:
    """The bodies as the store keeps them; None where they nest too deeply for that."""
    try:
        return msgspec.msgpack.encode(bodies)
    except (RecursionError, ValueError, OverflowError):
        return None


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
