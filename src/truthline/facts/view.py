"""One file as a rule looks at it: text, lines, tree and comments, each made when it is first asked for."""

import ast
from functools import cached_property

from truthline.facts.lower import deep_recursion
from truthline.facts.outline import Outline
from truthline.model.location import FILE_START, Location, Span
from truthline.syntax.comments import SourceComment, source_comments
from truthline.syntax.parse import parse_text
from truthline.syntax.positions import Placed, Positions
from truthline.syntax.source import decode, split_lines


class FileView:
    """A file that was read before. Whoever asks shares the tree with others and must not change it.

    `path` is relative to the config file, `module` the name under which the file is imported (its path, where no import
    can reach it). Everything but these follows from the bytes of the file.
    """

    def __init__(self, path: str, module: str, source: bytes, outline: Outline) -> None:
        self.path = path
        self.module = module
        self.outline = outline
        self._source = source

    @property
    def is_package(self) -> bool:
        """Whether it is an `__init__.py`."""
        return self.path.rpartition("/")[2] == "__init__.py"

    @cached_property
    def text(self) -> str:
        """The decoded text, with `\\n` as its only line end."""
        return decode(self._source)

    @cached_property
    def lines(self) -> list[str]:
        """The lines as the parser counts them, line 1 first."""
        return split_lines(self.text)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises Unparsable, for which the file is passed over: TL001 stands there."""
        with deep_recursion():
            return parse_text(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, a node before those inside it, in the order of the text where it has one."""
        found: list[ast.AST] = []
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            found.append(node)
            stack.extend(reversed(list(ast.iter_child_nodes(node))))
        return tuple(found)

    @cached_property
    def comments(self) -> tuple[SourceComment, ...]:
        """Every comment, from its `#` to the end of the line."""
        return source_comments(self.text)

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self.text)

    def span(self, node: Placed) -> Span:
        """Where a node stands, in characters."""
        return self._positions.span(node)

    def at(self, place: Placed | Span = FILE_START) -> Location:
        """The place of a node or of a span in this file; by default the file's start."""
        return Location(self.path, place if isinstance(place, Span) else self.span(place))

    def stretch(self, start: int, end: int) -> Span:
        """The span of the characters from `start` to `end` of the text."""
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(line, column, end_line, end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)
