"""The source lines of a span, with carets under it."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len

from truthline.model.location import FILE_START, Span
from truthline.report.escape import printable

TAB = 4
CONTEXT = 1
"""Lines shown above the span."""
LINES = 4
"""Lines of one span that are shown; what spans a whole class is not printed whole."""
ELLIPSIS = "..."


class FrameLine(msgspec.Struct, frozen=True):
    """One line of a frame: a numbered source line, or (without a number) the carets under it."""

    number: int | None
    text: str


def frame(lines: Sequence[str], span: Span, width: int) -> list[FrameLine]:
    """The frame of a span, no line wider than `width` cells; nothing where there is nothing to point at."""
    if span == FILE_START or not 1 <= span.line <= len(lines):
        return []
    first = max(1, span.line - CONTEXT)
    last = min(span.end_line, span.line + LINES - 1, len(lines))
    shown: list[FrameLine] = []
    for number in range(first, last + 1):
        shown += _shown(lines[number - 1], number, span, width)
    return shown


def _shown(line: str, number: int, span: Span, width: int) -> list[FrameLine]:
    cells = _cells(line.rstrip())
    if number < span.line:
        return [FrameLine(number, _cropped(cells, 0, 0, width)[0])]
    start, end = _marked(line, number, span)
    length = max(1, _length(cells[start:end]))
    text, shift = _cropped(cells, start, length, width)
    offset = shift + _length(cells[:start])
    carets = "^" * max(1, min(length, width - offset))
    return [FrameLine(number, text), FrameLine(None, " " * offset + carets)]


def _marked(line: str, number: int, span: Span) -> tuple[int, int]:
    """The marked characters of one line, from 0, the end excluded."""
    indent = len(line) - len(line.lstrip())
    start = span.column - 1 if number == span.line else indent
    end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
    return start, max(start, end)


def _cells(line: str) -> list[str]:
    """What is printed for each character of a source line; a tab reaches to its next stop."""
    if line.isascii() and line.isprintable():
        return list(line)
    cells: list[str] = []
    column = 0
    for character in line:
        shown = " " * (TAB - column % TAB) if character == "\t" else printable(character)
        cells.append(shown)
        column += cell_len(shown)
    return cells


def _length(cells: Sequence[str]) -> int:
    text = "".join(cells)
    return len(text) if text.isascii() else sum(map(cell_len, cells))


def _cropped(cells: Sequence[str], focus: int, length: int, width: int) -> tuple[str, int]:
    """The part of a line that fits, and by how many cells it moved right.

    It shows the `length` cells from the character `focus` on, or the first of them, and as much as fits before them.
    """
    if _length(cells) <= width:
        return "".join(cells), 0
    shown = min(length, width // 2)
    start = 0
    if _length(cells[:focus]) + shown > width - len(ELLIPSIS):
        start = _start_before(cells, focus, width - shown - 2 * len(ELLIPSIS))
    lead = ELLIPSIS if start else ""
    return _filled(cells[start:], lead, width), len(lead) - _length(cells[:start])


def _start_before(cells: Sequence[str], focus: int, room: int) -> int:
    """The first character that still stands within `room` cells before `focus`."""
    start = min(focus, len(cells))
    while start and room >= cell_len(cells[start - 1]):
        start -= 1
        room -= cell_len(cells[start])
    return start


def _filled(cells: Sequence[str], lead: str, width: int) -> str:
    """As many characters after `lead` as fit, with an ellipsis where some do not."""
    room = width - len(lead)
    if _length(cells) <= room:
        return lead + "".join(cells)
    room -= len(ELLIPSIS)
    taken = lead
    for cell in cells:
        room -= cell_len(cell)
        if room < 0:
            break
        taken += cell
    return taken + ELLIPSIS
