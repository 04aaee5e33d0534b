"""`namedtuple("Row", "a b")` and `NamedTuple("Row", [("a", int)])`, as the class statement that says the same."""

import ast

from truthline.facts.annotations import dotted

_MAKERS = frozenset(("namedtuple", "NamedTuple"))


def named_tuple(call: ast.Call) -> ast.ClassDef | None:
    """The class that a call makes, its fields as annotations; None where the text does not say which fields."""
    if dotted(call.func).rpartition(".")[2] not in _MAKERS or len(call.args) != 2:
        return None
    name, fields = call.args[0], _fields(call.args[1])
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or fields is None:
        return None
    defaults = _defaults(call)
    first = len(fields) - len(defaults)
    body: list[ast.stmt] = [
        _field(call, field, defaults[number - first] if number >= first else None)
        for number, field in enumerate(fields)
    ]
    return ast.copy_location(ast.ClassDef(name=name.value, bases=[], keywords=[], body=body, decorator_list=[]), call)


def _field(call: ast.Call, name: str, default: ast.expr | None) -> ast.stmt:
    target = ast.copy_location(ast.Name(name, ast.Store()), call)
    annotation = ast.copy_location(ast.Name("object", ast.Load()), call)
    return ast.copy_location(ast.AnnAssign(target=target, annotation=annotation, value=default, simple=1), call)


def _fields(given: ast.expr) -> list[str] | None:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value.replace(",", " ").split()
    if not isinstance(given, (ast.List, ast.Tuple)):
        return None
    names = [_text(each.elts[0] if isinstance(each, ast.Tuple) and each.elts else each) for each in given.elts]
    known = [name for name in names if name is not None]
    return known if len(known) == len(names) else None


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _defaults(call: ast.Call) -> list[ast.expr]:
    """What `defaults=(...)` gives the last fields."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "defaults"), None)
    return given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
