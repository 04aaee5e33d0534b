"""The types that an annotation names."""

import ast
from collections.abc import Iterator

_FIRST_ONLY = {"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "Unpack", "Mapped"}
_EITHER = {"Optional", "Union"}
_NO_TYPES = {"Literal", "LiteralString"}


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def type_names(annotation: ast.expr, *, generics: bool = True) -> Iterator[str]:
    """The dotted names of the types in an annotation: of a union each, of `Annotated[T, ...]` that of `T`.

    Strings are read as the expressions they hold. What stands in the brackets of other generics counts where
    `generics` says so; `None` is no type to speak of.
    """
    pending = [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield from filter(None, [dotted(node)])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            pending.extend(_read(node.value))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            pending.extend((node.right, node.left))
        elif isinstance(node, ast.Starred):
            pending.append(node.value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            pending.extend(reversed(node.elts))
        elif isinstance(node, ast.Subscript):
            pending.extend(reversed(list(_subscripted(node, generics))))


def _read(text: str) -> list[ast.expr]:
    try:
        return [ast.parse(text.strip(), mode="eval").body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _subscripted(node: ast.Subscript, generics: bool) -> Iterator[ast.expr]:
    last = dotted(node.value).rpartition(".")[2]
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if last in _FIRST_ONLY:
        yield from inner[:1]
    elif last in _EITHER:
        yield from inner
    elif last not in _NO_TYPES:
        yield node.value
        if generics:
            yield from inner
