"""A file as its fixes see it: the concrete tree, and what stands where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from truthline.checking.rewriting import Edit, Prepend, Replace
from truthline.model.location import Span
from truthline.syntax.concrete import rewritten, tree

if TYPE_CHECKING:
    from libcst import CSTNode


class ConcreteFile:
    """A file's tree by LibCST. Raises `Unparsable` where there is none."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self._wrapper = MetadataWrapper(tree(source), unsafe_skip_copy=True)

    @property
    def module(self) -> cst.Module:
        """The whole tree."""
        return self._wrapper.module

    def nodes_at(self, span: Span) -> tuple[CSTNode, ...]:
        """The nodes of exactly this span, the outermost first."""
        return self._by_span.get(span, ())

    def comment_at(self, line: int, column: int) -> cst.Comment | None:
        """The comment that begins at this place, both counted from 1."""
        nodes = (
            node
            for span, several in self._by_span.items()
            if (span.line, span.column) == (line, column)
            for node in several
        )
        return next((node for node in nodes if isinstance(node, cst.Comment)), None)

    def parent(self, node: CSTNode) -> CSTNode:
        """The node around a node. Raises KeyError for the module."""
        return self._wrapper.resolve(ParentNodeProvider)[node]

    def removal(self, comment: cst.Comment) -> Replace:
        """The edit that takes a comment away, and its line where nothing else stands on it."""
        around = self.parent(comment)
        if isinstance(around, cst.TrailingWhitespace):
            return Replace(around, around.with_changes(comment=None, whitespace=cst.SimpleWhitespace("")))
        return Replace(around, None)

    def docstring(self) -> str | None:
        """The module's docstring as it is written, with `\\n` as its only line end; None where there is none."""
        node = self._docstring
        return None if node is None else node.raw_value.replace("\r\n", "\n").replace("\r", "\n")

    def with_docstring(self, text: str) -> Iterator[Edit]:
        """The edits that give the module another docstring; none where its text would have to be written otherwise."""
        if self._begins_with_text and self._docstring is None:
            return
        prefix = self._docstring.prefix if self._docstring is not None else ""
        quotes = self._docstring.quote if self._docstring is not None else '"' * 3
        quotes = quotes if len(quotes) == 3 else quotes * 3
        if quotes in text or text.endswith(quotes[0]) or ("\\" in text and self._docstring is None):
            return
        value = f"{prefix}{quotes}{text}{quotes}".replace("\n", self.module.default_newline)
        if self._docstring is not None:
            yield Replace(self._docstring, self._docstring.with_changes(value=value))
        else:
            yield Prepend(cst.SimpleStatementLine([cst.Expr(cst.SimpleString(value))]))

    def names(self, name: str) -> int:
        """How often a name occurs in the code: as a variable, an attribute or an import."""
        return self._names.count(name)

    def encoded(self, module: cst.Module) -> bytes:
        """The bytes of the file with another tree. Raises `Unparsable` where its encoding cannot hold the text."""
        return rewritten(self.source, module)

    @cached_property
    def _docstring(self) -> cst.SimpleString | None:
        """The text that is the docstring, unless it is put together of several."""
        first = self._first_expression
        if isinstance(first, cst.SimpleString) and not set(first.prefix.lower()) & {"b", "f"}:
            return first
        return None

    @property
    def _begins_with_text(self) -> bool:
        return isinstance(self._first_expression, (cst.SimpleString, cst.ConcatenatedString))

    @property
    def _first_expression(self) -> CSTNode | None:
        line = self.module.body[0] if self.module.body else None
        first = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        return first.value if isinstance(first, cst.Expr) else None

    @cached_property
    def _by_span(self) -> dict[Span, tuple[CSTNode, ...]]:
        found: dict[Span, tuple[CSTNode, ...]] = {}
        for node, place in self._wrapper.resolve(PositionProvider).items():
            start, end = place.start, place.end
            span = Span(start.line, start.column + 1, end.line, end.column + 1)
            found[span] = (*found.get(span, ()), node)
        return found

    @cached_property
    def _names(self) -> list[str]:
        collector = _Names()
        self.module.visit(collector)
        return collector.found


class _Names(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit_Name(self, node: cst.Name) -> None:
        self.found.append(node.value)
