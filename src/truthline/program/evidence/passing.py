"""Calls between functions of a slice: who calls whom, and what arrives in which parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from truthline.facts.code import Attr, Call, Enter, Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.happening import ROOTS
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, External, Function, Instance, Method
from truthline.program.evidence.passed import sole_offset
from truthline.program.evidence.terms import NONE, Keyed, Place, Sequence, Site, Terms
from truthline.program.slices import Slice

Reader = Callable[[Place], Terms]


class Passing:
    """Who calls whom in a slice, by call instructions; coroutines and generators count where they are made."""

    def __init__(self, part: Slice) -> None:
        self.slice = part
        self.engine = part.engine
        self._callers: dict[Context, dict[Site, None]] | None = None

    def callees(self, context: Context, register: Register) -> tuple[Context, ...]:
        """The functions of the analysed code that an instruction runs or suspends; listeners of a session aside."""
        found = dict.fromkeys(
            () if self._only_tells(context, register) else self.slice.effects(context, register).targets
        )
        if isinstance(context.unit.code.instructions[register], Call):
            for outcome in self.engine.link(context, register):
                waiting = suspended(outcome) if isinstance(outcome, Instance) else None
                if waiting is not None and not waiting.unit.model:
                    found[waiting] = None
        return tuple(sorted(found, key=repr)) if len(found) > 1 else tuple(found)

    def _only_tells(self, context: Context, register: Register) -> bool:
        """Whether SQLAlchemy is called and handed no function: what runs then are listeners."""
        call = context.unit.code.instructions[register]
        if not isinstance(call, Call):
            return False
        callees = self.engine.value(context, call.func)
        if not callees or not all(isinstance(one, External) and one.path.startswith(ROOTS) for one in callees):
            return False
        given = (*call.args, *(value for _, value in call.keywords))
        return not any(
            isinstance(one, (Function, Method)) for each in given for one in self.engine.value(context, each)
        )

    def callers(self, context: Context) -> tuple[Site, ...]:
        """The instructions of the slice that call a context."""
        if self._callers is None:
            self._callers = {}
            for caller in self.slice.arrivals:
                for register in self.slice.executable(caller):
                    for callee in self.callees(caller, register):
                        self._callers.setdefault(callee, {})[caller, register] = None
        return tuple(self._callers.get(context, ()))

    def argument(self, site: Site, callee: Context, index: int, place: Place, read: Reader) -> Terms | None:
        """What a call passes to parameter number `index`; None where that cannot be told from the call.

        `place` is the call itself, in the activation in which its operands are read.
        """
        context, register = site
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, (Attr, Enter)):
            return read(place.beside(instruction.base)) if index == 0 else None
        if not isinstance(instruction, Call):
            return None
        offset = sole_offset(self.engine, context, instruction, callee.unit)
        if offset is None:
            return None
        if index < offset:
            return self._receiver(place, instruction, callee.unit, read)
        return _passed(place, instruction, callee.unit, index, offset, read)

    def _receiver(self, place: Place, call: Call, callee: Unit, read: Reader) -> Terms | None:
        """What arrives as `self` or `cls`."""
        if callee.name in ("__init__", "__new__", "__post_init__"):
            values = self.engine.value(place.context, call.func)
            if any(isinstance(value, Class) for value in values):
                return read(place)
        func = place.context.unit.code.instructions[call.func]
        if isinstance(func, Attr) and callee.name == func.name:
            return read(place.beside(func.base))
        return read(place.beside(call.func)) if callee.name == "__call__" else None


def _passed(place: Place, call: Call, callee: Unit, index: int, offset: int, read: Reader) -> Terms | None:
    spec = callee.code.params[index]
    positional = _positional(place, call, read)
    if positional is None:
        return None
    slots = [number for number, one in enumerate(callee.code.params) if one.kind in ("positional", "positional-only")]
    own = slots[offset:]
    if spec.kind == "vararg":
        return frozenset((Sequence(tuple(positional[len(own) :])),))
    named = _keywords(place, call, read)
    if spec.kind == "kwarg":
        taken = {one.name for one in callee.code.params if one.kind not in ("vararg", "kwarg")}
        return frozenset((Keyed(tuple((name, terms) for name, terms in named if name is None or name not in taken)),))
    if index in own and own.index(index) < len(positional):
        return positional[own.index(index)]
    given = [terms for name, terms in named if name == spec.name]
    spread = [terms for name, terms in named if name is None]
    return frozenset().union(*given, *spread) if given or spread else None


def _positional(place: Place, call: Call, read: Reader) -> list[Terms] | None:
    """The terms of the positional arguments; None where a star hides their places."""
    found: list[Terms] = []
    for number, register in enumerate(call.args):
        terms = read(place.beside(register))
        if number not in call.stars:
            found.append(terms)
            continue
        collected = [term for term in terms if isinstance(term, Sequence)]
        if len(collected) != 1 or collected[0].others:
            return None
        found += collected[0].items
    return found


def _keywords(place: Place, call: Call, read: Reader) -> list[tuple[str | None, Terms]]:
    found: list[tuple[str | None, Terms]] = []
    for name, register in call.keywords:
        terms = read(place.beside(register))
        if name is not None:
            found.append((name, terms))
        else:
            found += [entry for term in terms if isinstance(term, Keyed) for entry in term.entries]
    return found


def elements(terms: Iterable[object]) -> Terms:
    """What stands in collections, and what is none itself."""
    found = NONE
    for term in terms:
        found |= term.every if isinstance(term, (Sequence, Keyed)) else frozenset((term,))  # type: ignore[arg-type]
    return found
