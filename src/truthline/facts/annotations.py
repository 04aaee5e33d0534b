"""Annotations as plain type expressions."""

import ast

from truthline.facts.code import Type

UNREADABLE = Type("")
_TRANSPARENT = {"Annotated", "Final", "ClassVar", "Required", "NotRequired", "InitVar", "Mapped"}


def read_type(node: ast.expr | None) -> Type | None:
    """The type that an annotation names; strings are read as the expressions they hold."""
    if node is None:
        return None
    node = unquoted(node)
    if isinstance(node, ast.Constant):
        return Type("None") if node.value is None else UNREADABLE
    if isinstance(node, (ast.Name, ast.Attribute)):
        return Type(dotted(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Type("|", _all([node.left, node.right]))
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    return UNREADABLE


def field_role(node: ast.expr) -> str:
    """ "ClassVar" or "InitVar", where an annotation in a class body says that what it stands at is no common field."""
    named = dotted(node.value if isinstance(node, ast.Subscript) else node).rpartition(".")[2]
    return named if named in ("ClassVar", "InitVar") else ""


def is_annotated(node: ast.expr) -> bool:
    """Whether an annotation carries more than a type, for whoever looks: `Annotated[Session, Depends(session)]`."""
    return isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Annotated"


def unquoted(node: ast.expr) -> ast.expr:
    """The expression that a text holds, at the place of the text; anything else as it is."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    try:
        written = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return node
    for part in ast.walk(written):
        ast.copy_location(part, node)
    return written


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names, "" for anything else."""
    parts: list[str] = []
    current = node
    while isinstance(current, ast.Attribute):
        parts.append(current.attr)
        current = current.value
    if not isinstance(current, ast.Name):
        return ""
    return ".".join([current.id, *reversed(parts)])


def _all(nodes: list[ast.expr]) -> tuple[Type, ...]:
    return tuple(read_type(node) or UNREADABLE for node in nodes)


def _subscript(node: ast.Subscript) -> Type:
    name = dotted(node.value)
    last = name.rpartition(".")[2]
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if last in _TRANSPARENT:
        return read_type(inner[0]) or UNREADABLE if inner else UNREADABLE
    if last == "Optional":
        return Type("|", (*_all(inner), Type("None")))
    if last == "Union":
        return Type("|", _all(inner))
    if last == "Literal":
        return UNREADABLE
    return Type(name, _all(inner))
