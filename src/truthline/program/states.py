"""Declared states in the program: which objects they are, and what instructions do to them."""

from __future__ import annotations

from collections.abc import Iterable

from truthline.config.references import ObjectPattern, compile_modules, compile_objects
from truthline.config.schema import State
from truthline.facts.code import Attr, Build, BuildDict, Call, ImportFrom, Load, Register, SetAttr, StoreGlobal
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    Class,
    Constant,
    Context,
    External,
    Function,
    Instance,
    Method,
    ModuleValue,
    Opaque,
    Value,
)

_SCALARS = {"str", "int", "bool", "float", "bytes"}


class StateObjects:
    """A state: its modules, the attributes and names that hold it, and what is harmless in them."""

    def __init__(self, engine: Engine, name: str, state: State) -> None:
        self.engine = engine
        self.name = name
        self.role = state.role
        patterns = compile_modules(state.modules)
        every = engine.modules.by_name
        self.modules = frozenset(one for one in every if any(pattern.matches(one) for pattern in patterns))
        self._harmless = compile_objects(state.harmless)
        self.fields: set[tuple[Unit, str]] = set()
        self.names: set[tuple[str, str]] = set()
        if state.objects is None:
            self._find_objects()
        else:
            self._declared(compile_objects(state.objects))

    def _declared(self, patterns: tuple[ObjectPattern, ...]) -> None:
        for module in sorted(self.modules):
            for unit in self.engine.bodies.units(module):
                for name in _held_names(unit):
                    holder = unit.code.qualname
                    qualname = f"{holder}.{name}" if holder else name
                    if any(pattern.matches(module, qualname) for pattern in patterns):
                        self._add(unit, name)

    def _add(self, unit: Unit, name: str) -> None:
        if unit.code.kind == "module":
            self.names.add((unit.module, name))
        else:
            self.fields.add((unit, name))

    def _find_objects(self) -> None:
        """Every mutable object there: containers, and what is bound again after import."""
        for module in sorted(self.modules):
            for unit in self.engine.bodies.units(module):
                for name in _held_names(unit):
                    if not name.startswith("__") and self._is_mutable(unit, name):
                        self._add(unit, name)

    def _is_mutable(self, unit: Unit, name: str) -> bool:
        if unit.code.kind == "module":
            rebound = name in self.engine.bodies.index(unit.module).global_stores
            values = self.engine.names.global_(unit.module, name)
        else:
            rebound = False
            context = self.engine.ambient(unit)
            values = frozenset(
                one for _, bind in unit.bindings.get(name, ()) for one in self.engine.value(context, bind.value)
            )
            if name not in unit.bindings:
                return any(_makes_container(inner, name) for inner in unit.inner)
        return rebound or any(_is_container(value) or isinstance(value, External) for value in values)

    # -- questions ----------------------------------------------------------------------------

    def holds(self, unit: Unit) -> bool:
        """Whether a unit stands in the state's modules."""
        return unit.module in self.modules

    def is_harmless(self, unit: Unit) -> bool:
        """Whether a unit, or a class around it, is declared harmless."""
        return self.is_harmless_name(unit.module, unit.code.qualname)

    def is_harmless_name(self, module: str, qualname: str) -> bool:
        """The same for a qualified name."""
        parts = qualname.split(".")
        names = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
        return any(pattern.matches(module, name) for pattern in self._harmless for name in names)

    def containers(self) -> dict[Value, str]:
        """The objects that the declared attributes and names hold now, with what holds them."""
        found: dict[Value, str] = {}
        for module, name in sorted(self.names):
            for value in self.engine.names.global_(module, name):
                found.setdefault(value, f"{module}:{name}")
        for unit, name in sorted(self.fields, key=lambda field: (field[0].symbol, field[1])):
            for value in self._field_values(unit, name):
                found.setdefault(value, f"{unit.symbol}.{name}")
        return {value: holder for value, holder in found.items() if isinstance(value, Instance) and _mutable(value)}

    def _field_values(self, unit: Unit, name: str) -> Iterable[Value]:
        if unit.parent is None:
            return
        cls = self.engine.universe.make(Class, unit, self.engine.ambient(unit.parent))
        owners = [self.engine.universe.make(Instance, cls), *self.engine.heap.instances(unit)]
        for sub in self.engine.classes.subclasses(cls):
            owners += [self.engine.universe.make(Instance, sub), *self.engine.heap.instances(sub.unit)]
        for owner in owners:
            yield from self.engine.heap.field_values(owner, name)
        context = self.engine.ambient(unit)
        for _, bind in unit.bindings.get(name, ()):
            yield from self.engine.value(context, bind.value)

    def observed_name(self, context: Context, register: Register) -> str | None:
        """The state object whose value an instruction takes, where that value is no holder but the state itself."""
        instruction = context.unit.code.instructions[register]
        name: str | None = None
        if isinstance(instruction, Load) and (context.unit.module, instruction.name) in self.names:
            name = f"{context.unit.module}:{instruction.name}"
        elif isinstance(instruction, ImportFrom):
            module = self.engine.names.absolute(context.unit, instruction.module, instruction.level)
            if (module, instruction.name) in self.names:
                name = f"{module}:{instruction.name}"
        elif isinstance(instruction, Attr):
            name = self._attribute(context, instruction)
        if name is None:
            return None
        values = self.engine.value(context, register)
        return name if any(_is_scalar(value) for value in values) else None

    def _attribute(self, context: Context, instruction: Attr) -> str | None:
        for base in self.engine.value(context, instruction.base):
            if isinstance(base, ModuleValue) and (base.name, instruction.name) in self.names:
                return f"{base.name}:{instruction.name}"
            if isinstance(base, (Instance, Class)):
                cls = base.cls if isinstance(base, Instance) else base
                for unit, name in self.fields:
                    if name == instruction.name and any(one.unit is unit for one in self.engine.classes.order(cls)):
                        return f"{unit.symbol}.{name}"
        return None

    def stored_name(self, context: Context, register: Register) -> str | None:
        """The state object that an assignment binds anew."""
        instruction = context.unit.code.instructions[register]
        if isinstance(instruction, StoreGlobal) and (context.unit.module, instruction.name) in self.names:
            return f"{context.unit.module}:{instruction.name}"
        if isinstance(instruction, SetAttr):
            return self._attribute(context, Attr(instruction.base, instruction.name))
        return None

    def defined_here(self, value: Value) -> tuple[str, str] | None:
        """Module and qualified name of a function, class or object that the state's modules define."""
        if isinstance(value, Method):
            return self.defined_here(value.function)
        unit = value.unit if isinstance(value, (Function, Class)) else None
        if isinstance(value, Instance):
            unit = value.cls.unit if value.cls.unit.module in self.modules else value.unit
        if unit is None or unit.module not in self.modules:
            return None
        return unit.module, unit.code.qualname


def _held_names(unit: Unit) -> list[str]:
    """Names that a module, or a class and its methods, assign."""
    if unit.is_function:
        return []
    names = set(unit.bindings)
    if unit.code.kind == "class":
        for inner in unit.inner:
            names |= {store.name for _, store in inner.find(SetAttr)}
    return sorted(names)


def _makes_container(unit: Unit, name: str) -> bool:
    for _, store in unit.find(SetAttr):
        if store.name == name:
            made = unit.code.instructions[store.value]
            value = getattr(made, "value", None)
            if type(made).__name__ == "Hint" and isinstance(value, int):
                made = unit.code.instructions[value]
            if isinstance(made, BuildDict) or (isinstance(made, Build) and made.kind != "tuple"):
                return True
            if isinstance(made, Call) and getattr(unit.code.instructions[made.func], "name", "") in _MAKERS:
                return True
    return False


_MAKERS = {"dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter", "WeakValueDictionary"}


def _is_container(value: Value) -> bool:
    return isinstance(value, Instance) and value.cls.unit.model and value.cls.unit.name not in _IMMUTABLE


_IMMUTABLE = {*_SCALARS, "tuple", "frozenset", "object", "property", "NoneType", "type", "slice"}


def _mutable(value: Instance) -> bool:
    return not value.cls.unit.model or value.cls.unit.name not in _IMMUTABLE


def _is_scalar(value: Value) -> bool:
    if isinstance(value, Constant):
        return value.value is not None
    if isinstance(value, Instance):
        return value.cls.unit.model and value.cls.unit.name in _IMMUTABLE
    if isinstance(value, External):
        return not value.path.startswith("builtins.NoneType.")  # of a holder that is not there yet, nothing is taken
    return isinstance(value, Opaque)
