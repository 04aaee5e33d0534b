"""What is asked for when a text is made of values: which of them, their attributes and items, and by which method."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING

from truthline.program.engine.calls import Arguments, Site
from truthline.program.engine.protocols import (
    answering_within,
    argument,
    entries_of,
    hook,
    is_container,
    item_of,
    iterate,
    texts,
)
from truthline.program.engine.values import NOTHING, Constant, Instance, Loaded, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_MOST_TEXTS = 32
_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[a-zA-Z])")
_PART = re.compile(r"\.(?P<attribute>[^.\[]+)|\[(?P<item>[^\]]*)\]")


def shown(engine: Engine, values: Values, conversion: str, site: Site | None) -> Values:
    """Asks values for their texts: by `__format__`, else `__str__`, else `__repr__`; under "r" by the last alone."""
    names = {"": ("__format__", "__str__", "__repr__"), "s": ("__str__", "__repr__")}.get(conversion, ("__repr__",))
    found: set[Value] = set()
    for value in values:
        if not isinstance(value, (Instance, Loaded)):
            continue
        for name in names:
            result = hook(engine, value, name, (engine.typed("str"),) if name == "__format__" else (), site)
            if result is not None:
                found |= result
                break
        else:
            if isinstance(value, Instance) and is_container(engine, value):
                for part in answering_within(engine, value, "__repr__"):
                    hook(engine, part, "__repr__", (), site)
    return frozenset(found)


def put_into_text(engine: Engine, patterns: Values, values: Values, site: Site) -> None:
    """`"%s and %(name)r" % values`."""
    conversions = [_PERCENT.finditer(text) for text in texts(patterns)]
    asked = {(found["key"], "r" if found["kind"] in "ra" else "s") for each in conversions for found in each}
    for key, conversion in sorted(asked, key=str):
        for value in values:
            if key is not None:
                named = frozenset((engine.universe.constant(key),))
                shown(engine, item_of(engine, value, named, site), conversion, site)
            elif isinstance(value, Instance) and engine.classes.inherits(value.cls, "builtins:tuple"):
                shown(engine, iterate(engine, value), conversion, site)
            else:
                shown(engine, frozenset((value,)), conversion, site)


def filled(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`filled(text, args, mapping)`: `text.format(*args, **mapping)`; of a text that is not constant, every value."""
    patterns, given, mappings = (argument(arguments, place) for place in range(3))
    known = texts(patterns)
    for conversion, first, path in sorted({field for text in known for field in _fields(text)}):
        values = _given(engine, given, mappings, first, site)
        shown(engine, _followed(engine, values, path, site), conversion, site)
    if len(known) < len(patterns):
        for packed in given | mappings:
            if isinstance(packed, Instance):
                shown(engine, frozenset(value for _, value in entries_of(engine, packed, site)), "", site)
        return engine.typed("str")
    written = [_pieces(engine, text, given, mappings, site) for text in known]
    return _joined(engine, written)


def percent_texts(engine: Engine, patterns: Values, values: Values) -> Values:
    """The constant texts that `"%s.%s" % values` gives; nothing where one is not known."""
    known = texts(patterns)
    if len(known) < len(patterns) or len(values) != 1:
        return NOTHING
    (value,) = values
    written: list[list[Values | str] | None] = []
    for text in known:
        literals = re.split("%[sd]", text)
        places = range(len(literals) - 1)
        parts: list[Values] = [values]
        if isinstance(value, Instance) and value.cls.unit.symbol == "builtins:tuple":
            parts = [engine.heap.item(value, engine.universe.constant(place)) for place in places]
        if any("%" in literal for literal in literals) or len(parts) != len(places):
            return NOTHING
        pairs = zip(literals, [*parts, frozenset[Value]()], strict=True)
        written.append([piece for pair in pairs for piece in pair][:-1])
    return frozenset(one for one in _joined(engine, written) if isinstance(one, Constant))


def _pieces(engine: Engine, text: str, given: Values, mappings: Values, site: Site | None) -> list[Values | str] | None:
    """The literal parts of a text and what stands between them; None where a field is written in a certain way."""
    pieces: list[Values | str] = []
    count = itertools.count()
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return None
    for literal, field, specification, conversion in parsed:
        pieces.append(literal)
        if field is not None:
            if specification or conversion:
                return None
            first, path = _beginning(field, count)
            pieces.append(_followed(engine, _given(engine, given, mappings, first, site), path, site))
    return pieces


def _joined(engine: Engine, written: list[list[Values | str] | None]) -> Values:
    """The texts that pieces give where each is constant; else any text."""
    found: list[str] = []
    for pieces in written:
        choices = [[piece] if isinstance(piece, str) else _constants(piece) for piece in pieces or ()]
        combined = list(itertools.islice(itertools.product(*choices), _MOST_TEXTS + 1))
        if pieces is None or not all(choices) or len(combined) > _MOST_TEXTS:
            return engine.typed("str")
        found += ["".join(parts) for parts in combined]
    return frozenset(engine.universe.constant(text) for text in found) if found else engine.typed("str")


def _constants(values: Values) -> list[str]:
    known = [str(one.value) for one in sorted(values) if isinstance(one, Constant) and type(one.value) in (str, int)]
    return known if len(known) == len(values) else []


def _given(engine: Engine, given: Values, mappings: Values, first: str, site: Site | None) -> Values:
    """What the name or number at the beginning of a field means."""
    if first.isdecimal():
        key = engine.universe.constant(int(first))
        packed = (one for one in given if isinstance(one, Instance))
        return NOTHING.union(*(engine.heap.item(one, key) for one in packed))
    named = frozenset((engine.universe.constant(first),))
    return NOTHING.union(*(item_of(engine, one, named, site) for one in mappings))


def _followed(engine: Engine, values: Values, path: str, site: Site | None) -> Values:
    """The attributes and items that a field names: `{user.roles[0]}`."""
    for part in _PART.finditer(path):
        if part["attribute"]:
            values = NOTHING.union(*(engine.attribute(one, part["attribute"]) for one in values))
        else:
            key = int(part["item"]) if part["item"].isdecimal() else part["item"]
            keys: Values = frozenset((engine.universe.constant(key),))
            values = NOTHING.union(*(item_of(engine, one, keys, site) for one in values))
    return values


def _fields(text: str, count: Iterator[int] | None = None) -> Iterator[tuple[str, str, str]]:
    """The replacement fields of a text, those in format specifications included: conversion, beginning and rest."""
    numbers = itertools.count() if count is None else count
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return
    for _, field, specification, conversion in parsed:
        if field is not None:
            yield (conversion or "", *_beginning(field, numbers))
            yield from _fields(specification or "", numbers)


def _beginning(field: str, numbers: Iterator[int]) -> tuple[str, str]:
    """The name or number with which a field begins, and the rest; a field without either takes the next number."""
    first = re.split(r"[.\[]", field, maxsplit=1)[0]
    return first or str(next(numbers)), field[len(first) :]
