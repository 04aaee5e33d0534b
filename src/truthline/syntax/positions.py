"""The interpreter's positions as editors show them.

`ast` counts columns in UTF-8 bytes from 0; a `Span` counts characters from 1. Only lines that are not ASCII differ.
"""

import ast

from truthline.model.location import Span
from truthline.syntax.source import split_lines

Placed = ast.stmt | ast.expr | ast.alias | ast.excepthandler | ast.pattern | ast.arg | ast.keyword
"""The nodes that stand somewhere."""


class Positions:
    """Turns places in one text into spans."""

    def __init__(self, text: str) -> None:
        self._lines = None if text.isascii() else split_lines(text)

    def column(self, line: int, offset: int) -> int:
        """The column of a byte offset in a line."""
        if self._lines is None or offset == 0:
            return offset + 1
        shown = self._lines[line - 1]
        if shown.isascii():
            return offset + 1
        return len(shown.encode("utf-8")[:offset].decode("utf-8", "replace")) + 1

    def span(self, node: Placed) -> Span:
        """Where a node stands."""
        end_line = node.end_lineno or node.lineno
        end_offset = node.end_col_offset if node.end_col_offset is not None else node.col_offset
        return Span(node.lineno, self.column(node.lineno, node.col_offset), end_line, self.column(end_line, end_offset))
