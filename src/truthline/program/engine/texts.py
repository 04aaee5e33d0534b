"""Intrinsics that compute with constant texts: `"app.jobs:run".partition(":")`; any other text where one is unknown."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from truthline.program.engine.calls import Arguments, Site, allocate
from truthline.program.engine.values import Constant, Instance, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_MOST_TEXTS = 32
_LONGEST = 1_000
"""Characters of a text that is computed with."""


def _text(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`text("lower", x)`: what a method of texts that gives a text gives."""
    results = _results(arguments)
    if results is None:
        return engine.typed("str")
    return {engine.universe.constant(one) for one in results if isinstance(one, str)}


def _texts(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`texts("split", x, ".")`: the list of what such a method gives, place by place."""
    listed = engine.builtin_class("list")
    if listed is None or site is None:
        return ()
    made = allocate(engine, listed, site)
    results = _results(arguments)
    if results is None:
        engine.heap.store_item(made, None, engine.typed("str"), None)
    for parts in results or ():
        for place, part in enumerate(parts):
            key = engine.universe.constant(place)
            engine.heap.store_item(made, key, (engine.universe.constant(part),), None)
    return (made,)


def _results(arguments: Arguments) -> list[Any] | None:
    """What the method gives for each combination of receiver and arguments; None where one is not a constant."""
    if arguments.rest or arguments.keywords or arguments.keyword_rest:
        return None
    methods, *given = (_constants(values) for values in arguments.positional)
    if not methods or any(one is None for one in given):
        return None
    found: list[Any] = []
    for method, receiver, *rest in itertools.islice(_combined([methods, *given]), _MOST_TEXTS + 1):
        if not isinstance(receiver, str) or len(receiver) > _LONGEST or len(found) == _MOST_TEXTS:
            return None
        try:
            found.append(getattr(receiver, str(method))(*rest))
        except (TypeError, ValueError):
            continue
    return found


def _combined(values: list[list[Any] | None]) -> Iterator[tuple[Any, ...]]:
    return itertools.product(*(one or () for one in values))


def _constants(values: Values) -> list[Any] | None:
    known = [one.value for one in sorted(values) if isinstance(one, Constant)]
    return known if known and len(known) == len(values) else None


def _joined(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`separator.join(parts)` where each part stands in a known place and is one text."""
    if len(arguments.positional) != 2:
        return engine.typed("str")
    separators = _constants(arguments.positional[0])
    found: set[Value] = set()
    for parts in arguments.positional[1]:
        known = _in_order(engine, parts)
        if known is None or separators is None or not all(isinstance(one, str) for one in separators):
            return engine.typed("str")
        found.update(engine.universe.constant(separator.join(known)) for separator in separators)
    return found or engine.typed("str")


def _in_order(engine: Engine, parts: Value) -> list[str] | None:
    if not isinstance(parts, Instance) or parts.cls.unit.symbol not in ("builtins:list", "builtins:tuple"):
        return None
    placed: dict[int, str] = {}
    for key, value, _ in engine.heap.contents(parts):
        place = key.value if isinstance(key, Constant) else None
        text = value.value if isinstance(value, Constant) else None
        if not isinstance(place, int) or not isinstance(text, str) or len(text) > _LONGEST or place in placed:
            return None
        placed[place] = text
    return [placed[place] for place in sorted(placed)] or None


TEXTS: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "text": _text,
    "texts": _texts,
    "joined": _joined,
}
