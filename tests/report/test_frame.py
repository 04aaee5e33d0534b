"""The code frame: carets stand under the span, whatever the line holds."""

import pytest
from rich.cells import cell_len

from truthline.model.location import FILE_START, Span
from truthline.report.frame import frame


def drawn(source: str, span: Span, width: int = 60) -> str:
    return "\n".join(line.text for line in frame(source.split("\n"), span, width))


@pytest.mark.parametrize(
    ("source", "span", "picture"),
    [
        ("call(x)", Span(1, 6, 1, 7), "call(x)\n     ^"),
        ("call(x)", Span(1, 8, 1, 8), "call(x)\n       ^"),
        ("\tcall(x)", Span(1, 2, 1, 6), "    call(x)\n    ^^^^"),
        ("x\t= 1", Span(1, 3, 1, 4), "x   = 1\n    ^"),
        ("数 = f(値)", Span(1, 7, 1, 8), "数 = f(値)\n       ^^"),
        ("a\x1bb", Span(1, 3, 1, 4), "a\\x1bb\n     ^"),
        ("above\nbad()  ", Span(2, 1, 2, 6), "above\nbad()\n^^^^^"),
        ("f(\n    1,\n)", Span(1, 1, 3, 2), "f(\n^^\n    1,\n    ^^\n)\n^"),
        ("short", Span(1, 20, 1, 30), "short\n     ^"),
    ],
)
def test_carets_stand_under_the_span(source: str, span: Span, picture: str) -> None:
    assert drawn(source, span) == picture


def test_a_span_over_a_whole_class_is_cut() -> None:
    source = "\n".join(f"line_{number}" for number in range(1, 40))
    assert [line.number for line in frame(source.split("\n"), Span(5, 1, 30, 3), 60) if line.number] == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("span", [FILE_START, Span(9, 1, 9, 2), Span(0, 1, 0, 2)])
def test_nothing_is_drawn_where_nothing_can_be_pointed_at(span: Span) -> None:
    assert frame(["only line"], span, 60) == []


@pytest.mark.parametrize("column", [1, 30, 150, 300])
@pytest.mark.parametrize("letter", ["x", "値"])
def test_a_long_line_is_cropped_around_the_span(column: int, letter: str) -> None:
    line = letter * (column - 1) + "HERE" + letter * (304 - column)
    source, carets = frame([line], Span(1, column, 1, column + 4), 60)
    assert cell_len(source.text) <= 60
    start = cell_len(source.text[: source.text.index("HERE")])
    assert carets.text == " " * start + "^^^^"


def test_carets_never_leave_the_page() -> None:
    _, carets = frame(["x" * 500], Span(1, 3, 1, 400), 60)
    assert cell_len(carets.text) <= 60
