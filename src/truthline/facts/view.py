"""One file as a rule looks at it: text, lines, tree and comments, each made when it is first asked for."""

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import Literal, TypeVar, cast

from truthline.facts.outline import Outline
from truthline.model.location import FILE_START, Location, Span
from truthline.syntax.comments import SourceComment, source_comments
from truthline.syntax.depth import deep_recursion
from truthline.syntax.nodes import walk
from truthline.syntax.parse import parse_text
from truthline.syntax.positions import Placed, Positions
from truthline.syntax.regions import Region, regions
from truthline.syntax.source import decode, split_lines

Part = Literal["code", "comments", "strings", "docstrings"]
"""What a file is made of."""

PARTS: frozenset[Part] = frozenset(("code", "comments", "strings", "docstrings"))
_Found = TypeVar("_Found")
_NOT_BLANK = re.compile(r"[^\s]")


class FileView:
    """A file that was read before. Whoever asks shares the tree with others and must not change it.

    `path` is relative to the config file, `module` the name under which the file is imported (its path, where no import
    can reach it). Everything but these follows from the bytes of the file; a tree that is at hand may be given.
    """

    def __init__(self, path: str, module: str, source: bytes, outline: Outline, tree: ast.Module | None = None) -> None:
        self.path = path
        self.module = module
        self.outline = outline
        self._source = source
        self._given = tree
        self._once: dict[Callable[[FileView], object], object] = {}
        self._texts: dict[frozenset[Part], str] = {}

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
        if self._given is not None:
            return self._given
        with deep_recursion():
            return parse_text(self.text)

    def once(self, find: Callable[["FileView"], _Found]) -> _Found:
        """What a function finds in this file: found once, for all rules that ask for it. Nobody may change it."""
        if find not in self._once:
            self._once[find] = find(self)
        return cast("_Found", self._once[find])

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree but contexts and operators, a node before those inside it, in order of the text."""
        return tuple(walk(self.tree))

    @cached_property
    def comments(self) -> tuple[SourceComment, ...]:
        """Every comment, from its `#` to the end of the line."""
        return source_comments(self.text)

    def text_of(self, parts: frozenset[Part]) -> str:
        """The text with everything but these parts blanked, so that each character keeps its place.

        Strings that stand alone as a statement are docstrings. Raises Unparsable where the tree is needed to tell them.
        """
        if parts not in self._texts:
            self._texts[parts] = self.text if parts == PARTS else "".join(self._kept(parts))
        return self._texts[parts]

    def _kept(self, parts: frozenset[Part]) -> Iterator[str]:
        end = 0
        told_apart = len(parts & {"strings", "docstrings"}) == 1
        for region in self._regions:
            yield from self._piece(end, region.start, kept="code" in parts)
            part: Part = "comments" if region.is_comment else "strings"
            if told_apart and not region.is_comment and region.literal in self._docstrings:
                part = "docstrings"
            yield from self._piece(region.start, region.end, kept=part in parts)
            end = region.end
        yield from self._piece(end, len(self.text), kept="code" in parts)

    def _piece(self, start: int, end: int, *, kept: bool) -> Iterator[str]:
        piece = self.text[start:end]
        yield piece if kept else _NOT_BLANK.sub(" ", piece)

    @cached_property
    def _regions(self) -> list[Region]:
        return regions(self.text)

    @cached_property
    def _docstrings(self) -> frozenset[int]:
        """Where in the text each literal of a statement that is nothing but a string begins."""
        literals = sorted({region.literal for region in self._regions if not region.is_comment})
        found: set[int] = set()
        for node in self.nodes:
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                span = self.span(node)
                start, end = self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)
                found.update(literals[bisect_left(literals, start) : bisect_left(literals, end)])
        return frozenset(found)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.lines)]

    def offset(self, line: int, column: int) -> int:
        """How many characters of the text stand before this place."""
        return self._starts[line - 1] + column - 1

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
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
