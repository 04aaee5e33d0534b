"""Where functions and methods are called: by what is written there, and by what the value engine says it calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from truthline.config.references import ObjectPattern
from truthline.facts.code import (
    AnyInstruction,
    Attr,
    Bind,
    Call,
    Const,
    Hint,
    ImportFrom,
    Load,
    LoadCell,
    Narrow,
    Param,
    Phi,
    Register,
    SetAttr,
    StoreCell,
    StoreGlobal,
)
from truthline.facts.outline import Import
from truthline.model.location import Location
from truthline.program.callpattern import CallPattern, Condition
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import (
    Class,
    Constant,
    External,
    Function,
    Instance,
    Intrinsic,
    Method,
    Opaque,
    Value,
)
from truthline.program.module import External as Outside
from truthline.program.module import Found, SourceModule
from truthline.program.places import Places

Symbol = tuple[str, str]
"""A module, and a qualified name in it."""
_BLANKS = re.compile(r"\s+|\\\n")


class CallSite(msgspec.Struct, frozen=True):
    """A call that a pattern matches. `symbol` is the function in which it stands, `callee` what is called there.

    `certain` is False where nothing is known of the receiver or of an argument that decides.
    """

    location: Location
    symbol: str
    callee: str
    pattern: CallPattern
    certain: bool
    unit: Unit
    register: Register


class FunctionBody(msgspec.Struct, frozen=True):
    """A function with a name, at any depth; `location` is the line on which it begins."""

    symbol: str
    location: Location
    unit: Unit

    def holds(self, site: CallSite) -> bool:
        """Whether a call stands in the function, or in one inside it."""
        unit: Unit | None = site.unit
        while unit is not None and unit is not self.unit:
            unit = unit.parent
        return unit is self.unit


class _Wanted(msgspec.Struct, frozen=True):
    """A pattern, what it names where a facade re-exports it, and the names by which a module calls it."""

    pattern: CallPattern
    definition: Symbol | None
    aliases: frozenset[str]

    def may_be_named(self, name: str) -> bool:
        """Whether the name may stand for what the pattern means."""
        return name in self.aliases or self.pattern.may_be_named(name)


class CallSites:
    """Look-up of calls, module by module."""

    def __init__(self, engine: Engine, places: Places) -> None:
        self._engine = engine
        self._places = places
        self._definitions: dict[str, Symbol | None] = {}

    @property
    def is_cut(self) -> bool:
        """Whether the budget was spent: from then on, calls may be missed."""
        return self._engine.solver.exhausted

    def of(self, module: str, patterns: Sequence[CallPattern], captures: Mapping[str, str]) -> tuple[CallSite, ...]:
        """The calls in a module that match one of the patterns, in the order of the text, each once."""
        found: dict[tuple[int, int], CallSite] = {}
        source = self._engine.modules.get(module)
        if source is None or source.outline is None:
            return ()
        words = source.outline.words.split(" ")
        wanted = [each for pattern in patterns if (each := self._wanted(source, pattern, words)) is not None]
        if not wanted:
            return ()
        for unit in self._engine.bodies.units(module):
            for register, call in unit.find(Call):
                site = self._site(unit, register, call, wanted, captures)
                if site is not None:
                    span = site.location.span
                    found.setdefault((span.line, span.column), site)
        return tuple(found[place] for place in sorted(found))

    def functions(self, module: str) -> tuple[FunctionBody, ...]:
        """The functions that a module defines, lambdas aside, in the order of the text."""
        units = [unit for unit in self._engine.bodies.units(module) if unit.code.kind == "function"]
        return tuple(FunctionBody(unit.symbol, self._places.definition(unit), unit) for unit in units)

    def _site(
        self, unit: Unit, register: Register, call: Call, wanted: Iterable[_Wanted], captures: Mapping[str, str]
    ) -> CallSite | None:
        """The call under the first pattern that surely matches, else under the first that may."""
        perhaps: CallSite | None = None
        for each in wanted:
            callee, sure = self._callee(unit, call, each, captures)
            agrees = self._agrees(unit, call, each.pattern.conditions) if callee else False
            if agrees is False:
                continue
            location = self._places.location(unit, register)
            certain = sure and agrees is True
            site = CallSite(location, unit.symbol, callee, each.pattern, certain, unit, register)
            if certain:
                return site
            perhaps = perhaps or site
        return perhaps

    # -- whom a call calls

    def _callee(self, unit: Unit, call: Call, wanted: _Wanted, captures: Mapping[str, str]) -> tuple[str, bool]:
        """What of the pattern is called, "" where nothing is; and whether that is sure."""
        pattern = wanted.pattern
        if pattern.object is None:
            texts = self._texts(unit, call.func, pattern)
            return next((text for text in texts if pattern.is_written(text)), ""), True
        if not any(wanted.may_be_named(name) for name in _names(unit, call.func)):
            return "", True
        values = self._values(unit, call.func)
        symbols = [symbol for value in values for symbol in self._symbols(value)]
        if any(isinstance(value, Intrinsic) for value in values):  # the engine's own name for a builtin is another
            symbols += [("builtins", name) for name in _names(unit, call.func)]
        for symbol in symbols:
            if symbol == wanted.definition or pattern.is_object(*symbol, captures):
                return ":".join(symbol), True
        is_method = isinstance(unit.code.instructions[call.func], Attr)
        unknown = is_method and all(isinstance(value, Opaque) for value in values)
        return (pattern.callee, False) if unknown else ("", True)

    def _values(self, unit: Unit, register: Register) -> list[Value]:
        """What a register can hold: as annotations have it, and where they say nothing, as call sites do."""
        engine = self._engine
        values = engine.solver.solve(engine.node(engine.ambient(unit), register))
        if all(isinstance(value, Opaque) for value in values):
            values = engine.solver.solve(engine.node(engine.ambient(unit, deep=True), register))
        return sorted(values, key=repr)

    def _symbols(self, value: Value) -> Iterator[Symbol]:
        """The definitions that calling a value calls, and those that a method overrides."""
        match value:
            case Function(unit=unit):
                yield unit.module, unit.code.qualname
            case Class(unit=unit):
                yield unit.module, unit.code.qualname
                yield unit.module, f"{unit.code.qualname}.__init__"
            case Method(function=function, bound=bound):
                yield from self._symbols(function)
                if isinstance(function, Function):
                    yield from self._members(bound, function.unit.name)
            case Instance():
                yield from self._members(value, "__call__")
            case External(path=path):
                parts = path.replace("()", "").split(".")
                yield from ((".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts)))

    def _members(self, receiver: Value, name: str) -> Iterator[Symbol]:
        """A method as one of each class that the receiver's class is or extends."""
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if isinstance(cls, Class):
            for each in self._engine.classes.order(cls):
                yield each.unit.module, f"{each.unit.code.qualname}.{name}"

    # -- by which names

    def _wanted(self, source: SourceModule, pattern: CallPattern, words: list[str]) -> _Wanted | None:
        """A pattern as a module can mean it; None where no word of the module, nor what it imports, lets it."""
        definition = self._definition(pattern)
        names = self._renamed(pattern)
        names |= {definition[1].rpartition(".")[2]} if definition else set()
        if pattern.object is not None and source.outline is not None:
            imports = source.outline.imports
            names |= {one.bound for one in imports if self._imports_alias(source, one, pattern)}
        if not any(word in names or pattern.may_be_named(word) for word in words):
            return None
        return _Wanted(
            pattern, definition, self._aliases(source.name, pattern, names) if pattern.object else frozenset()
        )

    def _definition(self, pattern: CallPattern) -> Symbol | None:
        """Where what a literal pattern names is defined, if that is elsewhere."""
        if pattern.object is None or not pattern.object.is_literal:
            return None
        if pattern.text not in self._definitions:
            self._definitions[pattern.text] = self._look_up(pattern.object)
        return self._definitions[pattern.text]

    def _look_up(self, reference: ObjectPattern) -> Symbol | None:
        head, dot, rest = reference.qualname.partition(".")
        found = self._engine.modules.lookup(reference.module.text, head)
        if not isinstance(found, (Found, Outside)) or not found.name:
            return None
        return found.module, f"{found.name}{dot}{rest}"

    def _aliases(self, module: str, pattern: CallPattern, imported: set[str]) -> frozenset[str]:
        """Other names in a module for what a pattern means: of imports, and of what is stored under one."""
        aliases = set(imported)
        stores: list[tuple[Unit, str, Register]] = [
            (unit, store.name, store.value)
            for unit in self._engine.bodies.units(module)
            for store in unit.code.instructions
            if isinstance(store, (Bind, StoreGlobal, StoreCell, SetAttr))
        ]
        size = -1
        while size != len(aliases):
            size = len(aliases)
            for unit, name, value in stores:
                if any(each in aliases or pattern.may_be_named(each) for each in _names(unit, value)):
                    aliases.add(name)
        return frozenset(aliases)

    def _renamed(self, pattern: CallPattern) -> set[str]:
        """The names under which imports anywhere bind what a pattern may mean."""
        found: set[str] = set()
        if pattern.object is None:
            return found
        pending = [name for name in self._renames if pattern.may_be_named(name)]
        while pending:
            for bound in self._renames.get(pending.pop(), set()) - found:
                found.add(bound)
                pending.append(bound)
        return found

    @cached_property
    def _renames(self) -> dict[str, set[str]]:
        """By imported name, the other names under which it is imported."""
        found: dict[str, set[str]] = {}
        for module in self._engine.modules.by_file.values():
            for one in module.outline.imports if module.outline else ():
                if one.name and one.bound and one.bound != one.name:
                    found.setdefault(one.name, set()).add(one.bound)
        return found

    def _imports_alias(self, source: SourceModule, written: Import, pattern: CallPattern) -> bool:
        """Whether an imported name was assigned in a module that mentions what a pattern means.

        Then it may stand for that: the engine has the last word.
        """
        if written.name in (None, "*") or not written.bound:
            return False
        modules = self._engine.modules
        found = modules.lookup(modules.target(source, written).module, str(written.name))
        if not isinstance(found, Found) or not found.name:
            return False
        kinds = {each.kind for each in modules.definitions(found.module, found.name)}
        origin = modules.get(found.module)
        words = origin.outline.words.split(" ") if origin and origin.outline and "assign" in kinds else []
        return any(pattern.may_be_named(word) for word in words)

    # -- with which arguments

    def _agrees(self, unit: Unit, call: Call, conditions: Iterable[Condition]) -> bool | None:
        """Whether the arguments are what a pattern asks for; None where that cannot be known."""
        answers = [self._holds(unit, call, condition) for condition in conditions]
        if False in answers:
            return False
        return None if None in answers else True

    def _holds(self, unit: Unit, call: Call, condition: Condition) -> bool | None:
        register, complete = self._argument(unit, call, condition.place)
        if register is None:
            return False if complete else None
        values = self._values(unit, register)
        constants = [value.value for value in values if isinstance(value, Constant)]
        if any(condition.matches(each) for each in constants):
            return True
        return False if values and len(constants) == len(values) else None

    def _argument(self, unit: Unit, call: Call, place: int | str) -> tuple[Register | None, bool]:
        """An argument by position or keyword, and whether there is surely none where none is found."""
        names = self._parameter_names(unit, call, place) if isinstance(place, int) else {place}
        for name, register in call.keywords:
            if name in names:
                return register, True
        before = isinstance(place, int) and not any(star <= place for star in call.stars)
        if isinstance(place, int) and before and place < len(call.args):
            return call.args[place], True
        return None, not call.stars and all(name is not None for name, _ in call.keywords)

    def _parameter_names(self, unit: Unit, call: Call, place: int) -> set[str]:
        """What the functions that are called name the parameter at a position."""
        names: set[str] = set()
        for value in self._values(unit, call.func) if call.keywords else ():
            function = value.function if isinstance(value, Method) else value
            at = place + isinstance(value, Method)
            if isinstance(function, Function) and at < len(function.unit.code.params):
                names.add(function.unit.code.params[at].name)
        return names

    # -- what is written

    def _texts(self, unit: Unit, register: Register, pattern: CallPattern) -> Iterator[str]:
        """The dotted texts of a callee that a pattern may match; of a local variable, those of what it was assigned."""
        for each in _sources(unit, register):
            instruction = unit.code.instructions[each]
            match instruction:
                case Load(name=name) | LoadCell(name=name) | ImportFrom(name=name):
                    yield name
                case Param(index=index):
                    yield unit.code.params[index].name
                case Attr(name=name) if pattern.may_be_named(name):
                    yield _BLANKS.sub("", self._places.passage(unit, each))


def _sources(unit: Unit, register: Register) -> Iterator[Register]:
    """The instructions that a value comes from, behind annotations, tests and joins."""
    pending, seen = [register], {register}
    while pending:
        each = pending.pop()
        instruction = unit.code.instructions[each]
        further: tuple[Register | None, ...] = ()
        match instruction:
            case Hint(value=value) | Narrow(value=value):
                further = (value,)
            case Phi(args=args):
                further = args
            case _:
                yield each
        for one in further:
            if one is not None and one not in seen:
                seen.add(one)
                pending.append(one)


def _names(unit: Unit, register: Register) -> Iterator[str]:
    """The last names of what a value comes from; of a call, those of what it is handed (`partial(f)`) too."""
    for each in _sources(unit, register):
        instruction = unit.code.instructions[each]
        yield from _named(instruction)
        for argument in instruction.args if isinstance(instruction, Call) else ():
            yield from _named(unit.code.instructions[argument])


def _named(instruction: AnyInstruction) -> Iterator[str]:
    match instruction:
        case Attr(name=name) | Load(name=name) | LoadCell(name=name) | ImportFrom(name=name):
            yield name
        case Const(value=str(value)):
            yield value
