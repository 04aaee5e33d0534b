"""Fields that a formatter never prints (TL606): each formatter is run, and a field reported that its text lacks."""

import logging
from pathlib import Path
from typing import Any

import pytest
from tests.rules.logged import findings

CONFIG = '[logging]\nformatter = "app.activation:{name}"\n'
HEAD = "import json\nimport logging\n\nlogger = logging.getLogger('app')\n\n"
CALL = "\n\ndef work():\n    logger.info('worked', extra={'tenant_id': 'TENANT', 'goal': 'GOAL', '_step': 'STEP'})\n"
WORDS = {"tenant_id": "TENANT", "goal": "GOAL", "_step": "STEP"}
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
}


def printed(text: str) -> set[str]:
    """The fields whose values the formatter prints."""
    space: dict[str, Any] = {}
    exec(compile(text, "activation.py", "exec"), space)
    made = space["F"]
    if isinstance(made, dict):
        (one,) = made["formatters"].values()
        made = one["()"]() if "()" in one else logging.Formatter(one["format"])
    elif callable(made):
        made = made()
    record = logging.LogRecord("app", 20, "activation.py", 1, "worked", (), None)
    record.__dict__.update(WORDS)
    shown = made.format(record).upper()
    return {name for name, word in WORDS.items() if word in shown}


@pytest.mark.parametrize("title", CASES)
def test_what_is_not_printed_is_found(title: str, tmp_path: Path) -> None:
    text = HEAD + CASES[title].lstrip("\n") + CALL
    found = [one for one in findings(text, CONFIG.format(name="F"), tmp_path) if one.code == "TL606"]
    assert {name for name in WORDS if any(f"`{name}`" in one.message for one in found)} == set(WORDS) - printed(text)


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
