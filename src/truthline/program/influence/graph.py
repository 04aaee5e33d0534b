"""The nodes and edges of a question about influence."""

from __future__ import annotations

from typing import Literal, NamedTuple

from truthline.facts.code import Register
from truthline.program.engine.values import Context, Value

Kind = Literal["value", "whole", "runs", "called", "returned", "yielded", "raised", "held", "part", "guarded"]
"""What a node asks about:

value     what a register holds, itself
whole     the same, and everything inside it
runs      whether control comes to a block (`register`) of a context that is called
called    whether a context is called
returned, yielded, raised   what leaves a context
held      what is inside an object (`thing`), whoever put it there
part      what the object that a register holds has held under a key or name (`thing`) since it was made
guarded   a literal that is only taken on certain ways (`way`)
"""

Mode = Literal["as-it-is", "negated", "computed", "asked", "denied"]
"""How a question about provenance looks at a value: as what it is, as what it is not (`not x`), as something that
another is computed from, as something whose methods are asked, or as what cannot satisfy the decision by itself: it is
known to be false, or only leads to something."""


class Node(NamedTuple):
    """One thing that can have an influence, or be influenced."""

    kind: Kind
    context: Context | None
    register: Register = -1
    thing: Value | None = None
    mode: Mode = "as-it-is"
    way: tuple[int, int] = (-1, -1)


class Site(NamedTuple):
    """An instruction that calls."""

    context: Context
    register: Register


How = Literal["here", "anywhere", "into"]


class Edge(NamedTuple):
    """From something influenced to what influences it.

    `here`: in the same activation. `into`: what leaves the context that is called at `site`. `anywhere`: by
    memory, or from whoever calls.
    """

    node: Node
    how: How = "here"
    site: Site | None = None


def value(context: Context, register: Register) -> Edge:
    """What a register of the same activation holds."""
    return Edge(Node("value", context, register))


def whole(context: Context, register: Register) -> Edge:
    """What a register of the same activation holds, with everything inside it."""
    return Edge(Node("whole", context, register))


def part(context: Context, register: Register, thing: Value) -> Edge:
    """What the object that a register of the same activation holds was made with, under a key or name."""
    return Edge(Node("part", context, register, thing))


def runs(context: Context, block: int) -> Edge:
    """Whether control comes to a block of the same activation."""
    return Edge(Node("runs", context, block))


def held(thing: Value) -> Edge:
    """What is inside an object."""
    return Edge(Node("held", None, -1, thing), "anywhere")
