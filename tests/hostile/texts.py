"""Strategies for Python source text: valid in every interpreter that truthline runs on, and odd."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "state", "é", "_", "match", "type", "lazy"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(
        [
            "1",
            "0x1F",
            "1_0j",
            ".5",
            "...",
            "None",
            "True",
            "'s'",
            'u"t"',
            "b'u'",
            "r'\\d'",
            "'''v\nw'''",
            "()",
            "[]",
            "{}",
        ]
    ),
)
BINARY = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "@",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "and",
    "or",
    "<",
    "not in",
    "is not",
    "==",
]
SHAPES = (
    "({0})", "({0}, {1})", "[{0}, *{1}]", "{{{0}, {1}}}", "{{{0}: {1}, **{2}}}", "{0}.b", "{0}[{1}]",
    "{0}[{1}:{2}, {0}]", "{0}({1}, *{2}, k={0}, **{1})", "-{0}", "(not {0})", "({0} if {1} else {2})",
    "(lambda a, /, b=1, *c, d, **e: {0})", "[{0} for a in {1} if {2}]", "{{a: {0} for a, *b in {1}}}",
    "({0} for a in {1} for c in {2})", "(n := {0})", "f'x{{{1}!r:>{{{1}}}}}y{{{{'", "f'{{{1}=}}' 'z'",
    "f({0} for a in {1})", "({0}).c({1})",
)  # fmt: skip


def _combined(inner: "st.SearchStrategy[str]") -> "st.SearchStrategy[str]":
    shaped = st.builds(str.format, st.sampled_from(SHAPES), inner, NAMES, inner)
    joined = st.builds(lambda left, by, right: f"({left} {by} {right})", inner, st.sampled_from(BINARY), inner)
    return st.one_of(shaped, joined)


EXPRESSIONS = st.recursive(ATOMS.map(lambda atom: f"({atom})"), _combined, max_leaves=8)
SIMPLE = (
    "{0}", "a = {0}", "a, *b = c = {0}", "a: {0} = {1}", "a.b: {0}", "a += {0}", "a[{0}] @= {1}", "del a, b.c", "pass",
    "assert {0}, {1}", "import a.b as c, d", "from . import (a as b, c,)", "from ..a.b import *", "raise a from b",
    "global g", "a; b; c", "print(a)  # {{", "return {0}", "yield {0}",
)  # fmt: skip
BLOCKS = (
    "if {0}:\n{body}\nelif {1}: pass\nelse:\n{body}", "while {0}:\n{body}\nelse:\n    break",
    "for a, *b in {0}:\n{body}\nelse: continue", "with {0} as a, {1}:\n{body}", "with (a as b, c as (d, e)):\n{body}",
    "try:\n{body}\nexcept a as b:\n{body}\nexcept (c, d): pass\nelse: pass\nfinally:\n{body}",
    "@a.b({0})\ndef f(a: int, /, b={0}, *c: str, d={1}, **e) -> {1}:\n{body}", "async def f():\n{body}\n    await a",
    "class C(a, *b, m={0}, **d):\n    'doc'\n{body}",
    "match {0}:\n    case -1 | 'a' 'b' | None if a:\n    {body}\n    case [a, *_]: pass\n    case (b, c): pass",
    "match {0}:\n    case a, {{'k': d, **e}}:\n    {body}",
    "match {0}, a:\n    case C(f, g=h), [] | () as i:\n    {body}\n    case _: pass",
)  # fmt: skip


def _indented(text: str) -> str:
    """Indented, unless a string goes over lines: then on one line of its own it stays as it is."""
    return "\n".join(f"    {line}" for line in text.split("\n"))


STATEMENTS = st.recursive(
    st.builds(str.format, st.sampled_from(SIMPLE), EXPRESSIONS, EXPRESSIONS).filter(lambda text: "\n" not in text),
    lambda inner: st.builds(
        lambda shape, first, second, body: shape.format(first, second, body=_indented(body)).replace(
            "\n        \n", "\n"
        ),
        st.sampled_from(BLOCKS),
        EXPRESSIONS.filter(lambda text: "\n" not in text),
        EXPRESSIONS.filter(lambda text: "\n" not in text),
        inner,
    ),
    max_leaves=5,
)
MODULES = st.lists(STATEMENTS, max_size=5).map(lambda statements: "\n".join(statements) + "\n")
"""Some do not parse: a pattern of alternatives that bind other names, a block that got its indentation wrong."""
