"""What an object holds from its birth, asked of the call that made this one.

Objects that one instruction makes in one context are one to the engine: `of(cached)` and `of(proven)` return the same,
and so do two calls that return a closure. Where a register leads back to the call that returned the object, what it
was made with is asked of that call alone: the question ("part") goes into what was called, to the display, the
construction or the `def`, and leaves it by the parameters where it came in. Where the way back is lost, everything
counts that was put into any of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.calls import suspended
from truthline.program.engine.engine import Engine
from truthline.program.engine.reach import reaches
from truthline.program.engine.values import Constant, Context, Function, Instance, Method, Value
from truthline.program.influence.graph import Edge, Node, Site, part
from truthline.program.influence.memory import Memory
from truthline.program.influence.sites import Sites


class Parts:
    """The edges of questions about a part of an object: a field, an item, a captured variable."""

    def __init__(self, sites: Sites, memory: Memory) -> None:
        self.sites = sites
        self.engine: Engine = sites.engine
        self.memory = memory

    def expand(self, node: Node) -> Iterable[Edge]:
        """What the part `thing` of what a register holds rests on."""
        context, register, thing = node.context, node.register, node.thing
        if context is None or thing is None or not reaches(self.engine, context, register):
            return
        match _at(context, register):
            case ir.Param() if self.sites.calling(context):
                return  # the walk asks the calls
            case ir.Phi(args=args):
                yield from (part(context, one, thing) for one in sorted(set(args) - {register}))
            case ir.Narrow(value=value):
                yield part(context, value, thing)
            case ir.Hint(value=value) if value is not None:
                yield part(context, value, thing)
            case ir.Call() as call if self._only_returns(context, register, call):
                yield from self._returned(context, register, thing)
            case ir.Await(base=base) if self._only_awaits(context, base):
                yield from self._returned(context, base, thing)
            case _:
                yield from self._known(context, register, thing)

    def pass_in(self, site: Site, received: Node) -> Iterable[Edge]:
        """What a call passes for an object of which a part is asked, or as the function whose variable is read."""
        context, thing = received.context, received.thing
        if context is None:
            return
        instruction = _at(context, received.register)
        if isinstance(instruction, ir.LoadCell):
            yield from self._closed_over(site, context, instruction)
        elif thing is not None:
            passed = self.sites.received(site, received)
            objects = [self._object(site, register) for register in passed.plain]
            known = [one for one in objects if one is not None]
            if not known or len(known) < len(objects) or passed.whole or passed.parts or passed.omitted:
                yield from self._known(context, received.register, thing)
            else:
                yield from (part(site.context, one, thing) for one in known)

    def _object(self, site: Site, register: Register) -> Register | None:
        """The register of the object that is passed; of a bound method, of what it is bound to."""
        call = _at(site.context, site.register)
        if not isinstance(call, ir.Call) or register != call.func:
            return register
        method = _at(site.context, register)
        is_bound = all(isinstance(callee, Method) for callee in self.engine.value(site.context, register))
        return method.base if isinstance(method, ir.Attr) and is_bound else None

    def _closed_over(self, site: Site, context: Context, load: ir.LoadCell) -> Iterable[Edge]:
        call = _at(site.context, site.register)
        callees = self.engine.value(site.context, call.func) if isinstance(call, ir.Call) else ()
        if isinstance(call, ir.Call) and any(isinstance(one, Function) and one.unit is context.unit for one in callees):
            yield part(site.context, call.func, self.engine.universe.constant(load.name))
        elif context.closure is not None:
            yield from self.memory.born_variable(None, context.closure, load.name)

    def _known(self, context: Context, register: Register, thing: Value) -> Iterable[Edge]:
        """What is put under a part when the objects are made that a register holds."""
        named = thing.value if isinstance(thing, Constant) and isinstance(thing.value, str) else None
        for one in self.engine.value(context, register):
            if isinstance(one, Function) and named is not None:
                is_made_here = one.closure is context and one.unit.maker == register
                yield from self.memory.born_variable(context if is_made_here else None, one.closure, named)
            elif isinstance(one, Instance):
                own = context if one.context is context and one.site == register else None
                if named is not None:
                    yield from self.memory.born_field(own, one, named)
                yield from self.memory.born_item(own, one, thing)

    def _only_returns(self, context: Context, register: Register, call: ir.Call) -> bool:
        """Whether a call runs functions of ours, and gives back what they return."""
        targets = frozenset(self.engine.execute(context, register).targets)
        return (
            bool(targets)
            and all(isinstance(callee, (Function, Method)) for callee in self.engine.value(context, call.func))
            and self.engine.link(context, register) == targets
            and not any(one.unit.model or one.unit.code.is_async or one.unit.code.is_generator for one in targets)
        )

    def _only_awaits(self, context: Context, register: Register) -> bool:
        """Whether a register holds coroutines of ours, made by the call that stands there."""
        outcomes = self.engine.link(context, register) if isinstance(_at(context, register), ir.Call) else ()
        waiting = [suspended(one) for one in outcomes]
        return bool(waiting) and all(one is not None and one.unit.code.is_async for one in waiting)

    def _returned(self, context: Context, register: Register, thing: Value) -> Iterable[Edge]:
        for target in self.sites.called(Site(context, register)):
            for one, returned in target.unit.find(ir.Return):
                if reaches(self.engine, target, one):
                    yield Edge(Node("part", target, returned.value, thing), "into", Site(context, register))


def _at(context: Context, register: Register) -> ir.AnyInstruction:
    return context.unit.code.instructions[register]
