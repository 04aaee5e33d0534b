"""Programs that are large, deep or go round in circles: each ends soon, with the right verdict."""

from pathlib import Path

import pytest
from tests.program.programs import analyse, program, with_budget

from truthline.program.engine.calls import Arguments, bind

USES = "from app import state\n\n"
BAD = "def bad(x):\n    return state.get(x)\n"
MANY = 10_000
HANDLERS = BAD + "".join(f"def h{number}(x):\n    return {number}\n" for number in range(MANY))
TABLE = "TABLE = {'bad': bad, " + ", ".join(f"'k{number}': h{number}" for number in range(MANY)) + "}\n"
STORES = "TABLE = {}\nTABLE['bad'] = bad\n" + "".join(f"TABLE['k{one}'] = h{one}\n" for one in range(MANY))
OTHER = "class Other:\n    def get(self, key):\n        return key\n\n"
LARGE = {
    "a dict read by a constant key": (HANDLERS + TABLE + "def decide(x):\n    return TABLE['k77'](x)\n", "clean"),
    "a dict read by the bad key": (HANDLERS + TABLE + "def decide(x):\n    return TABLE['bad'](x)\n", "violated"),
    "a dict filled key by key": (HANDLERS + STORES + "def decide(x):\n    return TABLE['k77'](x)\n", "clean"),
    "20,000 statements": (
        "def decide(x):\n    a = 0\n" + "".join(f"    a = x.f(a, {one})\n" for one in range(20_000)) + "    return a\n",
        "clean",
    ),
    "10,000 branches": (
        "def decide(x):\n    a = 0\n"
        + "".join(f"    if x == {one}:\n        a = {one}\n" for one in range(MANY))
        + "    return state.get(a)\n",
        "violated",
    ),
    "5,000 loops": (
        "def decide(x):\n    a = 0\n" + "    for a in x:\n        pass\n" * 5_000 + "    return state.get(a)\n",
        "violated",
    ),
    "5,000 handlers": (
        "def decide(x):\n    a = 0\n"
        + "    try:\n        a = x.f()\n    except ValueError:\n        a = 1\n" * 5_000
        + "    return state.get(a)\n",
        "violated",
    ),
    "10,000 conditional module names": (
        "V0 = 1\n"
        + "".join(f"V{one + 1} = V{one} if V{one} else {one}\n" for one in range(MANY))
        + f"def decide(x):\n    return V{MANY}\n",
        "clean",
    ),
    "a chain of 5,000 functions": (
        "".join(f"def f{one}(x):\n    return f{one + 1}(x)\n" for one in range(5_000))
        + "def f5000(x):\n    return state.get(x)\ndef decide(x):\n    return f0(x)\n",
        "violated",
    ),
    "a chain of 800 classes": (
        "class C0:\n    def m(self):\n        return state.get(1)\n"
        + "".join(f"class C{one}(C{one - 1}):\n    pass\n" for one in range(1, 800))
        + "def decide(x):\n    return C799().m()\n",
        "violated",
    ),
}
RECURSIVE = {
    "functions that call each other": (
        (
            "def even(n, seen):\n    return True if n == 0 else odd(n - 1, [seen])\n"
            "def odd(n, seen):\n    return False if n == 0 else even(n - 1, (seen,))\n"
            "def decide(x):\n    return even(x, {})\n"
        ),
        "clean",
    ),
    "closures that wrap themselves": (
        (
            "def grow(f, n):\n    def g(x):\n        return f(x)\n    return grow(g, n - 1) if n else g\n"
            "def decide(x):\n    return grow(state.get, 5)(x)\n"
        ),
        "violated",
    ),
    "objects that hold themselves": (
        (
            "class N:\n    def __init__(self, n):\n        self.n = n\n    def push(self):\n        return N(self)\n"
            "def build(n, node):\n    return build(n - 1, node.push()) if n else node\n"
            "def decide(x):\n    return build(x, N(None)).n.n\n"
        ),
        "clean",
    ),
    "partials of partials": (
        (
            "from functools import partial\n"
            "def f(g, n):\n    return f(partial(g, n), n - 1) if n else g()\n"
            "def decide(x):\n    return f(lambda *a: a, 5)\n"
        ),
        "clean",
    ),
    "arguments that become more": ("def f(*a):\n    return f(1, *a)\ndef decide(x):\n    return f(x)\n", "clean"),
    "texts that grow": ("def f(s):\n    return f(s + 'a')\ndef decide(x):\n    return f('a')\n", "clean"),
}
NAMES = {
    "a local named like the state": (
        OTHER + "def decide(x):\n    state = Other()\n    return state.get(x)\n",
        "clean",
    ),
    "a parameter named like the state": (
        OTHER + "def inner(state, x):\n    return state.get(x)\ndef decide(x):\n    return inner(Other(), x)\n",
        "clean",
    ),
    "a comprehension's variable": (
        OTHER + "def decide(x):\n    return [state.get(x) for state in [Other()]]\n",
        "clean",
    ),
    "on one way only": (
        OTHER + "def decide(x):\n    if x:\n        from app import state\n    else:\n        state = Other()\n"
        "    return state.get(x)\n",
        "violated",
    ),
}
ALL = {**LARGE, **RECURSIVE, **NAMES}


@pytest.mark.parametrize("name", ALL)
def test_it_ends_with_the_right_verdict(tmp_path: Path, name: str) -> None:
    text, verdict = ALL[name]
    analysis = analyse(tmp_path, {"app/flow.py": USES + text})
    assert analysis.verdict.verdict == verdict, analysis


CIRCLES = {
    "bases": {
        "app/a.py": "from app import b\nclass A(b.B):\n    pass\n",
        "app/b.py": "from app import a, state\nclass B(a.A):\n    def m(self):\n        return state.get(1)\n",
        "app/flow.py": "from app.a import A\ndef decide(x):\n    return A().m()\n",
    },
    "stars": {
        "app/a.py": "from app.b import *\n",
        "app/b.py": "from app.c import *\n",
        "app/c.py": "from app.a import *\nfrom app.state import get\n",
        "app/flow.py": "from app.a import get\ndef decide(x):\n    return get(x)\n",
    },
    "re-exports": {
        "app/a.py": "try:\n    from app.b import f\nexcept ImportError:\n    from app.state import get as f\n",
        "app/b.py": "from app.a import f\n",
        "app/flow.py": "from app.a import f\ndef decide(x):\n    return f(x)\n",
    },
}


@pytest.mark.parametrize("name", CIRCLES)
def test_what_stands_in_a_circle_is_found(tmp_path: Path, name: str) -> None:
    assert analyse(tmp_path, CIRCLES[name]).verdict.verdict == "violated"


def test_re_exports_that_lead_nowhere_are_unresolved(tmp_path: Path) -> None:
    files = {
        "app/a.py": "from app.b import f\n",
        "app/b.py": "from app.a import f\n",
        "app/flow.py": "from app.a import f\ndef decide(x):\n    return f(x)\n",
    }
    [call] = analyse(tmp_path, files).verdict.unresolved
    assert (call.line, call.text) == (3, "f(x)")


def test_what_was_cut_is_said_and_never_clean(tmp_path: Path) -> None:
    found = program(
        tmp_path, {"app/flow.py": USES + "def decide(x):\n    return other(x)\ndef other(x):\n    return x\n"}
    )
    verdict = with_budget(found, 20).flow("decide").verdict
    assert verdict.verdict == "undecided"
    assert any("cut after 20 steps" in doubt for doubt in verdict.doubts)


COLLECTING = (
    USES
    + """\
def decide(x):
    return other(x, 1, key=[x])

def other(*args, **named):
    return sorted(args, key=lambda one: named[one]) + [state.get(one) for one in args]
"""
)


@pytest.mark.parametrize("budget", range(1, 300, 11))
def test_wherever_the_analysis_is_cut_it_ends_in_a_verdict(budget: int, tmp_path: Path) -> None:
    verdict = with_budget(program(tmp_path, {"app/flow.py": COLLECTING}), budget).flow("decide").verdict
    assert verdict.verdict in ("violated", "undecided")


def test_a_call_binds_what_it_can_where_the_budget_was_spent_before_any_builtin_was_looked_at(tmp_path: Path) -> None:
    found = with_budget(program(tmp_path, {"app/flow.py": COLLECTING}), 0)
    other = next(unit for unit in found.bodies.units("app.flow") if unit.name == "other")
    assert other.parent is not None
    callee = found.engine.function(other, found.engine.ambient(other.parent))
    assert bind(found.engine, callee, Arguments(), None) == [frozenset(), frozenset()]
