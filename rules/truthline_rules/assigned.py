"""What the names of a module and of its classes are assigned."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from truthline.api import Program, SourceModule, Unparsable


class Assigned(NamedTuple):
    """An assignment of a name: its dotted name in the module, where it stands, and what is written there.

    `value` is None where a name takes its part of a larger value; `is_type` says that a type is spoken of.
    """

    name: str
    target: ast.Name
    value: ast.expr | None
    is_type: bool = False


def assigned(tree: ast.Module) -> Iterator[Assigned]:
    """Every assignment at module level and in class bodies, in whatever block, in the order of the text."""
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, prefix = pending.pop()
        if isinstance(node, ast.ClassDef):
            prefix = f"{prefix}{node.name}."
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for target, value, is_type in _written(node):
            for name, part in _parts(target, value):
                yield Assigned(f"{prefix}{name.id}", name, part, is_type)
        inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]
        pending.extend((child, prefix) for child in reversed(inner))


def _written(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None, bool]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value, False) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        annotation = node.annotation
        last = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
        yield node.target, node.value, last == "TypeAlias"
    elif type(node).__name__ == "TypeAlias":
        name, value = getattr(node, "name", None), getattr(node, "value", None)
        if isinstance(name, ast.Name) and isinstance(value, ast.expr):
            yield name, value, True


def _parts(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.Name, ast.expr | None]]:
    """The names of a target, each with its own part of a written tuple."""
    if isinstance(target, ast.Name):
        yield target, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        paired = len(values) == len(target.elts) and not any(isinstance(each, ast.Starred) for each in values)
        for index, inner in enumerate(target.elts):
            yield from _parts(inner, values[index] if paired else None)
    elif isinstance(target, ast.Starred):
        yield from _parts(target.value, None)


class Assignments:
    """The assignments of the modules of one program, each module read when first asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[str, dict[str, list[Assigned]]] = {}

    def of(self, module: SourceModule, name: str) -> list[Assigned]:
        """What a dotted name of a module is assigned."""
        if module.file not in self._known:
            self._known[module.file] = self._read(module)
        return self._known[module.file].get(name, [])

    def _read(self, module: SourceModule) -> dict[str, list[Assigned]]:
        found: dict[str, list[Assigned]] = {}
        try:
            for each in assigned(self._program.view(module.file).tree):
                found.setdefault(each.name, []).append(each)
        except Unparsable:
            return {}
        return found
