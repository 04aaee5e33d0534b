import ast
import sys
import warnings

import pytest

from truthline.syntax.concrete import tree
from truthline.syntax.parse import parse
from truthline.syntax.shape import measure
from truthline.syntax.unread import Unparsable


def failure(source: bytes) -> Unparsable:
    with pytest.raises(Unparsable) as caught:
        parse(source)
    return caught.value


def test_a_tree_comes_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(parse(b"x = '\\d' if 1 is 1 else 0\n"), ast.Module)


@pytest.mark.parametrize("source", [b"", b"\f\nx = 1\n", b"x = 1\ry = 2\r", b"x = '" + b"a" * 1_000_000 + b"'"])
def test_odd_but_valid_text_parses(source: bytes) -> None:
    assert isinstance(parse(source), ast.Module)


def test_a_syntax_error_says_where() -> None:
    error = failure("é = 1\nx = = 2\n".encode())
    assert (error.reason, error.line, error.column) == ("does not parse: invalid syntax", 2, 5)


def test_lines_after_a_carriage_return_count() -> None:
    assert failure(b"x = 1\rx = = 2\r").line == 2


@pytest.mark.parametrize("source", [b"(" * 5_000 + b")" * 5_000, b"-" * 20_000 + b"1"])
def test_deep_nesting_is_refused(source: bytes) -> None:
    assert "nest" in failure(source).reason


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 builds such a tree")
def test_long_chains_are_refused() -> None:
    assert "nest" in failure(b"+".join([b"1"] * 100_000)).reason


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        (b"", (0, 0)),
        (b"a = f(g[{1}])", (3, 2)),
        (b"a + b + c\nd + e\n", (0, 2)),
        (b"f(a + b, c + d, e)", (1, 1)),
        (b"f(\n a +\n b +\n c)", (1, 2)),
        (b"a + \\\n b + c", (0, 2)),
        (b"a.b().c()[0](1, 2)(3)", (1, 7)),
        (b"x = '((((' + \"[[[[\" # {{{{ ++++", (0, 2)),
        (b"'''\n((\n'''\n\"\"\"\n)) ++++\"\"\"", (0, 0)),
        (b"f'{a + b + c} ++++' ", (0, 3)),
        (b"f'{a + {b}} ' \"((\"", (0, 3)),
        (b"if a:\n  pass\n" + b"elif b:\n  pass\n" * 9, (0, 9)),
        (b"not not a or b if c else lambda: 1", (0, 7)),
        (b")))((", (2, 1)),
        (b"'''\\", (0, 0)),
        (b"'unclosed ((\n(", (1, 1)),
    ],
)
def test_a_shape_bounds_what_nests(source: bytes, shape: tuple[int, int]) -> None:
    measured = measure(source)
    assert (measured.brackets, measured.chain) == shape


def test_a_concrete_tree_keeps_the_layout() -> None:
    assert tree(b"x  =  1 # why\r\n").code == "x  =  1 # why\r\n"


@pytest.mark.parametrize(
    "source", [b"(" * 5_000 + b")" * 5_000, b"[" * 201 + b"]" * 201, b"+".join([b"1"] * 100_000), b"a" + b"()" * 9_000]
)
def test_what_would_kill_the_concrete_parser_is_refused(source: bytes) -> None:
    with pytest.raises(Unparsable, match="nests more than 200 brackets"):
        tree(source)


def test_a_concrete_syntax_error_says_where() -> None:
    with pytest.raises(Unparsable) as caught:
        tree(b"x = 1\nx = = 2\n")
    assert caught.value.line == 2
