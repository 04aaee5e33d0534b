"""One file as a rule sees it."""

import ast

from truthline.facts.extract import outline
from truthline.facts.view import FileView
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
