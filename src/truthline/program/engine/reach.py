"""Which blocks of a body a context can come to.

A test is decided where it asks only what the call has passed, or what the function itself has made:
`kind == "first"`, `isinstance(source, Cached)`, `if strict:`. What is read from memory decides nothing, for code that
is not analysed may have changed it. Ways open one by one as values arrive: a block is reachable as soon as some answer
leads there, so the fixpoint stays monotone. A test of which nothing is known when everything has come to rest lets
both ways through.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import Register, Test
from truthline.program.engine.truths import BOTH, truth_of
from truthline.program.engine.values import Context

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine


def reaches(engine: Engine, context: Context, register: Register) -> bool:
    """Whether control can come to an instruction."""
    unit = context.unit
    if register not in unit.guarded:
        return True
    place = unit.place(register)
    return place is not None and _is_reached(engine, context, place[0])


def comes_from(engine: Engine, context: Context, register: Register) -> frozenset[int] | None:
    """The blocks from which control can come to the block of an instruction; None where every way is open."""
    unit = context.unit
    if not unit.decided:
        return None
    place = unit.place(register)
    return _into(engine, context, place[0]) if place is not None else frozenset()


def _is_reached(engine: Engine, context: Context, number: int) -> bool:
    return number in context.unit.plain or bool(_into(engine, context, number))


def _into(engine: Engine, context: Context, number: int) -> frozenset[int]:
    """The blocks from which control can come to a block."""
    return engine.solver.read(engine.solver.node(("into", context, number), partial(_sources, engine, context, number)))


def _sources(engine: Engine, context: Context, number: int) -> Iterable[int]:
    blocks = context.unit.code.blocks
    for source in context.unit.predecessors[number]:
        if _is_reached(engine, context, source) and (
            number in blocks[source].handlers or number in _open(engine, context, source)
        ):
            yield source


def _open(engine: Engine, context: Context, number: int) -> Iterable[int]:
    """The successors that the answers to a block's test lead to."""
    successors = context.unit.code.blocks[number].successors
    if number not in context.unit.decided:
        return successors
    node = engine.solver.node(("answers", context, number), partial(_answers, engine, context, number))
    answers = engine.solver.read(node)
    if not answers:
        engine.solver.postpone(node, BOTH)
    return [successors[0 if answer else 1] for answer in sorted(answers)]


def _answers(engine: Engine, context: Context, number: int) -> Iterable[bool]:
    unit = context.unit
    test = unit.code.blocks[number].test
    asked = unit.code.instructions[test] if test is not None else None
    if not isinstance(asked, Test) or _is_open(context, unit.depends_on((asked.value,))):
        return BOTH
    return truth_of(engine, engine.value(context, asked.value))


def _is_open(context: Context, parameters: Iterable[int]) -> bool:
    """Whether one of the parameters may hold more than what calls pass that are known."""
    for index in parameters:
        owner: Context | None = context if index >= 0 else context.closure
        while owner is not None:
            if owner.ambient and (index < 0 or owner.key[index] is None):
                return True
            owner = owner.closure if index < 0 else None
    return False
