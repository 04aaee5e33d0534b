"""What a file keeps in memory, and what it does not."""

import ast

import pytest

from truthline.facts.extract import outline
from truthline.facts.holdings import Holding, holdings
from truthline.facts.view import FileView

CASES = [
    (
        "a dict that a function fills",
        """
_x = {}
def put(k, v):
    _x[k] = v
""",
        ["_x module-container <put >"],
    ),
    (
        "one that nobody fills",
        """
_x = {}
def get(k):
    return _x[k]
""",
        [],
    ),
    (
        "one that the module itself fills",
        """
_x = {}
_x['a'] = 1
""",
        [],
    ),
    (
        "a list that is appended to",
        """
_x = list()
def put(v):
    _x.append(v)
""",
        ["_x module-container <put >"],
    ),
    (
        "pop reads",
        """
_x = {}
def take(k):
    return _x.pop(k)
""",
        ["_x module-container <take >take"],
    ),
    (
        "a defaultdict",
        """
from collections import defaultdict
_x = defaultdict(int)
def n(k):
    _x[k] += 1
""",
        ["_x module-container <n >"],
    ),
    (
        "an annotated one",
        """
_x: dict[str, int] = {}
def put(k):
    del _x[k]
""",
        ["_x module-container <put >"],
    ),
    (
        "a local of the same name",
        """
_x = {}
def put(k):
    _x = {}
    _x[k] = 1
""",
        [],
    ),
    (
        "a parameter of the same name",
        """
_x = {}
def put(_x):
    _x['a'] = 1
""",
        [],
    ),
    (
        "a constant",
        """
X = 1
def get():
    return X
""",
        [],
    ),
    (
        "a lazy singleton",
        """
_s = None
def get():
    global _s
    if _s is None:
        _s = Store()
    return _s
""",
        ["_s singleton <get >get makes Store"],
    ),
    (
        "a dict of an object",
        """
class R:
    def __init__(self):
        self._c = {}
    def put(self, k, v):
        self._c[k] = v
    def get(self, k):
        return self._c.get(k)
""",
        ["R._c instance-container <R.put >R.get"],
    ),
    (
        "one that only `__init__` fills",
        """
class R:
    def __init__(self):
        self._c = {}
        self._c['a'] = 1
""",
        [],
    ),
    (
        "a dict of a class",
        """
class R:
    _c = {}
    @classmethod
    def put(cls, k):
        cls._c[k] = 1
""",
        ["R._c class-container <R.put >"],
    ),
    (
        "a default of a class that each object replaces by its own",
        """
class R:
    _c = []
    def __init__(self, c):
        self._c = c
    def put(self, k):
        self._c.append(k)
""",
        [],
    ),
    (
        "a container of a class that objects fill, and one forgets",
        """
class R:
    _c = []
    def put(self, k):
        self._c.append(k)
    def leave(self):
        self._c = []
""",
        ["R._c class-container <R.put >"],
    ),
    (
        "a container of a class that is bound again",
        """
class R:
    _c = []
    @classmethod
    def clear(cls):
        cls._c = []
    def forget(self):
        R._c = []
""",
        ["R._c class-container <R.clear R.forget >"],
    ),
    (
        "a field of a dataclass",
        """
@dataclass
class R:
    c: dict = field(default_factory=dict)
    def put(self, k):
        self.c[k] = 1
""",
        ["R.c instance-container <R.put >"],
    ),
    (
        "a remembered answer",
        """
@functools.lru_cache(maxsize=None)
def f(x):
    return x
""",
        ["f cached-function <f >"],
    ),
    (
        "under a test",
        """
try:
    _x = {}
except E:
    pass
def put(k):
    _x[k] = 1
""",
        ["_x module-container <put >"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_holdings(text: str, expected: list[str]) -> None:
    view = FileView("m.py", "m", text.encode(), outline(text, ast.parse(text)))
    assert [_shown(each) for each in holdings(view)] == expected


def _shown(each: Holding) -> str:
    makes = f" makes {' '.join(each.makes)}" if each.makes else ""
    return f"{each.qualname} {each.kind} <{' '.join(each.writers)} >{' '.join(each.readers)}{makes}"
