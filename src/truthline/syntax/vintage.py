"""Which Python a text that does not parse was written for, as far as the line shows at which the parser gave up."""

import re
import sys

_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")
_PYTHON_2 = (
    re.compile(r"\s*(?:print|exec)\s+[\w\"'`>(]"),
    re.compile(r"\s*raise\s+[\w.]+\s*,"),
    re.compile(r".*(?:<>|`[^`]+`|\b[uU][rR][\"'])"),
    re.compile(r".*(?<![\w.])0[0-7]+(?:[lL]\b|\b(?!\.))"),
    re.compile(r".*(?<![\w.])(?:[1-9]\d*|0[xX][\da-fA-F]+)[lL]\b"),
    re.compile(r"\s*def\s+\w+\s*\(.*\(\s*\w+\s*,"),
)
_EXCEPT = re.compile(r"\s*except\s+[\w.]+(?:\s*,\s*[\w.]+)+\s*:")
_PRINTS = re.compile(r"^\s*print\s+[\"'\w]", re.MULTILINE)
"""A statement of Python 2, which tells its `except A, b:` from that of Python 3.14."""

_NEWER = (
    ((3, 15), re.compile(r"\s*lazy\s+(?:import|from)\b")),
    ((3, 14), _EXCEPT),
    ((3, 14), re.compile(r".*\b(?:[tT][rR]?|[rR][tT])[\"']")),
    ((3, 12), re.compile(r"\s*(?:(?:class|(?:async\s+)?def)\s+\w+\s*\[|type\s+\w+\s*[=\[])")),
    ((3, 12), re.compile(r".*\b(?:[fF][rR]?|[rR][fF])[\"']")),
    ((3, 11), re.compile(r"\s*except\s*\*")),
)


def vintage(text: str, line: int) -> str:
    """What would read the line, or what it is; empty where it looks like no Python at all."""
    lines = text.split("\n")
    shown = lines[line - 1][:1_000] if 0 < line <= len(lines) else ""
    if _CONFLICT.match(shown):
        return "a merge conflict is not resolved there"
    if any(each.match(shown) for each in _PYTHON_2) or (_EXCEPT.match(shown) and _PRINTS.search(text)):
        return "Python 2 would read it"
    newer = (version for version, each in _NEWER if version > sys.version_info[:2] and each.match(shown))
    return next((f"Python {major}.{minor} would read it" for major, minor in newer), "")
