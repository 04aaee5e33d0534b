"""Which calls log or measure, and with what event."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.values import Context, External
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.terms import Free, Keyed, Place, Site, Text
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.outside import written_names
from truthline.program.logs.answers import Kind
from truthline.program.logs.definitions import Definitions, called_name, stands_before
from truthline.program.logs.fields import FieldReader
from truthline.program.logs.mappings import Fields
from truthline.program.logs.pipeline import Pipeline, family_of, logger_name, receiver_of

_LEVELS = frozenset(
    ("debug", "info", "notice", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace",
     "success", "msg", "adebug", "ainfo", "awarning", "aerror", "aexception", "acritical", "alog")
)  # fmt: skip
_MEASURES = frozenset(
    ("inc", "dec", "observe", "increment", "incr", "decrement", "decr", "gauge", "histogram", "timing", "record", "set",
     "count", "counter", "distribution", "mark", "emit", "track", "event", "add", "add_event", "set_attribute",
     "add_breadcrumb", "capture_message", "time")
)  # fmt: skip
_OF_METRICS = frozenset(("inc", "dec", "observe", "set", "add", "record", "time"))
"""Methods of a metric that has its name from its constructor."""
_PRINTS = ("builtins.print", "pprint.", "sys.", "rich.", "click.", "typer.", "warnings.", "traceback.")
"""What is printed is no log."""
_BINDS = ("bind_contextvars", "bound_contextvars")
_MOST_CALLERS = 200
_DEEPEST = 8


class Emissions:
    """The log and metric calls of one slice."""

    def __init__(self, queries: Queries, dependence: Dependence) -> None:
        self.queries = queries
        self.slice = queries.slice
        self.engine = queries.engine
        self.outside = dependence.outside
        self.definitions = Definitions(dependence.sites)
        self.reader = FieldReader(self.definitions)
        self._saying: dict[tuple[Place, str, tuple[Register, ...] | None], bool | None] = {}
        self._named: dict[tuple[Context, Register], bool] = {}
        self._pipeline = Pipeline(self.engine, lambda _unit, _register: False)

    def is_emitting(self, context: Context, register: Register) -> bool:
        """Whether a call writes a log record, or counts or measures something."""
        call = context.unit.code.instructions[register]
        if not isinstance(call, ir.Call) or not self.outside.only_logs(context, register, call):
            return False
        callees = self.engine.value(context, call.func)
        paths = [one.path for one in callees if isinstance(one, External)]
        if paths and all(path.startswith(_PRINTS) for path in paths):
            return False
        names = written_names(context, call.func)
        last = {path.rpartition(".")[2].removesuffix("()") for path in paths} | set(names[-1:])
        return any(name.lower() in _LEVELS or name in _MEASURES for name in last)

    def is_named_so(self, context: Context, register: Register) -> bool:
        """Whether a call of the analysed code is one of a logger or a meter by its name: `self.metrics.inc(...)`."""
        found = self._named.get((context, register))
        if found is None:
            call = context.unit.code.instructions[register]
            names = written_names(context, call.func) if isinstance(call, ir.Call) else []
            found = self._named[context, register] = len(names) > 1 and self.outside.is_named_so(names)
        return found

    def says(self, place: Place, marker: str, given: tuple[Register, ...] | None = None) -> bool | None:
        """Whether a call that logs or measures names the marker; None where that depends on what calls pass.

        `given` are what its arguments are on one way, where more than one leads to the call.
        """
        key = (place, marker, given)
        if key not in self._saying:
            self._saying[key] = self._says(place, marker, given)
        return self._saying[key]

    def _says(self, place: Place, marker: str, given: tuple[Register, ...] | None) -> bool | None:
        call = place.context.unit.code.instructions[place.register]
        if not isinstance(call, ir.Call):
            return False
        names = written_names(place.context, call.func)
        if any(name.lower() == marker.lower() for name in names):
            return True
        is_open = False
        for told in self._told(place, call, given):
            terms = self.queries.chains.terms(told)
            said = [_mentions(text, marker) for term in terms for text in _texts(term)]
            if said and all(said):
                return True
            is_open = is_open or Free() in terms or any(said)
        if names[-1:] and names[-1] in _OF_METRICS and self._is_metric(place.beside(call.func), marker):
            return True
        return None if is_open else False

    def _told(self, place: Place, call: ir.Call, given: tuple[Register, ...] | None) -> Iterator[Place]:
        """What a call is passed; of `*args` that the function itself takes, what the call that entered it passes."""
        for number, register in enumerate(arguments(call) if given is None else given):
            one = place.context.unit.code.instructions[register]
            params = place.context.unit.code.params
            if (
                number in call.stars
                and isinstance(one, ir.Param)
                and params[one.index].kind == "vararg"
                and place.stack
            ):
                yield from self._collected(place.stack, one.index)
            else:
                yield place.beside(register)

    def _collected(self, stack: tuple[Site, ...], index: int) -> Iterator[Place]:
        """The arguments of the innermost call that a `*` parameter at a place takes; its receiver may be among them."""
        context, register = stack[-1]
        call = context.unit.code.instructions[register]
        outer = Place(context, register, stack[:-1])
        if isinstance(call, ir.Call):
            func = context.unit.code.instructions[call.func]
            for argument in call.args[max(index - isinstance(func, ir.Attr), 0) :]:
                yield outer.beside(argument)

    def _is_metric(self, func: Place, marker: str) -> bool:
        """Whether the receiver is a metric that was made under the marker's name."""
        method = func.context.unit.code.instructions[func.register]
        if not isinstance(method, ir.Attr):
            return False
        for made in self.definitions.of(func.beside(method.base)):
            call = made.context.unit.code.instructions[made.register]
            if not isinstance(call, ir.Call):
                continue
            if any(Text(marker) in self.queries.chains.terms(made.beside(one)) for one in call.args[:1]):
                return True
            if self._is_metric(made.beside(call.func), marker):
                return True
        return False

    def all(self) -> Iterator[Place]:
        """Every log and metric call of the slice."""
        for context in self.slice.arrivals:
            for register, _ in context.unit.find(ir.Call):
                if context.unit.place(register) and (
                    self.is_emitting(context, register) or self.is_named_so(context, register)
                ):
                    yield Place(context, register)

    def of(self, marker: str) -> Iterator[Place]:
        """Every call of the slice that logs the marker, with the calls by which its text is passed in."""
        for place in self.all():
            yield from self._entered(place.context, place.register, marker)

    def _entered(self, context: Context, register: Register, marker: str) -> Iterable[Place]:
        pending: deque[tuple[Site, ...]] = deque([()])
        asked = 0
        while pending and asked < _MOST_CALLERS:
            stack = pending.popleft()
            place = Place(context, register, stack)
            found = self.says(place, marker)
            if found:
                yield place
            elif found is None and len(stack) < _DEEPEST:
                asked += 1
                outermost = stack[0][0] if stack else context
                pending.extend((caller, *stack) for caller in self.queries.passing.callers(outermost))

    def lacking(self, place: Place, wanted: Iterable[str]) -> Iterator[str]:
        """The fields that a record of a call may come out without; none where its keys cannot be known."""
        carried = self.reader.of_call(place).plus(self._bound_around(place))
        for name in wanted:
            if name in carried.names:
                if self._past_pipeline(place, name, "told") == {"absent"}:
                    yield name
            elif not carried.open and "absent" in self._past_pipeline(place, name, "absent"):
                yield name

    def _past_pipeline(self, place: Place, name: str, start: Kind) -> frozenset[Kind]:
        """How a field comes out of processors and filters."""
        unit = place.context.unit
        call = unit.code.instructions[place.register]
        if not self._pipeline.chains or not isinstance(call, ir.Call):
            return frozenset((start,))
        callees = self.engine.value(place.context, call.func)
        family = family_of(one.path for one in callees if isinstance(one, External))
        logger = logger_name(self.engine, unit, receiver_of(unit, call))
        return self._pipeline.ends(family, logger, name, start)

    def _bound_around(self, place: Place) -> Fields:
        """What is bound to the context of all log records where control comes to a call."""
        found = Fields()
        for bound in self._binds:
            if self._holds_at(bound, place):
                found = found.plus(self.reader.of_call(bound))
        return found

    @cached_property
    def _binds(self) -> tuple[Place, ...]:
        """The calls that bind structlog's context variables, where its records have them, or loguru's."""
        kinds = {"contextualize", *(_BINDS if self._pipeline.merges_context_variables() else ())}
        return tuple(
            Place(context, register)
            for context in self.slice.arrivals
            for register, call in context.unit.find(ir.Call)
            if kinds.intersection(written_names(context, call.func)[-1:])
        )

    def _holds_at(self, bound: Place, place: Place) -> bool:
        """Whether a binding still holds at a call; one in a function that is not on the way there is taken to hold."""
        unit = bound.context.unit
        sites = [(place.context, place.register), *(place.stack or ())]
        at = next((register for context, register in sites if context.unit is unit), None)
        if at is None:
            return True
        ends = [register for register, one in unit.find(ir.Leave) if one.base == bound.register]
        ends += [register for register, call in unit.find(ir.Call) if called_name(unit, call) == "clear_contextvars"]
        return stands_before(unit, bound.register, at) and not any(
            stands_before(unit, bound.register, end) and stands_before(unit, end, at) for end in ends
        )


def arguments(call: ir.Call) -> tuple[Register, ...]:
    """What a call is passed, keywords too."""
    return (*call.args, *(value for _, value in call.keywords))


def _texts(term: object) -> Iterable[str]:
    """The texts of a term, and of what a mapping holds under a key that names events."""
    if isinstance(term, Text):
        yield term.value
    elif isinstance(term, Keyed):
        for key, terms in term.entries:
            if key is None or "event" in key or key in ("name", "message", "marker", "action"):
                yield from (one.value for one in terms if isinstance(one, Text))


def _mentions(text: str, marker: str) -> bool:
    """Whether the marker stands in a text as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(marker)}(?![\w-]|\.\w)", text) is not None
