"""The second parser: LibCST is held to what the interpreter reads, and newer syntax to its older spelling."""

import ast
import sys
import sysconfig
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from truthline.syntax.lowering.lower import lower_text
from truthline.syntax.parse import parse_text
from truthline.syntax.source import decode
from truthline.syntax.unread import Unparsable

LIBRARY = Path(sysconfig.get_path("stdlib"))
Tree = TypeVar("Tree")
PLACED = (ast.stmt, ast.expr, ast.ExceptHandler, ast.arg, ast.alias, ast.keyword)


def quietly(parse: Callable[[str], Tree], text: str) -> Tree:
    """What a parser makes of a text that Python warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse(text)


def dump(tree: ast.AST) -> str:
    """Without the empty texts that Python 3.12.0 to 3.12.3 leave in nested format specs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [each for each in node.values if not (isinstance(each, ast.Constant) and each.value == "")]
    return ast.dump(tree)


def places(tree: ast.Module) -> list[tuple[str, int, int]]:
    """Where everything starts, except inside f-strings, where interpreters disagree with each other."""
    hidden = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)}
    return [
        (type(node).__name__, node.lineno, node.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, PLACED) and id(node) not in hidden
    ]


SPOKEN = """\
x = 1, 0xFF, 1_000j, 1.5e3, ..., None, True, 'a' "b", u'c' 'd', b'e' rb'\\f', '''g
h''', "\\N{DIGIT ONE}\\u00e9é"
(a), b.c, *d = e = f[1:2, ::3, g], f[h,], f[()], [i, *j], {k, *l}, {**m, 'n': 1}, (o,), ()
é = ü + ä.ö(ß)  # columns are bytes
p = not -q + ~r ** +s @ t // u % v << w >> x & y | z ^ 1
p @= 1; p //= 2; p **= 3; p <<= 4; p >>= 5; p &= 6; p |= 7; p ^= 8; p %= 9
q = a and b and c or d and (e and f) or not g
q = a < b <= c > d >= e == f != g in h not in i is j is not k
r = lambda: 0; r = lambda a, /, b=1, *c, d, e=2, **f: (yield)
s = f(a, *b, c=d, **e)(x for x in y)(*a, b=1, *c).d[0]
s = f (  # a comment with (
    x for x in y)
t = [a for b in c if d if e for f in g], {a: b for a in b}, {a for a in b}, (a async for a in b)
if (u := a) if b else c: pass
elif d: pass
elif e:
    pass
else: pass
v: int; v.w: int = 1; v[0]: int
del a, b.c
del (a, b); del [c]; del d[0]
assert a, b; raise A from B; raise
import a.b as c, d; from . import e; from ..f.g import (h as i, j,); from k import *
global w, x
@a.b(c)
@d[0]
class C(a, *b, metaclass=c, **d):
    '''doc'''
    async def m(self, a: int, /, b: str = '', *c: int, d: int = 1, e, **f: int) -> None:
        nonlocal g
        async with a as b, c: await d
        async for a, *b in c: continue
        else: return
        with (a as b, c as (d, e)): yield from f
        with (a, b): pass
        with (a): return *b, c
for a in *b, c:
    while d: break
    else: continue
try: pass
except A: pass
except (B, C) as e: pass
except: pass
else: pass
finally: pass
match a, b:
    case -1 | 'a' 'b' | 1 + 2j | None | A.b if c: pass
    case A.B(c, d=e) | [a, *_] | (b, c) | [] | () | {} | _ as q: pass
    case {'a': 1, A.b: _, **rest}: pass
    case x, *y: pass
    case ([z]): pass
f'{a}' 'b' f'c{d!r:>{w}.{p}}{{}}{e = !s}{f=}{g = :x}\\n\\{h}' rf'\\d{i}\\{j}' '' f'' u'k'
f'''{
l:m
n}'''
print >>x, y
match = case = type = _ = lazy = 1
"""
NEWER = {
    "unpacking in a subscript": ((3, 11), "a[*b, c]\ndef f(*a: *b): pass\n"),
    "except*": ((3, 11), "try: pass\nexcept* A as a: pass\nelse: pass\nfinally: pass\n"),
    "type parameters": (
        (3, 12),
        "def f[T: int, *Ts, **P](x: T) -> T: ...\nclass A[T](B): ...\ntype X[T] = list[T]\nasync def g[T](): ...\n",
    ),
    "f-strings": ((3, 12), "f'{a['b']}{c + '\\n'}' f'{f'{f'{1}'}'}' f\"{d # e\n}\" f'{g:{'h'}}'\n"),
    "defaults of type parameters": ((3, 13), "type X[T: int = str, *Ts = *tuple[int], **P = [int]] = T\n"),
    "a template string": ((3, 14), "t'a{b!r:>{c}}{d=}'; rt'\\e{f}'\n"),
    "except without parentheses": ((3, 14), "try: pass\nexcept A, B: pass\n"),
    "a lazy import": ((3, 15), "lazy import a.b as c\nlazy from d import e\n"),
    "unpacking in a comprehension": ((3, 15), "[*a for a in b], {*a for a in b}, {**a for a in b}, (*a for a in b)\n"),
}


LIGATURES = """\
from ﬁ import ﬁ, a as ﬁ
import ﬁ.ﬁ as ﬁ
class ﬁ(ﬁ, ﬁ=ﬁ): ﬁ = 'ﬁ'
def ﬁ(ﬁ, *ﬃ, ﬀ=ﬁ.ﬁ):
    global ﬂ
    del ﬁ
    try: pass
    except ﬁ as ﬁ: pass
    match ﬁ:
        case ﬁ.ﬁ(ﬁ=1): pass
        case [*ﬁ]: pass
        case {**ﬁ}: pass
        case ﬁ: pass
"""
"""Names that are the same names when they are written letter by letter; the text is not."""


@pytest.mark.parametrize("text", [SPOKEN, LIGATURES, "", "\n", "\f\nx = 1", "# nothing else", "if x:\n\ty\n"])
def test_what_every_interpreter_reads_is_the_same_tree(text: str) -> None:
    lowered, tree = quietly(lower_text, text), quietly(ast.parse, text)
    assert dump(lowered.tree) == dump(tree)
    assert places(lowered.tree) == places(tree)
    assert lowered.needed == (3, 10)


@pytest.mark.parametrize("feature", NEWER)
def test_newer_syntax_says_what_it_needs(feature: str) -> None:
    version, text = NEWER[feature]
    lowered = lower_text(text)
    assert lowered.needed == version, lowered.what
    assert dump(parse_text(text)) == dump(lowered.tree)
    if sys.version_info >= version:
        assert dump(lowered.tree) == dump(ast.parse(text))


SPELLINGS = {
    "try: pass\nexcept A, B: pass\n": "try: pass\nexcept (A, B): pass\n",
    "lazy import a.b as c\n": "import a.b as c\n",
    "lazy from . import e\n": "from . import e\n",
    "f'{a['b']}{c + '\\n'}'\n": "f'{a[\"b\"]}{c + chr(10)}'\n".replace("chr(10)", '"""\n"""'),
}


@pytest.mark.parametrize("newer", SPELLINGS)
@pytest.mark.skipif(sys.version_info < (3, 12), reason="the older spelling needs Python 3.12 as well")
def test_newer_syntax_means_its_older_spelling(newer: str) -> None:
    assert dump(parse_text(newer)) == dump(ast.parse(SPELLINGS[newer]))


@pytest.mark.parametrize("name", ["dataclasses", "typing", "asyncio/tasks", "argparse", "functools", "json/decoder"])
def test_the_standard_library_is_the_same_tree(name: str) -> None:
    text = decode((LIBRARY / f"{name}.py").read_bytes())
    lowered, tree = quietly(lower_text, text).tree, quietly(ast.parse, text)
    assert dump(lowered) == dump(tree)
    assert places(lowered) == places(tree)


REFUSED = {
    "x = = 2": (1, "invalid syntax"),
    "f() = 1": (1, "cannot assign to function call"),
    "def f(): pass\nx = b'é'": (2, "bytes can only contain ASCII"),
    "x = '\\N{no such}'": (1, "unknown Unicode character name"),
    "print 'x'": (1, "(Python 2 would read it)"),
    "x = 0777": (1, "(Python 2 would read it)"),
    "raise A, 'b'": (1, "(Python 2 would read it)"),
    "try:\n pass\nexcept A, e:\n print e\n": (3, "(Python 2 would read it)"),
    "x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n": (2, "(a merge conflict is not resolved there)"),
    "t'a' 'b'": (1, "does not parse"),
    "if x:\n\ty\n        z\n": (3, "inconsistent use of tabs"),
    "lazy import": (1, "(Python 3.15 would read it)"),
}


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.skipif(sys.version_info < (3, 12), reason="the sentences are those of Python 3.12")
def test_what_neither_parser_reads_has_a_reason(text: str) -> None:
    line, reason = REFUSED[text]
    with pytest.raises(Unparsable) as caught:
        parse_text(text)
    assert caught.value.line == line
    assert reason in caught.value.reason


def test_the_second_parser_does_not_overrule_the_interpreter() -> None:
    """LibCST accepts bytes outside ASCII, and so on: text without newer syntax is as broken as the interpreter says."""
    with pytest.raises(Unparsable, match=r"nest|does not parse"):
        parse_text("(" * 150 + "x ==" + ")" * 150)
    with pytest.raises(Unparsable, match=r"nest|does not parse"):
        parse_text("x = [" * 300 + "t'a'" + "]" * 300)
