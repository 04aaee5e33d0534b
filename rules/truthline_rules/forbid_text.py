"""The kind `forbid-text` (TL512): text that may not stand in the code, comments, strings or docstrings of a scope."""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from truthline.api import PARTS, Example, FileRule, FileView, Meta, OneOrMore, Part, Regex, Setup, Violation
from truthline_rules.conditions import Condition, ConditionOptions
from truthline_rules.literals import Literals

_CONFIG = """\
[[rule]]
id = "NO_ROW_LOCKS"
kind = "forbid-text"
scope = ["app/**", "!app/transaction.py"]
text = ['\\bwith_for_update\\s*\\(', '\\bFOR\\s+UPDATE\\b']
in = ["code", "strings"]
"""


class ForbidTextOptions(ConditionOptions, frozen=True, kw_only=True):
    """The keys of a `forbid-text` rule."""

    text: Annotated[tuple[Regex, ...], OneOrMore]
    parts: tuple[Part, ...] = msgspec.field(default=("code", "comments", "strings", "docstrings"), name="in")
    exempt: tuple[Regex, ...] = msgspec.field(default=(), name="except")
    ignore_case: bool = False


class ForbidText(FileRule):
    """Text that the scope forbids.

    What it does:
        Reports each place at which one of the regular expressions matches. Only the parts of a file that `in` names are
        searched; everything else counts as blank, so that no match is found in it and none is lost across it. What
        stands between the braces of an f-string is code. A string that is a statement of its own is a docstring.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Write what the message asks for.
    How to allow:
        `except`, `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        text: regular expressions (one or more). They may match across lines; `^` and `$` match at each line.
        in: the parts that are searched: `code`, `comments`, `strings`, `docstrings`. Default: all of them.
        except: regular expressions; a match that lies within a match of one of them is none.
        ignore-case: whether letters match in either case. Default: false.
        when: only files in whose text this regular expression is found.
        unless: only files in whose text this regular expression is not found.
    """

    options_type = ForbidTextOptions
    options: ForbidTextOptions
    meta = Meta(
        code="TL512",
        name="forbid-text",
        kind=True,
        placeholders=("text",),
        valid=(
            Example(
                title="a docstring may speak of it",
                files={"app/store.py": 'def rows(query):\n    """No FOR UPDATE here."""\n    return query.all()\n'},
                config=_CONFIG,
            ),
            Example(
                title="not what an exception covers",
                files={"app/a.py": "superuser_flag = True\n"},
                config=(
                    '[[rule]]\nid = "WORDS"\nkind = "forbid-text"\ntext = "superuser"\nexcept = ["superuser_flag"]\n'
                ),
            ),
        ),
        invalid=(
            Example(
                title="in code, over two lines",
                files={"app/store.py": "def rows(query):\n    return query.with_for_update  (\n        nowait=True)\n"},
                config=_CONFIG,
            ),
            Example(
                title="in a string",
                files={"app/store.py": 'ROWS = """\nSELECT 1 FOR\nUPDATE\n"""\n'},
                config=_CONFIG,
            ),
        ),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        flags = re.MULTILINE | (re.IGNORECASE if self.options.ignore_case else 0)
        self._condition = Condition(self.options)
        self._patterns = [re.compile(text, flags) for text in self.options.text]
        self._literals = Literals(self.options.text, flags)
        self._exempt = [re.compile(text, flags) for text in self.options.exempt]
        self._parts: frozenset[Part] = frozenset(self.options.parts) or PARTS

    def check_file(self, file: FileView) -> Iterator[Violation]:
        """Search the parts of a file."""
        if not self._literals.may_match(file.text) or not self._condition.holds(file):
            return
        text = file.text_of(self._parts)
        found = [match for pattern in self._patterns for match in pattern.finditer(text) if self._counts(match)]
        if not found:
            return
        exempt = [match.span() for pattern in self._exempt for match in pattern.finditer(text)]
        for match in found:
            if not any(start <= match.start() and match.end() <= end for start, end in exempt):
                yield self._violation(file, match)

    def _counts(self, match: re.Match[str]) -> bool:
        """Whether a match is more than nothing; blanks are something only where nothing is blanked."""
        return bool(match[0] if self._parts == PARTS else match[0].strip())

    def _violation(self, file: FileView, match: re.Match[str]) -> Violation:
        start, end = match.span()
        start += len(match[0]) - len(match[0].lstrip() or match[0])
        shown = " ".join(file.text[start:end].split()) or repr(match[0])[1:-1]
        return Violation(
            location=file.at(file.stretch(start, end)),
            message=f"`{shown}` is forbidden here",
            symbol=shown,
            details={"text": shown},
        )
