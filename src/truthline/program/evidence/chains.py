"""From a register back to what it is made of: through names, calls, parameters, attributes and collections.

The value engine merges what a function is passed by all its callers; a query must not be. So texts and constructs are
followed along the definitions of registers, and each call is left by the way on which it was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.reach import comes_from
from truthline.program.engine.values import Class, Constant, Context, Instance, Opaque, Value
from truthline.program.evidence.library import Library
from truthline.program.evidence.mapped import Mappings
from truthline.program.evidence.passing import Passing, elements
from truthline.program.evidence.sqltext import HOLE, SqlTexts
from truthline.program.evidence.terms import (
    NONE,
    Entity,
    Free,
    Keyed,
    Made,
    Part,
    Place,
    Rows,
    Sequence,
    Term,
    Terms,
    Text,
    Unclear,
)
from truthline.program.evidence.texts import concatenated, formatted
from truthline.program.modules import Found

_DEEPEST = 120
_MOST_STEPS = 20_000
_MOST_ROUNDS = 4
_MOST_TERMS = 64
_LONGEST_STACK = 12
_TOO_MUCH = frozenset((Unclear("it is put together in too many steps"),))
_SUPER = ir.Load("super")
_GETATTR = ir.Load("getattr")
_ADDS = {"append": 0, "add": 0, "extend": 0, "insert": 1, "update": 0, "appendleft": 0}


class Chains:
    """The terms of registers, for one slice."""

    def __init__(self, passing: Passing, mappings: Mappings, texts: SqlTexts) -> None:
        self.passing = passing
        self.engine: Engine = passing.engine
        self.mappings = mappings
        self.library = Library(self, mappings, texts)
        self._known: dict[Place, Terms] = {}
        self._active: dict[Place, Terms] = {}
        self._asked_again: set[Place] = set()
        self._steps = 0

    def values(self, context: Context, register: Register) -> frozenset[Value]:
        """What the engine knows of a register."""
        found: frozenset[Value] = self.engine.solver.solve(self.engine.node(context, register))
        return found

    def terms(self, place: Place) -> Terms:
        """What a register means to a query."""
        if not self._active:
            self._steps = 0
        if place.stack and not place.context.unit.depends_on((place.register,)):
            place = Place(place.context, place.register)
        known = self._known.get(place)
        if known is not None:
            return known
        if place in self._active:
            self._asked_again.add(place)
            return self._active[place]
        self._steps += 1
        if len(self._active) > _DEEPEST or self._steps > _MOST_STEPS:
            return _TOO_MUCH
        return self._settle(place)

    def _settle(self, place: Place) -> Terms:
        """Computes a place until it no longer grows: it may be made of itself, in a loop."""
        found = self._active[place] = NONE
        for _ in range(_MOST_ROUNDS):
            found = self._limited(self._compute(place))
            if place not in self._asked_again or found == self._active[place]:
                break
            self._active[place] = found
        else:
            found |= {Unclear("it grows in a loop")} if any(isinstance(one, Text) for one in found) else NONE
        self._asked_again.discard(place)
        del self._active[place]
        if not self._asked_again:
            self._known[place] = found
        return found

    def _limited(self, terms: Terms) -> Terms:
        return terms if len(terms) <= _MOST_TERMS else _TOO_MUCH

    def _compute(self, place: Place) -> Terms:
        instruction = place.context.unit.code.instructions[place.register]
        step = _STEPS.get(type(instruction))
        return step(self, place, instruction) if step is not None else NONE

    def every(self, place: Place, registers: Iterable[Register]) -> Terms:
        """The terms of several registers of one activation."""
        return NONE.union(*(self.terms(place.beside(register)) for register in registers))

    # -- values of the engine -----------------------------------------------------------------

    def of_values(self, values: Iterable[Value]) -> Terms:
        """What values mean by themselves: constant texts, mapped classes, objects that are made somewhere."""
        found: set[Term] = set()
        for value in values:
            if isinstance(value, Constant) and isinstance(value.value, str):
                found.add(Text(value.value))
            elif isinstance(value, Class):
                mapping = self.mappings.of(value)
                if mapping is not None:
                    found.add(Entity(mapping))
                elif self.mappings.is_unclear(value):
                    found.add(Unclear(f"the table of {value.unit.name} is not known"))
            elif isinstance(value, Instance):
                found |= self._of_instance(value)
        return frozenset(found)

    def _of_instance(self, value: Instance) -> Terms:
        mapping = None if value.cls.unit.model else self.mappings.of(value.cls)
        if mapping is not None:
            return frozenset((Rows(mapping),))
        if value.context is None or not isinstance(value.site, int):
            return NONE
        if value.cls.unit.model:
            return self.terms(Place(value.context, value.site, None)) if not value.context.unit.model else NONE
        return frozenset((Made(Place(value.context, value.site, None), value.cls),))

    def fallback(self, place: Place, terms: Terms) -> Terms:
        """What the engine knows of a register of which the text does not tell anything."""
        return terms or self.of_values(self.values(place.context, place.register))

    # -- copies -------------------------------------------------------------------------------

    def _const(self, place: Place, one: ir.Const) -> Terms:
        return frozenset((Text(one.value),)) if isinstance(one.value, str) else NONE

    def _phi(self, place: Place, one: ir.Phi) -> Terms:
        origins = comes_from(self.engine, place.context, place.register) if one.sources else None
        ways = zip(one.args, one.sources or one.args, strict=True)
        return self.every(place, {arg for arg, source in ways if origins is None or source in origins})

    def _value(self, place: Place, one: ir.Narrow | ir.Bind | ir.StoreCell | ir.StoreGlobal) -> Terms:
        return self.terms(place.beside(one.value))

    def _hint(self, place: Place, one: ir.Hint) -> Terms:
        return self.fallback(place, NONE if one.value is None else self.terms(place.beside(one.value)))

    def _base(self, place: Place, one: ir.Await | ir.Enter) -> Terms:
        return self.fallback(place, self.terms(place.beside(one.base)))

    # -- names --------------------------------------------------------------------------------

    def _load(self, place: Place, one: ir.Load) -> Terms:
        return self._global(place, place.context.unit.module, one.name)

    def _import_from(self, place: Place, one: ir.ImportFrom) -> Terms:
        module = self.engine.names.absolute(place.context.unit, one.module, one.level)
        found = self.engine.modules.lookup(module, one.name) if self.engine.modules.get(module) else None
        if isinstance(found, Found) and found.name:
            return self._global(place, found.module, found.name)
        return self.of_values(self.values(place.context, place.register))

    def _global(self, place: Place, module: str, name: str) -> Terms:
        """What a module binds under a name; a class or a text as the engine knows it."""
        body = self.engine.module(module)
        bindings = body.unit.bindings.get(name, ()) if body is not None else ()
        if body is None or not bindings:
            origin = self.engine.modules.lookup(module, name) if body is not None else None
            if isinstance(origin, Found) and origin.name and origin.module != module:  # by `from x import *`
                return self._global(place, origin.module, origin.name)
            return self.of_values(self.values(place.context, place.register))
        found = NONE.union(*(self.terms(Place(body, bind.value)) for _, bind in bindings))
        for unit, register in self.engine.bodies.index(module).global_stores.get(name, ()):
            found |= self.terms(Place(self.engine.ambient(unit), register, None))
        return found

    def _make_class(self, place: Place, one: ir.MakeClass) -> Terms:
        return self.of_values(self.values(place.context, place.register))

    def _load_cell(self, place: Place, one: ir.LoadCell) -> Terms:
        owner: Context | None = place.context
        while owner is not None and owner.unit.code.index != one.owner:
            owner = owner.closure
        if owner is None:
            return NONE
        stack = self._stack_of(owner, place)
        found = NONE
        for unit, register in self.engine.bodies.index(owner.unit.module).cell_stores.get((one.owner, one.name), ()):
            if unit is owner.unit:
                found |= self.terms(Place(owner, register, stack))
        return self.fallback(place, found)

    def _stack_of(self, owner: Context, place: Place) -> tuple[Any, ...] | None:
        """The calls that led to a function around the one that is looked at."""
        if owner is place.context:
            return place.stack
        for number in range(len(place.stack or ()), 0, -1):
            if place.stack is not None and place.stack[number - 1][0] is owner:
                return place.stack[: number - 1]
        return None

    # -- parameters and calls -----------------------------------------------------------------

    def _param(self, place: Place, one: ir.Param) -> Terms:
        context = place.context
        fixed = context.key[one.index]
        known = self.of_values((fixed,)) if fixed is not None and not isinstance(fixed, Instance) else NONE
        if known:
            return known
        if place.stack is None:
            callers = self.passing.callers(context)
            given = [self._argument(place, site, one.index, None) for site in callers]
            return NONE.union(*given) if given else self._from_engine(context, one.index)
        if place.stack:
            return self._argument(place, place.stack[-1], one.index, place.stack[:-1])
        if context in self.passing.slice.entries or not self.passing.callers(context):
            return self._from_engine(context, one.index)
        return frozenset((Free(),))

    def _argument(self, place: Place, site: Any, index: int, stack: tuple[Any, ...] | None) -> Terms:
        call = Place(site[0], site[1], stack)
        given = self.passing.argument(site, place.context, index, call, self.terms)
        if given is None:
            spec = place.context.unit.code.params[index]
            return self._default(place.context, index) if spec.has_default else self._from_engine(place.context, index)
        return given

    def _default(self, context: Context, index: int) -> Terms:
        unit, closure = context.unit, context.closure
        made = unit.parent.code.instructions[unit.maker] if unit.parent is not None and unit.maker >= 0 else None
        if closure is None or not isinstance(made, ir.MakeFunction):
            return NONE
        return NONE.union(*(self.terms(Place(closure, one, None)) for number, one in made.defaults if number == index))

    def _from_engine(self, context: Context, index: int) -> Terms:
        """What arrives in a parameter on ways that no call shows: an entry's, a callback's."""
        values = self.engine.param(context, index)
        self.engine.solver.settle()
        values = self.engine.param(context, index)
        unclear = {Unclear(value.reason) for value in values if isinstance(value, Opaque)}
        return self.of_values(values) | unclear

    def _call(self, place: Place, one: ir.Call) -> Terms:
        if place.context.unit.code.instructions[one.func] == _SUPER:
            return self._super(place)
        callees = self.passing.callees(place.context, place.register)
        found = self._returned(place, callees) if callees else NONE
        made = self._constructed(place, one)
        if made:
            return made
        if not callees:
            found |= self._named_attribute(place, one) or self.library.call(place, one)
        return self.fallback(place, found)

    def _named_attribute(self, place: Place, one: ir.Call) -> Terms:
        """`getattr(x, name)`, as far as the name is known."""
        if place.context.unit.code.instructions[one.func] != _GETATTR or len(one.args) < 2:
            return NONE
        names = [term.value for term in self.terms(place.beside(one.args[1])) if isinstance(term, Text)]
        bases = self.terms(place.beside(one.args[0])) if names else NONE
        return NONE.union(*(self.library.attribute(bases, name) for name in names))

    def _returned(self, place: Place, callees: Iterable[Context]) -> Terms:
        """What the functions of the analysed code that a call runs return."""
        stack = place.stack
        if stack is not None:
            stack = (*stack, (place.context, place.register)) if len(stack) < _LONGEST_STACK else None
        found = NONE
        for callee in callees:
            for register, _ in callee.unit.find(ir.Return):
                found |= self.terms(Place(callee, register, stack))
        return found

    def _constructed(self, place: Place, one: ir.Call) -> Terms:
        """Objects of classes of the analysed code that a call makes."""
        found: set[Term] = set()
        for value in self.values(place.context, one.func):
            if isinstance(value, Class) and not value.unit.model:
                mapping = self.mappings.of(value)
                queried = self._queried(place, one, value) if mapping is None else NONE
                found |= queried or {Made(place, value) if mapping is None else Rows(mapping)}
        return frozenset(found)

    def _queried(self, place: Place, one: ir.Call, cls: Class) -> Terms:
        """A queryset or manager class of the analysed code, made for a model."""
        if not one.args or not self.mappings.is_queryset(cls):
            return NONE
        models = self.terms(place.beside(one.args[0]))
        return frozenset(self.library.django.queryset(term.mapping) for term in models if isinstance(term, Entity))

    def _super(self, place: Place) -> Terms:
        """`super()` speaks for the object that the method belongs to."""
        first = [register for register, param in place.context.unit.find(ir.Param) if param.index == 0]
        return self.terms(place.beside(first[0])) if first else NONE

    def _return(self, place: Place, one: ir.Return) -> Terms:
        return self.terms(place.beside(one.value))

    # -- attributes ---------------------------------------------------------------------------

    def _attr(self, place: Place, one: ir.Attr) -> Terms:
        callees = self.passing.callees(place.context, place.register)
        if callees:
            return self._returned(place, callees)
        bases = self.terms(place.beside(one.base))
        found = self.library.attribute(bases, one.name)
        for base in bases:
            if isinstance(base, Made):
                found |= self.field(base, one.name)
        if Free() in bases:
            return found | {Free()}
        if found:
            return found
        for value in sorted(self.values(place.context, one.base), key=repr):
            found |= self._held(value, one.name)
        return self.fallback(place, found)

    def field(self, made: Made, name: str) -> Terms:
        """What an object that is made by a call holds in an attribute: as its constructor stores it, or its class."""
        place, cls = made.place, made.cls
        call = place.context.unit.code.instructions[place.register]
        found = NONE
        stack = None if place.stack is None else (*place.stack, (place.context, place.register))
        for callee in self.passing.callees(place.context, place.register):
            for _, store in callee.unit.find(ir.SetAttr):
                if callee.unit.name == "__init__" and store.name == name and _is_self(callee, store.base):
                    found |= self.terms(Place(callee, store.value, stack))
        placed = self.engine.classes.parameters(cls)
        if not found and isinstance(call, ir.Call) and self.engine.classes.takes(cls, name):
            found |= self._record_field(place, call, placed.index(name) if name in placed else len(call.args), name)
        return found or self._class_attribute(cls, name)

    def _record_field(self, place: Place, call: ir.Call, index: int, name: str) -> Terms:
        """A dataclass or a model keeps the argument of the field's name or place."""
        named = [register for keyword, register in call.keywords if keyword == name]
        if not named and index < len(call.args) and not call.stars:
            named = [call.args[index]]
        return self.every(place, named)

    def _class_attribute(self, cls: Class, name: str) -> Terms:
        for one in self.engine.classes.order(cls):
            bindings = one.unit.bindings.get(name, ())
            if bindings:
                body = self.mappings.body(one)
                return NONE.union(*(self.terms(Place(body, bind.value)) for _, bind in bindings))
        return NONE

    def _held(self, value: Value, name: str) -> Terms:
        """What objects and classes that the engine knows hold in an attribute."""
        cls = value.cls if isinstance(value, Instance) else value
        if not isinstance(cls, Class) or cls.unit.model:
            return NONE
        found = self._class_attribute(cls, name)
        for held, writer in sorted(self.engine.heap.field(value, name), key=repr):
            stored = writer[0].unit.code.instructions[writer[1]] if writer is not None else None
            if writer is not None and isinstance(stored, ir.SetAttr):
                found |= self.terms(Place(writer[0], stored.value, None))
            else:
                found |= self.of_values((held,))
        self.engine.solver.settle()
        return found

    # -- collections --------------------------------------------------------------------------

    def _build(self, place: Place, one: ir.Build) -> Terms:
        if one.kind == "slice":
            return NONE
        items: list[Terms] = []
        others = NONE
        for number, register in enumerate(one.items):
            terms = self.terms(place.beside(register))
            if number in one.stars:
                others |= elements(terms)
            elif not others:
                items.append(terms)
            else:
                others |= terms
        appended, added = self._added(place)
        if others:
            return frozenset((Sequence(tuple(items), others.union(added, *appended.values())),))
        items += [appended[call] for call in sorted(appended)]
        return frozenset((Sequence(tuple(items), added),))

    def _added(self, place: Place) -> tuple[dict[Register, Terms], Terms]:
        """What is put into a collection after it was made, in the same function: by the calls that append, and else."""
        unit = place.context.unit
        appended: dict[Register, Terms] = {}
        others = NONE
        for holder in self._aliases(place):
            for user in unit.uses.get(holder, ()):
                instruction = unit.code.instructions[user]
                if isinstance(instruction, ir.SetItem) and instruction.base == holder:
                    others |= self.terms(place.beside(instruction.value))
                elif isinstance(instruction, ir.Attr) and instruction.name in _ADDS:
                    for call, terms in self._added_by_calls(place, user, instruction.name):
                        if instruction.name == "append" and not unit.in_loop(call):
                            appended[call] = terms
                        else:
                            others |= terms
        return appended, others

    def _added_by_calls(self, place: Place, method: Register, name: str) -> Iterable[tuple[Register, Terms]]:
        unit = place.context.unit
        for user in unit.uses.get(method, ()):
            call = unit.code.instructions[user]
            if isinstance(call, ir.Call) and call.func == method and len(call.args) > _ADDS[name]:
                terms = self.terms(place.beside(call.args[_ADDS[name]]))
                yield user, elements(terms) if name in ("extend", "update") else terms

    def _aliases(self, place: Place) -> Iterable[Register]:
        """The registers of the function that hold what one was made to hold."""
        unit = place.context.unit
        found = {place.register: None}
        pending = [place.register]
        while pending:
            for user in unit.uses.get(pending.pop(), ()):
                if user not in found and isinstance(unit.code.instructions[user], (ir.Phi, ir.Hint, ir.Narrow)):
                    found[user] = None
                    pending.append(user)
        return found

    def _build_dict(self, place: Place, one: ir.BuildDict) -> Terms:
        entries: list[tuple[str | None, Terms]] = []
        for key, value in one.items:
            terms = self.terms(place.beside(value))
            if key is None:
                entries += [entry for term in terms if isinstance(term, Keyed) for entry in term.entries]
            else:
                entries += [(name, terms) for name in self._keys(place, key)]
        unit = place.context.unit
        for holder in self._aliases(place):
            for user in unit.uses.get(holder, ()):
                store = unit.code.instructions[user]
                if isinstance(store, ir.SetItem) and store.base == holder:
                    terms = self.terms(place.beside(store.value))
                    entries += [(name, terms) for name in self._keys(place, store.key)]
        return frozenset((Keyed(tuple(entries)),))

    def _keys(self, place: Place, register: Register) -> list[str | None]:
        """The texts that a key may be; None for one that is not known, or stands for a column."""
        terms = self.terms(place.beside(register))
        texts: list[str | None] = [*sorted(term.value for term in terms if isinstance(term, Text))]
        for term in terms:
            if isinstance(term, Part):
                texts += sorted(column.name for column in term.columns)
        return texts or [None]

    def _item(self, place: Place, one: ir.Item) -> Terms:
        found = NONE
        keys = self.values(place.context, one.key)
        for base in self.terms(place.beside(one.base)):
            if isinstance(base, Sequence):
                found |= _at(base, keys)
            elif isinstance(base, Keyed):
                found |= NONE.union(*(base.under(key) for key in _text_keys(keys)))
            elif isinstance(base, Free):
                found |= {base}
            else:
                found |= self.library.element(base, one, place)
        return self.fallback(place, found)

    def _next(self, place: Place, one: ir.Next) -> Terms:
        found = NONE
        for base in self.terms(place.beside(one.base)):
            if isinstance(base, Sequence):
                found |= base.every
            elif isinstance(base, Keyed):
                found |= {Text(name) for name, _ in base.entries if name is not None}
            elif isinstance(base, Free):
                found |= {base}
            else:
                found |= self.library.rows(base)
        return self.fallback(place, found)

    def _unpack(self, place: Place, one: ir.Unpack) -> Terms:
        found = NONE
        for base in self.terms(place.beside(one.base)):
            if isinstance(base, Sequence):
                known = one.star < 0 and one.index < len(base.items)
                found |= base.items[one.index] | base.others if known else base.every
            elif isinstance(base, (Free, Rows)):
                found |= {base}
        return found

    # -- operators ----------------------------------------------------------------------------

    def _join(self, place: Place, one: ir.Join) -> Terms:
        return concatenated([self.terms(place.beside(part)) for part in one.parts])

    def _format(self, place: Place, one: ir.Format) -> Terms:
        terms = self.terms(place.beside(one.value))
        if terms and all(isinstance(term, (Text, Free)) for term in terms):
            return terms
        known = self.values(place.context, one.value)
        plain = {value.value for value in known if isinstance(value, Constant) and isinstance(value.value, (str, int))}
        if terms or not plain or len(plain) != len(known):
            return frozenset((Text(HOLE),))
        return frozenset(Text(str(value)) for value in plain)

    def _binary(self, place: Place, one: ir.Binary) -> Terms:
        left, right = self.terms(place.beside(one.left)), self.terms(place.beside(one.right))
        if one.op == "mod" and any(isinstance(term, (Text, Free)) for term in left):
            return formatted(left, right)
        if one.op == "add" and any(isinstance(term, Text) for term in left | right):
            return concatenated([left, right])
        if any(isinstance(term, (Sequence, Keyed)) for term in left | right):
            return self._merged(left, right)
        return self.library.expression(left | right)

    def _merged(self, left: Terms, right: Terms) -> Terms:
        """`a + b` of lists, `a | b` of mappings."""
        keyed = [term for term in (*left, *right) if isinstance(term, Keyed)]
        if keyed:
            return frozenset((Keyed(tuple(entry for term in keyed for entry in term.entries)),))
        sides = [term for side in (left, right) for term in side if isinstance(term, Sequence) and not term.others]
        if len(sides) == len(left) + len(right) == 2:
            return frozenset((Sequence(sides[0].items + sides[1].items),))
        return frozenset((Sequence((), elements(left | right)),))

    def _unary(self, place: Place, one: ir.Unary) -> Terms:
        return self.library.expression(self.terms(place.beside(one.operand)))

    def _compare(self, place: Place, one: ir.Compare) -> Terms:
        return self.library.compared(self.every(place, (one.left, one.right)))


def _is_self(context: Context, register: Register) -> bool:
    instruction = context.unit.code.instructions[register]
    return isinstance(instruction, ir.Param) and instruction.index == 0


def _text_keys(keys: Iterable[Value]) -> list[str | None]:
    """The texts among keys; None, which is any key, where there are none."""
    return [key.value for key in keys if isinstance(key, Constant) and isinstance(key.value, str)] or [None]


def _at(base: Sequence, keys: Iterable[Value]) -> Terms:
    """What stands at the places that keys name; anything where one is not known."""
    places = [key.value if isinstance(key, Constant) and isinstance(key.value, int) else None for key in keys]
    found = NONE
    for place in places or [None]:
        if place is None or base.others or not -len(base.items) <= place < len(base.items):
            return base.every
        found |= base.items[place]
    return found


_STEPS: dict[type, Callable[[Chains, Place, Any], Terms]] = {
    ir.Const: Chains._const,
    ir.Phi: Chains._phi,
    ir.Narrow: Chains._value,
    ir.Bind: Chains._value,
    ir.StoreCell: Chains._value,
    ir.StoreGlobal: Chains._value,
    ir.Hint: Chains._hint,
    ir.Await: Chains._base,
    ir.Enter: Chains._base,
    ir.Load: Chains._load,
    ir.ImportFrom: Chains._import_from,
    ir.MakeClass: Chains._make_class,
    ir.LoadCell: Chains._load_cell,
    ir.Param: Chains._param,
    ir.Call: Chains._call,
    ir.Return: Chains._return,
    ir.Attr: Chains._attr,
    ir.Build: Chains._build,
    ir.BuildDict: Chains._build_dict,
    ir.Item: Chains._item,
    ir.Next: Chains._next,
    ir.Unpack: Chains._unpack,
    ir.Join: Chains._join,
    ir.Format: Chains._format,
    ir.Binary: Chains._binary,
    ir.Unary: Chains._unary,
    ir.Compare: Chains._compare,
}
