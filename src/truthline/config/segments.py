"""Patterns over sequences of segments: what module names, paths and operation names have in common.

A pattern is compiled to segments and run as a set of threads, one step for each segment of the name (Pike's
construction), so that no pattern makes a match explode. Among several ways to match, the leftmost and shortest
one of every `**` decides what a capture holds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from truthline.errors import TruthlineError

_BRACES = re.compile(r"\{(!?)([^{}]*)\}")


class MalformedPattern(TruthlineError):
    """A pattern that means nothing; the message says what to write instead."""


class Segment(msgspec.Struct, frozen=True):
    """One segment: the literal text around its stars, or around its one capture; nothing at all for `**`."""

    parts: tuple[str, ...]
    capture: str | None = None
    negated: bool = False

    @property
    def is_any_number(self) -> bool:
        """Whether it stands for any number of segments, none included."""
        return not self.parts

    def value(self, text: str) -> str | None:
        """What the capture holds when this segment is `text`; None where it does not fit."""
        prefix, suffix = self.parts
        if len(text) > len(prefix) + len(suffix) and text.startswith(prefix) and text.endswith(suffix):
            return text[len(prefix) : len(text) - len(suffix)]
        return None

    def fits(self, text: str) -> bool:
        """Whether a segment without a capture matches `text`: each star takes as little as it can."""
        first, *middle = self.parts
        if not middle:
            return text == first
        last = middle.pop()
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        start, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, start, end)
            if found < 0:
                return False
            start = found + len(part)
        return True


Bound = tuple[tuple[str, str], ...]
_Thread = tuple[int, Bound]


class Shape(msgspec.Struct, frozen=True):
    """A compiled pattern. `repeated` names the captures that it holds more than once."""

    segments: tuple[Segment, ...]
    repeated: frozenset[str] = frozenset()

    @property
    def is_literal(self) -> bool:
        """Whether it matches one name only."""
        return all(len(segment.parts) == 1 for segment in self.segments)

    @property
    def captures(self) -> frozenset[str]:
        """Every capture that it mentions, negated ones included."""
        return frozenset(segment.capture for segment in self.segments if segment.capture is not None)

    def match(self, names: Sequence[str], given: Mapping[str, str]) -> dict[str, str] | None:
        """The captures bound by the first way to match, or None. What `given` holds is not bound anew."""
        threads = self._unfold([(0, tuple(given.items()))])
        for name in names:
            threads = self._unfold(list(self._step(threads, name)))
            if not threads:
                return None
        end = len(self.segments)
        return next((dict(bound) for index, bound in threads if index == end), None)

    def _step(self, threads: Sequence[_Thread], name: str) -> Iterator[_Thread]:
        for index, bound in threads:
            if index == len(self.segments):
                continue
            segment = self.segments[index]
            if segment.is_any_number:
                yield index, bound
            elif segment.capture is None:
                if segment.fits(name):
                    yield index + 1, bound
            else:
                after = _bind(segment, name, bound)
                if after is not None:
                    yield index + 1, after

    def _unfold(self, threads: Sequence[_Thread]) -> list[_Thread]:
        """The threads with those that skip a `**` before it, each kept once, in order of preference."""
        kept: dict[tuple[int, Bound], _Thread] = {}
        for index, bound in threads:
            distinct = tuple(pair for pair in bound if pair[0] in self.repeated) if self.repeated else ()
            if index < len(self.segments) and self.segments[index].is_any_number:
                kept.setdefault((index + 1, distinct), (index + 1, bound))
            kept.setdefault((index, distinct), (index, bound))
        return list(kept.values())


def _bind(segment: Segment, name: str, bound: Bound) -> Bound | None:
    """What is bound after `name`, or None where it does not match."""
    capture, value = segment.capture, segment.value(name)
    if value is None or capture is None:
        return None
    known = next((held for other, held in bound if other == capture), None)
    if segment.negated:
        return bound if known is not None and known != value else None
    if known is None:
        return (*bound, (capture, value))
    return bound if known == value else None


def compile_segment(text: str) -> Segment:
    """Compile one segment; raises MalformedPattern."""
    if text == "**":
        return Segment(())
    if "**" in text:
        raise MalformedPattern(f"`**` must stand alone between separators, not within `{text}`")
    braces = list(_BRACES.finditer(text))
    if text.count("{") != len(braces) or text.count("}") != len(braces):
        raise MalformedPattern(f"a brace is left open in `{text}`; a capture is written `{{name}}` or `{{!name}}`")
    if not braces:
        return Segment(tuple(text.split("*")))
    return _compile_capture(text, braces)


def _compile_capture(text: str, braces: Sequence[re.Match[str]]) -> Segment:
    bang, name = braces[0].groups()
    if not name.isidentifier():
        raise MalformedPattern(f"`{braces[0].group()}` is no capture; one is written `{{name}}` or `{{!name}}`")
    if len(braces) > 1 or "*" in text:
        raise MalformedPattern(f"`{text}` has a capture and something else that varies; one of them in a segment")
    prefix, suffix = text[: braces[0].start()], text[braces[0].end() :]
    return Segment((prefix, suffix), capture=name, negated=bool(bang))


def compile_shape(texts: Sequence[str]) -> Shape:
    """Compile the segments of a pattern; raises MalformedPattern."""
    segments: list[Segment] = []
    for text in texts:
        segment = compile_segment(text)
        if not (segment.is_any_number and segments and segments[-1].is_any_number):
            segments.append(segment)
    names = [segment.capture for segment in segments if segment.capture is not None]
    return Shape(tuple(segments), frozenset(name for name in names if names.count(name) > 1))
