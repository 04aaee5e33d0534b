"""Functions and classes of a file's tree, with the names they have in their module."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from truthline.api import FileView, Span

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_KEYWORD = re.compile(r"(?:async\s+)?(?:def|class)\s+\w+")


class Defined(NamedTuple):
    """A function or class; `around` are the classes and functions in which it stands, the outermost first."""

    node: FunctionNode | ast.ClassDef
    qualname: str
    around: tuple[FunctionNode | ast.ClassDef, ...]


def defined(file: FileView) -> list[Defined]:
    """Every function and class of a file, in the order of the text, in whatever block it stands."""
    found: list[Defined] = []
    pending: list[tuple[ast.AST, str, tuple[FunctionNode | ast.ClassDef, ...]]] = [(file.tree, "", ())]
    while pending:
        node, prefix, around = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(Defined(node, f"{prefix}{node.name}", around))
            prefix, around = f"{prefix}{node.name}.", (*around, node)
        pending.extend((child, prefix, around) for child in reversed(list(_blocks(node))))
    return found


def heading(file: FileView, node: FunctionNode | ast.ClassDef) -> Span:
    """Where a definition says its name: `class C`, `async def f`."""
    span = file.span(node)
    match = _KEYWORD.match(file.lines[span.line - 1], span.column - 1)
    return Span(span.line, span.column, span.line, match.end() + 1) if match else span


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The statements directly inside a node, and what else holds statements."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield child
