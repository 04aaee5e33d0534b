"""Reserved keys in `extra` (TL604): each case is run, and raises exactly where the rule says so."""

import logging
from contextlib import nullcontext
from pathlib import Path

import pytest

from truthline.testing import check_files

HEAD = "import logging\nlogger = logging.getLogger('quiet')\nlogger.addHandler(logging.NullHandler())\n"
CASES = [
    ("a free key", "logger.warning('x', extra={'tenant': 1})", []),
    ("name", "logger.warning('x', extra={'name': 1})", [4]),
    ("message", "logger.error('x', extra={'message': 1})", [4]),
    ("every other key is fine", "logger.warning('x', extra={'tenant': 1, 'msg': 2})", [4]),
    ("log with a level", "logger.log(40, 'x', extra={'args': 1})", [4]),
    ("the module's own functions", "logging.warning('x', extra={'lineno': 1})", [4]),
    ("dict()", "logger.warning('x', extra=dict(module=1))", [4]),
    ("a variable", "def f():\n    extra = {'module': 1}\n    logger.warning('x', extra=extra)\nf()", [5]),
    ("a key that is added", "def f():\n    e = {}\n    e['process'] = 1\n    logger.warning('x', extra=e)\nf()", [6]),
    ("an update", "def f():\n    e = {}\n    e.update(thread=1)\n    logger.warning('x', extra=e)\nf()", [6]),
    ("a display that takes another in", "logger.warning('x', extra={**{'name': 1}, 'a': 2})", [4]),
    ("a union", "logger.warning('x', extra={'a': 1} | {'name': 2})", [4]),
    (
        "a variable of another function",
        "def g():\n    e = {'name': 1}\ndef f(e):\n    logger.warning('x', extra=e)\nf({})",
        [],
    ),
    ("an adapter", "logging.LoggerAdapter(logger, {'name': 1}).warning('x')", [4]),
    ("another call with an extra", "def send(extra):\n    pass\nsend(extra={'name': 1})", []),
    ("a constant of the module", "E = {'module': 1}\ndef f():\n    logger.warning('x', extra=E)\nf()", [4]),
    ("a function that makes it", "def e():\n    return {'args': 1}\nlogger.warning('x', extra=e())", [5]),
    ("a function that is handed it", "def f(extra):\n    logger.warning('x', extra=extra)\nf({'msg': 1})", [6]),
    (
        "by place behind a star",
        "def f(a, *rest, extra=None):\n    logger.warning('x', extra=extra)\nf(1, {'name': 1})",
        [],
    ),
    (
        "wrappers that call what is named like them",
        "".join(
            f"class A{one}:\n    def info(self, text, extra=None):\n        logger.info(text, extra=extra)\n"
            for one in range(12)
        )
        + "logger.setLevel('INFO')\nA3().info('x', extra={'name': 1})",
        [41],
    ),
    ("keywords", "def f(**fields):\n    logger.warning('x', extra=fields)\nf(name=1)", [6]),
    ("other keywords", "def f(name, **fields):\n    logger.warning('x', extra=fields)\nf(name=1, a=2)", []),
    (
        "a key that is taken out",
        "def f():\n    e = {'name': 1}\n    del e['name']\n    logger.warning('x', extra=e)\nf()",
        [],
    ),
    ("popped", "def f():\n    e = {'name': 1, 'a': 1}\n    e.pop('name')\n    logger.warning('x', extra=e)\nf()", []),
    ("popped too late", "def f():\n    e = {'name': 1}\n    logger.warning('x', extra=e)\n    e.pop('name')\nf()", [5]),
    ("a method under another name", "log = logger.warning\nlog('x', extra={'name': 1})", [5]),
    ("an adapter overwrites it", "logging.LoggerAdapter(logger, {'a': 1}).warning('x', extra={'name': 1})", []),
    ("an attribute of a class", "class A:\n    extra = {'name': 1}\nlogger.warning('x', extra=A.extra)", [5]),
    (
        "an attribute",
        "class A:\n    def __init__(self):\n        self.e = {'name': 1}\nlogger.warning('x', extra=A().e)",
        [6],
    ),
    ("a method", "class A:\n    def e(self):\n        return {'name': 1}\nlogger.warning('x', extra=A().e())", [6]),
    ("no logger", "class A:\n    def info(self, text, extra): ...\nA().info('x', extra={'name': 1})", []),
    ("a constant as key", "KEY = 'name'\nlogger.warning('x', extra={KEY: 1})", [5]),
    ("a comprehension", "logger.warning('x', extra={key: 1 for key in ('name', 'a')})", [4]),
    ("from keys", "logger.warning('x', extra=dict.fromkeys(['name']))", [4]),
    ("a logger of an object", "class A:\n    log = logger\nA().log.error('x', extra={'created': 1})", [6]),
]


@pytest.mark.parametrize(("code", "lines"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_it_is_found_where_it_raises(code: str, lines: list[int], tmp_path: Path) -> None:
    text = HEAD + code + "\n"
    found = check_files({"app/a.py": text}, "", tmp_path).findings
    assert [each.location.span.line for each in found if each.code == "TL604"] == lines
    with pytest.raises(KeyError) if lines else nullcontext():
        exec(compile(text, "a.py", "exec"), {})  # the case itself
    logging.getLogger("quiet").handlers.clear()


IN_A_CLASS = """
from structlog import get_logger
class A:
    def __init__(self):
        self.log = get_logger()
    def f(self):
        self.log.info("x", extra={"name": 1})
"""
OTHER_LIBRARIES = [
    "import structlog\nlog = structlog.get_logger()\nlog.info('x', extra={'name': 1})\n",
    "import structlog\nlog = structlog.get_logger().bind(a=1)\nlog.info('x', extra={'name': 1})\n",
    "from loguru import logger\nlogger.info('x', extra={'name': 1})\n",
    IN_A_CLASS,
]


@pytest.mark.parametrize("text", OTHER_LIBRARIES)
def test_other_libraries_take_any_key(text: str, tmp_path: Path) -> None:
    found = check_files({"app/a.py": text}, "", tmp_path).findings
    assert [each.code for each in found] == []
