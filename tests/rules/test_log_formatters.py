"""Fields that a formatter never prints (TL606): each formatter is run, and a field reported that its text lacks."""

import logging
import sys
from logging.config import DictConfigurator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.rules.logged import findings

CONFIG = '[logging]\nformatter = "app.activation:{name}"\n'
HEAD = "import json\nimport logging\n\nlogger = logging.getLogger('app')\n\n"
CALL = "\n\ndef work():\n    logger.info('worked', extra={'tenant_id': 'TENANT', 'goal': 'GOAL', '_step': 'STEP'})\n"
WORDS = {"tenant_id": "TENANT-7", "goal": "GOAL-7", "_step": "STEP-7"}
CASES = {
    "attributes": """
class F(logging.Formatter):
    def format(self, record):
        shown = {"message": record.getMessage()}
        if hasattr(record, "tenant_id"):
            shown["tenant"] = record.tenant_id
        return json.dumps(shown)
""",
    "asked for, and never printed": """
class F(logging.Formatter):
    def format(self, record):
        if hasattr(record, "tenant_id") and record.goal:
            return record.getMessage() + "!"
        return record.getMessage()
""",
    "getattr": """
class F(logging.Formatter):
    def format(self, record):
        return record.getMessage() + str(getattr(record, "goal", None))
""",
    "getattr in a loop over names": """
FIELDS = ("tenant_id", "goal")
class F(logging.Formatter):
    def format(self, record):
        return json.dumps({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
""",
    "everything": """
class F(logging.Formatter):
    def format(self, record):
        return str(record.__dict__)
""",
    "everything but what a record has": """
STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__)
class F(logging.Formatter):
    def format(self, record):
        shown = {"message": record.getMessage()}
        for key, value in record.__dict__.items():
            if key not in STANDARD:
                shown[key] = value
        return json.dumps(shown)
""",
    "everything but some": """
LEFT_OUT = {"name", "msg", "args", "goal"}
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        for key, value in record.__dict__.items():
            if key not in LEFT_OUT:
                shown[key] = str(value)
        return json.dumps(shown)
""",
    "everything but some, by continue": """
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        for key, value in vars(record).items():
            if key in ("name", "msg", "goal"):
                continue
            shown[key] = str(value)
        return json.dumps(shown)
""",
    "only what is admitted": """
ADMITTED = frozenset(["tenant_id"])
class F(logging.Formatter):
    def format(self, record):
        return json.dumps({key: value for key, value in record.__dict__.items() if key in ADMITTED})
""",
    "a key of its dict": """
class F(logging.Formatter):
    def format(self, record):
        return str(record.__dict__.get("tenant_id")) + record.__dict__["_step"]
""",
    "a helper": """
class F(logging.Formatter):
    def format(self, record):
        return record.getMessage() + self._more(record) + more(record)
    def _more(self, record):
        return record.goal
def more(record):
    return record.tenant_id
""",
    "an f-string": """
class F(logging.Formatter):
    def format(self, record):
        return f"{record.levelname} {record.tenant_id}"
""",
    "its base, with a format": """
class F(logging.Formatter):
    def __init__(self):
        super().__init__("%(message)s %(tenant_id)s")
    def format(self, record):
        return super().format(record).upper()
""",
    "its base, with no format": """
class F(logging.Formatter):
    def format(self, record):
        record.msg = "x" + record.goal
        return super().format(record)
""",
    "no formatter by its base": """
class F:
    def format(self, record):
        return record.goal
""",
    "the message alone": """
class F(logging.Formatter):
    def formatMessage(self, record):
        return f"{record.message} {record.tenant_id}"
""",
    "an inherited method": """
class Base(logging.Formatter):
    def format(self, record):
        return record.tenant_id
class F(Base):
    pass
""",
    "nothing of its own": """
class F(logging.Formatter):
    pass
""",
    "a formatter in a variable": "F = logging.Formatter('%(levelname)s %(tenant_id)s %(message)s')\n",
    "an object under another name": """
class Own(logging.Formatter):
    def format(self, record):
        return super().format(record) + record.goal
made = {"own": Own("%(tenant_id)s")}
F = made["own"]
""",
    "braces": "F = logging.Formatter('{levelname} {tenant_id:>8} {message}', style='{')\n",
    "dollars": "F = logging.Formatter(fmt='$levelname ${goal} $message', style='$')\n",
    "a function that makes it": """
def F():
    return logging.Formatter("%(goal)s")
""",
    "a dictConfig": """
F = {
    "version": 1,
    "formatters": {"plain": {"format": "%(message)s %(tenant_id)s"}},
}
""",
    "a dictConfig with a class": """
class Own(logging.Formatter):
    def format(self, record):
        return record.goal
F = {"version": 1, "formatters": {"own": {"()": Own}}}
""",
    "a member is only changed": """
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        for key, value in record.__dict__.items():
            if key in ("password", "goal"):
                value = "***" + str(value)
            shown[key] = str(value)
        return json.dumps(shown)
""",
    "a member goes under another name": """
class F(logging.Formatter):
    def format(self, record):
        return str({("text" if key in ("msg",) else key): value for key, value in vars(record).items()})
""",
    "everything but a difference": """
ALL = {"name", "msg", "goal"}
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        for key, value in record.__dict__.items():
            if key not in ALL - {"goal"}:
                shown[key] = str(value)
        return json.dumps(shown)
""",
    "two tests": """
class F(logging.Formatter):
    def format(self, record):
        return str({k: v for k, v in record.__dict__.items() if k not in ("msg", "args") and k != "goal"})
""",
    "everything but some, and one by name": """
class F(logging.Formatter):
    def format(self, record):
        shown = {k: v for k, v in record.__dict__.items() if k not in ("msg", "goal")}
        shown["g"] = record.goal
        return str(shown)
""",
    "a dict of keys": """
LEFT_OUT = {"msg": 1, "goal": 2}
class F(logging.Formatter):
    def format(self, record):
        return str({k: v for k, v in record.__dict__.items() if k not in LEFT_OUT})
""",
    "a copy without some": """
class F(logging.Formatter):
    def format(self, record):
        fields = dict(record.__dict__)
        fields.pop("name")
        return str(fields)
""",
    "spread": """
class F(logging.Formatter):
    def format(self, record):
        return str({"at": 1, **record.__dict__})
""",
    "its own fields, of the class": """
class F(logging.Formatter):
    fields = ("tenant_id",)
    def format(self, record):
        return str([getattr(record, name, None) for name in self.fields])
""",
    "its own fields, of the object": """
class F(logging.Formatter):
    def __init__(self):
        super().__init__()
        self.fields = ["tenant_id", "goal"]
    def format(self, record):
        return str([getattr(record, name, None) for name in self.fields])
""",
    "an annotated variable": "F: logging.Formatter = logging.Formatter('%(tenant_id)s')\n",
    "a format in a constant": "FMT = '%(message)s %(goal)s'\nF = logging.Formatter(FMT)\n",
    "a format that is put together": "MORE = ' %(goal)s'\nF = logging.Formatter('%(message)s' + MORE)\n",
    "no format": "F = logging.Formatter()\n",
    "no format but a date's": "F = logging.Formatter(datefmt='%H')\n",
    "None as format": "F = logging.Formatter(None, '%H')\n",
    "a function that makes one of its own": """
class Own(logging.Formatter):
    def format(self, record):
        return super().format(record) + record.goal
def F():
    return Own("%(tenant_id)s")
""",
    "its base by name": """
class F(logging.Formatter):
    def __init__(self):
        logging.Formatter.__init__(self, fmt="%(goal)s")
    def format(self, record):
        return logging.Formatter.format(self, record) + record._step
""",
    "its own constructor hands a default on": """
class F(logging.Formatter):
    def __init__(self, fmt="%(message)s %(tenant_id)s", datefmt=None):
        super().__init__(fmt, datefmt)
""",
    "its own constructor adds to the format": """
class F(logging.Formatter):
    def __init__(self, fmt="%(message)s"):
        super().__init__(fmt + " %(tenant_id)s")
""",
    "its own constructor hands all on": """
class Own(logging.Formatter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
F = Own("%(tenant_id)s")
""",
    "its own constructor hands all on, and nothing comes": """
class F(logging.Formatter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
""",
    "its own constructor takes a format for its base": """
class Own(logging.Formatter):
    def __init__(self, service, fmt):
        super().__init__(fmt)
F = Own("web", "%(tenant_id)s")
""",
    "its own constructor has no format for its base": """
class Own(logging.Formatter):
    def __init__(self, service):
        super().__init__()
        self.service = service
F = Own("%(tenant_id)s")
""",
    "its own constructor takes a format by a keyword": """
class Own(logging.Formatter):
    def __init__(self, *, fmt):
        super().__init__(fmt=fmt, datefmt="%H")
F = Own(fmt="%(tenant_id)s")
""",
    "a base of a base": """
class Base(logging.Formatter):
    def __init__(self):
        super().__init__("%(goal)s")
class F(Base):
    def __init__(self):
        super().__init__()
        self.more = 1
""",
    "formatMessage below format": """
class Base(logging.Formatter):
    def formatMessage(self, record):
        return record.tenant_id
class F(Base):
    def format(self, record):
        return super().format(record) + record.goal
""",
    "formatMessage that nobody asks": """
class F(logging.Formatter):
    def format(self, record):
        return record.goal
    def formatMessage(self, record):
        return record.tenant_id
""",
    "a format that overrides another": """
class Base(logging.Formatter):
    def format(self, record):
        return record.tenant_id
class F(Base):
    def format(self, record):
        return super().format(record) + record.goal
""",
    "a format that hides another": """
class Base(logging.Formatter):
    def format(self, record):
        return record.tenant_id
class F(Base):
    def format(self, record):
        return record.goal
""",
    "a nested function": """
class F(logging.Formatter):
    def format(self, record):
        def one(name):
            return getattr(record, name, "")
        return one("goal") + one("_step")
""",
    "a lambda": """
class F(logging.Formatter):
    def format(self, record):
        return (lambda: record.goal)()
""",
    "assigned to another name": """
class F(logging.Formatter):
    def format(self, record):
        one = other = record
        return other.goal if one else ""
""",
    "kept in the object": """
class F(logging.Formatter):
    def format(self, record):
        self.record = record
        return self.more()
    def more(self):
        return self.record.goal
""",
    "in a dict with a test": """
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        if (goal := getattr(record, "goal", None)) is not None:
            shown["goal"] = goal
        return str(shown)
""",
    "tested and told": """
class F(logging.Formatter):
    def format(self, record):
        return "has a step" if getattr(record, "_step", None) else record.getMessage()
""",
    "a dictConfig by a path": """
class Own(logging.Formatter):
    def format(self, record):
        return record.goal
F = {"version": 1, "formatters": {"own": {"()": "app.activation.Own"}}}
""",
    "a dictConfig by a path, with a format": """
class Own(logging.Formatter):
    def format(self, record):
        return super().format(record) + record._step
F = {"version": 1, "formatters": {"own": {"class": "app.activation.Own", "format": "%(goal)s"}}}
""",
    "a dictConfig of the stock formatter": """
F = {"version": 1, "formatters": {"own": {"()": "logging.Formatter", "fmt": "%(goal)s"}}}
""",
    "a dictConfig of the stock class": """
F = {"version": 1, "formatters": {"own": {"class": "logging.Formatter", "format": "%(goal)s"}}}
""",
    "a dictConfig of two": """
F = {
    "version": 1,
    "formatters": {"a": {"format": "%(message)s %(tenant_id)s"}, "b": {"format": "{goal}", "style": "{"}},
}
""",
    "a dictConfig in parts": """
PLAIN = {"format": "%(message)s %(tenant_id)s"}
FORMATTERS = {"plain": PLAIN}
F = {"version": 1, "formatters": FORMATTERS}
""",
    "a brace's text": "F = logging.Formatter('{{{tenant_id}}} {message} {{goal}}', style='{')\n",
    "a dollar's text": "F = logging.Formatter('$message $$goal', style='$')\n",
    "a percent's text": "F = logging.Formatter('%(message)s %%(goal)s')\n",
    "percent among braces": "F = logging.Formatter('%(goal)s {message} {tenant_id}', style='{')\n",
    "braces among percents": 'F = logging.Formatter(\'{"m": "%(message)s", {goal}}\')\n',
    "a property": """
class F(logging.Formatter):
    @property
    def shown(self):
        return ["goal"]
    def format(self, record):
        return str([getattr(record, one) for one in self.shown])
""",
    "wrapped": """
class Inner(logging.Formatter):
    def format(self, record):
        return record.goal
class F(logging.Formatter):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
    def format(self, record):
        return self.inner.format(record)
""",
    "a copy of the record": """
import copy
class F(logging.Formatter):
    def format(self, record):
        record = copy.copy(record)
        record.msg = "x" + record.goal
        return super().format(record)
""",
    "a static method": """
class F(logging.Formatter):
    @staticmethod
    def more(record):
        return record.goal
    def format(self, record):
        return self.more(record)
""",
    "a mixin": """
class Mixin:
    def format(self, record):
        return super().format(record) + record.goal
class F(Mixin, logging.Formatter):
    pass
""",
    "a union left out": """
A = {"msg"}
class F(logging.Formatter):
    def format(self, record):
        return str({k: v for k, v in record.__dict__.items() if k not in A | {"goal"}})
""",
    "a test of another thing": """
class F(logging.Formatter):
    def format(self, record):
        shown = {}
        for key, value in record.__dict__.items():
            if record.levelname in ("INFO", "WARNING"):
                shown[key] = str(value)
        return str(shown)
""",
    "a test of another thing, left out": """
class F(logging.Formatter):
    def format(self, record):
        kinds = ("goal", "other")
        where = "top" if "x" not in kinds else "below"
        return where + str({key: value for key, value in record.__dict__.items()})
""",
    "a class that is given a format where it is made": """
class F(logging.Formatter):
    pass
MADE = F("%(goal)s")
""",
    "a class that is given formats where it is made": """
class F(logging.Formatter):
    pass
MADE = [F("%(goal)s"), F(fmt="{_step}", style="{")]
""",
    "a class to which a dictConfig gives a format": """
class F(logging.Formatter):
    pass
MADE = {"formatters": {"own": {"()": F, "fmt": "%(goal)s"}}}
""",
    "a class to which a dictConfig gives a format by its path": """
class F(logging.Formatter):
    pass
MADE = {"formatters": {"own": {"class": "app.activation.F", "format": "%(goal)s", "style": "%"}}}
""",
    "an object that a module imports": """
from app import activation
class Own(logging.Formatter):
    pass
F = MADE = Own("%(goal)s")
""",
    "a format that its style refuses": "F = logging.Formatter('{message', style='$', validate=False)\n",
    "a dictConfig by a path, and a constructor": """
class Own(logging.Formatter):
    def __init__(self, fmt=None, datefmt=None, style="%", validate=True):
        super().__init__(fmt, datefmt, style, validate)
F = {"version": 1, "formatters": {"own": {"class": "app.activation.Own", "format": "%(goal)s"}}}
""",
    "a dictConfig by a path, and a constructor without default": """
class Own(logging.Formatter):
    def __init__(self, fmt, datefmt):
        super().__init__(fmt, datefmt)
F = {"version": 1, "formatters": {"own": {"()": "app.activation.Own", "fmt": "%(goal)s", "datefmt": "%H"}}}
""",
    "a dictConfig by a path, and a constructor with a format": """
class Own(logging.Formatter):
    def __init__(self, fmt="%(message)s"):
        super().__init__(fmt)
F = {"version": 1, "formatters": {"own": {"()": "app.activation.Own", "fmt": "%(goal)s"}}}
""",
}
UNREAD = {
    "a style that is not known": """
import os
F = logging.Formatter("%(goal)s {tenant_id} $_step", style=os.environ.get("STYLE", "$"))
""",
    "a dictConfig in a function": """
def settings():
    return {"plain": {"format": "%(goal)s"}}
F = {"version": 1, "formatters": settings()}
""",
    "a dictConfig with a formatter from a function": """
def plain():
    return {"format": "%(goal)s"}
F = {"version": 1, "formatters": {"plain": plain()}}
""",
    "a dictConfig of a library": """
F = {"version": 1, "formatters": {"plain": {"()": "string.Formatter"}}}
MADE = logging.Formatter("%(goal)s")
""",
    "a difference is admitted": """
ALL = {"tenant_id", "goal"}
class F(logging.Formatter):
    def format(self, record):
        return str({key: value for key, value in record.__dict__.items() if key in ALL - {"goal"}})
""",
    "a format that is joined": "F = logging.Formatter(' '.join(f'%({name})s' for name in ('message', 'goal')))\n",
    "a format among keywords": "OPTIONS = {'fmt': '%(goal)s'}\nF = logging.Formatter(**OPTIONS)\n",
    "the format is a choice": """
import os
F = logging.Formatter("%(tenant_id)s" if os.sep else "%(goal)s")
""",
    "a function that takes a format": """
def make(fmt):
    return logging.Formatter(fmt)
F = make("%(goal)s %(message)s")
""",
    "format of a str": """
class F(logging.Formatter):
    def format(self, record):
        return "{0.goal} {r.tenant_id}".format(record, r=record)
""",
    "format of a str, by keys": """
class F(logging.Formatter):
    def format(self, record):
        return "{goal}".format(**record.__dict__)
""",
    "percent of the dict": """
class F(logging.Formatter):
    def format(self, record):
        return "%(goal)s" % record.__dict__
""",
    "attrgetter": """
import operator
class F(logging.Formatter):
    def format(self, record):
        return operator.attrgetter("goal")(record)
""",
    "only what begins so": """
class F(logging.Formatter):
    def format(self, record):
        return str({k: v for k, v in vars(record).items() if not k.startswith("_")})
""",
    "a dictConfig with a factory": """
def make(fmt):
    return logging.Formatter(fmt)
F = {"version": 1, "formatters": {"own": {"()": make, "fmt": "%(goal)s"}}}
""",
    "a dictConfig with a format from a constant": """
FMT = "%(goal)s"
F = dict(version=1, formatters=dict(plain=dict(format=FMT)))
""",
    "a dictConfig with a spread": """
COMMON = {"format": "%(goal)s"}
F = {"version": 1, "formatters": {"plain": {**COMMON}}}
""",
    "a dictConfig that is filled later": """
F = {"version": 1, "formatters": {}}
F["formatters"]["plain"] = {"format": "%(goal)s"}
""",
    "wrapped stock": """
class F(logging.Formatter):
    def __init__(self):
        super().__init__()
        self.inner = logging.Formatter("%(goal)s")
    def format(self, record):
        return self.inner.format(record)
""",
    "star": """
class F(logging.Formatter):
    def format(self, *args):
        return str(args[0].goal)
""",
    "exclusion in a method": """
class F(logging.Formatter):
    left_out = frozenset({"goal"})
    def takes(self, key):
        return key not in self.left_out
    def format(self, record):
        return str({k: v for k, v in record.__dict__.items() if self.takes(k)})
""",
    "keys minus some": """
STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__)
class F(logging.Formatter):
    def format(self, record):
        return str({k: record.__dict__[k] for k in record.__dict__.keys() - STANDARD - {"goal"}})
""",
    "get that is only tested": """
class F(logging.Formatter):
    def format(self, record):
        return "has a goal" if record.__dict__.get("goal") else record.getMessage()
""",
    "a while loop": """
class F(logging.Formatter):
    def format(self, record):
        names = ["tenant_id"]
        out = []
        while names:
            out.append(str(record.__dict__[names.pop()]))
        return " ".join(out)
""",
    "key that is computed": """
class F(logging.Formatter):
    def format(self, record):
        return str([getattr(record, "tenant_" + end, "") for end in ("id", "name")])
""",
}


def printed(text: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The fields whose values one of the configured formatters prints."""
    module = ModuleType("app.activation")
    package = ModuleType("app")
    package.activation = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "app", package)
    monkeypatch.setitem(sys.modules, "app.activation", module)
    exec(compile(text, "activation.py", "exec"), module.__dict__)
    shown = "".join(formatter.format(recorded()).upper() for formatter in made(getattr(module, "MADE", module.F)))
    return {name for name, word in WORDS.items() if word in shown}


def made(configured: Any) -> list[logging.Formatter]:
    """The formatters that are meant: one, some, what makes one, or those of a `dictConfig`."""
    if isinstance(configured, dict):
        configurator = DictConfigurator(configured)
        return [configurator.configure_formatter(dict(one)) for one in configured["formatters"].values()]
    every = configured if isinstance(configured, list) else [configured]
    return [one() if callable(one) else one for one in every]


def recorded() -> logging.LogRecord:
    record = logging.LogRecord("app", 20, "activation.py", 1, "worked", (), None)
    record.__dict__.update(WORDS)
    return record


def unprinted(text: str, directory: Path) -> set[str]:
    """The fields that truthline says are never printed."""
    found = [one for one in findings(text, CONFIG.format(name="F"), directory) if one.code == "TL606"]
    return {name for name in WORDS if any(f"`{name}`" in one.message for one in found)}


@pytest.mark.parametrize("title", CASES)
def test_what_is_not_printed_is_found(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + CASES[title].lstrip("\n") + CALL
    assert unprinted(text, tmp_path) == set(WORDS) - printed(text, monkeypatch)


@pytest.mark.parametrize("title", UNREAD)
def test_what_cannot_be_read_counts_as_printed(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + UNREAD[title].lstrip("\n") + CALL
    assert not unprinted(text, tmp_path) & printed(text, monkeypatch)


@pytest.mark.parametrize("name", ["Gone", "F.gone"])
def test_a_formatter_that_is_not_there_says_nothing_of_fields(name: str, tmp_path: Path) -> None:
    text = HEAD + CASES["nothing of its own"] + CALL
    found = findings(text, CONFIG.format(name=name), tmp_path)
    assert not [one for one in found if one.code == "TL606"]


LIBRARIES = {
    "python-json-logger": "from pythonjsonlogger.json import JsonFormatter\nclass F(JsonFormatter):\n    pass\n",
    "python-json-logger, with fields of its own": (
        "from pythonjsonlogger import jsonlogger\nclass F(jsonlogger.JsonFormatter):\n"
        "    def add_fields(self, log_record, record, message_dict):\n"
        "        super().add_fields(log_record, record, message_dict)\n        log_record['app'] = 1\n"
    ),
    "structlog": "import structlog\nF = structlog.stdlib.ProcessorFormatter(processors=[])\n",
}


@pytest.mark.parametrize("title", LIBRARIES)
def test_formatters_of_libraries_print_everything(title: str, tmp_path: Path) -> None:
    found = findings(HEAD + LIBRARIES[title] + CALL, CONFIG.format(name="F"), tmp_path)
    assert not [one for one in found if one.code == "TL606"]


def test_each_key_is_found_where_it_is_written(tmp_path: Path) -> None:
    text = HEAD + CASES["nothing of its own"] + CALL.replace("'goal'", "\n        'goal'")
    found = [one for one in findings(text, CONFIG.format(name="F"), tmp_path) if one.code == "TL606"]
    lines = text.splitlines()
    assert ["'goal'" in lines[one.location.span.line - 1] for one in found] == [False, True, True]


def test_without_a_formatter_nothing_is_said(tmp_path: Path) -> None:
    assert not findings(HEAD + CASES["nothing of its own"] + CALL, "", tmp_path)
