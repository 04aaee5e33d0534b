"""Which calls log or measure, and with what event."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.values import Context, External
from truthline.program.evidence.executed import Queries
from truthline.program.evidence.terms import Free, Keyed, Place, Site, Text
from truthline.program.influence.dependence import Dependence
from truthline.program.influence.outside import written_names
from truthline.program.logs.definitions import Definitions
from truthline.program.logs.fields import FieldReader, Fields

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
        self._ambient: Fields | None = None

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
        for register in arguments(call) if given is None else given:
            terms = self.queries.chains.terms(place.beside(register))
            said = [_mentions(text, marker) for term in terms for text in _texts(term)]
            if said and all(said):
                return True
            is_open = is_open or Free() in terms or any(said)
        if names[-1:] and names[-1] in _OF_METRICS and self._is_metric(place.beside(call.func), marker):
            return True
        return None if is_open else False

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

    def fields(self, place: Place) -> Fields:
        """The names that a call certainly carries."""
        return self.reader.of_call(place).plus(self._bound_everywhere())

    def _bound_everywhere(self) -> Fields:
        """What the slice binds to the context of all its log records (structlog's context variables, loguru's)."""
        if self._ambient is None:
            found = Fields()
            for context in self.slice.arrivals:
                for register, call in context.unit.find(ir.Call):
                    names = written_names(context, call.func)
                    if names and names[-1] in ("bind_contextvars", "bound_contextvars", "contextualize"):
                        found = found.plus(self.reader.of_call(Place(context, register)))
            self._ambient = found
        return self._ambient


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
