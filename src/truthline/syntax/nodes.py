"""Walking a tree by its fields.

`ast.iter_child_nodes` looks at every field of every node, and at each shared context and operator; most have no place.
"""

import ast

_LEAVES = frozenset("ctx op ops id attr type_comment simple level module is_async conversion kind".split())
"""Fields that hold no node with a place in the text: names, numbers, and what has neither (contexts, operators)."""

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields in which a node of this type can hold others that have a place in the text, in its own order."""
    found = _FIELDS.get(kind)
    if found is None:
        found = _FIELDS[kind] = tuple(field for field in kind._fields if field not in _LEAVES)
    return found


def inner(node: ast.AST) -> list[ast.AST]:
    """The nodes right inside a node that have a place in the text, and what holds such nodes (`arguments`, ...)."""
    found: list[ast.AST] = []
    for field in fields_of(type(node)):
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(root: ast.AST) -> list[ast.AST]:
    """A node and all inside it, a node before those inside it, in the order of the fields."""
    found: list[ast.AST] = []
    pending = [root]
    while pending:
        node = pending.pop()
        found.append(node)
        further = inner(node)
        further.reverse()
        pending += further
    return found
