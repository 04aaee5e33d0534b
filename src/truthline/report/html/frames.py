"""Source lines around a place, with the place marked."""

from truthline.model.location import FILE_START, Location, Span
from truthline.report.html.markup import Markup, joined, tag
from truthline.report.style import SourceLines

AROUND = 2
"""Lines shown before and after."""
LINES = 8
"""Lines of one span that are shown."""
LENGTH = 400
"""Characters of a line that are shown."""


def frame(location: Location, lines: SourceLines, around: int = AROUND) -> Markup:
    """The frame of a place; nothing where there is nothing to point at."""
    span = location.span
    source = lines(location.file)
    if span == FILE_START or not 1 <= span.line <= len(source):
        return Markup("")
    last = min(span.line + LINES - 1, span.end_line, len(source))
    shown = range(max(1, span.line - around), min(last + around, len(source)) + 1)
    rows = [_row(source[number - 1].rstrip(), number, span) for number in shown]
    return tag("pre", tag("code", joined(rows)), class_="frame", tabindex=0)


def _row(text: str, number: int, span: Span) -> Markup:
    inside = span.line <= number <= span.end_line
    shown = _marked(text, number, span) if inside else _shown(text)
    return tag("span", tag("i", number), shown or " ", class_="row hit" if inside else "row")


def _marked(text: str, number: int, span: Span) -> Markup:
    indent = len(text) - len(text.lstrip())
    start = span.column - 1 if number == span.line else indent
    end = span.end_column - 1 if number == span.end_line else len(text)
    end = max(start, end)
    return joined((_shown(text[:start]), tag("mark", _shown(text[start:end])), _shown(text[end:])))


def _shown(text: str) -> str:
    """Source text; a tab is four blanks, and what is far too long is cut."""
    cut = text if len(text) <= LENGTH else f"{text[:LENGTH]}..."
    return cut.replace("\t", "    ")
