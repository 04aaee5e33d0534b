"""The value engine: what registers hold, in which contexts, by demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from truthline.facts.code import Call, Register, Type
from truthline.program.bodies import BodyStore
from truthline.program.engine import attributes, calls, displays, recorded, transfer
from truthline.program.engine.classes import Classes
from truthline.program.engine.declared import Declared
from truthline.program.engine.heap import ContentEntry, Heap
from truthline.program.engine.holders import Holders
from truthline.program.engine.names import Names
from truthline.program.engine.reach import reaches
from truthline.program.engine.serving import Serving
from truthline.program.engine.solver import Node, Notes, Solver
from truthline.program.engine.types import Types
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    NOTHING,
    Class,
    Constant,
    Context,
    Function,
    Instance,
    Opaque,
    Universe,
    Value,
    Values,
)
from truthline.program.modules import Modules
from truthline.program.recorded import KeptCall

BUDGET = 1_500_000
_NO_NOTES = Notes()


class Engine:
    """Answers what a register can hold and what an instruction can execute."""

    def __init__(
        self, modules: Modules, bodies: BodyStore, budget: int = BUDGET, recorded_calls: Iterable[KeptCall] = ()
    ) -> None:
        self.modules = modules
        self.bodies = bodies
        self.solver = Solver(budget)
        self.universe = Universe()
        self.names = Names(self)
        self.types = Types(self)
        self.classes = Classes(self)
        self.declared = Declared(self)
        self.heap = Heap(self)
        self.holders = Holders(self)
        self.serving = Serving(self)
        self.recorded = recorded.Recorded(recorded_calls)
        self.operations: Callable[[Value, calls.Arguments], Iterable[tuple[Value, calls.Arguments]]] | None = None
        """What dispatch tables say that a call runs besides: handlers, and what they are passed."""
        self._contexts: dict[Unit, Node] = {}
        self._anywhere: tuple[dict[Unit, Context], dict[Unit, Context]] = ({}, {})

    # -- registers ----------------------------------------------------------------------------

    def node(self, context: Context, register: Register) -> Node:
        """The node of a register in a context."""
        node = context.nodes.get(register)
        if node is None:
            node = context.nodes[register] = Node(partial(self._compute, context, register), (context, register))
        return node

    def value(self, context: Context, register: Register) -> Values:
        """What the register can hold, as far as is known; the asking node is told when more is."""
        return self.solver.read(self.node(context, register))

    def known(self, context: Context, register: Register) -> Values:
        """The same, where nothing must not mean anything.

        If no value ever comes, it is an object of which nothing is known.
        """
        values = self.value(context, register)
        if not values:
            self.solver.postpone(self.node(context, register), self.typed("object"))
        return values

    def link(self, context: Context, register: Register) -> frozenset[calls.Outcome]:
        """Whom a call instruction calls: contexts, and values that are known at once."""
        return self.solver.read(self._link_node(context, register))

    def _link_node(self, context: Context, register: Register) -> Node:
        node = context.links.get(register)
        if node is None:
            node = context.links[register] = Node(partial(transfer.link, self, context, register), (context, register))
        return node

    def execute(self, context: Context, register: Register) -> Notes:
        """What an instruction executes, as far as is known."""
        if isinstance(context.unit.code.instructions[register], Call):
            self.link(context, register)
            return self._link_node(context, register).notes or _NO_NOTES
        self.value(context, register)
        return self.node(context, register).notes or _NO_NOTES

    def _compute(self, context: Context, register: Register) -> Iterable[Value]:
        if not reaches(self, context, register):
            return ()
        instruction = context.unit.code.instructions[register]
        values = transfer.TRANSFER[type(instruction)](self, context, register, instruction)
        if not self.recorded.at(self, context.unit, register) or isinstance(instruction, Call):
            return values
        return recorded.implied(self, context, register).union(values)

    # -- contexts -----------------------------------------------------------------------------

    def contexts(self, unit: Unit) -> frozenset[Context]:
        """The contexts in which the unit was called so far."""
        return self.solver.read(self._contexts_node(unit))

    def contexts_on(self, unit: Unit, receiver: Value, merged: bool = True) -> frozenset[Context]:
        """The contexts in which a method was called on one receiver so far, and on those that are not told apart.

        Who asks for one receiver is not told of the calls on thousands of others.
        """
        found: frozenset[Context] = self.solver.read(self._received_node(unit, receiver))
        return found | self.solver.read(self._received_node(unit, None)) if merged else found

    def _received_node(self, unit: Unit, receiver: Value | None) -> Node:
        return self.solver.node(("called on", unit, receiver), None)

    def contexts_inside(self, unit: Unit, closure: Context) -> frozenset[Context]:
        """The contexts so far in which a function was called that was made in one context."""
        return self.solver.read(self._enclosed_node(unit, closure))

    def _enclosed_node(self, unit: Unit, closure: Context) -> Node:
        return self.solver.node(("called inside", unit, closure), None)

    def count_contexts(self, unit: Unit) -> int:
        """How many contexts there are so far; nobody is told when there are more."""
        return len(self._contexts_node(unit).values)

    def executes(self, context: Context) -> None:
        """The instruction being computed executes a context."""
        self.solver.notes().targets[context] = None
        place = self.solver.place()
        if place is not None:
            self.solver.push(self._callers_node(context), (place,))

    def callers(self, context: Context) -> frozenset[tuple[Context, Register]]:
        """The instructions that were seen executing a context."""
        return self.solver.read(self._callers_node(context))

    def _callers_node(self, context: Context) -> Node:
        return self.solver.node(("callers", context), None)

    def linked(self, context: Context) -> Context:
        """Remembers a context that is called."""
        self.solver.push(self._contexts_node(context.unit), (context,))
        if context.closure is not None:
            self.solver.push(self._enclosed_node(context.unit, context.closure), (context,))
        if context.key:
            self.solver.push(self._received_node(context.unit, context.key[0]), (context,))
        return context

    def _contexts_node(self, unit: Unit) -> Node:
        node = self._contexts.get(unit)
        if node is None:
            node = self._contexts[unit] = Node(None)
        return node

    def enter(self, units: Iterable[Unit]) -> None:
        """These functions are called from outside, as flows say."""
        for unit in units:
            self.solver.push(self._entry_node(unit), (unit,))

    def is_entry(self, unit: Unit) -> bool:
        """Whether a flow enters the program by this function."""
        return bool(self.solver.read(self._entry_node(unit)))

    def _entry_node(self, unit: Unit) -> Node:
        return self.solver.node(("entry", unit), None)

    def module(self, name: str) -> Context | None:
        """The context of a module's own body."""
        units = self.bodies.units(name)
        return self.universe.context(units[0], None, ()) if units else None

    def ambient(self, unit: Unit, bound: Value | None = None, deep: bool = False) -> Context:
        """The context that stands for calls of the unit from anywhere, of one receiver where `bound` is given."""
        if bound is not None and unit.code.params:
            return self._outermost(unit, (bound, *(None,) * (len(unit.code.params) - 1)), deep)
        known = self._anywhere[deep].get(unit)
        if known is None:
            known = self._anywhere[deep][unit] = self._outermost(unit, (None,) * len(unit.code.params), deep)
        return known

    def _outermost(self, unit: Unit, key: tuple[Value | None, ...], deep: bool) -> Context:
        closure = self.ambient(unit.parent) if unit.parent is not None else None
        return self.universe.context(unit, closure, key, True, deep)

    def precise(self, context: Context, register: Register) -> list[Context]:
        """The contexts that tell what an instruction does where `context` is called from anywhere.

        Where it depends on what calls pass, these are the contexts of the known calls.
        """
        unit = context.unit
        if not context.deep and not context.is_open:
            return [context]
        free = {index for index in unit.depends_on((register,)) if index < 0 or context.key[index] is None}
        free.discard(0 if unit.owner is not None else -2)
        if not free:
            return [context]
        self.holders.sites(unit)
        known = self._called(context)
        return sorted(known) if known else self._uncalled(context)

    def _called(self, context: Context) -> list[Context]:
        """The contexts of known calls that a context from anywhere stands for."""
        bound = context.key[0] if context.key else None
        known = [one for one in self.contexts(context.unit) if not one.ambient and not one.is_open]
        return known if bound is None else [one for one in known if one.key[0] is bound]

    def _uncalled(self, context: Context) -> list[Context]:
        """The context from anywhere, once it is sure that no call will be found."""
        node = self.solver.node(("uncalled", context), None)
        self.solver.postpone(node, (context,), lambda: not self._called(context))
        return list(self.solver.read(node))

    def param(self, context: Context, index: int) -> Values:
        """What parameter number `index` holds."""
        fixed = context.key[index]
        if fixed is not None:
            return frozenset((fixed,))
        values: Values = self.solver.read(self.param_node(context, index))
        annotation = context.unit.code.params[index].annotation
        if annotation is not None and any(isinstance(value, Opaque) for value in values):
            values = self._admitted(context, annotation, values)
        if context.ambient:
            values = values | self._ambient_param(context, index)
        return values

    def hand_over(self, context: Context, index: int, values: Values) -> None:
        """A call passes values for parameter number `index`."""
        if context.key[index] is None:
            self.solver.push(self.param_node(context, index), values)
        if index in context.unit.collecting:
            for value in values:
                self.solver.push(self._receiving_node(context.unit, index, value), (context,))

    def receiving(self, unit: Unit, index: int, value: Value) -> frozenset[Context]:
        """The contexts to which a value was passed so far; `index` is one of those that `Unit.collecting` names."""
        return self.solver.read(self._receiving_node(unit, index, value))

    def _receiving_node(self, unit: Unit, index: int, value: Value) -> Node:
        return self.solver.node(("receiving", unit, index, value), None)

    def _admitted(self, context: Context, annotation: Type, values: Values) -> Values:
        """Unknown arguments are what the annotation admits, where it says something."""
        promised = self.types.instances(context.unit, annotation)
        if not promised or any(isinstance(value, Opaque) for value in promised):
            return values
        return frozenset(value for value in values if not isinstance(value, Opaque)) | promised

    def param_node(self, context: Context, index: int) -> Node:
        """The node into which calls push what they pass."""
        node = context.params.get(index)
        if node is None:
            node = context.params[index] = Node(None)
        return node

    def _ambient_param(self, context: Context, index: int) -> Values:
        node = self.solver.node(("ambient", context, index), partial(self._from_anywhere, context, index))
        return self.solver.read(node)

    def _from_anywhere(self, context: Context, index: int) -> Iterable[Value]:
        unit = context.unit
        spec = unit.code.params[index]
        shallow = not context.deep
        receiver = self.classes.receiver(unit, context.closure, shallow) if index == 0 else None
        if isinstance(receiver, Class) and unit.name == "__init_subclass__":
            return self.classes.subclasses(receiver)
        if receiver is not None:
            return (receiver,)
        found: set[Value] = set()
        if spec.annotation is not None:
            found.update(self.types.instances(unit, spec.annotation, shallow))
        known = {value for value in found if not isinstance(value, Opaque)}
        if context.deep and (not known or self.is_entry(unit)):
            self.holders.sites(unit)
            bound = context.key[0] if context.key else None
            for called in self.contexts(unit):
                if called.ambient or (bound is not None and called.key[0] not in (None, bound)):
                    continue
                fixed = called.key[index]
                if fixed is None:
                    found |= self.param(called, index)
                else:
                    found.add(fixed)
        found.update(calls.default(self, context, index))
        if any(not isinstance(value, (Opaque, Constant)) for value in found):
            found = {value for value in found if not isinstance(value, Opaque)}
        elif not found:
            found.add(self.opaque(f"nothing is known of parameter {spec.name} of {unit.symbol}"))
        return found

    def display(self, owner: Instance, key: Value | None) -> Iterable[ContentEntry]:
        """What the display that made a container holds."""
        return displays.display_entries(self, owner, key)

    # -- values -------------------------------------------------------------------------------

    def opaque(self, reason: str) -> Opaque:
        """Something unknown, and why."""
        return self.universe.make(Opaque, reason)

    def returned(self, context: Context) -> Values:
        """What a call in that context returns."""
        return self.solver.read(self.solver.node(("return", context), partial(transfer.returned, self, context)))

    def returned_by_generator(self, context: Context) -> Values:
        """What a finished generator returns (`yield from`, `__await__`)."""
        return self.returned(context)

    def yielded(self, context: Context) -> Values:
        """What the generator of that context yields."""
        return self.solver.read(self.solver.node(("yield", context), partial(transfer.yielded, self, context)))

    def sent_node(self, context: Context) -> Node:
        """The node into which `send` pushes what the `yield`s of a generator's context evaluate to."""
        return self.solver.node(("sent", context), None)

    def attribute(self, value: Value, name: str) -> Values:
        """What `value.name` is, properties called."""
        return frozenset(attributes.attribute(self, value, name))

    def builtin(self, name: str) -> Values:
        """A builtin by its name."""
        return self.names.global_("builtins", name)

    def builtin_class(self, name: str) -> Class | None:
        """A builtin class of the models."""
        return next((value for value in self.builtin(name) if isinstance(value, Class)), None)

    def typed(self, name: str) -> Values:
        """Any object of a builtin class."""
        cls = self.builtin_class(name)
        return NOTHING if cls is None else frozenset((self.universe.make(Instance, cls),))

    def function(self, unit: Unit, closure: Context) -> Function:
        """The function value of a unit."""
        return self.universe.make(Function, unit, closure)
