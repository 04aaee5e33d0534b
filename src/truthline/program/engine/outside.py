"""Paths of what is not analysed: how they go on, and where they stop to grow.

A path leads from a module to an object: `json.dumps` is a function, `json.dumps()` what it returns, `x[]` an element.
What is done in a loop or in recursion would make ever longer ones (`text().strip().split()[].strip()`), and every
combination of them. So of what is done with a result only the name that is used last is told: `select().where`, what
that returns is `select().…`, and its method is `select().….order_by`.
"""

from __future__ import annotations

import builtins
import re

_HEAD = re.compile(r"[^(\[]*(?:\(\)|\[\])*")
"""A dotted name, and what a call of it or an element of it is."""
_MOST_NAMES = 8
_MOST_BRACKETS = 2
_LEFT_OUT = ".…"


def attribute_path(path: str, name: str) -> str:
    """The path of an attribute."""
    if _raises(path):
        return path
    beginning, left_out, _ = path.partition(_LEFT_OUT)
    if left_out:
        return f"{beginning}{_LEFT_OUT}.{name}"
    head = _HEAD.match(path)
    if head is not None and head.end() < len(path):
        return f"{head.group()}{_LEFT_OUT}.{name}"
    is_long = not path.endswith((")", "]")) and path.count(".") >= _MOST_NAMES
    return f"{path}{_LEFT_OUT if is_long else ''}.{name}"


def result_path(path: str) -> str:
    """The path of what a call returns."""
    return _bracketed(path, "()")


def element_path(path: str) -> str:
    """The path of what iterating or indexing yields."""
    return _bracketed(path, "[]")


def _bracketed(path: str, brackets: str) -> str:
    beginning, left_out, _ = path.partition(_LEFT_OUT)
    if left_out:
        return beginning + left_out
    if _raises(path):
        return path
    head = _HEAD.match(path)
    if head is not None and head.end() < len(path):
        return head.group() + _LEFT_OUT
    return path + brackets if path.count("()") + path.count("[]") < _MOST_BRACKETS else path


def _raises(path: str) -> bool:
    """Whether a path leads to an attribute that a builtin type does not have: what is done with it never happens."""
    start, _, rest = path.partition(".")
    kind, _, name = rest.partition(".")
    if start != "builtins" or not name:
        return False
    return not hasattr(None if kind == "NoneType" else getattr(builtins, kind, object), name.partition("(")[0])
