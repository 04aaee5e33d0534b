"""The walk finds what `ast.walk` finds, but for what has no place in the text."""

import ast
import inspect
import statistics
from collections import Counter

import pytest

from truthline.syntax.nodes import inner, walk

_PLACELESS = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_STATEMENTS = """
import a.b as c, d
from . import *
@decorator(1)
class C(B, metaclass=M):
    x: int = 1
    async def f(self, a, /, b: str = "", *args, c=2, **rest) -> None:
        global g
        async with a as b, c: yield await f(*args, **rest)
        async for i in {**a, b: c}: x[1:2, ...] = not -i < b <= c
        try: del a.b
        except (A, B) as error: raise error from None
        else: assert x, "message"
        finally: return lambda y=1: [z async for z in y if z]
match x:
    case C(1, b=[_, *rest]) | {"a": v, **others} if others: x += (y := f"{a!r:>{b}}")
"""


@pytest.mark.parametrize("source", [_STATEMENTS, inspect.getsource(ast), inspect.getsource(statistics)])
def test_the_walk_finds_every_node_that_has_a_place(source: str) -> None:
    tree = ast.parse(source)
    placed = [node for node in ast.walk(tree) if not isinstance(node, _PLACELESS)]

    assert Counter(map(id, walk(tree))) == Counter(map(id, placed))


def test_nodes_come_in_the_order_of_the_text_and_before_what_is_inside_them() -> None:
    tree = ast.parse("a(b, c[d])\ne")

    assert [node.id for node in walk(tree) if isinstance(node, ast.Name)] == ["a", "b", "c", "d", "e"]
    assert [type(node).__name__ for node in inner(tree)] == ["Expr", "Expr"]
