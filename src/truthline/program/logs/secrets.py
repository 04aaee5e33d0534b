"""Values of what is named a secret that come into a log record or the text of an exception (TL603).

Secrets are few, and log calls are many: so values are followed forward from what the config names, function by
function (`tainted.py`). The value engine is asked only whom a call means that is handed a secret, and what a name
holds that seems to be logged. Nothing is computed for files in which no word names a secret.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from truthline.config.references import ObjectPattern
from truthline.config.schema import Logging
from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.facts.view import FileView
from truthline.model.finding import Step
from truthline.model.location import Location
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
    ModuleValue,
    Value,
)
from truthline.program.influence.outside import is_logging_path, says_logging, written_names
from truthline.program.logs.answers import Kind
from truthline.program.logs.definitions import called_name, written_text
from truthline.program.logs.kept import KeptValues
from truthline.program.logs.pipeline import Family, Pipeline, family_of, logger_name, receiver_of
from truthline.program.logs.secretnames import SecretNames, may_be_text
from truthline.program.logs.tainted import CALLS_BACK, WHOLE, Passing, Reader, Sink, Storing, Taint, Where, follow
from truthline.program.modules import SourceModule
from truthline.program.places import Places
from truthline.syntax.unread import Unparsable

_TELLS_LITTLE = frozenset(
    ("len", "bool", "int", "float", "isinstance", "issubclass", "type", "id", "hash", "hasattr", "callable", "any",
     "all", "range", "sum", "sha256", "sha1", "sha224", "sha384", "sha512", "md5", "blake2b", "blake2s", "sha3_256",
     "hexdigest", "digest", "compare_digest", "hashpw", "checkpw", "startswith", "endswith", "print")
)  # fmt: skip
_MASKS = frozenset(
    ("mask", "masked", "redact", "redacted", "obfuscate", "scrub", "censor", "anonymize", "anonymise", "hash", "hashed",
     "digest", "fingerprint", "encrypt", "hmac", "sanitize", "sanitise")
)  # fmt: skip
_SAFE_PATHS = ("hashlib.", "hmac.", "bcrypt.", "passlib.", "argon2.", "cryptography.", "nacl.")
_BINDS = frozenset(("bind", "contextualize", "bind_contextvars", "bound_contextvars", "new"))
_KEYED = frozenset(("get", "pop", "getenv", "getlist", "get_secret", "__getitem__"))
_ONE_OF = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERS = frozenset(("int", "float", "bool", "NoneType", "complex", "datetime", "timedelta"))
_MOST_STEPS = 20_000
_MOST_CALLERS = 40
_DEEPEST = 6


class SecretLeak(msgspec.Struct, frozen=True):
    """A log call or a `raise` that a secret comes to, and the way from where it is named."""

    name: str
    where: Where
    function: str
    location: Location
    source: Location
    steps: tuple[Step, ...]


_Place = tuple[Unit, Register]


class _Task(msgspec.Struct, frozen=True):
    """A value to follow: where it is, how it came there, and the calls by which functions were entered with it."""

    name: str
    unit: Unit
    register: Register
    taint: Taint
    trail: tuple[_Place, ...] = ()
    entered: tuple[_Place, ...] = ()


class SecretFlows(Reader):
    """Follows the secrets of a program."""

    def __init__(self, engine: Engine, places: Places, logging: Logging, view: Callable[[str], FileView]) -> None:
        self.engine = engine
        self._read = view
        self._assigned_in: dict[str, dict[ir.Position, str]] = {}
        self.places = places
        self.names = SecretNames(logging.secrets)
        self._redact = [ObjectPattern.compile(one) for one in logging.redact]
        self._logs: dict[_Place, bool] = {}
        self._safe: dict[_Place, bool] = {}
        self._kept = KeptValues(engine.modules, engine.bodies, self._goes_on)
        self._pipeline = Pipeline(engine, self._leaves_nothing)
        self._seen: set[tuple[Unit, Register, Taint, tuple[_Place, ...]]] = set()
        self._queue: deque[_Task] = deque()
        self._found: dict[Location, SecretLeak] = {}

    def leaks(self) -> tuple[SecretLeak, ...]:
        """Every place where a secret is told, in the order of the text, with the shortest way to it."""
        for module in sorted(self.engine.modules.by_name.values(), key=lambda one: one.file):
            if module.outline is not None and self.names.occur_in(module.outline.words):
                for unit in self.engine.bodies.units(module.name):
                    for name, register, taint in self._sources(unit):
                        self._add(_Task(name, unit, register, taint))
        steps = 0
        while self._queue and steps < _MOST_STEPS:
            self._follow(self._queue.popleft())
            steps += 1
        found = sorted(self._found.values(), key=lambda one: (one.location.file, one.location.span.line))
        return tuple(found)

    def _add(self, task: _Task) -> None:
        key = (task.unit, task.register, task.taint, task.entered)
        if key not in self._seen and len(task.entered) <= _DEEPEST:
            self._seen.add(key)
            self._queue.append(task)

    # -- what is named a secret ---------------------------------------------------------------

    def _sources(self, unit: Unit) -> Iterator[tuple[str, Register, Taint]]:
        code = unit.code.instructions
        assigned = self._assigned(unit)
        for register, one in enumerate(code):
            if unit.place(register) is None:
                continue
            name = self._named(unit, register, one)
            if name is not None and self.names.matches(name) and not self._is_called_only(unit, register):
                yield name, register, WHOLE
            elif unit.code.where(register) in assigned and self._may_be_secret(unit, register):
                yield assigned[unit.code.where(register)], register, WHOLE
            if isinstance(one, ir.BuildDict):
                yield from self._keyed(unit, register, one)
            elif isinstance(one, ir.Call):
                for keyword, value in one.keywords:
                    is_named = keyword is not None and self.names.matches(keyword)
                    if is_named and self._may_be_secret(unit, value):
                        yield str(keyword), value, WHOLE

    def _named(self, unit: Unit, register: Register, one: ir.Instruction) -> str | None:
        """The name by which an instruction takes a value from somewhere."""
        match one:
            case ir.Param(index=index):
                spec = unit.code.params[index]
                return spec.name if may_be_text(spec.annotation) else None
            case ir.Attr(name=name) | ir.LoadCell(name=name):
                return name
            case ir.Load(name=name):
                return name
            case ir.Item(key=key):
                return written_text(unit, key)
            case ir.Call(func=func, args=args):
                called = called_name(unit, one)
                if called == "get_secret_value":
                    base = unit.code.instructions[func]
                    return self._last_name(unit, base.base) if isinstance(base, ir.Attr) else None
                if called in _KEYED and args:
                    return written_text(unit, args[0])
                if called == "getattr" and len(args) > 1:
                    return written_text(unit, args[1])
        return None

    def _last_name(self, unit: Unit, register: Register) -> str | None:
        one = unit.code.instructions[register]
        if isinstance(one, ir.Param):
            return unit.code.params[one.index].name
        return one.name if isinstance(one, (ir.Attr, ir.Load, ir.LoadCell)) else None

    def _keyed(self, unit: Unit, register: Register, display: ir.BuildDict) -> Iterator[tuple[str, Register, Taint]]:
        for key, value in display.items:
            text = written_text(unit, key) if key is not None else None
            if text is not None and self.names.matches(text) and self._may_be_secret(unit, value):
                yield text, register, Taint(frozenset((text,)))

    def _is_called_only(self, unit: Unit, register: Register) -> bool:
        """Whether a name is that of a function, by what is done with it."""
        users = unit.uses.get(register, ())
        return bool(users) and all(
            isinstance(call := unit.code.instructions[user], ir.Call) and call.func == register for user in users
        )

    def _may_be_secret(self, unit: Unit, register: Register, depth: int = 0) -> bool:
        """Whether an expression can be a text that nobody has written down: no literal, test, number or digest."""
        one = unit.code.instructions[register]
        if depth > _DEEPEST:
            return False
        if isinstance(one, ir.Param):
            return may_be_text(unit.code.params[one.index].annotation)
        if isinstance(one, ir.Call):
            return not self.is_safe(unit, register) and not self._is_masking(called_name(unit, one))
        if isinstance(one, ir.Phi):
            return any(self._may_be_secret(unit, arg, depth + 1) for arg in one.args if arg != register)
        if isinstance(one, (ir.Await, ir.Hint, ir.Narrow)):
            inner = one.base if isinstance(one, ir.Await) else one.value
            return inner is not None and self._may_be_secret(unit, inner, depth + 1)
        if isinstance(one, ir.Join):
            return any(isinstance(unit.code.instructions[part], ir.Format) for part in one.parts)
        if isinstance(one, ir.Item):  # `token[:8]` of what is no secret is none
            return not isinstance(unit.code.instructions[one.key], ir.Build)
        return isinstance(one, (ir.Attr, ir.Load, ir.LoadCell, ir.Next, ir.Unpack))

    def _assigned(self, unit: Unit) -> dict[ir.Position, str]:
        """The places of values that are assigned to a local name of a secret."""
        return self._assignments(unit.file) if unit.is_function else {}

    def _assignments(self, file: str) -> dict[ir.Position, str]:
        known = self._assigned_in.get(file)
        if known is None:
            known = self._assigned_in[file] = dict(_assigned_names(self._view(file), self.names))
        return known

    def _view(self, file: str) -> FileView | None:
        """A file in which a statement seems to assign to the name of a secret; parsing the others is spared."""
        try:
            view = self._read(file)
        except Unparsable:
            return None
        named = "|".join(re.escape(word) for word in view.outline.words.split(" ") if self.names.matches(word))
        statement = rf"^\s*(?:{named})\s*(?::[^=\n]+)?=(?!=)"
        inside = rf"(?<![\w.])(?:{named})(?:\s+=(?!=)|\s*:=)"
        assigns = re.compile(f"(?m){statement}|{inside}")
        return view if named and assigns.search(view.text) else None

    # -- the way ------------------------------------------------------------------------------

    def _follow(self, task: _Task) -> None:
        unit = task.unit
        went = follow(unit, [(task.register, task.taint)], self, masks=self._is_masking(unit.name))
        for sink in went.sinks:
            if not (sink.where == "log" and self._is_taken_out(task, sink)):
                self._leak(task, sink.where, sink.register, sink.way)
        for passing in went.passed:
            self._enter(task, passing)
        for taint, way in went.returned:
            self._return(task, taint, way)
        for storing in went.stored:
            for place in self._readers(unit, storing):
                self._add(_Task(task.name, *place, storing.taint, self._trail(task, storing.way), ()))

    def _is_taken_out(self, task: _Task, sink: Sink) -> bool:
        """Whether what stands between the log call and what is written leaves nothing of the secret."""
        call = task.unit.code.instructions[sink.register]
        if not isinstance(call, ir.Call) or not self._pipeline.chains:
            return False
        logger = logger_name(self.engine, task.unit, receiver_of(task.unit, call))
        family = family_of(one.path for one in self._values(task.unit, call.func) if isinstance(one, External))
        held: dict[str, Kind] = dict.fromkeys(sink.fields, "told") or _in_message(family, call, sink)
        return all("told" not in self._pipeline.ends(family, logger, *one) for one in held.items())

    def _leaves_nothing(self, unit: Unit, register: Register) -> bool:
        """Whether what a call makes of a value tells nothing of it, by its name or by what it returns."""
        call = unit.code.instructions[register]
        if not isinstance(call, ir.Call) or self.is_safe(unit, register) or called_name(unit, call) in ("sub", "subn"):
            return isinstance(call, ir.Call)
        callees = [callee for callee, _ in self._callees(unit, register)]
        return bool(callees) and not any(map(self._hands_back, callees))

    def _hands_back(self, unit: Unit) -> bool:
        """Whether a function returns what it is handed."""
        params = [(register, WHOLE) for register, _ in unit.find(ir.Param)]
        return bool(follow(unit, params, self, masks=self._is_masking(unit.name)).returned)

    def _trail(self, task: _Task, way: Iterable[Register]) -> tuple[_Place, ...]:
        return (*task.trail, *((task.unit, register) for register in way))

    def _enter(self, task: _Task, passing: Passing) -> None:
        for place in self._kept.field_readers(task.unit, passing):
            self._add(_Task(task.name, *place, passing.taint, self._trail(task, (*passing.way, passing.call)), ()))
        for callee, offset in self._callees(task.unit, passing.call):
            received = _received(callee, passing, offset)
            if received is not None:
                index, taint = received
                for register, param in callee.find(ir.Param):
                    if param.index == index:
                        trail = self._trail(task, (*passing.way, passing.call))
                        entered = (*task.entered, (task.unit, passing.call))
                        self._add(_Task(task.name, callee, register, taint, trail, entered))

    def _return(self, task: _Task, taint: Taint, way: tuple[Register, ...]) -> None:
        """What is returned goes on where the function was entered with it; a secret of its own, at every call."""
        trail = self._trail(task, way)
        if task.entered:
            unit, call = task.entered[-1]
            self._add(_Task(task.name, unit, call, taint, trail, task.entered[:-1]))
            return
        if isinstance(task.unit.code.instructions[task.register], ir.Param) or not task.unit.is_function:
            return
        for unit, call in self._callers(task.unit, taint):
            self._add(_Task(task.name, unit, call, taint, trail, ()))

    def _callees(self, unit: Unit, call: Register) -> Iterator[tuple[Unit, int]]:
        """The functions of the analysed code that a call runs, and how many arguments stand before the written ones."""
        one = unit.code.instructions[call]
        if not isinstance(one, ir.Call):
            return
        if called_name(unit, one) in CALLS_BACK:
            yield from self._called_back(unit, one)
        for value in sorted(self._values(unit, one.func), key=repr):
            function, offset = _function_of(value)
            if isinstance(function, Function) and not function.unit.model:
                yield function.unit, offset
            elif isinstance(value, Class) and not value.unit.model:
                for init in self.engine.classes.methods_named(value.unit, "__init__"):
                    if not init.model:
                        yield init, 1

    def _called_back(self, unit: Unit, call: ir.Call) -> Iterator[tuple[Unit, int]]:
        """The function that is passed in front of its arguments: `partial(f, token)`, `map(f, tokens)`."""
        for place, argument in enumerate(call.args[:2]):
            for value in sorted(self._values(unit, argument), key=repr):
                function, bound = _function_of(value)
                if isinstance(function, Function) and not function.unit.model:
                    yield function.unit, bound - place - 1

    def told_fields(self, unit: Unit, register: Register) -> tuple[tuple[str, Register], ...]:
        """Where a call makes a record that tells its fields when it is printed: these, with what they are given."""
        return self._kept.told_fields(unit, register)

    def _callers(self, unit: Unit, taint: Taint) -> Iterator[_Place]:
        """The calls of a function whose result goes anywhere, by its name and what that means where it is called."""
        found = 0
        for module in self._calling_modules(unit):
            for caller in self.engine.bodies.units(module.name):
                for register, call in caller.find(ir.Call):
                    name = called_name(caller, call)
                    is_near = caller.module == unit.module and (not name or unit.code.kind == "lambda")
                    is_meant = name == unit.name or is_near
                    if not is_meant or caller.place(register) is None or not self._goes_on(caller, register, taint):
                        continue
                    if any(callee is unit for callee, _ in self._callees(caller, register)):
                        found += 1
                        yield caller, register
                        if found >= _MOST_CALLERS:
                            return

    def _calling_modules(self, unit: Unit) -> list[SourceModule]:
        """The modules that may call a function; of a method, those that name its class, of a lambda, its own."""
        modules = self.engine.modules
        if unit.code.kind == "lambda":
            return [modules.by_name[unit.module]]
        mentioning = modules.files_mentioning(unit.name)
        if unit.owner is None:
            return list(mentioning)
        own = {one.name for one in modules.files_mentioning(unit.owner.name)}
        return [one for one in mentioning if one.name in own]

    def _goes_on(self, unit: Unit, register: Register, taint: Taint) -> bool:
        """Whether a value comes anywhere from a register: the question that costs nothing, asked first."""
        went = follow(unit, [(register, taint)], self, masks=self._is_masking(unit.name))
        return bool(went.sinks or went.passed or went.returned or went.stored)

    def _readers(self, unit: Unit, storing: Storing) -> Iterator[_Place]:
        """Where a value is read that was stored; what is named a secret is followed from there in any case."""
        if storing.kind in ("cell", "default") or not self.names.matches(storing.name):
            yield from self._kept.readers(unit, storing)

    # -- what calls do ------------------------------------------------------------------------

    def is_log(self, unit: Unit, register: Register) -> bool:
        """Whether a call logs, or binds a logger."""
        found = self._logs.get((unit, register))
        if found is None:
            found = self._logs[unit, register] = self._is_log(unit, register)
        return found

    def _is_log(self, unit: Unit, register: Register) -> bool:
        call = unit.code.instructions[register]
        if not isinstance(call, ir.Call):
            return False
        names = written_names(self.engine.ambient(unit), call.func)
        if not names or names[-1] == "print":
            return False
        if names[-1] == "LoggerAdapter" or says_logging(names):
            return True
        if names[-1] in _BINDS and len(names) > 1:
            return says_logging([*names[:-1], "info"]) or self._is_of_logging(unit, call.func)
        return says_logging(["logger", names[-1]]) and self._is_of_logging(unit, call.func)

    def _is_of_logging(self, unit: Unit, func: Register) -> bool:
        values = self._values(unit, func)
        return bool(values) and all(isinstance(one, External) and is_logging_path(one.path) for one in values)

    def is_safe(self, unit: Unit, register: Register) -> bool:
        """Whether a call makes a secret safe, or only tells something about it."""
        found = self._safe.get((unit, register))
        if found is None:
            found = self._safe[unit, register] = self._is_safe(unit, register)
        return found

    def _is_safe(self, unit: Unit, register: Register) -> bool:
        call = unit.code.instructions[register]
        name = called_name(unit, call) if isinstance(call, ir.Call) else ""
        if not isinstance(call, ir.Call) or name in _TELLS_LITTLE:
            return True
        if any(one.qualname.rpartition(".")[2] in (name, "*", "**") for one in self._redact):
            values = self._values(unit, call.func)
            if any(self._is_redaction(value) for value in values):
                return True
        if self._is_masking(name):
            return not any(True for _ in self._callees(unit, register))
        values = self._values(unit, call.func) if name in ("new", "update", "hash", "encrypt") else frozenset()
        return any(isinstance(one, External) and one.path.startswith(_SAFE_PATHS) for one in values)

    def _is_redaction(self, value: Value) -> bool:
        function, _ = _function_of(value)
        if isinstance(function, (Function, Class)):
            return any(one.matches(function.unit.module, function.unit.code.qualname) for one in self._redact)
        return isinstance(function, External) and any(
            one.text.replace(":", ".") == function.path for one in self._redact
        )

    def _is_masking(self, name: str) -> bool:
        """Whether a function says by its name that it makes something unreadable."""
        return bool({word.lower() for word in _ONE_OF.findall(name)} & _MASKS)

    def may_be_first_party(self, unit: Unit, register: Register) -> bool:
        """Whether a call may run a function of the analysed code."""
        call = unit.code.instructions[register]
        name = called_name(unit, call) if isinstance(call, ir.Call) else ""
        return not name or name in CALLS_BACK or bool(self.engine.modules.files_defining(name))

    def _values(self, unit: Unit, register: Register) -> frozenset[Value]:
        node = self.engine.node(self.engine.ambient(unit), register)
        found: frozenset[Value] = self.engine.solver.solve(node)
        return found

    # -- findings -----------------------------------------------------------------------------

    def _leak(self, task: _Task, where: Where, register: Register, way: tuple[Register, ...]) -> None:
        places = self._trail(task, way)
        unit, source = places[0]
        if self._is_harmless(unit, source):
            return
        location = self.places.location(task.unit, register)
        steps = tuple(self._steps(places))
        known = self._found.get(location)
        if known is None or len(steps) < len(known.steps):
            said = self.places.location(unit, source)
            if isinstance(unit.code.instructions[source], ir.Param):
                said = self.places.definition(unit)
            self._found[location] = SecretLeak(task.name, where, task.unit.symbol, location, said, steps)

    def _steps(self, places: Iterable[_Place]) -> Iterator[Step]:
        last: Location | None = None
        for number, (unit, register) in enumerate(places):
            is_param = isinstance(unit.code.instructions[register], ir.Param)
            if unit.code.where(register)[0] <= 0 and not is_param:
                continue
            if is_param:
                step = self.places.entry(unit)
                step = Step(step.location, step.symbol, "value", step.text)
            else:
                step = self.places.step(unit, register, "value")
            here = step.location
            if number == 0 or last is None or (last.file, last.span.line) != (here.file, here.span.line):
                yield step
            last = here

    def _is_harmless(self, unit: Unit, register: Register) -> bool:
        """Whether all that a name is known to hold is no text: a number, a function, a member of an enumeration.

        A literal that is itself the name of a secret (`"API_TOKEN"`) is none either.
        """
        one = unit.code.instructions[register]
        is_uncovered = isinstance(one, ir.Call) and called_name(unit, one) == "get_secret_value"
        if is_uncovered or isinstance(one, ir.BuildDict):
            return False
        values = self._values(unit, register)
        return bool(values) and all(self._tells_nothing(value) for value in values)

    def _tells_nothing(self, value: Value) -> bool:
        if isinstance(value, Constant):
            return not isinstance(value.value, (str, bytes)) or not value.value or self._is_name(value.value)
        if isinstance(value, Instance):
            name = value.cls.unit.name
            return name in _NUMBERS or (not value.cls.unit.model and name not in ("str", "bytes"))
        if isinstance(value, External):
            return "SecretStr" in value.path or "SecretBytes" in value.path
        return isinstance(value, (Function, Class, ModuleValue, Method, Intrinsic))

    def _is_name(self, text: str | bytes) -> bool:
        return isinstance(text, str) and self.names.matches(re.sub(r"[^A-Za-z0-9]", "_", text))


def _in_message(family: Family | None, call: ir.Call, sink: Sink) -> dict[str, Kind]:
    """The fields of a record that hold what stands in its message: the text, or what is put into it."""
    if family in ("structlog", "loguru"):
        return {"event" if family == "structlog" else "message": "told"}
    if len(sink.way) > 1 and sink.way[-2] in call.args[:1]:
        return {"msg": "told"}
    return {"args": "told", "msg": "hidden"}


def _function_of(value: Value) -> tuple[Value, int]:
    """What a method is bound from, and how many arguments it is bound to."""
    offset = 0
    while isinstance(value, Method):
        value, offset = value.function, offset + 1
    return value, offset


def _received(callee: Unit, passing: Passing, offset: int) -> tuple[int, Taint] | None:
    """The parameter in which an argument arrives, and how."""
    params = callee.code.params
    if isinstance(passing.place, int):
        positional = [number for number, one in enumerate(params) if one.kind in ("positional", "positional-only")]
        place = passing.place + offset
        if 0 <= place < len(positional):
            return positional[place], passing.taint
        return next(((number, WHOLE) for number, one in enumerate(params) if one.kind == "vararg"), None)
    for number, one in enumerate(params):
        if one.name == passing.place and one.kind not in ("vararg", "kwarg"):
            return number, passing.taint
    inside = passing.taint if passing.place == "**" else Taint(frozenset((passing.place,)))
    return next(((number, inside) for number, one in enumerate(params) if one.kind == "kwarg"), None)


def _assigned_names(view: FileView | None, names: SecretNames) -> Iterator[tuple[ir.Position, str]]:
    """The values that assignments give to names of secrets."""
    for node in view.nodes if view is not None else ():
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            targets = [node.target]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and names.matches(target.id) and isinstance(value, ast.expr):
                end = (value.end_lineno or value.lineno, value.end_col_offset or value.col_offset)
                yield (value.lineno, value.col_offset, *end), target.id
