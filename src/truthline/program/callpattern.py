"""Patterns of calls: whom they call, and with which literal arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import msgspec

from truthline.config.references import NO_CAPTURES, ObjectPattern
from truthline.config.segments import MalformedPattern

Scalar = str | int | float | bool | bytes | None
_CALLEE = re.compile(r"\.?[\w*]+(\.[\w*]+)*")
_AND_MORE = re.compile(r",\s*\.\.\.\s*,?\s*\)\s*\Z")
"""`, ...)` at the end, which Python takes for a positional argument and forbids behind keywords."""


class Condition(msgspec.Struct, frozen=True):
    """What one argument must be: a position or a keyword, and a literal; of text, `*` is any part."""

    place: int | str
    literal: Scalar

    def matches(self, value: object) -> bool:
        """Whether a constant is what the pattern asks for; `1` is not `True`."""
        if isinstance(value, str) and isinstance(self.literal, str):
            return _glob(self.literal).fullmatch(value) is not None
        return type(value) is type(self.literal) and value == self.literal


class CallPattern:
    """A pattern of calls. Raises MalformedPattern.

    `module:Qual.name` is a function, a class (its construction) or a method, whatever it is called where it is used.
    Without a colon, it is what is written: `name` a plain call, `.name` a method of anything, `a.name` also with more
    in front (`self.a.name`), `*` any part of a name. Arguments may follow: `f("policies.*", flag=True, ...)`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        callee, parenthesis, rest = text.partition("(")
        self.callee = callee.strip()
        self.conditions = _conditions(text, rest) if parenthesis else ()
        self.object = ObjectPattern.compile(self.callee) if ":" in self.callee else None
        if self.object is None and _CALLEE.fullmatch(self.callee) is None:
            raise MalformedPattern(f"`{text}` is no call; write `module:name`, `name`, `.method` or `receiver.method`")
        self.name = re.split(r"[.:]", self.callee)[-1]
        self._name = _glob(self.name) if "*" in self.name else None
        self._written = _written(self.callee)

    @property
    def captures(self) -> frozenset[str]:
        """The captures that a scope must bind."""
        return self.object.captures if self.object else frozenset()

    def may_be_named(self, name: str) -> bool:
        """Whether what is called can have this name where it is defined.

        `__init__` and `__call__` are called by any name, and a name with a capture may be any.
        """
        if self._name is not None:
            return self._name.fullmatch(name) is not None
        return name == self.name or "{" in self.name or self.name in ("__init__", "__call__")

    def is_written(self, text: str) -> bool:
        """Whether a callee's text is what the pattern says; only of a pattern without a colon."""
        return self.object is None and self._written.search(text) is not None

    def is_object(self, module: str, qualname: str, captures: Mapping[str, str] = NO_CAPTURES) -> bool:
        """Whether a definition is what the pattern names."""
        return self.object is not None and self.object.matches(module, qualname, captures)


def _conditions(text: str, rest: str) -> tuple[Condition, ...]:
    try:
        parsed = ast.parse(f"f({_AND_MORE.sub(')', rest)}", mode="eval").body
    except (SyntaxError, ValueError):
        parsed = None
    if not isinstance(parsed, ast.Call) or not isinstance(parsed.func, ast.Name):
        raise MalformedPattern(f"`{text}` is no call: its parentheses hold no arguments")
    placed: list[tuple[int | str, ast.expr]] = [*enumerate(parsed.args)]
    placed += [(keyword.arg, keyword.value) for keyword in parsed.keywords if keyword.arg is not None]
    placed = [(place, node) for place, node in placed if ast.dump(node) != "Constant(value=Ellipsis)"]
    return tuple(Condition(place, _literal(text, node)) for place, node in placed)


def _literal(text: str, node: ast.expr) -> Scalar:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = ...
    if value is None or isinstance(value, (str, int, float, bytes)):
        return value
    raise MalformedPattern(f"`{text}`: an argument of a pattern is a text, a number, True, False, None or `...`")


def _glob(text: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", text)), re.DOTALL)


def _written(callee: str) -> re.Pattern[str]:
    """A plain name stands alone; a dotted one may have more in front of it."""
    names = r"\.".join(r"\w*".join(map(re.escape, name.split("*"))) for name in callee.lstrip(".").split("."))
    if callee.startswith("."):
        return re.compile(rf"\.{names}\Z")
    return re.compile(rf"(?:\A|\.){names}\Z" if "." in callee else rf"\A{names}\Z")
