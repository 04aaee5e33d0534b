import ast
import io
import sys
import tokenize
from pathlib import Path

import pytest

from truthline.syntax.comments import Comment, comments, source_comments


def test_only_real_comments_count() -> None:
    text = (
        'x = "# truthline: allow[TL101] no"\n'
        "y = 1  # truthline: allow[TL301] é reason  \n"
        "    #truthline:allow[TL302]\n"
        '"""\n# truthline: no\n"""\n'
        "z = 1  # about truthline: no\n"
    )
    assert comments(text) == (
        Comment(2, 8, "allow[TL301] é reason", alone=False),
        Comment(3, 5, "allow[TL302]", alone=True),
    )


def test_a_text_without_the_word_is_not_tokenized() -> None:
    assert comments("x = (") == ()


def test_comments_up_to_a_broken_token_are_kept() -> None:
    assert [each.text for each in comments("# truthline: a\nx = (\n")] == ["a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # a\n# b\n", [(1, 8, "# a", False), (2, 1, "# b", True)]),
        ("x = '# no' # yes", [(1, 12, "# yes", False)]),
        ('x = """\n# no\n""" # yes', [(3, 5, "# yes", False)]),
        ("x = 'it\\'s # no' # yes", [(1, 18, "# yes", False)]),
        ('x = r"\\\\" # yes', [(1, 11, "# yes", False)]),
        ("x = ('a'  # one\n     'b')  # two", [(1, 11, "# one", False), (2, 12, "# two", False)]),
        ("x = f'{{ # no' # yes", [(1, 16, "# yes", False)]),
        ("x = f'{a:#x}' # yes", [(1, 15, "# yes", False)]),
        ("x = ''  # '\ny = 1  # \"", [(1, 9, "# '", False), (2, 8, '# "', False)]),
        ("x = ''''a # no''' # yes", [(1, 19, "# yes", False)]),
        ("x = 'a\\\n# no' # yes", [(2, 7, "# yes", False)]),
        ("\x0c# after a form feed", [(1, 2, "# after a form feed", True)]),
    ],
)
def test_every_comment(text: str, found: list[tuple[int, int, str, bool]]) -> None:
    ast.parse(text)
    assert [(each.line, each.column, each.text, each.alone) for each in source_comments(text)] == found


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 701")
@pytest.mark.parametrize("text", ['x = f"{d["#"]}" # yes', "x = f'{d['\"']}' # yes", 'x = f"{f"{1}"}" # yes'])
def test_strings_of_the_same_quotes_in_an_f_string(text: str) -> None:
    ast.parse(text)
    assert [each.text for each in source_comments(text)] == ["# yes"]


def test_the_scan_agrees_with_the_tokenizer_on_the_standard_library() -> None:
    differing = []
    for path in sorted(Path(ast.__file__).parent.glob("*.py")):
        with tokenize.open(path) as stream:
            text = stream.read()
        tokens = tokenize.generate_tokens(io.StringIO(text, newline="\n").readline)
        real = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
        if real != [(each.line, each.text) for each in source_comments(text)]:
            differing.append(path.name)
    assert differing == []
