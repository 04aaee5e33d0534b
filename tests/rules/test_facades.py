"""The kind `thin-facade`: what is passing on, and what is more."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]
RULE = 'select = ["R", "TL001"]\n[[rule]]\nid = "R"\nkind = "thin-facade"\n'


def found(outcome: Outcome) -> list[str]:
    return [f"{each.location.span.line}:{each.location.span.column} {each.message}" for each in outcome.findings]


@pytest.mark.parametrize(
    "body",
    [
        "return self.x.f(a)",
        "return await self.x.f(a, b=b, *c, **d)",
        "self.x.f(a)",
        "await f(1, 'x', None)",
        "return self.x",
        "r = self.x.f(a)\n        return r",
        "r: int = await self.x.f(a)\n        return r",
        "'''Doc.'''\n        import y\n        return y.f(a)",
        "return get(self.s).f(a)",
        "return f({'a': a, **b}, [a, *b], (a,))",
        "yield from f(a)",
        "return (await get()).f(a)",
        "pass\n        return f(a)",
    ],
)
def test_passing_on(lint: Lint, body: str) -> None:
    keyword = "def" if "yield from" in body else "async def"
    text = f"class C:\n    {keyword} f(self, a):\n        {body}\n"
    assert lint({"a.py": text}, RULE + "thin = 'forbidden'").findings
    assert not lint({"a.py": text}, RULE + "thin = 'required'").findings


@pytest.mark.parametrize(
    "body",
    [
        "return self.x.f(a or b)",
        "return self.x.f(a + 1)",
        "return self.x.f(f'{a}')",
        "return self.x.f(g(a))",
        "return self.x.f(a)[0]",
        "return [x for x in self.x.f(a)]",
        "return self.x.f(a) or []",
        "if a: return self.x.f(a)",
        "log(a)\n        return self.x.f(a)",
        "r = self.x.f(a)\n        return s",
        "r = self.x.f(a)\n        return r.y",
        "with s: return self.x.f(a)",
        "try: return self.x.f(a)\n        except E: return None",
        "raise ValueError(a)",
        "self.x = a",
        "return self.x.f(lambda: a)",
        "return not self.x.f(a)",
        "for x in a: f(x)",
        "return a == 1",
    ],
)
def test_more_than_passing_on(lint: Lint, body: str) -> None:
    text = f"class C:\n    def f(self, a):\n        {body}\n"
    assert not lint({"a.py": text}, RULE + "thin = 'forbidden'").findings
    assert found(lint({"a.py": text}, RULE + "thin = 'required'")) == ["2:5 `C.f` does more than pass on"]


STUBS = "...|pass|'Doc.'|raise NotImplementedError|raise NotImplementedError()|return|return 1|return None".split("|")


@pytest.mark.parametrize("body", STUBS)
@pytest.mark.parametrize("thin", ["required", "forbidden"])
def test_a_stub_is_neither(lint: Lint, body: str, thin: str) -> None:
    assert not lint({"a.py": f"class C:\n    def f(self):\n        {body}\n"}, RULE + f"thin = '{thin}'").findings


TEXT = """\
class A:
    def __init__(self, x):
        self.x = x or 1
    def f(self):
        return self.x.f()
    def _g(self):
        if self.x: return 1
class B:
    def f(self):
        return self.x.f()
    def g(self):
        return self.x.g() + 1
class Empty: ...
def h():
    def inner():
        return 1 + 1
    return inner()
def i():
    return A().f()
"""


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("thin = 'forbidden'", ["1:1 class `A` has 1 function and no logic: it only passes on"]),
        ("thin = 'forbidden'\nat-least = 2", []),
        ("thin = 'forbidden'\ncount = 'all'", []),
        ("thin = 'forbidden'\nclasses = 'B'", []),
        ("thin = 'required'", ["11:5 `B.g` does more than pass on"]),
        ("thin = 'required'\nclasses = 'A'\ncount = 'all'",
         ["2:5 `A.__init__` does more than pass on", "6:5 `A._g` does more than pass on"]),
        ("thin = 'required'\nof = 'module'", ["11:5 `B.g` does more than pass on", "14:1 `h` does more than pass on"]),
        ("thin = 'forbidden'\nof = 'module'", []),
    ],
)  # fmt: skip
def test_what_is_judged(lint: Lint, keys: str, expected: list[str]) -> None:
    assert found(lint({"a.py": TEXT}, RULE + keys)) == expected


def test_a_module_that_only_passes_on(lint: Lint) -> None:
    text = "from x import y\ndef f(a): return y.f(a)\nasync def g(a): return await y.g(a)\n"
    assert found(lint({"a.py": text}, RULE + "thin = 'forbidden'\nof = 'module'")) == [
        "1:1 module `a` has 2 functions and no logic: it only passes on"
    ]
