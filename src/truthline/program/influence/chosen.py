"""What slices, starred targets, `zip` and `asdict` take out of other objects, place by place."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts.code import Build, Call, Item, Unpack
from truthline.program.engine.engine import Engine
from truthline.program.engine.protocols import sliced_places
from truthline.program.engine.values import Constant, Context, Instance, Value


def places_taken(engine: Engine, context: Context, taking: Item | Unpack, source: Value) -> list[int] | None:
    """The places of a sequence that a slice or a starred target takes, in order; None where they are not known."""
    if not isinstance(source, Instance):
        return None
    if isinstance(taking, Item):
        keys = engine.value(context, taking.key)
        return sliced_places(engine, source, next(iter(keys))) if len(keys) == 1 else None
    length = fixed_length(engine, source)
    if length is None or taking.index != taking.star:
        return None
    return list(range(taking.star, length - (taking.count - taking.star - 1)))


def counted_key(engine: Engine, owner: Instance, key: Value | None) -> Value | None:
    """A place that is counted from the end of a list or tuple, from its front; any (None) where that is not known."""
    is_sequence = owner.cls.unit.symbol in ("builtins:list", "builtins:tuple")
    if not is_sequence or not isinstance(key, Constant) or not isinstance(key.value, int) or key.value >= 0:
        return key
    entries = engine.heap.contents(owner)
    places = [one.value for one, _, _ in entries if isinstance(one, Constant) and isinstance(one.value, int)]
    is_known = len(places) == len(entries) and max(places, default=-1) + 1 + key.value >= 0
    return engine.universe.constant(max(places) + 1 + key.value) if is_known else None


def fixed_length(engine: Engine, source: Value) -> int | None:
    """The length of a list or tuple that stands in the text; None where something is put in or taken out."""
    if not isinstance(source, Instance) or source.context is None or not isinstance(source.site, int):
        return None
    display = source.context.unit.code.instructions[source.site]
    if not isinstance(display, Build) or display.stars or display.kind not in ("list", "tuple"):
        return None
    here = (source.context, source.site)
    is_whole = all(writer in (here, None) for _, _, writer in engine.heap.contents(source))
    return len(display.items) if is_whole else None


def iterables(engine: Engine, context: Context, zipped: Call) -> Iterable[tuple[int, list[Value]]]:
    """What `zip` and `map` are passed, by place."""
    for packed in engine.value(context, zipped.args[0]) if zipped.args else ():
        by_place: dict[int, list[Value]] = {}
        for key, value, _ in engine.heap.contents(packed) if isinstance(packed, Instance) else ():
            place = key.value if isinstance(key, Constant) and isinstance(key.value, int) else -1
            by_place.setdefault(place, []).append(value)
        yield from sorted(by_place.items())


def rows(engine: Engine, context: Context, zipped: Call) -> int | None:
    """How many rows `zip` makes at most: as many as the shortest list has that stands in the text."""
    shortest: list[int] = []
    for place, values in iterables(engine, context, zipped):
        lengths = [fixed_length(engine, one) for one in values]
        known = [one for one in lengths if one is not None]
        if place >= 0 and known and len(known) == len(lengths):
            shortest.append(max(known))
    return min(shortest, default=None)


def is_slice(value: Value) -> bool:
    """Whether a key is a slice."""
    return isinstance(value, Instance) and value.cls.unit.symbol == "builtins:slice"
