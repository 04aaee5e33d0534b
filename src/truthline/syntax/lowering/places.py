"""Where the nodes of a concrete tree stand, as `ast` counts: lines from 1, columns in UTF-8 bytes from 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from libcst.metadata import MetadataWrapper, PositionProvider

if TYPE_CHECKING:
    import libcst as cst

Place = dict[str, Any]
"""The four attributes of a node's position by name, each an int."""


class Places:
    """The positions of one module's nodes."""

    def __init__(self, module: cst.Module, text: str) -> None:
        self._lines = text.split("\n")
        self._found = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)

    def of(self, node: cst.CSTNode) -> Place:
        """Where a node stands, without the parentheses around it."""
        return self.between(node, node)

    def between(self, first: cst.CSTNode, last: cst.CSTNode) -> Place:
        """From where one node starts to where another ends."""
        start, end = self._found[first].start, self._found[last].end
        return {
            "lineno": start.line,
            "col_offset": self._bytes(start.line, start.column),
            "end_lineno": end.line,
            "end_col_offset": self._bytes(end.line, end.column),
        }

    def enclosed(self, node: cst.BaseExpression) -> Place:
        """Where a node stands with the innermost parentheses around it, which belong to a tuple or a generator."""
        if node.lpar and node.rpar:
            return self.between(node.lpar[-1], node.rpar[0])
        return self.of(node)

    def before(self, node: cst.CSTNode) -> Place:
        """Where the character in front of a node stands; of the four attributes, the two of a start."""
        start = self._found[node].start
        return {"lineno": start.line, "col_offset": self._bytes(start.line, start.column - 1)}

    def line(self, node: cst.CSTNode) -> int:
        """The line on which a node starts."""
        return int(self._found[node].start.line)

    def _bytes(self, line: int, column: int) -> int:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return column if text.isascii() else len(text[:column].encode("utf-8"))
