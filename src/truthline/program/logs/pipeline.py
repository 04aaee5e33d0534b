"""What stands between log calls and what is written, in the whole program.

structlog's processors, as `structlog.configure` names them and, behind those, `ProcessorFormatter`; filters that
handlers of `logging` have, and record factories; loguru's patchers. Filters of a logger count for no other logger, as
`logging` has it: they concern what is logged in their own module through that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Class, Constant, Context, External, Function, Instance, Method, Value
from truthline.program.influence.outside import written_names
from truthline.program.logs.answers import Hides, Kind, Step, elements
from truthline.program.logs.definitions import called_name, written_text
from truthline.program.logs.processors import FieldWalk, step_of

Family = Literal["structlog", "logging", "loguru"]
FAMILIES: tuple[Family, ...] = ("structlog", "logging", "loguru")
_WORDS = ("processors", "ProcessorFormatter", "addFilter", "filters", "setLogRecordFactory", "patcher", "configure")
_FORMATTER = "structlog.stdlib.ProcessorFormatter"
_MERGES = "structlog.contextvars.merge_contextvars"


class Chain(msgspec.Struct, frozen=True):
    """The steps that a record comes past, in their order.

    `logger` is the name of the one that has a filter to itself. `paths` are those of steps that are not analysed.
    Every record has the fields in `adds` from the start. A chain that is `last` stands behind those that are not.
    """

    family: Family
    steps: tuple[Step, ...]
    paths: frozenset[str] = frozenset()
    logger: str | None = None
    adds: frozenset[str] = frozenset()
    last: bool = False


class Pipeline:
    """The chains of a program."""

    def __init__(self, engine: Engine, hides: Hides) -> None:
        self.engine = engine
        self._hides = hides
        self._known: dict[tuple[Step, str, Kind], frozenset[Kind]] = {}

    def ends(self, family: Family | None, logger: str | None, name: str, start: Kind) -> frozenset[Kind]:
        """How a field can come out that a call of a logger hands in.

        Where the family is not known, it is the one that has chains.
        """
        chains = [one for one in self.chains if one.family == (family or self._only)]
        own = [one for one in chains if one.logger is None or one.logger == logger]
        if start == "absent" and any(name in one.adds for one in own):
            start = "hidden"
        if own and own[0].family == "structlog":
            return frozenset(kind for steps in _each_way(own) for kind in self._past(steps, name, start))
        return self._past([step for one in own for step in one.steps], name, start)

    def merges_context_variables(self) -> bool:
        """Whether structlog's context variables come into its records: by default, or as the chains say."""
        chains = [one for one in self.chains if one.family == "structlog" and not one.last]
        return not chains or any(_MERGES in one.paths or not (one.paths or one.steps) for one in chains)

    @cached_property
    def _only(self) -> Family | None:
        families = {one.family for one in self.chains}
        return next(iter(families)) if len(families) == 1 else None

    def _past(self, steps: Iterable[Step], name: str, start: Kind) -> frozenset[Kind]:
        kinds = frozenset((start,))
        for step in steps:
            kinds = frozenset(after for kind in kinds for after in self._after(step, name, kind))
        return kinds

    def _after(self, step: Step, name: str, kind: Kind) -> frozenset[Kind]:
        key = (step, name, kind)
        found = self._known.get(key)
        if found is None:
            endings = FieldWalk(self.engine, step, name, self._hides).endings(kind)
            hands_on = step.param is None or step.is_processor
            kinds = frozenset(one.returned if hands_on else one.kept for one in endings or ())
            found = self._known[key] = frozenset((kind,)) if endings is None else kinds
        return found

    # -- where chains are made ----------------------------------------------------------------

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """Every chain of the program, in the order of the text."""
        modules = {one.file: one for word in _WORDS for one in self.engine.modules.files_mentioning(word)}
        found = [
            chain
            for file in sorted(modules)
            for unit in self.engine.bodies.units(modules[file].name)
            for chain in self._of_unit(unit, self.engine.ambient(unit))
        ]
        self.engine.solver.settle()
        return tuple(found)

    def _of_unit(self, unit: Unit, context: Context) -> Iterator[Chain]:
        for register, call in unit.find(ir.Call):
            if unit.place(register) is not None:
                yield from self._of_call(context, call)
        for _, settings in unit.find(ir.BuildDict):
            yield from self._of_settings(context, settings)

    def _of_call(self, context: Context, call: ir.Call) -> Iterator[Chain]:
        name = called_name(context.unit, call)
        if name == "addFilter" and call.args:
            yield from self._added_filter(context, call)
        elif name == "setLogRecordFactory" and call.args:
            steps = self._steps(context, call.args[0], None)
            yield Chain("logging", tuple(steps))
        callees = {one.path for one in self._values(context, call.func) if isinstance(one, External)}
        libraries = {path.partition(".")[0] for path in callees}
        for keyword, value in call.keywords:
            if keyword == "processors" and "structlog" in libraries and _FORMATTER not in callees:
                yield self._processors(context, value)
            elif keyword == "patcher" and "loguru" in libraries:
                yield Chain("loguru", tuple(self._steps(context, value, 0, "extra")))
            elif keyword == "extra" and name == "configure" and "loguru" in libraries:
                yield Chain("loguru", (), adds=frozenset(self._keys(context, value)))
        if call.args and callees & {"structlog.configure", "structlog.configure_once"}:
            yield self._processors(context, call.args[0])
        if _FORMATTER in callees:
            given = dict(zip(("processor", "processors"), call.args, strict=False))
            yield from self._formatter(context, given | {name: value for name, value in call.keywords if name})

    def _formatter(self, context: Context, given: Mapping[str, Register]) -> Iterator[Chain]:
        """What a formatter does with structlog's own records, as a list or as its one processor."""
        if "processors" in given:
            yield msgspec.structs.replace(self._processors(context, given["processors"]), last=True)
        elif "processor" in given:
            values = sorted(self._values(context, given["processor"]), key=repr)
            yield Chain("structlog", tuple(step for one in values for step in self._processor(one)), last=True)

    def _keys(self, context: Context, register: Register) -> Iterator[str]:
        one = context.unit.code.instructions[register]
        for key, _ in one.items if isinstance(one, ir.BuildDict) else ():
            text = self._text(context, key) if key is not None else None
            if text is not None:
                yield text

    def _processors(self, context: Context, register: Register) -> Chain:
        values = self._ordered(context, register)
        steps = [step for value in values for step in self._processor(value)]
        return Chain("structlog", tuple(steps), frozenset(one.path for one in values if isinstance(one, External)))

    def _ordered(self, context: Context, register: Register) -> list[Value]:
        """The elements of a list, in their order where it is written down."""
        built = context.unit.code.instructions[register]
        if isinstance(built, ir.Build):
            return [value for item in built.items for value in sorted(self._values(context, item), key=repr)]
        return sorted(elements(self.engine, context, register), key=repr)

    def _processor(self, value: Value) -> Iterator[Step]:
        callables = self.engine.attribute(value, "__call__") if isinstance(value, Instance) else (value,)
        for one in sorted(callables, key=repr):
            found = step_of(self.engine, one, 2)
            if found is not None:
                yield msgspec.structs.replace(found, is_processor=True)

    def _steps(self, context: Context, register: Register, param: int | None, inside: str | None = None) -> list[Step]:
        values = sorted(self._values(context, register), key=repr)
        found = (step_of(self.engine, value, param, inside) for value in values)
        return [one for one in found if one is not None]

    # -- filters ------------------------------------------------------------------------------

    def _added_filter(self, context: Context, call: ir.Call) -> Iterator[Chain]:
        """A filter counts for every record where a handler has it, else for the logger that has it."""
        steps = tuple(step for value in self._values(context, call.args[0]) for step in self._filter(value))
        func = context.unit.code.instructions[call.func]
        if not isinstance(func, ir.Attr):
            return
        logger = logger_name(self.engine, context.unit, func.base)
        paths = [one.path for one in self._values(context, func.base) if isinstance(one, External)]
        if logger is not None:
            yield Chain("logging", steps, logger=logger)
        elif any("handler" in name.lower() for name in (*written_names(context, call.func), *paths)):
            yield Chain("logging", steps)

    def _filter(self, value: Value) -> Iterator[Step]:
        """The function that a filter is, or the method of one."""
        if isinstance(value, Class):
            value = self.engine.universe.make(Instance, value)
        callables = self.engine.attribute(value, "filter") if isinstance(value, Instance) else (value,)
        for one in sorted(callables, key=repr):
            found = step_of(self.engine, one, 0) if isinstance(one, (Function, Method)) else None
            if found is not None:
                yield found

    def _of_settings(self, context: Context, settings: ir.BuildDict) -> Iterator[Chain]:
        """What a part of the dict of a `dictConfig` says: filters that one of its handlers has, a formatter."""
        written = {self._text(context, key): value for key, value in settings.items if key is not None}
        what = self._values(context, written["()"]) if "()" in written else ()
        if any(isinstance(one, (External, Constant)) and _path(one) == _FORMATTER for one in what):
            yield from self._formatter(context, {name: value for name, value in written.items() if name is not None})
        filters, handlers = self._entry(context, settings, "filters"), self._entry(context, settings, "handlers")
        if not isinstance(filters, ir.BuildDict) or not isinstance(handlers, ir.BuildDict):
            return
        named = set(self._filters_of_handlers(context, handlers))
        for key, value in filters.items:
            one = context.unit.code.instructions[value]
            if key is None or not isinstance(one, ir.BuildDict) or self._text(context, key) not in named:
                continue
            made = [made for what, made in one.items if what is not None and self._text(context, what) == "()"]
            values = [value for register in made for value in self._values(context, register)]
            steps = [step for value in values for step in self._filter(self._at_path(value))]
            yield Chain("logging", tuple(steps))

    def _filters_of_handlers(self, context: Context, handlers: ir.BuildDict) -> Iterator[str]:
        for _, value in handlers.items:
            one = context.unit.code.instructions[value]
            for key, given in one.items if isinstance(one, ir.BuildDict) else ():
                if key is not None and self._text(context, key) == "filters":
                    yield from (
                        text.value
                        for text in self._ordered(context, given)
                        if isinstance(text, Constant) and isinstance(text.value, str)
                    )

    def _at_path(self, value: Value) -> Value:
        """A class by its dotted path."""
        path = value.value if isinstance(value, Constant) else None
        module, _, name = path.rpartition(".") if isinstance(path, str) else ("", "", "")
        if self.engine.modules.get(module) is None:
            return value
        return next((one for one in self.engine.names.global_(module, name) if isinstance(one, Class)), value)

    def _entry(self, context: Context, settings: ir.BuildDict, name: str) -> ir.Instruction | None:
        for key, value in settings.items:
            if key is not None and self._text(context, key) == name:
                return context.unit.code.instructions[value]
        return None

    def _text(self, context: Context, register: Register) -> str | None:
        return written_text(context.unit, register)

    def _values(self, context: Context, register: Register) -> frozenset[Value]:
        found: frozenset[Value] = self.engine.solver.solve(self.engine.node(context, register))
        return found


def logger_name(engine: Engine, unit: Unit, register: Register, depth: int = 0) -> str | None:
    """The name of the logger of `logging` that a register holds, the root's being ""; None where it cannot be told."""
    one = unit.code.instructions[register]
    body = engine.module(unit.module)
    if isinstance(one, ir.Call) and called_name(unit, one) == "getLogger":
        given = [*one.args[:1], *(value for keyword, value in one.keywords if keyword == "name")]
        named = unit.code.instructions[given[0]] if given else ir.Const("")
        if isinstance(named, ir.Load) and named.name == "__name__":
            return unit.module
        return "" if isinstance(named, ir.Const) and not named.value else written_text(unit, given[0])
    if isinstance(one, ir.Load) and body is not None and depth == 0:
        bound = [bind.value for _, bind in body.unit.bindings.get(one.name, ())]
        return logger_name(engine, body.unit, bound[0], 1) if len(bound) == 1 else None
    return None


def _each_way(chains: Iterable[Chain]) -> Iterator[tuple[Step, ...]]:
    """The steps of each `configure`, with those of each formatter behind them."""
    every = list(chains)
    first = [one.steps for one in every if not one.last] or [()]
    last = [one.steps for one in every if one.last] or [()]
    return (one + other for one in first for other in last)


def _path(value: External | Constant) -> object:
    return value.path if isinstance(value, External) else value.value


def receiver_of(unit: Unit, call: ir.Call) -> Register:
    """What a method is called on; the callee itself where it is none."""
    func = unit.code.instructions[call.func]
    return func.base if isinstance(func, ir.Attr) else call.func


def family_of(paths: Iterable[str]) -> Family | None:
    """The library that a logger is of, by the paths of what is called."""
    found = {one for one in FAMILIES for path in paths if path.startswith(f"{one}.") or path == one}
    return found.pop() if len(found) == 1 else None
