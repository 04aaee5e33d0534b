"""What calls into code that is not analysed do, as far as their names tell.

A call that only logs or measures is no decision. What is called for its effect alone, or by a name that says so, writes
something durable, unless it is known to do nothing that anybody could find later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from truthline.facts.code import Attr, Await, Call, Enter, Item, Load, LoadCell, Param, Register
from truthline.program.engine.engine import Engine
from truthline.program.engine.values import Context, External, Opaque, Value
from truthline.program.evidence.executed import Queries

_LOGGING = (
    "logging.", "structlog.", "loguru.", "warnings.", "traceback.", "builtins.print", "pprint.", "sys.stdout",
    "sys.stderr", "prometheus_client.", "statsd.", "datadog.", "ddtrace.", "opentelemetry.", "sentry_sdk.",
    "newrelic.", "aiologger.", "eliot.", "logbook.", "rich.print", "rich.console.", "click.echo", "click.secho",
    "typer.echo", "elasticapm.",
)  # fmt: skip
_LOGGERS = frozenset(("log", "logger", "logging", "logs", "console"))
_LEVELS = frozenset(
    ("debug", "info", "notice", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace",
     "success", "msg", "print", "bind", "isenabledfor")
)  # fmt: skip
_METERS = frozenset(
    ("metric", "metrics", "stats", "statsd", "prometheus", "counter", "gauge", "histogram", "summary", "telemetry",
     "tracer", "span", "otel", "sentry", "meter", "timer", "latency", "hits", "misses", "datadog", "newrelic")
)  # fmt: skip
_MEASURES = frozenset(
    ("inc", "dec", "observe", "increment", "incr", "decrement", "decr", "gauge", "histogram", "timing", "labels",
     "record", "set_attribute", "set_attributes", "set_tag", "set_tags", "add_event", "add_breadcrumb",
     "set_status", "count", "counter", "distribution", "time", "timer", "set", "add", "mark", "emit", "track",
     "event", "record_exception", "start_span", "start_as_current_span", "capture_message", "capture_exception",
     "update")
)  # fmt: skip
_ALWAYS_MEASURES = frozenset(("set_attribute", "add_event", "record_exception", "add_breadcrumb", "observe", "inc"))
_WRITES = frozenset(
    ("add", "add_all", "merge", "delete", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings",
     "commit", "flush", "rollback", "save", "asave", "create", "acreate", "bulk_create", "bulk_update", "update",
     "aupdate", "update_or_create", "get_or_create", "insert", "insert_one", "insert_many", "update_one",
     "update_many", "replace_one", "delete_one", "delete_many", "write", "writelines", "write_text", "write_bytes",
     "send", "sendall", "send_message", "publish", "put", "put_item", "put_object", "post", "patch", "set", "setex",
     "hset", "lpush", "rpush", "sadd", "enqueue", "delay", "apply_async", "unlink", "remove", "upload", "notify")
)  # fmt: skip
_NEUTRAL = frozenset(
    ("close", "aclose", "refresh", "expunge", "expire", "expire_all", "acquire", "release", "sleep", "seek", "join",
     "cancel", "wait", "set_result", "get_running_loop", "getLogger", "basicConfig", "setLevel", "begin", "cursor",
     "fetchone", "fetchall", "fetchmany", "collect", "cache_clear", "reset", "wraps")
)  # fmt: skip
_NEUTRAL_PATHS = (
    "time.",
    "gc.",
    "random.",
    "asyncio.",
    "threading.",
    "builtins.",
    "typing.",
    "contextlib.",
    "functools.",
)
_PURE_PATHS = (
    "builtins.", "math.", "re.", "json.loads", "json.dumps", "datetime.", "decimal.", "uuid.", "hashlib.", "copy.",
    "itertools.", "operator.", "collections.", "string.", "dataclasses.", "enum.", "pathlib.PurePath", "typing.",
    "sqlalchemy.", "sqlmodel.", "base64.", "hmac.", "statistics.", "fractions.", "inspect.", "types.", "zoneinfo.",
)  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


class Outside:
    """Tells what calls of unknown and external code are for."""

    def __init__(self, engine: Engine, queries: Queries) -> None:
        self.engine = engine
        self.queries = queries
        self._known: dict[tuple[str, Context, Register], bool] = {}

    def is_external(self, context: Context, call: Call) -> bool:
        """Whether a call can run code that is not analysed."""
        return any(isinstance(one, (External, Opaque)) for one in self._callees(context, call))

    def only_logs(self, context: Context, register: Register, call: Call) -> bool:
        """Whether all that a call does is to log or to measure."""
        return self._remembered("logs", context, register, partial(self._only_logs, context, call))

    def is_named_so(self, names: Iterable[str]) -> bool:
        """Whether a callee that is written so logs or measures, by its name alone."""
        return _measures(names)

    def writes(self, context: Context, register: Register, call: Call) -> bool:
        """Whether a call of external code has an effect that lasts."""
        return self._remembered("writes", context, register, partial(self._writes, context, register, call))

    def _remembered(self, question: str, context: Context, register: Register, answer: partial[bool]) -> bool:
        key = (question, context, register)
        if key not in self._known:
            self._known[key] = answer()
        return self._known[key]

    def _callees(self, context: Context, call: Call) -> list[Value]:
        return sorted(self.engine.value(context, call.func), key=repr)

    def _only_logs(self, context: Context, call: Call) -> bool:
        callees = self._callees(context, call)
        outside = [one for one in callees if isinstance(one, (External, Opaque))]
        if not outside or len(outside) < len(callees):
            return False
        if all(isinstance(one, External) and one.path.startswith(_LOGGING) for one in outside):
            return True
        names = written_names(context, call.func)
        return bool(names) and _measures(names)

    def _writes(self, context: Context, register: Register, call: Call) -> bool:
        executed = [one.query for one in self.queries.at(context, register)]
        if executed and not any(query.unread for query in executed):
            return any(query.writes for query in executed)
        callees = [one for one in self._callees(context, call) if isinstance(one, (External, Opaque))]
        if not callees or self.only_logs(context, register, call):
            return False
        names = written_names(context, call.func)
        name = names[-1] if names else ""
        paths = [one.path for one in callees if isinstance(one, External)]
        if name in _NEUTRAL or any(path.startswith(_NEUTRAL_PATHS) and "open()" not in path for path in paths):
            return False
        if len(paths) == len(callees) and all(path.startswith(_PURE_PATHS) and "()" not in path for path in paths):
            return False
        return name in _WRITES or is_unused(context, register)


def is_pure(path: str) -> bool:
    """Whether an external function only makes something of its arguments, or tells the time."""
    return path.startswith((*_PURE_PATHS, "time.")) or path in ("datetime", "json", "math", "re", "uuid")


def is_logging_path(path: str) -> bool:
    """Whether something external belongs to a library that logs or measures."""
    return path.startswith(_LOGGING)


def says_logging(names: list[str]) -> bool:
    """Whether a callee that is written so is a method of a logger, by its name."""
    return len(names) > 1 and names[-1].lower() in _LEVELS and any(_words(one) & _LOGGERS for one in names[-3:-1])


def is_unused(context: Context, register: Register) -> bool:
    """Whether nobody looks at what a call returns."""
    for user in context.unit.uses.get(register, ()):
        if not isinstance(context.unit.code.instructions[user], Await) or not is_unused(context, user):
            return False
    return True


def written_names(context: Context, func: Register) -> list[str]:
    """The names by which a callee is written, outermost first: `self._logger.info`."""
    names: list[str] = []
    instruction = context.unit.code.instructions[func]
    while True:
        if isinstance(instruction, Attr):
            names.append(instruction.name)
            instruction = context.unit.code.instructions[instruction.base]
        elif isinstance(instruction, Call):
            instruction = context.unit.code.instructions[instruction.func]
        elif isinstance(instruction, (Item, Enter)):
            instruction = context.unit.code.instructions[instruction.base]
        else:
            break
    if isinstance(instruction, (Load, LoadCell)):
        names.append(instruction.name)
    elif isinstance(instruction, Param):
        names.append(context.unit.code.params[instruction.index].name)
    return names[::-1]


def _measures(names: Iterable[str]) -> bool:
    *receivers, name = names
    if name in _ALWAYS_MEASURES:
        return True
    last = receivers[-2:]
    if name.lower() in _LEVELS and any(_words(one) & _LOGGERS for one in last):
        return True
    return name in _MEASURES and any(_words(one) & _METERS for one in receivers)


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
