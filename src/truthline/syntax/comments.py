"""The comments that are addressed to truthline."""

import io
import re
import tokenize
from collections.abc import Iterator

import msgspec

_ADDRESSED = re.compile(r"#\s*truthline:\s*(.*?)\s*$")


class Comment(msgspec.Struct, frozen=True, array_like=True):
    """A `# truthline: ...` comment: the text after the colon, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str) -> tuple[Comment, ...]:
    """Every real `# truthline:` comment of a text that parses; one inside a string is none.

    Tokenizing is slow, so it happens only where the word occurs at all.
    """
    if "truthline:" not in text:
        return ()
    return tuple(_addressed(text))


def _addressed(text: str) -> Iterator[Comment]:
    for token in _tokens(text):
        if token.type != tokenize.COMMENT:
            continue
        if match := _ADDRESSED.match(token.string):
            line, column = token.start
            yield Comment(line, column + 1, match[1], alone=not token.line[:column].strip())


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens up to the first that the pure Python tokenizer trips over; the parser has accepted the text."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline="\n").readline)
    except (tokenize.TokenError, SyntaxError):
        return
