"""What of a file is comment, string and code."""

import ast
import sys

import pytest

from truthline.syntax.regions import regions


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        ("x = 'a' + rb'c'", ["'a'", "rb'c'"]),
        ("x = f'a{b}c'", ["f'a", "c'"]),
        ("x = f'{b}'", ["f'", "'"]),
        ("x = f'{{{b}}}'", ["f'{{", "}}'"]),
        ("x = f'{ {1: 2}[1] }'", ["f'", "'"]),
        ("x = rf'{b:{w}.{p}}'", ["rf'", "'"]),
        ("x = '{b}'", ["'{b}'"]),
        ("x = ('a'\n     'b')", ["'a'", "'b'"]),
        ("print('a')if'b'else'c'", ["'a'", "'b'", "'c'"]),
        ("def f():\n    '''Doc.'''\n", ["'''Doc.'''"]),
    ],
)
def test_strings(text: str, strings: list[str]) -> None:
    ast.parse(text)
    assert [text[each.start : each.end] for each in regions(text) if not each.is_comment] == strings


def test_the_parts_of_an_f_string_know_where_it_begins() -> None:
    assert [each.literal for each in regions("x = f'a{b}c'")] == [4, 4]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 701")
def test_strings_in_the_fields_of_an_f_string() -> None:
    text = 'x = f"a{d["k"]}b"'
    assert [text[each.start : each.end] for each in regions(text)] == ['f"', "a", '"k"', "b", '"']
    assert [each.literal for each in regions(text)] == [4, 4, 10, 4, 4]
