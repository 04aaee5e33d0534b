"""Where a value was made: from a register back through names, attributes, parameters and returns.

Each call is left by the way on which it was entered, so that a helper does not mix what its callers pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Context, Instance, ModuleValue
from truthline.program.evidence.terms import Place
from truthline.program.influence.graph import Site
from truthline.program.influence.sites import Sites
from truthline.program.modules import Found

_MOST = 64
_LONGEST_STACK = 12


class Definitions:
    """The instructions that values come from, in one slice."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.engine = sites.engine

    def of(self, place: Place) -> tuple[Place, ...]:
        """The instructions that made what a register holds; a parameter where nobody is known to pass it."""
        found: dict[Place, None] = {}
        seen = {place}
        pending = [place]
        while pending and len(seen) < _MOST:
            one = pending.pop()
            before = self._before(one)
            if before is None:
                found[one] = None
            for further in before or ():
                if further not in seen:
                    seen.add(further)
                    pending.append(further)
        return tuple(found)

    def _before(self, place: Place) -> list[Place] | None:
        """Where a copy comes from; None where this is no copy, or the way ends."""
        instruction = place.context.unit.code.instructions[place.register]
        match instruction:
            case ir.Narrow(value=value) | ir.Hint(value=int(value)):
                return [place.beside(value)]
            case ir.Await(base=base) | ir.Enter(base=base):
                return [place.beside(base)]
            case ir.Phi(args=args):
                return [place.beside(one) for one in args]
            case ir.Load(name=name):
                return self._global(place.context.unit.module, name)
            case ir.ImportFrom(module=module, level=level, name=name):
                return self._imported(self.engine.names.absolute(place.context.unit, module, level), name)
            case ir.LoadCell():
                return self._captured(place, instruction)
            case ir.Param(index=index):
                return self._passed(place, index)
            case ir.Attr(base=base, name=name):
                return self._attribute(place, base, name)
            case ir.Call():
                return self._returned(place)
            case _:
                return None

    def _global(self, module: str, name: str) -> list[Place] | None:
        body = self.engine.module(module)
        bindings = body.unit.bindings.get(name, ()) if body is not None else ()
        return [Place(body, bind.value) for _, bind in bindings] if body is not None and bindings else None

    def _imported(self, module: str, name: str) -> list[Place] | None:
        found = self.engine.modules.lookup(module, name) if self.engine.modules.get(module) else None
        return self._global(found.module, found.name) if isinstance(found, Found) and found.name else None

    def _captured(self, place: Place, load: ir.LoadCell) -> list[Place] | None:
        owner: Context | None = place.context
        while owner is not None and owner.unit.code.index != load.owner:
            owner = owner.closure
        if owner is None:
            return None
        return [
            Place(owner, store.value, None) for unit, store in owner.unit.stores_of(load.name) if unit is owner.unit
        ]

    def _passed(self, place: Place, index: int) -> list[Place] | None:
        """What calls pass for a parameter: the one by which the function was entered, else all."""
        context = place.context
        if place.stack:
            outer: tuple[Site, ...] = (Site(*place.stack[-1]),)
        else:
            outer = self.sites.calling(context)
        found = [one for site in outer for one in self._argument(place, site, index)]
        return found or None

    def _argument(self, place: Place, site: Site, index: int) -> Iterable[Place]:
        passed = self.sites.arguments(site, place.context, index)
        stack = place.stack[:-1] if place.stack else None
        for register in passed.plain:
            yield Place(site.context, register, stack)
        if passed.omitted and not (passed.plain or passed.whole or passed.parts):
            yield from self._default(place.context, index)

    def _default(self, context: Context, index: int) -> Iterable[Place]:
        unit, closure = context.unit, context.closure
        made = unit.parent.code.instructions[unit.maker] if unit.parent is not None and unit.maker >= 0 else None
        if closure is not None and isinstance(made, ir.MakeFunction):
            yield from (Place(closure, one, None) for number, one in made.defaults if number == index)

    def _attribute(self, place: Place, base: Register, name: str) -> list[Place] | None:
        """What modules bind, what properties return, what is stored in attributes of objects of the analysed code."""
        computed = self._computed(place)
        if computed:
            return computed
        found: dict[Place, None] = {}
        for value in sorted(self.engine.value(place.context, base), key=repr):
            if isinstance(value, ModuleValue):
                found.update(dict.fromkeys(self._global(value.name, name) or ()))
            elif isinstance(value, Instance) and not value.cls.unit.model:
                for _, writer in sorted(self.engine.heap.field(value, name), key=repr):
                    stored = writer[0].unit.code.instructions[writer[1]] if writer is not None else None
                    if writer is not None and isinstance(stored, ir.SetAttr):
                        found[Place(writer[0], stored.value, None)] = None
                self.engine.solver.settle()
                found.update(dict.fromkeys(self._of_class(value, name)))
        return list(found) or None

    def _computed(self, place: Place) -> list[Place]:
        """What the property returns that is read."""
        targets = self.sites.slice.effects(place.context, place.register).targets
        stack = (*place.stack, (place.context, place.register)) if place.stack is not None else None
        read = [one for one in sorted(targets, key=repr) if one.unit.is_function and not one.unit.model]
        return [Place(one, back.value, stack) for one in read for _, back in one.unit.find(ir.Return)]

    def _of_class(self, value: Instance, name: str) -> Iterable[Place]:
        for one in self.engine.classes.order(value.cls):
            for _, bind in one.unit.bindings.get(name, ()):
                if one.unit.parent is not None:
                    yield Place(self.engine.universe.context(one.unit, one.closure, ()), bind.value, None)

    def _returned(self, place: Place) -> list[Place] | None:
        """What the functions that are called return; an object that a class makes is made by the call.

        What code outside calls back is executed by the call, but it is not the call's result.
        """
        callees = [one for one in self.callees(place) if one.unit.is_function and not one.unit.model]
        if not callees or any(one.unit.name in ("__init__", "__new__", "__post_init__") for one in callees):
            return None
        stack = place.stack
        if stack is not None:
            stack = (*stack, (place.context, place.register)) if len(stack) < _LONGEST_STACK else None
        return [Place(one, back.value, stack) for one in callees for _, back in one.unit.find(ir.Return)]

    def callees(self, place: Place) -> list[Context]:
        """The contexts that a call enters, those of generators and coroutines too."""
        outcomes = sorted(self.engine.link(place.context, place.register), key=repr)
        contexts = (one if isinstance(one, Context) else suspended(one) for one in outcomes)
        return [one for one in contexts if one is not None]


def called_name(unit: Unit, call: ir.Call) -> str:
    """The last name of what is called, as it is written."""
    func = unit.code.instructions[call.func]
    if isinstance(func, (ir.Attr, ir.Load, ir.LoadCell, ir.ImportFrom)):
        return func.name
    return ""


def written_text(unit: Unit, register: Register) -> str | None:
    """The text that is written there."""
    one = unit.code.instructions[register]
    return one.value if isinstance(one, ir.Const) and isinstance(one.value, str) else None


def stands_before(unit: Unit, first: Register, second: Register) -> bool:
    """Whether every way to the second instruction comes past the first."""
    one, other = unit.place(first), unit.place(second)
    if one is None or other is None:
        return False
    return one[1] < other[1] if one[0] == other[0] else unit.dominance.dominates(one[0], other[0])
