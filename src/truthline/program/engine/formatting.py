"""What is asked for when a text is made of values: which of them, their attributes and items, and by which method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TYPE_CHECKING

from truthline.program.engine.calls import Arguments, Site
from truthline.program.engine.protocols import argument, entries_of, hook, is_container, item_of, iterate, texts
from truthline.program.engine.values import NOTHING, Instance, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_DEEPEST = 3
"""Containers in containers whose elements are asked for their texts."""
_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[a-zA-Z])")
_PART = re.compile(r"\.(?P<attribute>[^.\[]+)|\[(?P<item>[^\]]*)\]")


def shown(engine: Engine, values: Values, conversion: str, site: Site | None, within: int = 0) -> Values:
    """Asks values for their texts: by `__format__`, else `__str__`, else `__repr__`; under "r" by the last alone."""
    names = {"": ("__format__", "__str__", "__repr__"), "s": ("__str__", "__repr__")}.get(conversion, ("__repr__",))
    found: set[Value] = set()
    for value in values:
        if not isinstance(value, Instance):
            continue
        for name in names:
            result = hook(engine, value, name, (engine.typed("str"),) if name == "__format__" else (), site)
            if result is not None:
                found |= result
                break
        else:
            if within < _DEEPEST and is_container(engine, value):
                parts = frozenset(one for entry in entries_of(engine, value, site) for one in entry if one is not None)
                shown(engine, parts, "r", site, within + 1)
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


def _given(engine: Engine, given: Values, mappings: Values, first: str, site: Site | None) -> Values:
    """What the name or number at the beginning of a field means; without a number, any of those that have none."""
    if not first or first.isdecimal():
        key = engine.universe.constant(int(first)) if first else None
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


def _fields(text: str) -> Iterator[tuple[str, str, str]]:
    """The replacement fields of a text, those in format specifications included: conversion, beginning and rest."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return
    for _, field, specification, conversion in parsed:
        if field is not None:
            first = re.split(r"[.\[]", field, maxsplit=1)[0]
            yield conversion or "", first, field[len(first) :]
            yield from _fields(specification or "")
