"""The names that targets and patterns bind."""

import ast
from collections.abc import Iterator

Bound = tuple[str, ast.expr | ast.pattern]
"""A name, and the node at which it is bound."""
ANY_NAME = ".*"
"""Stands for attributes that are stored under computed names."""
_NAMESPACES = {"globals", "locals", "vars"}
_FILLING = {"update", "setdefault", "__setitem__"}


def bound_names(target: ast.expr) -> Iterator[Bound]:
    """The names of an assignment target, unpacking included; attributes and subscripts bind none."""
    if isinstance(target, ast.Name):
        yield target.id, target
    elif isinstance(target, ast.Starred):
        yield from bound_names(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from bound_names(element)


def stored_attributes(target: ast.expr) -> Iterator[str]:
    """The names of the attributes that an assignment target stores; again with a dot where not on `self`."""
    if isinstance(target, ast.Attribute):
        yield target.attr
        if not (isinstance(target.value, ast.Name) and target.value.id == "self"):
            yield f".{target.attr}"
    elif isinstance(target, ast.Subscript) and _is_namespace(target.value):
        yield ANY_NAME
    elif isinstance(target, ast.Starred):
        yield from stored_attributes(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from stored_attributes(element)


def stores_by_name(node: ast.expr) -> bool:
    """Whether a call stores attributes under computed names: `setattr(x, name, value)`, `vars(x).update(values)`."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "setattr" and named_attribute(node) is None
    is_filled = isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING
    return is_filled and isinstance(node.func, ast.Attribute) and _is_namespace(node.func.value)


def _is_namespace(node: ast.expr) -> bool:
    """`globals()`, `vars(x)`, `x.__dict__`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES
    return isinstance(node, ast.Attribute) and node.attr == "__dict__"


def named_attribute(node: ast.expr) -> str | None:
    """The attribute that a `setattr` with a constant name stores."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr"):
        return None
    name = node.args[1] if len(node.args) == 3 else None
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None


def captured_names(pattern: ast.pattern) -> Iterator[Bound]:
    """The names that a `case` pattern captures."""
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name, node
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node
