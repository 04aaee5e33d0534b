"""Processors, filters and patchers between a log call and its record: each case is run with the library itself.

A field counts as missing (TL602) where a record comes out without it, a secret as logged (TL603) where it comes out.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.rules.logged import FLOW, findings

SECRET = "s3cr3t-value"
SECRETS = '[logging]\nsecrets = ["*token*", "*password*"]\nredact = ["app.activation:cover"]\n'
STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message"}
OUT: list[dict[str, Any]] = []
"""What came out, as the sinks of the cases put it here."""

STRUCTLOG = """\
import re
import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, merge_contextvars

SENSITIVE = frozenset({"token", "password"})
PATTERN = re.compile("token|password", re.I)


def may(has_key):
    return has_key


def cover(value):
    return "***"


"""
STDLIB = """\
import logging
import logging.config
import re

SENSITIVE = ("token", "password")
logger = logging.getLogger("app")


def may(has_key):
    return has_key


def cover(value):
    return "***"


"""
LOGURU = """\
import logging
from loguru import logger


def may(has_key):
    return has_key


"""


class Sink(logging.Handler):
    """A handler that puts each record into `OUT`."""

    def emit(self, record: logging.LogRecord) -> None:
        fields = {key: value for key, value in record.__dict__.items() if key not in STANDARD}
        OUT.append({**fields, "": record.getMessage()})


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """The libraries as they are at first, before and after."""
    factory = logging.getLogRecordFactory()
    OUT.clear()
    yield
    logging.setLogRecordFactory(factory)
    logger = logging.getLogger("app")
    logger.setLevel(logging.NOTSET)
    logger.handlers[:], logger.filters[:], logger.propagate = [], [], True


def emit_structlog(_logger: object, _name: str, event_dict: dict[str, Any]) -> str:
    OUT.append({**event_dict, "": event_dict.get("event")})
    return ""


def ran(text: str, head: str) -> list[dict[str, Any]]:
    """The records that a call of `activate` puts out."""
    space: dict[str, Any] = {"SINK_HANDLER": Sink(), "emit": emit_structlog}
    if head is STRUCTLOG:
        structlog = pytest.importorskip("structlog")
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    elif head is LOGURU:
        loguru = pytest.importorskip("loguru").logger
        loguru.remove()
        loguru.configure(patcher=None, extra={})
        loguru.add(lambda message: OUT.append({**message.record["extra"], "": message.record["message"]}))
    exec(compile(text, "activation.py", "exec"), space)
    if head is STDLIB:
        logging.getLogger("app").setLevel(logging.INFO)
    space["activate"](SECRET)
    return [one for one in OUT if "evaluated" in str(one[""])]


def module(head: str, configured: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    entry = f"def activate(token):\n    passed = may(token)\n{lines}    return passed\n"
    return f"{head}{dedent(configured).strip()}\n\n\n{entry}"


def came_out(head: str, configured: str, body: str) -> tuple[str, list[dict[str, Any]]]:
    """A program, and what of its marker comes out when it runs."""
    text = module(head, configured, body)
    records = ran(text, head)
    assert records, "the marker itself must come out"
    return text, records


CONFIGURE = "structlog.configure(processors=[{}, emit])"
BOTH = "structlog.get_logger().info('evaluated', tenant_id=1, source='db')"
ONE = "structlog.get_logger().info('evaluated', tenant_id=1)"
WRAPPED = """
        structlog.configure(
            processors=[{first}structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(structlog.stdlib.ProcessorFormatter({formatter}))
        logging.getLogger("app").addHandler(handler)
        logging.getLogger("app").setLevel(20)
"""
ADD = """
        import io
        import logging
        def add(logger, name, event_dict):
            event_dict["source"] = "db"
            return event_dict
        def last(logger, name, event_dict):
            event_dict.pop("source", None)
            return emit(logger, name, event_dict)
"""
APP_BOTH = "structlog.get_logger('app').info('evaluated', tenant_id=1, source='db')"
APP_ONE = "structlog.get_logger('app').info('evaluated', tenant_id=1)"
LOG = "logger.info('evaluated', extra={'tenant_id': 1, 'source': 'db'})"
LOG_ONE = "logger.info('evaluated', extra={'tenant_id': 1})"
HANDLED = "handler = SINK_HANDLER\nlogger.addHandler(handler)\n"

FIELDS = {
    "a processor adds one": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            event_dict["source"] = "db"
            return event_dict
        structlog.configure(processors=[add, emit])
        """,
        ONE,
    ),
    "it adds under a key that loops in loops choose": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            key = "one"
            for _ in range(2):
                for _ in range(2):
                    if not event_dict:
                        key = "other"
            event_dict[key] = 1
            return event_dict
        structlog.configure(processors=[add, emit])
        """,
        BOTH,
    ),
    "it lowers a key again and again": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            key = "ONE"
            for _ in range(2):
                key = key.lower()
            event_dict[key] = 1
            return event_dict
        structlog.configure(processors=[add, emit])
        """,
        BOTH,
    ),
    "it puts a list in that holds itself": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            held = [1]
            held[0] = held
            event_dict["source"] = held
            return event_dict
        structlog.configure(processors=[add, emit])
        """,
        ONE,
    ),
    "it drops what a pattern with flags finds": (
        STRUCTLOG,
        """
        def drop(logger, name, event_dict):
            for key in list(event_dict):
                if re.search("TENANT", key, flags=re.IGNORECASE):
                    del event_dict[key]
            return event_dict
        structlog.configure(processors=[drop, emit])
        """,
        BOTH,
    ),
    "it keeps what a pattern without flags does not find": (
        STRUCTLOG,
        """
        def drop(logger, name, event_dict):
            for key in list(event_dict):
                if re.search("TENANT", key):
                    del event_dict[key]
            return event_dict
        structlog.configure(processors=[drop, emit])
        """,
        BOTH,
    ),
    "processors of something else": (
        STRUCTLOG,
        """
        class Worker:
            def __init__(self, processors):
                self.processors = processors
        def handle(logger, name, event_dict):
            return event_dict
        worker = Worker(processors=[handle])
        structlog.get_config()["processors"][-1] = emit
        """,
        "bind_contextvars(tenant_id=1, source='db')\nstructlog.get_logger().info('evaluated')",
    ),
    "it adds one only sometimes": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            if event_dict["tenant_id"] == 2:
                event_dict["source"] = "db"
            return event_dict
        structlog.configure(processors=[add, emit])
        """,
        ONE,
    ),
    "a default": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            event_dict.setdefault("source", "db")
            return event_dict
        structlog.configure([add, emit])
        """,
        ONE,
    ),
    "a new mapping with one more": (
        STRUCTLOG,
        """
        def add(logger, name, event_dict):
            return {**event_dict, "source": "db"}
        structlog.configure(processors=[add, emit])
        """,
        ONE,
    ),
    "a processor that is an object": (
        STRUCTLOG,
        """
        class Add:
            def __init__(self, name):
                self.name = name
            def __call__(self, logger, name, event_dict):
                event_dict[self.name] = "db"
                return event_dict
        structlog.configure(processors=[Add("source"), emit])
        """,
        ONE,
    ),
    "a processor that takes one out": (
        STRUCTLOG,
        """
        def drop(logger, name, event_dict):
            event_dict.pop("source", None)
            return event_dict
        structlog.configure(processors=[drop, emit])
        """,
        BOTH,
    ),
    "a processor that lets certain keys pass": (
        STRUCTLOG,
        """
        def admit(logger, name, event_dict):
            return {key: value for key, value in event_dict.items() if key in ("event", "tenant_id")}
        structlog.configure(processors=[admit, emit])
        """,
        BOTH,
    ),
    "it lets all of them pass": (
        STRUCTLOG,
        """
        def admit(logger, name, event_dict):
            return {key: value for key, value in event_dict.items() if key in ("event", "tenant_id", "source")}
        structlog.configure(processors=[admit, emit])
        """,
        BOTH,
    ),
    "a formatter's one processor takes it out": (
        STRUCTLOG,
        ADD + WRAPPED.format(first="", formatter="processor=last"),
        APP_BOTH,
    ),
    "a formatter's last processor takes it out": (
        STRUCTLOG,
        ADD + WRAPPED.format(first="", formatter="processors=[add, last]"),
        APP_BOTH,
    ),
    "a formatter prints what was put in before": (
        STRUCTLOG,
        ADD + WRAPPED.format(first="add, ", formatter="processor=emit"),
        APP_ONE,
    ),
    "a formatter puts it in": (
        STRUCTLOG,
        ADD + WRAPPED.format(first="", formatter="processors=[add, emit]"),
        APP_ONE,
    ),
    "what a formatter does with others' records concerns no record of structlog": (
        STRUCTLOG,
        ADD + WRAPPED.format(first="", formatter="processor=emit, foreign_pre_chain=[last]"),
        APP_BOTH,
    ),
    "taken out, and put back by the next": (
        STRUCTLOG,
        """
        def drop(logger, name, event_dict):
            del event_dict["source"]
            return event_dict
        def add(logger, name, event_dict):
            event_dict["source"] = "x"
            return event_dict
        structlog.configure(processors=[drop, add, emit])
        """,
        BOTH,
    ),
    "bound for the context, and merged": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        "bind_contextvars(source='db')\n" + ONE,
    ),
    "bound for the context, and never merged": (
        STRUCTLOG,
        CONFIGURE.format("structlog.processors.add_log_level"),
        "bind_contextvars(source='db')\n" + ONE,
    ),
    "bound for the context too late": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        ONE + "\nbind_contextvars(source='db')",
    ),
    "bound for the context on one way": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        "if not passed:\n    bind_contextvars(source='db')\n" + ONE,
    ),
    "bound and cleared": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        "bind_contextvars(source='db')\nclear_contextvars()\n" + ONE,
    ),
    "inside a block": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        "with bound_contextvars(source='db'):\n    " + ONE,
    ),
    "behind the block": (
        STRUCTLOG,
        CONFIGURE.format("merge_contextvars"),
        "with bound_contextvars(source='db'):\n    pass\n" + ONE,
    ),
    "a filter of the handler adds one": (
        STDLIB,
        HANDLED + "class Add(logging.Filter):\n    def filter(self, record):\n        record.source = 'db'\n"
        "        return True\nhandler.addFilter(Add())",
        LOG_ONE,
    ),
    "a filter that adds one where there is none": (
        STDLIB,
        HANDLED + "class Add(logging.Filter):\n    def filter(self, record):\n"
        "        if not hasattr(record, 'source'):\n            record.source = 'db'\n"
        "        return True\nhandler.addFilter(Add())",
        LOG_ONE,
    ),
    "a filter of another logger": (
        STDLIB,
        HANDLED + "def add(record):\n    record.source = 'db'\n    return True\n"
        "other = logging.getLogger('other')\nother.addFilter(add)",
        LOG_ONE,
    ),
    "a filter of this logger": (
        STDLIB,
        HANDLED + "def add(record):\n    record.source = 'db'\n    return True\nlogger.addFilter(add)",
        LOG_ONE,
    ),
    "a filter of this logger, by the name of the parameter": (
        STDLIB,
        HANDLED
        + "def add(record):\n    record.source = 'db'\n    return True\nlogging.getLogger(name='app').addFilter(add)",
        LOG_ONE,
    ),
    "a filter of the root logger": (
        STDLIB,
        HANDLED + "def add(record):\n    record.source = 'db'\n    return True\nroot = logging.getLogger()\n"
        "root.addFilter(add)",
        LOG_ONE,
    ),
    "a filter that takes one away": (
        STDLIB,
        HANDLED + "def drop(record):\n    if hasattr(record, 'source'):\n        del record.source\n    return True\n"
        "handler.addFilter(drop)",
        LOG,
    ),
    "a record factory": (
        STDLIB,
        HANDLED + "plain = logging.getLogRecordFactory()\ndef factory(*args, **kwargs):\n"
        "    record = plain(*args, **kwargs)\n    record.source = 'db'\n    return record\n"
        "logging.setLogRecordFactory(factory)",
        LOG_ONE,
    ),
    "loguru: keywords": (LOGURU, "", "logger.info('evaluated', tenant_id=1, source='db')"),
    "loguru: bound": (LOGURU, "", "logger.bind(tenant_id=1).info('evaluated', source='db')"),
    "loguru: bound too little": (LOGURU, "", "logger.bind(tenant_id=1).info('evaluated')"),
    "loguru: for a block": (
        LOGURU,
        "",
        "with logger.contextualize(tenant_id=1, source='db'):\n    logger.info('evaluated')",
    ),
    "loguru: behind the block": (
        LOGURU,
        "",
        "with logger.contextualize(tenant_id=1, source='db'):\n    pass\nlogger.info('evaluated')",
    ),
    "loguru: with options": (
        LOGURU,
        "",
        "logger.bind(tenant_id=1, source='db').opt(depth=1, lazy=False).info('evaluated')",
    ),
    "loguru: options, and nothing bound": (LOGURU, "", "logger.opt(depth=1).info('evaluated')"),
    "loguru: patched": (
        LOGURU,
        "",
        "logger.patch(lambda record: record['extra'].update(tenant_id=1, source='db')).info('evaluated')",
    ),
    "loguru: patched with something else": (
        LOGURU,
        "",
        "logger.patch(lambda record: record['extra'].update(tenant_id=1)).info('evaluated')",
    ),
    "loguru: a patcher for all": (
        LOGURU,
        "def patch(record):\n    record['extra']['source'] = 'db'\nlogger.configure(patcher=patch)",
        "logger.info('evaluated', tenant_id=1)",
    ),
    "loguru: fields for all": (
        LOGURU,
        "logger.configure(extra={'source': 'db'})",
        "logger.info('evaluated', tenant_id=1)",
    ),
}


@pytest.mark.parametrize("title", FIELDS)
def test_fields_that_come_out(title: str, tmp_path: Path) -> None:
    text, records = came_out(*FIELDS[title])
    lacks = any(not {"tenant_id", "source"} <= one.keys() for one in records)
    found = [one for one in findings(text, FLOW, tmp_path) if one.code.startswith("TL60")]
    assert [one.code for one in found] == (["TL602"] if lacks else []), [one.message for one in found]


def masking(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    return f"def redact_all(logger, name, event_dict):\n{lines}structlog.configure(processors=[redact_all, emit])"


TOLD = "structlog.get_logger().info('evaluated', token=token)"
PASSED = "logger.info('evaluated', extra={'token': token})"


def filtering(body: str, attached: str = "handler.addFilter(Redact())") -> str:
    lines = "".join(f"        {line}\n" for line in dedent(body).strip().splitlines())
    return (
        f"{HANDLED}class Redact(logging.Filter):\n    def filter(self, record):\n{lines}        return True\n{attached}"
    )


LEAKS = {
    "nothing between": (STRUCTLOG, CONFIGURE.format("structlog.processors.add_log_level"), TOLD),
    "by its key": (STRUCTLOG, masking("event_dict['token'] = '***'\nreturn event_dict"), TOLD),
    "by another key": (STRUCTLOG, masking("event_dict['password'] = '***'\nreturn event_dict"), TOLD),
    "where it is": (
        STRUCTLOG,
        masking("if 'token' in event_dict:\n    event_dict['token'] = cover(event_dict['token'])\nreturn event_dict"),
        TOLD,
    ),
    "put back as it was": (
        STRUCTLOG,
        masking("event_dict['token'] = str(event_dict['token'])\nreturn event_dict"),
        TOLD,
    ),
    "each of some keys": (
        STRUCTLOG,
        masking("for key in SENSITIVE:\n    if key in event_dict:\n        event_dict[key] = '***'\nreturn event_dict"),
        TOLD,
    ),
    "each of some other keys": (
        STRUCTLOG,
        masking("for key in ('password', 'pin'):\n    event_dict.pop(key, None)\nreturn event_dict"),
        TOLD,
    ),
    "every key that is among some": (
        STRUCTLOG,
        masking(
            "for key in list(event_dict):\n    if key.lower() in SENSITIVE:\n        event_dict[key] = '***'\n"
            "return event_dict"
        ),
        TOLD,
    ),
    "a longer key is not among them": (
        STRUCTLOG,
        masking(
            "for key in list(event_dict):\n    if key.lower() in SENSITIVE:\n        event_dict[key] = '***'\n"
            "return event_dict"
        ),
        "structlog.get_logger().info('evaluated', access_token=token)",
    ),
    "but one of them stands in it": (
        STRUCTLOG,
        masking(
            "for key in list(event_dict):\n    if any(word in key.lower() for word in SENSITIVE):\n"
            "        event_dict[key] = '***'\nreturn event_dict"
        ),
        "structlog.get_logger().info('evaluated', access_token=token)",
    ),
    "a pattern": (
        STRUCTLOG,
        masking(
            "for key, value in list(event_dict.items()):\n    if PATTERN.search(key):\n"
            "        event_dict[key] = '***'\nreturn event_dict"
        ),
        "structlog.get_logger().info('evaluated', access_token=token)",
    ),
    "a pattern from the beginning": (
        STRUCTLOG,
        masking(
            "for key, value in list(event_dict.items()):\n    if PATTERN.match(key):\n"
            "        event_dict[key] = '***'\nreturn event_dict"
        ),
        "structlog.get_logger().info('evaluated', access_token=token)",
    ),
    "a new mapping": (
        STRUCTLOG,
        masking("return {key: '***' if key in SENSITIVE else value for key, value in event_dict.items()}"),
        TOLD,
    ),
    "a new mapping that forgets nothing": (
        STRUCTLOG,
        masking("return {key: '***' if key == 'pin' else value for key, value in event_dict.items()}"),
        TOLD,
    ),
    "by another function": (
        STRUCTLOG,
        "def clean(fields):\n    for key in SENSITIVE:\n        fields.pop(key, None)\n    return fields\n"
        + masking("return clean(event_dict)"),
        TOLD,
    ),
    "a processor that is not in the chain": (
        STRUCTLOG,
        (
            "def redact_all(logger, name, event_dict):\n    event_dict.pop('token', None)\n    return event_dict\n"
            "structlog.configure(processors=[emit])"
        ),
        TOLD,
    ),
    "in the text of the event": (
        STRUCTLOG,
        masking("event_dict.pop('token', None)\nreturn event_dict"),
        "structlog.get_logger().info(f'evaluated {token}')",
    ),
    "bound before": (
        STRUCTLOG,
        masking("event_dict.pop('token', None)\nreturn event_dict"),
        "structlog.get_logger().bind(token=token).info('evaluated')",
    ),
    "a filter": (STDLIB, filtering("record.token = '***'"), PASSED),
    "a filter of another field": (STDLIB, filtering("record.password = '***'"), PASSED),
    "a filter for each of some": (
        STDLIB,
        filtering("for name in SENSITIVE:\n    if hasattr(record, name):\n        setattr(record, name, '***')"),
        PASSED,
    ),
    "a filter over all fields": (
        STDLIB,
        filtering(
            "for name in list(record.__dict__):\n    if name in SENSITIVE:\n        record.__dict__[name] = '***'"
        ),
        PASSED,
    ),
    "a filter that takes it away": (
        STDLIB,
        filtering("if hasattr(record, 'token'):\n    delattr(record, 'token')"),
        PASSED,
    ),
    "a filter of nobody": (STDLIB, filtering("record.token = '***'", ""), PASSED),
    "a filter of another logger": (
        STDLIB,
        filtering("record.token = '***'", "logging.getLogger('other').addFilter(Redact())"),
        PASSED,
    ),
    "a filter of this logger": (STDLIB, filtering("record.token = '***'", "logger.addFilter(Redact())"), PASSED),
    "a filter that drops the record": (
        STDLIB,
        filtering("if hasattr(record, 'token'):\n    return False") + "\nlogger.info('evaluated without')",
        PASSED + "\nlogger.info('evaluated')",
    ),
    "a message that is rewritten": (
        STDLIB,
        filtering("record.msg = re.sub('token=.*', 'token=***', record.getMessage())\nrecord.args = ()"),
        "logger.info('evaluated token=%s', token)",
    ),
    "a message that is written out as it was": (
        STDLIB,
        filtering("record.msg = record.getMessage()\nrecord.args = ()"),
        "logger.info('evaluated token=%s', token)",
    ),
    "arguments that are covered": (
        STDLIB,
        filtering("record.args = tuple(cover(one) for one in record.args)"),
        "logger.info('evaluated token=%s', token)",
    ),
    "a field that is covered, and a message that is not": (
        STDLIB,
        filtering("record.token = '***'"),
        "logger.info('evaluated token=%s', token)",
    ),
    "a filter in the settings": (
        STDLIB,
        (
            "class Redact(logging.Filter):\n    def filter(self, record):\n        record.token = '***'\n"
            "        return True\n"
            "logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False,\n"
            "    'filters': {'redact': {'()': Redact}},\n"
            "    'handlers': {'out': {'()': lambda: SINK_HANDLER, 'filters': ['redact']}},\n"
            "    'loggers': {'app': {'handlers': ['out']}}})"
        ),
        PASSED,
    ),
    "a filter in the settings that no handler has": (
        STDLIB,
        (
            "class Redact(logging.Filter):\n    def filter(self, record):\n        record.token = '***'\n"
            "        return True\n"
            "logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False,\n"
            "    'filters': {'redact': {'()': Redact}},\n"
            "    'handlers': {'out': {'()': lambda: SINK_HANDLER}},\n"
            "    'loggers': {'app': {'handlers': ['out']}}})"
        ),
        PASSED,
    ),
    "loguru: nothing between": (LOGURU, "", "logger.bind(token=token).info('evaluated')"),
    "loguru: a patcher": (
        LOGURU,
        "def patch(record):\n    record['extra'].pop('token', None)\nlogger.configure(patcher=patch)",
        "logger.bind(token=token).info('evaluated')",
    ),
}


@pytest.mark.parametrize("title", LEAKS)
def test_secrets_that_come_out(title: str, tmp_path: Path) -> None:
    text, records = came_out(*LEAKS[title])
    leaks = any(SECRET in str(one) for one in records)
    found = [one for one in findings(text, SECRETS, tmp_path) if one.code == "TL603"]
    assert bool(found) == leaks, [one.message for one in found]
