"""Which fields a format string of `logging` names, in each of its three styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter, Template

import msgspec

_PERCENT = re.compile(r"%(?:%|\((?P<named>\w+)\))")


class Format(msgspec.Struct, frozen=True):
    """A format string, "" for the default, and its style; None where they are not known."""

    text: str | None
    style: str | None = "%"


def fields_of(made: Format) -> set[str]:
    """The fields that a known format string names; those that any style would find where the style is not known."""
    text = made.text or ""
    if made.style is None:
        return {name for style in "%{$" for name in fields_of(Format(text, style))}
    if made.style == "{":
        return set(_braces(text))
    if made.style == "$":
        return {one["named"] or one["braced"] for one in Template.pattern.finditer(text)} - {None}
    return {one["named"] for one in _PERCENT.finditer(text)} - {None}


def _braces(text: str) -> Iterator[str]:
    """Names of fields, those within a field's own format too; none where `logging` would refuse the text."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return
    for _, field, inner, _ in parts:
        if field:
            yield from re.findall(r"^\w+", field)
            yield from _braces(inner or "")
