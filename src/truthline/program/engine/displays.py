"""Displays: what the list, tuple, set or dict that stands in the text holds, and what is asked where it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.calls import allocate
from truthline.program.engine.protocols import entries_of, hashed, is_container, iterate
from truthline.program.engine.values import Context, External, Instance, Opaque, Value

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.heap import ContentEntry


def display(engine: Engine, context: Context, register: Register, one: ir.Build | ir.BuildDict) -> Iterable[Value]:
    """A display is only made here; what it holds is computed when somebody looks into it."""
    made = container(engine, one.kind if isinstance(one, ir.Build) else "dict", context, register)
    keys = (key for key, _ in one.items) if isinstance(one, ir.BuildDict) else one.items if one.kind == "set" else ()
    for key in keys:
        if key is not None:
            hashed(engine, engine.value(context, key), (context, register))
    _spread_out(engine, context, one)
    return () if made is None else (made,)


def _spread_out(engine: Engine, context: Context, one: ir.Build | ir.BuildDict) -> None:
    """What stands in a display under stars is iterated where the display is made."""
    if isinstance(one, ir.Build):
        for place in one.stars:
            for value in engine.value(context, one.items[place]):
                iterate(engine, value)
        return
    for mapping in (value for key, item in one.items if key is None for value in engine.value(context, item)):
        if isinstance(mapping, Instance) and not mapping.cls.unit.model:
            for _ in entries_of(engine, mapping, None):
                pass


def display_entries(engine: Engine, owner: Instance, key: Value | None) -> Iterable[ContentEntry]:
    """What the display that made a container holds, under one key where one is given."""
    context, register = owner.context, owner.site
    if context is None or not isinstance(register, int) or owner.unit is not context.unit:
        return
    one = context.unit.code.instructions[register]
    if isinstance(one, ir.BuildDict):
        yield from _pairs(engine, context, register, one, key)
    elif isinstance(one, ir.Build):
        yield from _elements(engine, context, register, one, key)


def _pairs(
    engine: Engine, context: Context, register: Register, one: ir.BuildDict, wanted: Value | None
) -> Iterable[ContentEntry]:
    writer = (context, register)
    for key, item in one.items:
        if key is None:
            for value in engine.value(context, item):
                yield from _merged_in(engine, value, wanted, writer)
            continue
        for name in engine.value(context, key):
            known = engine.heap.as_key(name)
            if wanted is None or known is None or known is wanted:
                for value in engine.value(context, item):
                    yield known, value, writer


def _merged_in(
    engine: Engine, mapping: Value, wanted: Value | None, writer: tuple[Context, Register]
) -> Iterable[ContentEntry]:
    """`{**mapping}`."""
    if isinstance(mapping, Instance) and wanted is not None and is_container(engine, mapping):
        for name, held, _ in engine.heap.item_entries(mapping, wanted):
            yield name, held, writer
    elif isinstance(mapping, Instance):
        for name, held in entries_of(engine, mapping, writer):
            yield name, held, writer
    elif isinstance(mapping, (Opaque, External)):
        yield None, engine.opaque("an item of an unknown mapping"), writer


def _elements(
    engine: Engine, context: Context, register: Register, one: ir.Build, wanted: Value | None
) -> Iterable[ContentEntry]:
    spread = False
    for place, item in enumerate(one.items):
        spread = spread or place in one.stars
        key = None if spread or one.kind == "set" else engine.universe.constant(place)
        if wanted is not None and key is not None and key is not wanted:
            continue
        for value in engine.value(context, item):
            for element in iterate(engine, value) if place in one.stars else (value,):
                yield key, element, (context, register)


def container(engine: Engine, kind: str, context: Context, register: Register) -> Instance | None:
    """The list, tuple, set or dict that an instruction makes."""
    cls = engine.builtin_class(kind)
    return None if cls is None else allocate(engine, cls, (context, register))
