"""The node classes of `ast` that the interpreter at hand may lack: its own where it has them, else ones like them.

So a tree that was lowered from LibCST looks the same on every interpreter, and a reader of trees needs no question of
versions. Their fields are those of the newest Python.
"""

import ast
from typing import Any


def _node(name: str, base: type[ast.AST], *fields: str) -> Any:
    found = getattr(ast, name, None)
    return found or type(name, (base,), {"_fields": fields, "_attributes": _ATTRIBUTES, "__module__": __name__})


_ATTRIBUTES = ("lineno", "col_offset", "end_lineno", "end_col_offset")

TryStar = _node("TryStar", ast.stmt, "body", "handlers", "orelse", "finalbody")
"""`try` with `except*` (Python 3.11)."""

TypeAlias = _node("TypeAlias", ast.stmt, "name", "type_params", "value")
"""`type X = ...` (Python 3.12)."""

TypeParam = getattr(ast, "type_param", ast.AST)
TypeVar = _node("TypeVar", TypeParam, "name", "bound", "default_value")
ParamSpec = _node("ParamSpec", TypeParam, "name", "default_value")
TypeVarTuple = _node("TypeVarTuple", TypeParam, "name", "default_value")
"""The parameters in the brackets of `class`, `def` and `type` (Python 3.12; defaults 3.13)."""

TemplateStr = _node("TemplateStr", ast.expr, "values")
Interpolation = _node("Interpolation", ast.expr, "value", "str", "conversion", "format_spec")
"""A template string, and a replacement field of it (Python 3.14)."""
