"""Calls that a traced run showed, as further targets of the instructions at which they were made.

They are added to what the engine finds there by itself: a recorded call says what can be called, and never that nothing
else can be. So an unresolved call stays unresolved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from truthline.facts.code import Call, Position, Register
from truthline.program.engine.calls import Arguments, Outcome, Site, invoke, run, suspended
from truthline.program.engine.units import Unit
from truthline.program.engine.values import NOTHING, Context, Method, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.recorded import KeptCall

Targets = dict[Register, dict[Unit, bool]]
"""By instruction the units that are called there, and whether the call is made by code that is not analysed."""


class Recorded:
    """The recorded calls of a program, by the instructions that make them."""

    def __init__(self, calls: Iterable[KeptCall] = ()) -> None:
        self._calls: dict[str, list[KeptCall]] = {}
        for call in calls:
            self._calls.setdefault(call.caller, []).append(call)
        self._targets: dict[Unit, Targets] = {}

    def at(self, engine: Engine, unit: Unit, register: Register) -> dict[Unit, bool]:
        """The units that an instruction was seen to execute."""
        if not self._calls or unit.model:
            return {}
        found = self._targets.get(unit)
        if found is None:
            found = self._targets[unit] = self._find(engine, unit)
        return found.get(register, {})

    def _find(self, engine: Engine, unit: Unit) -> Targets:
        found: Targets = {}
        for call in self._calls.get(unit.symbol, ()):
            register = instruction_at(unit, call.at)
            if register is not None:
                callees = (one for one in engine.bodies.units(call.modules[1]) if one.symbol == call.callee)
                found.setdefault(register, {}).update(dict.fromkeys(callees, bool(call.outside)))
        return found


def instruction_at(unit: Unit, place: Position) -> Register | None:
    """The instruction at a recorded place: a call, where one and others stand over the same text."""
    there = [register for register in unit.executable if unit.code.where(register) == place]
    calls = [register for register in there if isinstance(unit.code.instructions[register], Call)]
    return next(iter(calls or there), None)


def called(engine: Engine, site: Site, arguments: Arguments) -> Iterable[Outcome]:
    """What the recorded calls of a call instruction evaluate to; they are noted as executed.

    What code that is not analysed passes is not known: a function that it calls is entered as from anywhere.
    """
    context, register = site
    for unit, through_outside in engine.recorded.at(engine, context.unit, register).items():
        if through_outside:
            run(engine, engine.ambient(unit, deep=True))
        else:
            yield from _called(engine, unit, arguments, site)


def implied(engine: Engine, context: Context, register: Register) -> Values:
    """The same of another instruction, that calls something by what it is."""
    found: Values = NOTHING
    for unit in engine.recorded.at(engine, context.unit, register):
        found |= run(engine, engine.ambient(unit, deep=True))
    return found


def _called(engine: Engine, unit: Unit, arguments: Arguments, site: Site) -> Iterable[Outcome]:
    """A function that is called with known arguments, a method on any object of its class.

    A generator or coroutine was seen to run, and not only to be made.
    """
    closure = engine.ambient(unit.parent) if unit.parent is not None else None
    if closure is None:
        return ()
    function = engine.function(unit, closure)
    receiver = engine.classes.receiver(unit, closure, shallow=False)
    outcomes = invoke(engine, function if receiver is None else Method(function, receiver), arguments, site)
    for outcome in outcomes:
        waiting = suspended(outcome)
        if waiting is not None:
            engine.executes(waiting)
    if receiver is not None and unit.name == "__init__":
        return (*outcomes, receiver)
    return outcomes
