"""What a text must contain for a regular expression to match in it: a look-up that is cheaper than the search."""

import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

_HAS_PACKAGE = sys.version_info >= (3, 11)
constants: Any = import_module("re._constants" if _HAS_PACKAGE else "sre_constants")
parser: Any = import_module("re._parser" if _HAS_PACKAGE else "sre_parse")

Parsed = Sequence[tuple[Any, Any]]
_REPEATS = {getattr(constants, name, None) for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")}


class Literals:
    """Texts of which one at least stands in every match of one of the patterns; no promise where there are none."""

    def __init__(self, patterns: Iterable[str], flags: int = 0) -> None:
        each = [_required(parser.parse(pattern, flags), flags) for pattern in patterns]
        self._any_of = tuple({text for texts in each for text in texts}) if all(each) else ()

    def may_match(self, text: str) -> bool:
        """Whether a search in this text, or in parts of it, can find anything."""
        return not self._any_of or any(literal in text for literal in self._any_of)


def _required(parsed: Any, flags: int) -> tuple[str, ...]:
    """The best choice of texts of which a match contains one: those of the part whose shortest is the longest."""
    if (parsed.state.flags | flags) & re.IGNORECASE:
        return ()
    return _of_sequence(parsed)


def _of_sequence(parsed: Parsed) -> tuple[str, ...]:
    best: tuple[str, ...] = ()
    run = ""
    for operation, argument in parsed:
        if operation is constants.LITERAL:
            run += chr(argument)
            best = _better(best, (run,))
            continue
        run = ""
        best = _better(best, _of_part(operation, argument))
    return best


def _of_part(operation: Any, argument: Any) -> tuple[str, ...]:
    if operation is constants.BRANCH:
        each = [_of_sequence(branch) for branch in argument[1]]
        return tuple(text for texts in each for text in texts) if all(each) else ()
    if operation is constants.SUBPATTERN:
        return () if argument[1] & re.IGNORECASE else _of_sequence(argument[-1])
    if operation in _REPEATS and argument[0] > 0:
        return _of_sequence(argument[2])
    return ()


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if not other:
        return one
    return other if not one or min(map(len, other)) > min(map(len, one)) else one
