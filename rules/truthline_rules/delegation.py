"""Functions that only pass on what they are asked."""

import ast
from collections.abc import Sequence

from truthline_rules.defined import FunctionNode

_DISPLAYS = (ast.Tuple, ast.List, ast.Set)


def is_stub(node: FunctionNode) -> bool:
    """Whether a function does nothing: it is empty, raises `NotImplementedError`, or returns a constant."""
    body = _essence(node.body)
    return not body or (len(body) == 1 and (_is_refusal(body[0]) or _is_constant(body[0])))


def is_delegation(node: FunctionNode) -> bool:
    """Whether all that a function does is to pass on what it is given, and to return what it gets."""
    body = _essence(node.body)
    if len(body) == 2 and isinstance(body[1], ast.Return) and isinstance(body[1].value, ast.Name):
        name, value = _named(body[0])
        return name == body[1].value.id and value is not None and _passes_on(value)
    if len(body) != 1 or not isinstance(body[0], (ast.Return, ast.Expr)):
        return False
    return body[0].value is not None and _passes_on(body[0].value)


def _essence(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that do something: no docstrings, ellipses, `pass` or imports."""
    idle = (ast.Pass, ast.Import, ast.ImportFrom)
    return [each for each in body if not isinstance(each, idle) and not _is_bare_constant(each)]


def _is_bare_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return) and (statement.value is None or isinstance(statement.value, ast.Constant))


def _is_refusal(statement: ast.stmt) -> bool:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _named(statement: ast.stmt) -> tuple[str, ast.expr | None]:
    """The name that a statement gives to a value, and the value."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    target = statement.target if isinstance(statement, ast.AnnAssign) else targets[0] if len(targets) == 1 else None
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return (target.id, value) if isinstance(target, ast.Name) else ("", None)


def _passes_on(value: ast.expr) -> bool:
    """Whether a value is what something else says: a call, or an attribute."""
    if isinstance(value, (ast.Await, ast.YieldFrom)):
        return _passes_on(value.value)
    return isinstance(value, (ast.Call, ast.Attribute)) and _is_plain(value)


def _is_plain(value: ast.expr | None) -> bool:
    """Whether nothing is computed on the way: names, attributes, constants, lists of these, and calls of such."""
    if isinstance(value, ast.Attribute):
        return _is_plain(value.value)
    if isinstance(value, (ast.Await, ast.Starred)):
        return _is_plain(value.value)
    if isinstance(value, _DISPLAYS):
        return all(_is_handed(each) for each in value.elts)
    if isinstance(value, ast.Dict):
        return all(each is None or _is_handed(each) for each in (*value.keys, *value.values))
    if isinstance(value, ast.Call):
        arguments = [*value.args, *(keyword.value for keyword in value.keywords)]
        return _is_plain(value.func) and all(_is_handed(each) for each in arguments)
    return isinstance(value, (ast.Name, ast.Constant))


def _is_handed(value: ast.expr) -> bool:
    """Whether an argument is handed on as it is; what it takes a call to make is not."""
    inner = value.value if isinstance(value, ast.Starred) else value
    return not isinstance(inner, (ast.Call, ast.Await)) and _is_plain(inner)
