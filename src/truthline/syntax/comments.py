"""The comments of a file: all of them, and those that are addressed to truthline."""

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import accumulate

import msgspec

_ADDRESSED = re.compile(r"#\s*truthline:\s*(.*?)\s*$")
_COMMENT_OR_STRING = re.compile(
    r"""
    \#[^\n]*
    | '''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*(?:'''|\Z) | '[^'\\\n]*(?:\\.[^'\\\n]*)*'?
    | \"\"\"[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*(?:\"\"\"|\Z) | "[^"\\\n]*(?:\\.[^"\\\n]*)*"?
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED_BRACES = re.compile(r"\{\{|\}\}")


class Comment(msgspec.Struct, frozen=True, array_like=True):
    """A `# truthline: ...` comment: the text after the colon, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


class SourceComment(msgspec.Struct, frozen=True):
    """Any comment, from its `#` to the end of the line, and whether it stands alone on its line."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str) -> tuple[Comment, ...]:
    """Every real `# truthline:` comment of a text that parses; one inside a string is none."""
    if "truthline:" not in text:
        return ()
    return tuple(
        Comment(each.line, each.column, match[1], each.alone)
        for each in source_comments(text)
        if (match := _ADDRESSED.match(each.text))
    )


def source_comments(text: str) -> tuple[SourceComment, ...]:
    """Every comment of a text that parses.

    Tokenizing is slow, so a scan that knows comments and strings does, except for f-strings with strings of the same
    quotes inside (PEP 701), which only a tokenizer can follow.
    """
    if "#" not in text:
        return ()
    scanned = _scanned(text)
    return tuple(_tokenized(text)) if scanned is None else scanned


def _scanned(text: str) -> tuple[SourceComment, ...] | None:
    """What the scan finds; None where an f-string leaves a brace open, for its string may have ended too early."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    found = []
    line = 0
    for match in _COMMENT_OR_STRING.finditer(text):
        start = match.start()
        if text[start] != "#":
            if text[start - 1 : start] in ("f", "F", "r", "R", "t", "T") and not _is_balanced(match[0]):
                return None
            continue
        while starts[line + 1] <= start:
            line += 1
        before = text[starts[line] : start]
        found.append(SourceComment(line + 1, len(before) + 1, match[0], alone=not before.strip()))
    return tuple(found)


def _is_balanced(literal: str) -> bool:
    text = _ESCAPED_BRACES.sub("", literal)
    return text.count("{") == text.count("}")


def _tokenized(text: str) -> Iterator[SourceComment]:
    """What the tokenizer finds up to the first token that it trips over; the parser has accepted the text."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield SourceComment(line, column + 1, token.string, alone=not token.line[:column].strip())
    except (tokenize.TokenError, SyntaxError):
        return
