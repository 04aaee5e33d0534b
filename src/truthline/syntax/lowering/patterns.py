"""The patterns of `match` of LibCST as those of `ast`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from truthline.syntax.unread import Unparsable

if TYPE_CHECKING:
    from truthline.syntax.lowering.expressions import Expressions

_SINGLETONS = {"None": None, "True": True, "False": False}


class Patterns:
    """Lowers the patterns of one module."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._places = expressions.places

    def lower(self, node: cst.CSTNode) -> ast.pattern:
        """A pattern."""
        found = _LOWER.get(type(node).__name__)
        if found is None:
            raise Unparsable(f"does not parse: {type(node).__name__} is no pattern", self._places.line(node))
        return found(self, node)

    def _value(self, node: cst.MatchValue) -> ast.pattern:
        return ast.MatchValue(self._expressions.load(node.value), **self._places.of(node))

    def _singleton(self, node: cst.MatchSingleton) -> ast.pattern:
        return ast.MatchSingleton(_SINGLETONS[node.value.value], **self._places.of(node))

    def _sequence(self, node: cst.MatchList | cst.MatchTuple) -> ast.pattern:
        place = self._places.of(node)
        if isinstance(node, cst.MatchTuple) and node.lpar:
            place = self._places.between(node.lpar[-1], node.rpar[0])
        return ast.MatchSequence([self.lower(each) for each in node.patterns], **place)

    def _element(self, node: cst.MatchSequenceElement) -> ast.pattern:
        return self.lower(node.value)

    def _star(self, node: cst.MatchStar) -> ast.pattern:
        return ast.MatchStar(node.name.value if node.name is not None else None, **self._places.of(node))

    def _mapping(self, node: cst.MatchMapping) -> ast.pattern:
        keys = [self._expressions.load(each.key) for each in node.elements]
        rest = node.rest.value if node.rest is not None else None
        patterns = [self.lower(each.pattern) for each in node.elements]
        return ast.MatchMapping(keys, patterns, rest, **self._places.of(node))

    def _class(self, node: cst.MatchClass) -> ast.pattern:
        return ast.MatchClass(
            self._expressions.load(node.cls),
            [self.lower(each) for each in node.patterns],
            [each.key.value for each in node.kwds],
            [self.lower(each.pattern) for each in node.kwds],
            **self._places.of(node),
        )

    def _as(self, node: cst.MatchAs) -> ast.pattern:
        pattern = self.lower(node.pattern) if node.pattern is not None else None
        return ast.MatchAs(pattern, node.name.value if node.name is not None else None, **self._places.of(node))

    def _or(self, node: cst.MatchOr) -> ast.pattern:
        return ast.MatchOr([self.lower(each.pattern) for each in node.patterns], **self._places.of(node))


_LOWER: dict[str, Callable[[Patterns, Any], ast.pattern]] = {
    "MatchValue": Patterns._value,
    "MatchSingleton": Patterns._singleton,
    "MatchList": Patterns._sequence,
    "MatchTuple": Patterns._sequence,
    "MatchSequenceElement": Patterns._element,
    "MatchStar": Patterns._star,
    "MatchMapping": Patterns._mapping,
    "MatchClass": Patterns._class,
    "MatchAs": Patterns._as,
    "MatchOr": Patterns._or,
}
