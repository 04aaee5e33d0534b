"""Where a paragraph is broken into lines."""

from rich.cells import cell_len

AFTER = ".:/"
"""A name or path that is longer than a line is broken after one of these, so that its parts stay whole."""


def breaks(text: str, width: int) -> list[int]:
    """The offsets at which lines begin, the first one excluded; no line is wider than `width` cells.

    Blanks at a break stay at the end of the line before it, where they may stick out.
    """
    found: list[int] = []
    start = 0
    while (fitting := _fitting(text, start, width)) < len(text):
        start = _break(text, start, fitting)
        found.append(start)
    return found


def _fitting(text: str, start: int, width: int) -> int:
    """The end of the longest piece that fits; at least one character does. Blanks after it always fit."""
    end = max(_filled(text, start, width), start + 1)
    return end + len(text[end:]) - len(text[end:].lstrip(" "))


def _filled(text: str, start: int, width: int) -> int:
    """The end of what fits in `width` cells."""
    piece = text[start : start + width + 1]
    if piece.isascii() and piece.isprintable():  # a cell each, which almost every line is
        return start + min(len(piece), width)
    end = start
    while end < len(text) and (width := width - cell_len(text[end])) >= 0:
        end += 1
    return end


def _break(text: str, start: int, end: int) -> int:
    """The best place for a break at or before `end`: after a blank, within a long name, anywhere."""
    blank = text.rfind(" ", start, end) + 1
    if text[start:blank].strip():
        return blank
    return max(text.rfind(mark, start, end) + 1 for mark in AFTER) or end
