"""Paragraphs are broken between words, and long names between their parts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from truthline.report.breaking import breaks


def broken(text: str, width: int) -> list[str]:
    offsets = [0, *breaks(text, width), len(text)]
    return [text[start:end].rstrip(" ") for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("fits well", ["fits well"]),
        ("two words here", ["two words", "here"]),
        ("exactly10 x", ["exactly10", "x"]),
        ("see app.cache:_connectors", ["see", "app.cache:", "_connector", "s"]),
        ("a.bc.def.ghij.k", ["a.bc.def.", "ghij.k"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("値値値値値値", ["値値値値値", "値"]),
        ("word          far", ["word", "far"]),
        ("exactly1e\u0301 x", ["exactly1e\u0301", "x"]),
        ("ten letterse\u0301", ["ten", "letterse\u0301"]),
        ("abcdefghij\u0301k", ["abcdefghij\u0301", "k"]),
    ],
)
def test_breaks(text: str, lines: list[str]) -> None:
    assert broken(text, 10) == lines


@given(st.text(alphabet="ab .:/値", max_size=60), st.integers(2, 20))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in broken(text, width))
    offsets = breaks(text, width)
    assert offsets == sorted(set(offsets))
