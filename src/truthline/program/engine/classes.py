"""Classes: their order of look-up, their subclasses, and who implements a protocol."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from truthline.facts.code import (
    Attr,
    Bind,
    Build,
    BuildDict,
    Call,
    Const,
    Hint,
    ImportFrom,
    Load,
    MakeClass,
    Register,
    Return,
    SetAttr,
    SetItem,
    StoreCell,
    StoreGlobal,
    Yield,
)
from truthline.program.engine.solver import Node
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Context, External, Instance, Method, Opaque, Value, Values

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine

_KEEPING = (Build, BuildDict, Return, SetAttr, SetItem, StoreCell, StoreGlobal, Yield)
_STATIC = {"staticmethod"}
_CLASS = {"classmethod"}
_IMPLICIT_CLASS = {"__init_subclass__", "__class_getitem__", "__new__"}
_AWAITED = {"", "Any", "Awaitable", "Coroutine", "Future", "Task", "object"}
_ABSTRACT = {"Protocol", "ABC"}
GENERATED = {
    "__repr__": "repr",
    "__eq__": "eq",
    "__lt__": "order",
    "__le__": "order",
    "__gt__": "order",
    "__ge__": "order",
    "__hash__": "hash unsafe_hash frozen",
}
"""Methods that a decorator generates, and the options of which one asks for it."""


class Classes:
    """Questions about classes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._decorators: dict[Unit, frozenset[str]] = {}
        self._constructed: dict[Unit, bool] = {}
        self._orders: dict[Class, Node] = {}

    def bases(self, cls: Class) -> Values:
        """What the class statement names as bases."""
        made = self._made(cls)
        found: set[Value] = set()
        if made is not None:
            for base in made.bases:
                found |= self.engine.value(cls.closure, base)
        return frozenset(found)

    def _made(self, cls: Class) -> MakeClass | None:
        if cls.unit.parent is None or cls.unit.maker < 0:
            return None
        made = cls.unit.parent.code.instructions[cls.unit.maker]
        return made if isinstance(made, MakeClass) else None

    def keyword(self, cls: Class, name: str) -> Values:
        """A keyword of the class statement (`metaclass=`)."""
        made = self._made(cls)
        found: set[Value] = set()
        for keyword, register in made.keywords if made is not None else ():
            if keyword == name:
                found |= self.engine.value(cls.closure, register)
        return frozenset(found)

    def metaclasses(self, cls: Class) -> Values:
        """What the class statement, or that of the nearest base, names as the metaclass."""
        named = (self.keyword(one, "metaclass") for one in self.order(cls) if not one.unit.model)
        return next((found for found in named if found), frozenset())

    def made_by(self, metaclass: Class) -> Iterable[Class]:
        """The classes whose statement, or that of a base, names a metaclass."""
        engine = self.engine
        for module in engine.modules.files_mentioning(metaclass.unit.name):
            for unit, _, made in engine.bodies.index(module.name).classes:
                for name, register in made.keywords:
                    named = engine.value(engine.ambient(unit), register) if name == "metaclass" else ()
                    if any(isinstance(one, Class) and one.unit is metaclass.unit for one in named):
                        inner = engine.bodies.units(module.name)[made.code]
                        cls = engine.universe.make(Class, inner, engine.ambient(unit))
                        yield from (cls, *self.subclasses(cls))

    def order(self, cls: Class) -> tuple[Class, ...]:
        """The classes in which attributes are looked up: C3 order, cut short where bases go in circles."""
        node = self._orders.get(cls)
        if node is None:
            node = self._orders[cls] = Node(partial(self._order_once, cls))
        values = self.engine.solver.read(node)
        return next(iter(values)) if len(values) == 1 else max(values, key=len, default=(cls,))

    def _order_once(self, cls: Class) -> Iterable[tuple[Class, ...]]:
        return (self._linear(cls, frozenset()),)

    def _linear(self, cls: Class, above: frozenset[Unit]) -> tuple[Class, ...]:
        seen = set(above)
        chain: list[Class] = []
        while cls.unit not in seen:
            seen.add(cls.unit)
            chain.append(cls)
            parents = self._parents(cls)
            if len(parents) != 1:
                passed = frozenset(seen)
                sequences = [list(self._linear(parent, passed)) for parent in parents] + [parents]
                return (*chain, *_merge([sequence for sequence in sequences if sequence]))
            cls = parents[0]
        return tuple(chain)

    def _parents(self, cls: Class) -> list[Class]:
        """The analysed bases in the order of the class statement."""
        made = self._made(cls)
        found: list[Class] = []
        for register in made.bases if made is not None else ():
            values = self.engine.value(cls.closure, register)
            found += sorted(value for value in values if isinstance(value, Class))
        return found

    def outside_bases(self, cls: Class) -> list[External | Opaque]:
        """Bases anywhere in the order that are not analysed."""
        found: list[External | Opaque] = []
        for one in self.order(cls):
            found += [base for base in self.bases(one) if isinstance(base, (External, Opaque))]
        return found

    def modelled(self, cls: Class) -> Class | None:
        """The class itself, or the base from outside the standard library, of which a model says less than there is."""
        if cls.unit.model:
            return cls
        models = (one for one in self.order(cls) if one.unit.model)
        return next((one for one in models if one.unit.module.partition(".")[0] not in sys.stdlib_module_names), None)

    def library_bases(self, cls: Class) -> list[str]:
        """The paths of the bases that belong to libraries, whether there are models of them or not."""
        modelled = [one.unit.symbol.replace(":", ".") for one in self.order(cls) if one.unit.model]
        return modelled + [base.path for base in self.outside_bases(cls) if isinstance(base, External)]

    def is_subclass(self, cls: Class, base: Class) -> bool:
        """Whether `base` stands in the order of `cls`."""
        return any(one.unit is base.unit for one in self.order(cls))

    def inherits(self, cls: Class, symbol: str) -> bool:
        """Whether a class of that symbol stands in the order."""
        return any(one.unit.symbol == symbol for one in self.order(cls))

    # -- down ---------------------------------------------------------------------------------

    def subclasses(self, cls: Class) -> tuple[Class, ...]:
        """Every class of the program that names `cls` as a base, directly or not."""
        node = self.engine.solver.node(("subclasses", cls), partial(self._subclasses, cls))
        return tuple(sorted(self.engine.solver.read(node)))

    def _subclasses(self, cls: Class) -> Iterable[Class]:
        found: dict[Class, None] = {}
        if cls.unit.model:
            return ()
        for direct in self._direct(cls):
            if direct.unit is not cls.unit:
                found[direct] = None
                found.update(dict.fromkeys(self.subclasses(direct)))
        return found

    def _direct(self, cls: Class) -> Iterable[Class]:
        engine = self.engine
        for module in engine.modules.files_subclassing(cls.unit.name):
            for unit, _, made in engine.bodies.index(module.name).classes:
                closure = engine.ambient(unit)
                values = [value for base in made.bases for value in engine.value(closure, base)]
                if any(isinstance(value, Class) and value.unit is cls.unit for value in values):
                    inner = engine.bodies.units(module.name)[made.code]
                    yield engine.universe.make(Class, inner, closure)

    def groups(self) -> list[Class]:
        """The classes of exception groups that the program constructs."""
        roots = [self.engine.builtin_class(name) for name in ("BaseExceptionGroup", "ExceptionGroup")]
        direct = {one for root in roots if root is not None for one in self._direct(root)}
        every = direct.union(*(self.subclasses(one) for one in direct))
        return sorted(one for one in every if self._is_constructed(one))

    def is_abstract(self, cls: Class) -> bool:
        """Whether the class is a protocol or says that it is abstract."""
        named = {base.unit.name for base in self.bases(cls) if isinstance(base, Class)}
        named |= {base.path.rpartition(".")[2] for base in self.bases(cls) if isinstance(base, External)}
        return bool(named & _ABSTRACT) or any("abstractmethod" in self.decorators(inner) for inner in cls.unit.inner)

    def is_protocol(self, cls: Class) -> bool:
        """Whether the class is a protocol."""
        return any(isinstance(base, Class) and base.unit.name == "Protocol" for base in self.bases(cls))

    def implementers(self, cls: Class) -> tuple[Class, ...]:
        """Classes that can stand where `cls` is asked for: itself, subclasses; of a protocol, what has its methods."""
        found = dict.fromkeys((cls, *self.subclasses(cls)))
        if self.is_protocol(cls):
            found.update(dict.fromkeys(self._structural(cls)))
        if self.is_abstract(cls) and len(found) > 1:
            del found[cls]
        constructed = [one for one in found if self._is_constructed(one)]
        return tuple(constructed or found)

    def _structural(self, cls: Class) -> Iterable[Class]:
        engine = self.engine
        asked = {name for name in cls.unit.bindings if not name.startswith("__") or name == "__call__"}
        if not asked:
            return
        rarest = min(sorted(asked), key=lambda name: len(engine.modules.files_defining(name)))
        for module in engine.modules.files_defining(rarest):
            for unit, _, made in engine.bodies.index(module.name).classes:
                inner = engine.bodies.units(module.name)[made.code]
                if inner is not cls.unit and asked <= inner.bindings.keys() and _fits(inner, cls.unit):
                    yield engine.universe.make(Class, inner, engine.ambient(unit))

    def _is_constructed(self, cls: Class) -> bool:
        """Whether anything calls the class, or hands it on to where it could be called. Syntax alone says so."""
        known = self._constructed.get(cls.unit)
        if known is None:
            known = any(_hands_on(unit, place) for unit, place in self._references(cls.unit))
            self._constructed[cls.unit] = known
        return known

    def _references(self, cls: Unit) -> Iterable[tuple[Unit, Register]]:
        """The registers that name a class, or make it (decorators passed through)."""
        if cls.parent is not None and cls.maker >= 0:
            yield from ((cls.parent, place) for place in _decorated(cls.parent, cls.maker))
        for module in self.engine.modules.files_mentioning(cls.name):
            index = self.engine.bodies.index(module.name)
            for name in sorted(self.engine.modules.local_names(module, cls.name)):
                for places in (index.loads, index.attributes, index.imports):
                    yield from places.get(name, ())

    # -- members ------------------------------------------------------------------------------

    def decorators(self, unit: Unit) -> frozenset[str]:
        """The last names of what decorates a function."""
        found = self._decorators.get(unit)
        if found is None:
            found = self._decorators[unit] = frozenset(_decorator_names(unit))
        return found

    def receiver(self, unit: Unit, closure: Context | None, shallow: bool) -> Value | None:
        """What the first parameter of a method stands for when it is called from anywhere."""
        owner = unit.owner
        if owner is None or closure is None or closure.closure is None:
            return None
        decorators = self.decorators(unit)
        if decorators & _STATIC:
            return None
        cls = self.engine.universe.make(Class, owner, closure.closure)
        if decorators & _CLASS or unit.name in _IMPLICIT_CLASS:
            return cls
        return self.engine.universe.make(Instance, cls, None, None, None, None, shallow)

    def enclosing(self, context: Context) -> Class | None:
        """The class in whose body the function of a context (or a function around it) stands."""
        current: Context | None = context
        while current is not None:
            closure = current.closure
            if current.unit.owner is not None and closure is not None and closure.closure is not None:
                return self.engine.universe.make(Class, current.unit.owner, closure.closure)
            current = closure
        return None

    def methods_named(self, unit: Unit, name: str) -> Iterable[Unit]:
        """The method that a class has under a name, its own or an inherited one."""
        closure = self.engine.ambient(unit.parent) if unit.parent is not None else None
        if closure is None:
            return
        for one in self.order(self.engine.universe.make(Class, unit, closure)):
            for inner in one.unit.inner:
                if inner.name == name and inner.is_function:
                    yield inner

    def fields(self, cls: Class) -> list[tuple[str, bool]]:
        """Fields in the order in which a dataclass takes them, and whether they have a default."""
        return [(name, field.has_default) for name, field in self._fields(cls).items() if field.role != "InitVar"]

    def init_variables(self, cls: Class) -> list[str]:
        """What a dataclass takes for its `__post_init__` alone, in order."""
        return [name for name, field in self._fields(cls).items() if field.role == "InitVar"]

    def parameters(self, cls: Class) -> list[str]:
        """The fields that a dataclass takes by their places."""
        return [name for name, field in self._fields(cls).items() if field.is_placed]

    def takes(self, cls: Class, name: str) -> bool:
        """Whether a dataclass has a field of that name, or takes it for its `__post_init__`."""
        return name in self._fields(cls)

    def _fields(self, cls: Class) -> dict[str, _Field]:
        found: dict[str, _Field] = {}
        for one in reversed(self.order(cls)):
            options = self.engine.solver.read(self._options(one)) if not one.unit.model else ()
            is_placed = not any("kw_only" in str(each.value).split() for each in options)
            for _, bind in one.unit.find(Bind):
                hint = one.unit.code.instructions[bind.value]
                if isinstance(hint, Hint) and hint.type.name.rpartition(".")[2] == "KW_ONLY":
                    is_placed = False
                elif isinstance(hint, Hint) and hint.role != "ClassVar":
                    placed = is_placed and _takes_place(one.unit, hint.value)
                    found[bind.name] = _Field(hint.value is not None, hint.role, placed)
                elif isinstance(hint, Call) and _names_field(one.unit, hint):
                    found[bind.name] = _Field(True, "", is_placed and _takes_place(one.unit, bind.value))
        return found

    def row(self, cls: Class) -> tuple[str, ...]:
        """The fields of a named tuple by their places; empty for any other class."""
        if cls.unit.model or not any(one.unit.symbol == "typing:NamedTuple" for one in self.order(cls)):
            return ()
        return tuple(name for name, _ in self.fields(cls))

    def generate(self, cls: Class, options: Value) -> None:
        """A decorator generates methods for a class, under options that stand in a text."""
        self.engine.solver.push(self._options(cls), (options,))

    def _options(self, cls: Class) -> Node:
        return self.engine.solver.node(("generated for", cls), None)

    def generated(self, cls: Class, name: str) -> Values:
        """The model's method that stands for one of the `GENERATED` ones, where a decorator of the class makes it."""
        node = self.engine.solver.node(("generated", cls, name), partial(self._find_generated, cls, name))
        return self.engine.solver.read(node)

    def _find_generated(self, cls: Class, name: str) -> Values:
        if cls.unit.parent is not None and cls.unit.maker >= 0:
            for place in _decorated(cls.unit.parent, cls.unit.maker):
                self.engine.value(cls.closure, place)
        asked = set(GENERATED[name].split())
        if not any(asked & set(str(one.value).split()) for one in self.engine.solver.read(self._options(cls))):
            return frozenset()
        model = next(unit for unit in self.engine.bodies.units("dataclasses") if unit.code.qualname == "_Generated")
        body = self.engine.universe.context(model, self.engine.module("dataclasses"), ())
        return frozenset(one for _, bind in model.bindings[name] for one in self.engine.value(body, bind.value))

    def in_namespace(self, cls: Class, name: str) -> Values:
        """What stands under a name in the namespace from which `type(...)` makes a class."""
        engine = self.engine
        key = engine.universe.constant(name)
        found: set[Value] = set()
        for namespace in engine.value(cls.closure, cls.unit.namespace) if cls.unit.namespace is not None else ():
            if isinstance(namespace, Instance):
                found |= engine.heap.item(namespace, key)
            elif not name.startswith("__"):
                found.add(engine.opaque(f"a member of {cls.unit.symbol}, which is made by type()"))
        return frozenset(found)

    def is_first_party(self, value: Value) -> bool:
        """Whether the value is of a class of the analysed code."""
        if isinstance(value, Instance):
            return not value.cls.unit.model
        if isinstance(value, Class):
            return not value.unit.model
        return isinstance(value, Method)

    @cached_property
    def enum(self) -> Unit | None:
        """The model's `enum.Enum`."""
        return next((unit for unit in self.engine.bodies.units("enum") if unit.code.qualname == "Enum"), None)

    def is_enum(self, cls: Class) -> bool:
        """Whether the class is an enumeration."""
        return cls.unit is not self.enum and any(one.unit is self.enum for one in self.order(cls))


class _Field(NamedTuple):
    has_default: bool
    role: str
    is_placed: bool


def _takes_place(unit: Unit, declared: Register | None) -> bool:
    """Whether no `field(init=False)` or `field(kw_only=True)` says that a field is not passed by its place."""
    call = unit.code.instructions[declared] if declared is not None else None
    for option, register in call.keywords if isinstance(call, Call) else ():
        given = unit.code.instructions[register]
        if isinstance(given, Const) and (option, given.value) in (("init", False), ("kw_only", True)):
            return False
    return True


def _names_field(unit: Unit, call: Call) -> bool:
    """`x = attr.ib()`: a field without an annotation."""
    func = unit.code.instructions[call.func]
    return isinstance(func, (Attr, ImportFrom, Load)) and func.name in ("ib", "attrib")


def _decorated(unit: Unit, register: Register) -> Iterable[Register]:
    """The class, and what each of its decorators returns."""
    yield register
    for user in unit.uses.get(register, ()):
        call = unit.code.instructions[user]
        if isinstance(call, Call) and call.args == (register,) and call.func < register:
            yield from _decorated(unit, user)


def _hands_on(unit: Unit, register: Register) -> bool:
    """Whether a class in a register is called, passed, stored or returned."""
    for user in unit.uses.get(register, ()):
        instruction = unit.code.instructions[user]
        if isinstance(instruction, Call):
            func = unit.code.instructions[instruction.func]
            named = isinstance(unit.code.instructions[register], (Load, Attr, ImportFrom))
            decorates = not named and instruction.args == (register,) and instruction.func < register
            if not decorates and getattr(func, "name", "") not in ("isinstance", "issubclass"):
                return True
        elif isinstance(instruction, _KEEPING):
            return True
    return False


def _fits(cls: Unit, protocol: Unit) -> bool:
    """Whether the methods of a class can be called as the protocol's are, and return what can be used as its does."""
    promised = {method.name: method for method in protocol.inner if method.is_function}
    return all(
        _takes_as_many(method, promised[method.name])
        and not (method.code.is_async and _is_plain(promised[method.name]))
        for method in cls.inner
        if method.is_function and method.name in promised
    )


def _is_plain(promised: Unit) -> bool:
    """Whether a protocol's method says that it returns something that nobody awaits."""
    returns = promised.code.returns
    return not promised.code.is_async and returns is not None and returns.name.rpartition(".")[2] not in _AWAITED


def _takes_as_many(method: Unit, promised: Unit) -> bool:
    params = method.code.params
    if any(param.kind in ("vararg", "kwarg") for param in (*params, *promised.code.params)):
        return True
    needed = sum(not param.has_default for param in params)
    asked = len(promised.code.params)
    return needed <= asked and sum(not param.has_default for param in promised.code.params) <= len(params)


def _decorator_names(unit: Unit) -> Iterable[str]:
    parent = unit.parent
    if parent is None or unit.maker < 0:
        return
    register = unit.maker
    while True:
        users = parent.uses.get(register, ())
        decorating = [user for user in users if isinstance(parent.code.instructions[user], Call)]
        if not decorating:
            return
        call = parent.code.instructions[decorating[0]]
        if not isinstance(call, Call) or call.args != (register,):
            return
        func = parent.code.instructions[call.func]
        name = getattr(func, "name", None)
        if isinstance(name, str):
            yield name
        register = decorating[0]


def _merge(sequences: list[list[Class]]) -> list[Class]:
    """C3 linearisation; where there is none, the first that is left goes first."""
    result: list[Class] = []
    while sequences:
        heads = [sequence[0] for sequence in sequences]
        tails = [one.unit for sequence in sequences for one in sequence[1:]]
        chosen = next((head for head in heads if head.unit not in tails), heads[0])
        result.append(chosen)
        sequences = [[one for one in sequence if one.unit is not chosen.unit] for sequence in sequences]
        sequences = [sequence for sequence in sequences if sequence]
    return result
