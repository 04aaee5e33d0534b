"""One file as a rule sees it."""

import ast
import re

import pytest

from truthline.facts.extract import outline
from truthline.facts.view import PARTS, FileView, Part
from truthline.model.location import FILE_START, Location, Span


def view(text: str, path: str = "app/a.py") -> FileView:
    return FileView(path, "app.a", text.encode(), outline(text, ast.parse(text)))


def test_everything_is_made_once() -> None:
    file = view("x = 1\n")
    assert file.tree is file.tree
    assert file.nodes is file.nodes
    assert file.comments is file.comments


def test_nodes_come_in_the_order_of_the_text() -> None:
    file = view("def f(a: int = 1):\n    g(a)\n\n\nh()\n")
    names = [node.id for node in file.nodes if isinstance(node, ast.Name)]
    assert names == ["int", "g", "a", "h"]


def test_places_count_characters() -> None:
    file = view("x = 'é' + y  # ü\n")
    [name] = [node for node in file.nodes if isinstance(node, ast.Name) and node.id == "y"]
    assert file.at(name) == Location("app/a.py", Span(1, 11, 1, 12))
    assert file.at() == Location("app/a.py", FILE_START)
    assert (file.comments[0].column, file.comments[0].text) == (14, "# ü")


def test_a_stretch_of_text_may_span_lines() -> None:
    file = view("a = 1\nbb = 2\n")
    start = file.text.index("bb")
    assert file.stretch(start, start + 2) == Span(2, 1, 2, 3)
    assert file.stretch(0, len(file.text)) == Span(1, 1, 3, 1)


def test_line_ends_and_marks_are_those_of_the_parser() -> None:
    text = "\ufeffa = 1\r\nb = '\x0c'\r\n"
    file = FileView("a.py", "a", text.encode(), outline("a = 1\n", ast.parse("a = 1")))
    assert file.lines == ["a = 1", "b = '\x0c'", ""]
    assert len(file.tree.body) == 2


def test_a_package_is_known_by_its_file() -> None:
    assert view("", "app/__init__.py").is_package
    assert not view("", "app/a__init__.py").is_package


def test_a_deep_tree_can_be_walked() -> None:
    file = view("x = " + "+".join(["1"] * 900) + "\n")
    assert sum(isinstance(node, ast.Constant) for node in file.nodes) == 900


TEXT = '''\
"""Doc word."""
x = f"word {word} more"  # word


class C:
    """Doc word
    two."""

    y = word("word")
    """word"""
'''


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        ({"code"}, [(2, 13), (9, 9)]),
        ({"comments"}, [(2, 28)]),
        ({"strings"}, [(2, 7), (9, 15)]),
        ({"docstrings"}, [(1, 8), (6, 12), (10, 8)]),
        ({"strings", "docstrings"}, [(1, 8), (2, 7), (6, 12), (9, 15), (10, 8)]),
        ({"code", "comments", "strings"}, [(2, 7), (2, 13), (2, 28), (9, 9), (9, 15)]),
        (PARTS, [(1, 8), (2, 7), (2, 13), (2, 28), (6, 12), (9, 9), (9, 15), (10, 8)]),
    ],
)
def test_the_text_of_some_parts(parts: set[Part], places: list[tuple[int, int]]) -> None:
    file = view(TEXT)
    text = file.text_of(frozenset(parts))
    found = [file.stretch(match.start(), match.end()) for match in re.finditer("word", text)]
    assert [(span.line, span.column) for span in found] == places
    assert len(text) == len(TEXT)
    assert text.count("\n") == TEXT.count("\n")
