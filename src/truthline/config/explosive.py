"""Regular expressions that take for ever on text that nearly matches: a repeat of nothing but a repeat.

`(a+)+` can split a row of `a` in two ways at each of them, and a backtracking match tries all. Only what is sure to
explode is told here; what else takes long is cut short when it runs.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from typing import Any

_FEW = 10
"""Repeats that are bounded by no more than this are no danger."""
_MOST_REPEATS = 3
"""Of a text of n letters, each repeat may try n places for each place of the one before."""
_PARSER: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")


def explodes(text: str) -> bool:
    """Whether it has a repeat of nothing but a repeat. Raises re.error, RecursionError and OverflowError."""
    return any(_is_doubled(body) for body in _repeated(_PARSER.parse(text)))


def is_quick(text: str) -> bool:
    """Whether it ends at once on any short text: it has at most three repeats, and none within another.

    Raises re.error, RecursionError and OverflowError.
    """
    repeated = list(_repeated(_PARSER.parse(text), few=1))
    return len(repeated) <= _MOST_REPEATS and not any(any(True for _ in _repeated(one, few=1)) for one in repeated)


def _repeated(pattern: Any, few: int = _FEW) -> Iterator[Any]:
    """What each repeat without a small bound repeats."""
    for operator, argument in pattern:
        if _is_repeat(operator, argument, few):
            yield argument[2]
        for inner in _inner(argument):
            yield from _repeated(inner, few)


def _is_repeat(operator: Any, argument: Any, few: int = _FEW) -> bool:
    return str(operator) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and int(argument[1]) > few


def _inner(argument: Any) -> Iterator[Any]:
    """The patterns within an operator's argument."""
    if isinstance(argument, _PARSER.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for each in argument:
            yield from _inner(each)


def _is_doubled(body: Any) -> bool:
    """Whether a body is one repeat, perhaps among what can be empty."""
    items = [(operator, argument) for operator, argument in body if str(operator) != "AT"]
    needed = [item for item in items if not _can_be_empty(*item)]
    candidates = needed or items
    return len(needed) <= 1 and any(_holds_repeat(*item) for item in candidates)


def _holds_repeat(operator: Any, argument: Any) -> bool:
    """Whether an item is a repeat, or a group or an alternative that is nothing else."""
    if _is_repeat(operator, argument):
        return True
    if str(operator) == "SUBPATTERN":
        return _is_doubled(argument[-1])
    return str(operator) == "BRANCH" and any(_is_doubled(each) for each in argument[1])


def _can_be_empty(operator: Any, argument: Any) -> bool:
    lookaround = str(operator) in ("ASSERT", "ASSERT_NOT")
    return lookaround or bool(_PARSER.SubPattern(_PARSER.State(), [(operator, argument)]).getwidth()[0] == 0)


def checked(text: str) -> str | None:
    """What is wrong with a regular expression; None if nothing is."""
    try:
        re.compile(text)
        if explodes(text):
            return f"`{text}` repeats a repeat, which takes for ever on text that nearly matches: write one of the two"
    except (re.error, RecursionError, OverflowError) as error:
        return f"`{text}` is no regular expression: {error}"
    return None
