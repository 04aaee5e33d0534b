"""Which stretches of a file are comments, and which are strings; the rest is code.

Tokenizing is slow, so a scan that knows comments and strings does, except for f-strings with strings of the same quotes
inside (PEP 701), which only a tokenizer can follow.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from itertools import accumulate

import msgspec

_COMMENT_OR_STRING = re.compile(
    r"""
    \#[^\n]*
    | '''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*(?:'''|\Z) | '[^'\\\n]*(?:\\.[^'\\\n]*)*'?
    | \"\"\"[^\\"]*(?:(?:\\.|"(?!""))[^\\"]*)*(?:\"\"\"|\Z) | "[^"\\\n]*(?:\\.[^"\\\n]*)*"?
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIX = re.compile(r"(?<!\w)(?:[rR]?[fFtT]|[fFtT][rR]|[rR]?[bB]|[bB][rR]|[rRuU])\Z")
_BRACE = re.compile(r"[{}]")


class Region(msgspec.Struct, frozen=True, gc=False):
    """A comment, or a string with its quotes and prefix (of an f-string, a part between its fields).

    `start` and `end` count characters; `literal` is the start of the literal that it belongs to.
    """

    start: int
    end: int
    literal: int
    is_comment: bool = False


def regions(text: str) -> list[Region]:
    """Every comment and string of a text that parses, in order."""
    scanned = _scanned(text)
    return list(_tokenized(text)) if scanned is None else scanned


def _scanned(text: str) -> list[Region] | None:
    """What the scan finds; None where an f-string leaves a brace open, for its string may have ended too early."""
    found: list[Region] = []
    for match in _COMMENT_OR_STRING.finditer(text):
        start, end = match.span()
        if text[start] == "#":
            found.append(Region(start, end, start, is_comment=True))
            continue
        prefix = _PREFIX.search(text, max(0, start - 3), start)
        begin = prefix.start() if prefix else start
        if prefix is None or not set("fFtT") & set(prefix[0]):
            found.append(Region(begin, end, begin))
            continue
        parts = _between_fields(text, begin, start, end)
        if parts is None:
            return None
        found.extend(parts)
    return found


def _between_fields(text: str, begin: int, start: int, end: int) -> list[Region] | None:
    """The parts of an f-string outside its replacement fields; None where the braces do not pair."""
    parts = []
    depth, part, escaped = 0, begin, -1
    for brace in _BRACE.finditer(text, start, end):
        position, character = brace.start(), brace[0]
        if depth == 0 and (position == escaped or text[position + 1] == character):
            escaped = position + 1 if position != escaped else -1
            continue
        depth += 1 if character == "{" else -1
        if depth == 1 and character == "{":
            parts.append(Region(part, position, begin))
        elif depth == 0:
            part = position + 1
        elif depth < 0:
            return None
    parts.append(Region(part, end, begin))
    return None if depth else parts


def _tokenized(text: str) -> Iterator[Region]:
    """What the tokenizer finds up to the first token that it trips over; the parser has accepted the text."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    literals: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            name = tokenize.tok_name[token.type]
            start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
            if name == "COMMENT":
                yield Region(start, end, start, is_comment=True)
            elif name == "STRING":
                yield Region(start, end, start)
            elif name.startswith(("FSTRING_", "TSTRING_")):
                if name.endswith("START"):
                    literals.append(start)
                yield Region(start, end, literals[-1])
                if name.endswith("END"):
                    literals.pop()
    except (tokenize.TokenError, SyntaxError):
        return
