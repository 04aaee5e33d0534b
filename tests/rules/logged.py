"""Functions that log, run and recorded: what the tests of markers and their fields share."""

import logging
from pathlib import Path
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

from truthline.checking.options import CheckOptions
from truthline.model.finding import Finding
from truthline.testing import check_files

FLOW = """\
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.activation:activate"]
log = { marker = "evaluated", fields = ["tenant_id", "source"] }

[flow.activation.decision]
call = "app.activation:may"
inputs = { has_key = "key-ready" }
"""
EVIDENCE = """\
[evidence.key-ready]
tables = ["api_keys"]
written-by = ["app.activation:enable"]
log = { success = "persisted", failure = "not_persisted", fields = ["tenant_id"] }
"""
HEAD = """\
import contextlib
import copy
import functools
import logging

logger = logging.getLogger("app")
FIELDS = {"tenant_id": 1, "source": "db"}


def may(has_key):
    if has_key == "broken":
        raise ValueError(has_key)
    return bool(has_key)


def mark(event="evaluated"):
    logger.info(event, extra=FIELDS)


def row(session):
    return session.execute("SELECT 1 FROM api_keys").first()


"""


class Session:
    """A database that finds what it is told to, and fails where it is told to."""

    def __init__(self, found: object = 1, fails: str = "") -> None:
        self._found = found
        self._fails = fails

    def execute(self, sql: str, *_: object) -> "Session":
        self._do("write" if sql.startswith("INSERT") else "read")
        return self

    def first(self) -> object:
        return self._found

    def commit(self) -> None:
        self._do("commit")

    def rollback(self) -> None:
        """Nothing is kept."""

    def _do(self, what: str) -> None:
        if what == self._fails:
            raise KeyError(what)


class Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
        self.records.append(record)


RUNS = [Session(), Session(None), Session("broken"), *(Session(fails=one) for one in ("read", "write", "commit"))]


def module(name: str, body: str) -> str:
    return f"{HEAD}def {name}(session):\n{indent(dedent(body).strip(), '    ')}\n"


def run(text: str, name: str, session: Session) -> SimpleNamespace:
    """What a call logs after its first decision or write, and whether and what it returns."""
    space: dict[str, Any] = {}
    records = Records()
    logger = logging.getLogger("app")
    logger.handlers[:] = [records]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    exec(compile(text, "activation.py", "exec"), space)
    space["logger"] = logger
    started: list[int] = []
    asked, execute = space["may"], session.execute

    def may(has_key: object) -> object:
        started.append(len(records.messages))
        return asked(has_key)

    def executed(sql: str, *rest: object) -> object:
        if sql.startswith("INSERT"):
            started.append(len(records.messages))
        return execute(sql, *rest)

    space["may"] = may
    session.execute = executed  # type: ignore[assignment, method-assign]
    outcome = SimpleNamespace(returned=True, result=None, started=False, logged=[], records=records.records)
    try:
        outcome.result = space[name](session)
    except (KeyError, ValueError, RuntimeError):
        outcome.returned = False
    session.execute = execute  # type: ignore[method-assign]
    outcome.started = bool(started)
    outcome.logged = records.messages[started[0] if started else 0 :]
    return outcome


def findings(text: str, config: str, directory: Path) -> list[Finding]:
    """The findings of logging rules in `app/activation.py`."""
    found = check_files({"app/activation.py": text}, config, directory, CheckOptions(jobs=1)).findings
    return [one for one in found if one.code.startswith("TL6")]
