"""Markdown as the documentation rules read it: code spans, sections under headings, table rows, each with its line.

It is read by markdown-it-py (CommonMark and tables), so fenced code, comments and escapes are what they are elsewhere.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from truthline.api import Span

if TYPE_CHECKING:
    from markdown_it.token import Token


class CodeSpan(msgspec.Struct, frozen=True):
    """The text between backticks, and where it stands."""

    text: str
    span: Span


class Heading(msgspec.Struct, frozen=True):
    """A heading as it reads, without its marks, and the line after the last of its section."""

    text: str
    span: Span
    end: int


class Row(msgspec.Struct, frozen=True):
    """A row of a table: its cells by the names of their columns, in lower case, as they read."""

    cells: dict[str, str]
    span: Span


class Item(msgspec.Struct, frozen=True):
    """A list item or a paragraph of the form `Name: value`."""

    name: str
    value: str
    span: Span


class Document(msgspec.Struct, frozen=True):
    """A Markdown document, in the order of its lines."""

    spans: tuple[CodeSpan, ...]
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    items: tuple[Item, ...]


def read_document(text: str) -> Document:
    """Read a Markdown text; there is none that cannot be read."""
    from markdown_it import MarkdownIt

    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return Document(
        spans=tuple(_spans(tokens, lines)),
        headings=tuple(_headings(tokens, lines)),
        rows=tuple(_rows(tokens, lines)),
        items=tuple(_items(tokens, lines)),
    )


def _inline(tokens: Sequence["Token"]) -> Iterator[tuple["Token", "Token", int]]:
    """Each inline token with the one around it, and the line on which its text begins, from 1."""
    line = 1
    for around, token in pairwise(tokens):
        if around.map is not None:
            line = around.map[0] + 1
        if token.type == "inline":
            yield around, token, token.map[0] + 1 if token.map else line


def _spans(tokens: Sequence["Token"], lines: Sequence[str]) -> Iterator[CodeSpan]:
    after: dict[int, int] = {}
    for _, token, first in _inline(tokens):
        line = first
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "code_inline":
                span = _found(child.content, line, lines, after)
                line = span.line
                yield CodeSpan(child.content, span)


def _found(text: str, line: int, lines: Sequence[str], after: dict[int, int]) -> Span:
    """Where a text stands from a line on, behind what was found on that line before; a code span may wrap lines."""
    for number in range(line, min(line + 3, len(lines) + 1)):
        column = lines[number - 1].find(text, after.get(number, 0))
        if column >= 0:
            after[number] = column + len(text)
            return Span(number, column + 1, number, column + 1 + len(text))
    return _whole(line, lines)


def _headings(tokens: Sequence["Token"], lines: Sequence[str]) -> Iterator[Heading]:
    found = [
        (int(around.tag[1:]), _read(token), line)
        for around, token, line in _inline(tokens)
        if around.type == "heading_open"
    ]
    for number, (level, text, line) in enumerate(found):
        following = (below for depth, _, below in found[number + 1 :] if depth <= level)
        yield Heading(text, _whole(line, lines), next(following, len(lines) + 1))


def _rows(tokens: Sequence["Token"], lines: Sequence[str]) -> Iterator[Row]:
    columns: list[str] = []
    cells: list[str] = []
    line = 1
    for token in tokens:
        if token.type == "table_open":
            columns = []
        elif token.type == "tr_open":
            cells, line = [], (token.map[0] + 1 if token.map else line)
        elif token.type == "inline":
            cells.append(_read(token))
        elif token.type == "tr_close" and not columns:
            columns = [cell.lower() for cell in cells]
        elif token.type == "tr_close":
            yield Row(dict(zip(columns, cells, strict=False)), _whole(line, lines))


def _items(tokens: Sequence["Token"], lines: Sequence[str]) -> Iterator[Item]:
    for around, token, first in _inline(tokens):
        if around.type == "paragraph_open":
            for offset, part in enumerate(_read(token).split("\n")):
                name, colon, value = part.partition(":")
                if colon and name.strip() and value.strip():
                    yield Item(name.strip().lower(), value.strip(), _whole(first + offset, lines))


def _read(token: "Token") -> str:
    """What a reader sees: text and code, without emphasis and links."""
    shown = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(shown.get(child.type, child.content) for child in token.children or ()).strip()


def _whole(line: int, lines: Sequence[str]) -> Span:
    text = lines[line - 1] if line <= len(lines) else ""
    indent = len(text) - len(text.lstrip())
    return Span(line, indent + 1, line, max(indent, len(text.rstrip())) + 1)
