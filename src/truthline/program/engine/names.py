"""Names of modules: what they hold when anybody looks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from truthline.facts.code import ImportFrom
from truthline.program.engine.values import NOTHING, External, Intrinsic, ModuleValue, Value, Values
from truthline.program.lookup import gives_away

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine
    from truthline.program.engine.units import Unit


class Names:
    """Look-ups of global names, imports and stars."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def load(self, module: str, name: str) -> Values:
        """A name as code of `module` reads it: the module's own, or a builtin."""
        values = self._own(module, name)
        if values or self._binds(module, name):
            return values
        if module != "builtins":
            builtin = self.global_("builtins", name)
            if builtin:
                return builtin
        return self._implicit(module, name)

    def _implicit(self, module: str, name: str) -> Values:
        engine = self.engine
        if name == "_intrinsic" and engine.bodies.is_model(module):
            return frozenset((engine.universe.make(Intrinsic, "intrinsic"),))
        if name == "__name__":
            return frozenset((engine.universe.constant(module),))
        if name in ("__file__", "__doc__", "__package__"):
            return engine.typed("str")
        return frozenset((engine.opaque(f"the name {name} is not defined in {module}"),))

    def global_(self, module: str, name: str) -> Values:
        """What `module.name` holds, by every assignment that anybody can see."""
        node = self.engine.solver.node(("global", module, name), partial(self._global, module, name))
        return self.engine.solver.read(node)

    def _own(self, module: str, name: str) -> Values:
        """The same for code of the module itself: neither submodules nor `__getattr__` are asked."""
        node = self.engine.solver.node(("own", module, name), partial(self._assigned, module, name))
        return self.engine.solver.read(node)

    def defines(self, module: str, name: str) -> bool:
        """Whether the module's own code binds the name, or answers for it (PEP 562)."""
        units = self.engine.bodies.units(module)
        answers = bool(units) and "__getattr__" in units[0].bindings and not name.startswith("__")
        return answers or self._binds(module, name)

    def _binds(self, module: str, name: str) -> bool:
        units = self.engine.bodies.units(module)
        return bool(units) and (name in units[0].bindings or name in self.engine.bodies.index(module).global_stores)

    def _global(self, module: str, name: str) -> Iterable[Value]:
        context = self.engine.module(module)
        if context is None:
            return self._without_body(module, name)
        found = self._own(module, name)
        return found if found or self._binds(module, name) else self._elsewhere(context.unit, name)

    def _assigned(self, module: str, name: str) -> Iterable[Value]:
        engine = self.engine
        context = engine.module(module)
        found: set[Value] = set()
        if context is None:
            return found
        for register, bind in context.unit.bindings.get(name, ()):
            found |= engine.value(context, bind.value)
            engine.value(context, register)
        for unit, register in engine.bodies.index(module).global_stores.get(name, ()):
            for one in engine.precise(engine.ambient(unit, deep=True), register):
                found |= engine.value(one, register)
        found |= engine.heap.field_values(engine.universe.make(ModuleValue, module), name)
        if not found and not self._binds(module, name) and not name.startswith("__"):
            found |= self._starred(context.unit, name)
        return found

    def _starred(self, unit: Unit, name: str) -> Values:
        """What star imports bring: the last one that has the name, unless another way leads past it."""
        found: set[Value] = set()
        for register, instruction in reversed(unit.find(ImportFrom)):
            target = self.absolute(unit, instruction.module, instruction.level) if instruction.name == "*" else ""
            if not target or target == unit.module or not self._exports(target, name):
                continue
            brought = self._own(target, name)
            found |= brought
            if brought and unit.always_runs(register):
                break
        return frozenset(found)

    def _exports(self, module: str, name: str) -> bool:
        """Whether a star import of a module takes a name, if the module has it."""
        source = self.engine.modules.get(module)
        outline = source.outline if source is not None else None
        if outline is None:
            return self.engine.bodies.has(module)
        return gives_away(outline, name)

    def _elsewhere(self, unit: Unit, name: str) -> Values:
        """Submodules and `__getattr__`, in this order."""
        engine = self.engine
        found: set[Value] = set()
        if engine.modules.exists(f"{unit.module}.{name}"):
            found.add(engine.universe.make(ModuleValue, f"{unit.module}.{name}"))
        if not found and "__getattr__" in unit.bindings and name != "__getattr__":
            found |= self._module_getattr(unit.module, name)
        return frozenset(found)

    def _module_getattr(self, module: str, name: str) -> Values:
        from truthline.program.engine.calls import Arguments, call

        found: set[Value] = set()
        given = Arguments((frozenset((self.engine.universe.constant(name),)),))
        for hook in self.global_(module, "__getattr__"):
            found.update(call(self.engine, hook, given, None))
        return frozenset(found)

    def _without_body(self, module: str, name: str) -> Iterable[Value]:
        engine = self.engine
        known = engine.modules.get(module)
        if known is not None and known.outline is None:
            return (engine.opaque(f"{known.file} could not be read"),)
        if engine.modules.exists(module):
            submodule = f"{module}.{name}"
            if engine.modules.exists(submodule):
                return (engine.universe.make(ModuleValue, submodule),)
            place = engine.modules.place(module)
            if place is not None and place.file:
                return (engine.opaque(f"{place.file} is not analysed"),)
            return (engine.opaque(f"the module {submodule} does not exist"),)
        if engine.modules.is_first_party(module):
            return (engine.opaque(f"the module {module} does not exist"),)
        return (engine.universe.make(External, f"{module}.{name}"),)

    # -- imports ------------------------------------------------------------------------------

    def absolute(self, unit: Unit, module: str, level: int) -> str:
        """The absolute name of an imported module."""
        if level == 0:
            return module
        parts = unit.module.split(".")
        source = self.engine.modules.get(unit.module)
        package = source is not None and source.is_package
        keep = len(parts) - level + (1 if package else 0)
        base = ".".join(parts[: max(keep, 0)])
        return f"{base}.{module}".strip(".") if module else base

    def module_value(self, name: str) -> Values:
        """The module object of that name."""
        engine = self.engine
        if engine.bodies.has(name) or engine.modules.exists(name):
            known = engine.modules.get(name)
            if known is not None and known.outline is None:
                return frozenset((engine.opaque(f"{known.file} could not be read"),))
            return frozenset((engine.universe.make(ModuleValue, name),))
        if engine.modules.is_first_party(name):
            return frozenset((engine.opaque(f"the module {name} does not exist"),))
        return frozenset((engine.universe.make(External, name),))

    def member(self, module: str, name: str) -> Values:
        """What `from module import name` takes."""
        engine = self.engine
        values = self.global_(module, name)
        if values or self.defines(module, name):
            return values
        if engine.modules.exists(f"{module}.{name}"):
            return self.module_value(f"{module}.{name}")
        if engine.bodies.is_model(module):
            return frozenset((engine.universe.make(External, f"{module}.{name}"),))
        if engine.bodies.has(module):
            return frozenset((engine.opaque(f"{module} does not define {name}"),))
        return NOTHING
