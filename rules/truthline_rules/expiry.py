"""The kind `expiry` (TL509): dates in comments that run out."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated

import msgspec

from truthline.api import Example, FileRule, FileView, Location, Meta, OneOrMore, Options, Part, Regex, Setup, Violation
from truthline_rules.literals import Literals

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONFIG = """\
[[rule]]
id = "TOMBSTONES"
kind = "expiry"
marker = "TOMBSTONE_EXPIRY"
"""

Days = Annotated[int, msgspec.Meta(ge=0)]


class ExpiryOptions(Options, frozen=True, kw_only=True):
    """The keys of an `expiry` rule."""

    marker: Annotated[tuple[str, ...], OneOrMore] = ()
    pattern: Regex | None = None
    parts: tuple[Part, ...] = msgspec.field(default=("comments",), name="in")
    warn_days: Days = 0
    max_days: Days | None = None


class Expiry(FileRule):
    """A date that has run out.

    What it does:
        Reads the date after a marker (`# TOMBSTONE_EXPIRY: 2026-06-30`) and reports it from the day after, or where it
        is no date. `--today DATE` looks at another day.
    Why it is bad:
        What is tolerated until a day stays forever if nobody is reminded.
    How to fix:
        Do what was promised for that day, or set a new one and say why.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        marker: the words (one or more) that a date follows, after `:`, `=`, a blank or a parenthesis.
        pattern: instead of `marker`, a regular expression; its group `date` (or its first) is the date.
        in: where dates are looked for: `comments`, `docstrings`, `strings`, `code`. Default: comments.
        warn-days: from how many days before its end on a date is a warning. Default: 0, never.
        max-days: how many days ahead a date may lie at most. Default: any number.
    """

    options_type = ExpiryOptions
    options: ExpiryOptions
    meta = Meta(
        code="TL509",
        name="expiry",
        kind=True,
        dated=True,
        placeholders=("marker", "date", "days"),
        valid=(
            Example(
                title="there is time left",
                files={"app/old.py": "# TOMBSTONE_EXPIRY: 9999-12-31\n"},
                config=_CONFIG,
            ),
            Example(
                title="a string is no comment",
                files={"app/old.py": 'MARK = "TOMBSTONE_EXPIRY: 2001-01-01"\n'},
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="the day has passed",
                files={"app/old.py": "# TOMBSTONE_EXPIRY: 2001-01-01\n"},
                config=_CONFIG,
            ),
            Example(
                title="no such day",
                files={"app/old.py": "# TOMBSTONE_EXPIRY: 2026-02-30\n"},
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Neither or both of `marker` and `pattern`, and a pattern without a group."""
        options = setup.options
        assert isinstance(options, ExpiryOptions)
        if bool(options.marker) == bool(options.pattern):
            yield "an `expiry` rule needs `marker` or `pattern`, and not both"
        if options.pattern and not re.compile(options.pattern).groups:
            yield "`pattern` needs a group for the date: `expires (?P<date>\\S+)`"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        pattern = self.options.pattern or _marked(self.options.marker)
        self._pattern = re.compile(pattern, re.MULTILINE)
        self._literals = Literals([pattern], re.MULTILINE)
        self._group = "date" if "date" in self._pattern.groupindex else 1

    def check_file(self, file: FileView) -> Iterator[Violation]:
        """Look at every date of a file."""
        if not self._literals.may_match(file.text):
            return
        text = file.text_of(frozenset(self.options.parts))
        for match in self._pattern.finditer(text):
            group = self._group if match[self._group] is not None or "plain" not in match.groupdict() else "plain"
            written = match[group]
            if written is not None:
                location = file.at(file.stretch(*match.span()))
                yield from self._judged(location, _marker(match, group), written)

    def _judged(self, location: Location, marker: str, written: str) -> Iterator[Violation]:
        day = _day(written)
        if day is None:
            yield _violation(
                location, marker, written, "", f"`{written}` after `{marker}` is no date; write YYYY-MM-DD"
            )
            return
        left = (day - self.setup.today).days
        details = (location, marker, written, str(abs(left)))
        if left < 0:
            yield _violation(*details, f"`{marker}` ran out on {written}")
        elif self.options.max_days is not None and left > self.options.max_days:
            yield _violation(*details, f"`{marker}` runs until {written}, more than {self.options.max_days} days ahead")
        elif left < self.options.warn_days:
            ending = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
            found = _violation(*details, f"`{marker}` runs out {ending}, after {written}")
            yield msgspec.structs.replace(found, severity="warning")


def _marked(markers: Iterable[str]) -> str:
    words = "|".join(re.escape(marker) for marker in markers)
    return (
        rf"(?<!\w)(?:{words})(?!\w)(?:[ \t]*[:=][ \t]*(?P<date>[^\s,;)\]]*)|[ \t(]+(?P<plain>\d{{4}}-\d{{2}}-\d{{2}}))"
    )


def _marker(match: re.Match[str], group: str | int) -> str:
    """What stands before the date."""
    return match[0][: match.start(group) - match.start()].strip(" \t:=(#") or match[0].strip()


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _WRITTEN.fullmatch(written) else None
    except ValueError:
        return None


def _violation(location: Location, marker: str, written: str, days: str, message: str) -> Violation:
    return Violation(
        location=location,
        message=message,
        help="do what was promised for that day, or set a new one and say why",
        symbol=marker,
        details={"marker": marker, "date": written, "days": days},
    )
