"""From a file's tree to its bodies."""

import ast

import msgspec

from truthline.facts.code import Bodies
from truthline.facts.statements import lower_module
from truthline.syntax.depth import deep_recursion


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
