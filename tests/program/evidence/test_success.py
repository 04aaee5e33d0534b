"""Which ends of a producer are successes (TL130): by what is returned, and by the way there."""

from pathlib import Path
from textwrap import indent

import pytest
from tests.program.evidence.test_producers import INSERT, lapses

RESULTS = """
from dataclasses import dataclass
from typing import Any, NamedTuple
@dataclass
class Result:
    success: bool
    error: str = ""
    @classmethod
    def failure(cls, error):
        return cls(success=False, error=error)
    @staticmethod
    def bad(error):
        return Result(False, error)
class Pair(NamedTuple):
    ok: bool
    value: Any = None
class Plain:
    def __init__(self, error="", success=True):
        self.success = success
        self.error = error
class Base:
    success = True
class Failed(Base):
    success = False
def fail():
    return False
def failed(message):
    return {"success": False, "error": message}
async def afailed(message):
    return {"success": False, "error": message}
"""
FAILURES = {
    "dict()": "return dict(success=False)",
    "positional dataclass": "return Result(False, 'no')",
    "classmethod": "return Result.failure('no')",
    "staticmethod": "return Result.bad('no')",
    "named tuple": "return Pair(ok=False)",
    "named tuple by place": "return Pair(False)",
    "own init keyword": "return Plain(success=False)",
    "own init by place": "return Plain('no', False)",
    "variable": "result = {'success': False}\nreturn result",
    "annotated variable": "result: dict = {'success': False}\nreturn result",
    "annotated call": "result: Result = Result(success=False)\nreturn result",
    "item set": "result = {}\nresult['success'] = False\nreturn result",
    "attribute set": "result = Plain()\nresult.success = False\nreturn result",
    "function": "return fail()",
    "function dict": "return failed('no')",
    "tuple": "return False, 'no'",
    "tuple of one": "return (False,)",
    "none": "return None",
    "bare": "return",
    "empty list": "return []",
    "empty dict": "return {}",
    "empty string": "return ''",
    "zero": "return 0",
    "raise": "raise ValueError('no')",
    "merged dict": "return {**{'error': 1}, 'success': False}",
    "not true": "return not True",
    "or": "return False or None",
    "ok key": "return {'ok': False}",
    "tuple of none": "return None, 'no'",
}
SUCCESSES = {
    "true": "return True",
    "one": "return 1",
    "dict success": "return {'success': True}",
    "tuple true": "return True, None",
    "call success": "return Result(success=True)",
    "call by place": "return Result(True, 'x')",
    "other flag": "return {'other': False}",
    "failure of another field": "return Plain('', True)",
    "second false": "return True, False",
    "default": "return Plain()",
    "error first": "return Plain(False)",
    "a flag that is set later": "result = {}\nresult['success'] = True\nreturn result",
}
PRODUCERS = {
    "flag": (
        """
def enable(session, key):
    ok = False
    if key:
        INSERT
        ok = True
    return ok
""",
        False,
    ),
    "flag kept in dict": (
        """
def enable(session, key):
    result = {'success': False}
    if key:
        INSERT
        result['success'] = True
    return result
""",
        False,
    ),
    "flag in object": (
        """
def enable(session, key):
    result = Plain(success=False)
    if key:
        INSERT
        result.success = True
    return result
""",
        False,
    ),
    "ternary": (
        """
def enable(session, key):
    if key:
        INSERT
    return True if key else False
""",
        False,
    ),
    "finally": (
        """
def enable(session, key):
    try:
        if not key:
            return False
        INSERT
        return True
    finally:
        session.close()
""",
        False,
    ),
    "finally that returns": (
        """
def enable(session, key):
    try:
        INSERT
    finally:
        return True
""",
        True,
    ),
    "else of try": (
        """
def enable(session, key):
    try:
        INSERT
    except ValueError:
        return False
    else:
        return True
""",
        False,
    ),
    "except result": (
        """
def enable(session, key):
    try:
        INSERT
        return Result(True)
    except ValueError as error:
        return Result(False, str(error))
""",
        False,
    ),
    "loop retry": (
        """
def enable(session, key):
    for attempt in range(3):
        try:
            INSERT
            return True
        except ValueError:
            continue
    return False
""",
        False,
    ),
    "loop retry falls through": (
        """
def enable(session, key):
    for attempt in range(3):
        try:
            INSERT
            break
        except ValueError:
            continue
    return True
""",
        True,
    ),
    "for else": (
        """
def enable(session, key):
    for attempt in range(3):
        try:
            INSERT
            break
        except ValueError:
            continue
    else:
        return False
    return True
""",
        False,
    ),
    "while true": (
        """
def enable(session, key):
    while True:
        try:
            INSERT
            return True
        except ValueError:
            pass
""",
        False,
    ),
    "match": (
        """
def enable(session, key):
    match key:
        case 'a':
            INSERT
            return True
        case _:
            return False
""",
        False,
    ),
    "match falls": (
        """
def enable(session, key):
    match key:
        case 'a':
            INSERT
    return True
""",
        True,
    ),
    "assert": (
        """
def enable(session, key):
    assert key
    INSERT
    return True
""",
        False,
    ),
    "with": (
        """
def enable(session, key):
    with session.begin():
        INSERT
    return True
""",
        False,
    ),
    "callee by and": (
        """
def save(session, key):
    if not key:
        return False
    INSERT
    return True
def enable(session, key):
    return save(session, key) and True
""",
        False,
    ),
    "callee not": (
        """
def save(session, key):
    if not key:
        return False
    INSERT
    return True
def enable(session, key):
    if not save(session, key):
        return False
    return True
""",
        False,
    ),
    "callee walrus": (
        """
def save(session, key):
    if not key:
        return None
    INSERT
    return key
def enable(session, key):
    if (saved := save(session, key)) is None:
        return False
    return True
""",
        False,
    ),
    "callee none is success": (
        """
def save(session, key):
    if not key:
        return None
    INSERT
    return key
def enable(session, key):
    if save(session, key) is None:
        return True
    return True
""",
        True,
    ),
    "callee result success": (
        """
def save(session, key):
    if not key:
        return Result(success=False)
    INSERT
    return Result(success=True)
def enable(session, key):
    result = save(session, key)
    if not result.success:
        return False
    return True
""",
        False,
    ),
    "callee result": (
        """
def save(session, key):
    if not key:
        return Result(success=False)
    INSERT
    return Result(success=True)
def enable(session, key):
    return save(session, key)
""",
        False,
    ),
    "yield": (
        """
def enable(session, key):
    INSERT
    yield True
""",
        False,
    ),
    "nested": (
        """
def enable(session, key):
    def save():
        INSERT
    save()
    return True
""",
        False,
    ),
    "nested not called": (
        """
def enable(session, key):
    def save():
        INSERT
    return True
""",
        True,
    ),
    "lambda": (
        """
def enable(session, key):
    save = lambda: INSERT
    save()
    return True
""",
        False,
    ),
    "dry run default": (
        """
def enable(session, key, dry=False):
    if dry:
        return {'success': True, 'dry': True}
    INSERT
    return {'success': True}
""",
        True,
    ),
    "early raise": (
        """
def enable(session, key):
    if not key:
        raise KeyError
    INSERT
    return True
""",
        False,
    ),
    "exit": (
        """
import sys
def enable(session, key):
    if not key:
        sys.exit(1)
    INSERT
    return True
""",
        False,
    ),
    "abort": (
        """
import os
def enable(session, key):
    if not key:
        os._exit(1)
    INSERT
    return True
""",
        False,
    ),
    "decorated": (
        """
import functools
def logged(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args)
    return inner
@logged
def enable(session, key):
    INSERT
    return True
""",
        False,
    ),
    "comprehension": (
        """
def enable(session, keys):
    [INSERT for key in keys]
    return bool(keys)
""",
        False,
    ),
}


def ending(body: str) -> str:
    """A producer that ends like this where it writes nothing."""
    early = f"    if key == 'demo':\n{indent(body, ' ' * 8)}\n"
    return f"{RESULTS}\n\ndef enable(session, key):\n{early}    {INSERT}\n    return True\n"


@pytest.mark.parametrize("title", FAILURES)
def test_what_says_that_it_failed_is_no_success(title: str, tmp_path: Path) -> None:
    assert lapses(tmp_path, ending(FAILURES[title])) == []


@pytest.mark.parametrize("title", SUCCESSES)
def test_what_does_not_say_so_is_one(title: str, tmp_path: Path) -> None:
    assert len(lapses(tmp_path, ending(SUCCESSES[title]))) == 1


@pytest.mark.parametrize("title", PRODUCERS)
def test_ways_through_a_producer(title: str, tmp_path: Path) -> None:
    source, lapsing = PRODUCERS[title]
    assert bool(lapses(tmp_path, RESULTS + source.replace("INSERT", INSERT))) is lapsing
