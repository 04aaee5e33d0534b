"""The use cases of two documents: sections and rows of tables, with what they say and the code that they name."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

import msgspec

from truthline.api import Location, Program
from truthline_rules.documents import Document, read_document

_NAMES = ("usecase", "use case", "name", "title")
FIELDS = ("audience", "status")
"""What a document says of each use case."""


class Case(msgspec.Struct, frozen=True):
    """A use case as one document has it: a row of a table, or a section. Fields that it does not say are absent.

    `text` is all of it, without what is only layout, and `references` are its code spans.
    """

    name: str
    location: Location
    fields: dict[str, str]
    text: str
    references: tuple[str, ...]


class UsecaseDocument(msgspec.Struct, frozen=True):
    """One of the two documents; `content` is None where it cannot be read, and then `reason` says why."""

    path: str
    content: Document | None
    cases: dict[str, tuple[Case, ...]]
    reason: str = ""
    lines: tuple[str, ...] = ()


_READ: "WeakKeyDictionary[Program, dict[str, tuple[UsecaseDocument, UsecaseDocument]]]" = WeakKeyDictionary()


def documents(program: Program) -> Mapping[str, tuple[UsecaseDocument, UsecaseDocument]]:
    """The index and the linkage of each `[docs.*]` table; read once for all rules."""
    if program not in _READ:
        _READ[program] = {
            name: (_read(program, docs.index, docs.case), _read(program, docs.linkage, docs.case))
            for name, docs in sorted(program.config.docs.items())
        }
    return _READ[program]


def _read(program: Program, path: str, case: str) -> UsecaseDocument:
    if not program.tree.is_file(path):
        return UsecaseDocument(path, None, {}, "does not exist")
    return read_usecases(path, program.tree.read(path), case)


def read_usecases(path: str, source: bytes, case: str) -> UsecaseDocument:
    """The use cases of a document's bytes, by a regular expression for their names."""
    text = source.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    content, lines = read_document(text), tuple(text.split("\n"))
    cases: defaultdict[str, list[Case]] = defaultdict(list)
    for name, found in _cases(path, content, lines, re.compile(rf"(?<![\w-])(?:{case})(?![\w-])")):
        cases[name].append(found)
    return UsecaseDocument(path, content, {name: tuple(several) for name, several in cases.items()}, "", lines)


def _cases(path: str, content: Document, lines: tuple[str, ...], case: re.Pattern[str]) -> Iterator[tuple[str, Case]]:
    """Sections whose heading begins with a use case, and rows that have one in a cell of its own."""

    def stretch(first: int, end: int) -> tuple[str, tuple[str, ...]]:
        """Text and references from a line on, until before another."""
        references = tuple(each.text.strip() for each in content.spans if first <= each.span.line < end)
        return " ".join(" ".join(lines[first - 1 : end - 1]).split()), references

    for heading in content.headings:
        match = case.match(heading.text)
        if match:
            line = heading.span.line
            inside = [each for each in content.items if line < each.span.line < heading.end]
            fields = {each.name: each.value for each in reversed(inside) if each.name in FIELDS}
            name = heading.text[match.end() :].strip(" \t:.-\u2013\u2014")
            yield match[0], Case(name, Location(path, heading.span), fields, *stretch(line, heading.end))
    for row in content.rows:
        named = [cell for cell in row.cells.values() if case.fullmatch(cell)]
        if named:
            line = row.span.line
            name = next((row.cells[column] for column in _NAMES if column in row.cells), "")
            fields = {field: row.cells[field] for field in FIELDS if row.cells.get(field)}
            yield named[0], Case(name, Location(path, row.span), fields, *stretch(line, line + 1))
