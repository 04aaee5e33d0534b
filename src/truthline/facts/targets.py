"""The names that targets and patterns bind."""

import ast
from collections.abc import Iterator

Bound = tuple[str, ast.expr | ast.pattern]
"""A name, and the node at which it is bound."""


def bound_names(target: ast.expr) -> Iterator[Bound]:
    """The names of an assignment target, unpacking included; attributes and subscripts bind none."""
    if isinstance(target, ast.Name):
        yield target.id, target
    elif isinstance(target, ast.Starred):
        yield from bound_names(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from bound_names(element)


def captured_names(pattern: ast.pattern) -> Iterator[Bound]:
    """The names that a `case` pattern captures."""
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name, node
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node
