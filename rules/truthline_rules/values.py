"""Values as they are written, and what they are held against: a value, a pattern, or what another place says."""

import ast
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeGuard

import msgspec
import tomli

from truthline.api import (
    ObjectRef,
    Options,
    Program,
    Regex,
    RelativePath,
    Setup,
    SourceModule,
    Unparsable,
    Violation,
)
from truthline_rules.annotations import dotted
from truthline_rules.assigned import Assignments
from truthline_rules.conditions import ConditionOptions
from truthline_rules.naming import references

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_LARGEST = 1e15
_MOST_STEPS = 10
"""Names that stand for names are followed so far."""


class Place(Options, frozen=True, kw_only=True):
    """A place in a file: the `key` of a TOML or JSON file, or the first group of a `pattern`."""

    file: RelativePath
    key: str | None = None
    pattern: Regex | None = None


class ValueOptions(ConditionOptions, frozen=True, kw_only=True):
    """What a value must be."""

    value: str | int | float | bool | tuple[str | int | float | bool, ...] | None = None
    pattern: Regex | None = None
    same_as: ObjectRef | None = None
    same_in: Place | None = None


class Value(msgspec.Struct, frozen=True):
    """A value as it is written: its text, of a literal its normal form and plain text, and its name, if it is one."""

    text: str
    normal: str | None = None
    plain: str | None = None
    name: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What a pattern is held against: the plain text of a literal, the source of anything else."""
        return (self.text,) if self.plain is None else (self.plain,)

    def is_like(self, expected: str | None, text: str) -> bool:
        """Whether it is the literal of this normal form or, where one of them is no literal, of this text."""
        if expected is not None and self.normal is not None:
            return self.normal == expected
        return text in self.texts or text == self.name


def value_of(node: ast.expr) -> Value:
    """The value of an expression."""
    text = ast.unparse(node)
    try:
        literal = _folded(node)
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        return Value(text, name=dotted(node))
    return Value(text, normal(literal), literal if isinstance(literal, str) else normal(literal))


def normal(value: object) -> str:
    """One text for equal values: lists and tuples are alike, sets and tables are sorted."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(normal, value))}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(normal, value)))}}}"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{normal(key)}: {normal(each)}' for key, each in value.items()))}}}"
    return repr(value)


def _folded(node: ast.expr) -> object:
    """The value of a literal or of arithmetic with numbers; raises ValueError for anything else."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _folded(node.left), _folded(node.right)
        if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
            return left + right
        if _is_number(left) and _is_number(right):
            return _OPERATORS[type(node.op)](left, right)
        raise ValueError
    return ast.literal_eval(node)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST


def value_problems(options: ValueOptions) -> Iterator[str]:
    """What is wrong with the place that a value is compared with."""
    place = options.same_in
    if place is None:
        return
    if (place.key is None) == (place.pattern is None):
        yield "`same-in` needs `key` or `pattern`, and not both"
    elif place.key is not None and not place.file.endswith((".toml", ".json")):
        yield "`same-in` reads keys of .toml and .json files; use `pattern` for others"
    elif place.pattern is not None and not re.compile(place.pattern).groups:
        yield "`pattern` of `same-in` needs a group for the value"


class _Target(msgspec.Struct, frozen=True):
    """One thing that a value must be: how that is said, and what it compares."""

    said: str
    accepts: Callable[[Value], bool]


class Expectation:
    """What the values of a rule are held against, in one program."""

    def __init__(self, program: Program, setup: Setup, options: ValueOptions) -> None:
        self._program = program
        self._setup = setup
        self._options = options
        self._assignments = Assignments(program)
        self.mistakes: list[Violation] = []
        self._targets = list(self._collected())

    def complaint(self, module: SourceModule, scope: str, value: Value) -> str | None:
        """What a value, written in `scope` of a module, is instead of what it should be."""
        known = [value, *self._named(module, scope, value.name)]
        for target in self._targets:
            if not any(target.accepts(each) for each in known):
                return f"is `{value.text}`, {target.said}"
        return None

    def _collected(self) -> Iterator[_Target]:
        value, pattern = self._options.value, self._options.pattern
        if value is not None:
            shown = value if isinstance(value, str) else normal(value)
            yield _Target(f"not `{shown}`", lambda each: each.is_like(normal(value), shown))
        if pattern is not None:
            fits = re.compile(pattern).fullmatch
            yield _Target(f"which does not match `{pattern}`", lambda each: any(map(fits, each.texts)))
        if self._options.same_as is not None:
            yield from self._same_as(self._options.same_as)
        if self._options.same_in is not None:
            yield from self._same_in(self._options.same_in)

    def _same_as(self, reference: str) -> Iterator[_Target]:
        module_name, _, name = reference.partition(":")
        module = self._program.modules.get(module_name)
        values = [each.value for each in self._assignments.of(module, name)] if module and module.outline else []
        written = [value_of(value) for value in values if value is not None]
        if not written:
            self._missing("same-as", f"`{reference}` is not assigned anywhere")
            return
        last = written[-1]
        yield _Target(f"not `{last.text}` as `{reference}`", lambda each: each.is_like(last.normal, last.text))

    def _same_in(self, place: Place) -> Iterator[_Target]:
        try:
            found = _read(self._program.tree.read(place.file).decode("utf-8", "replace"), place)
        except (Unparsable, ValueError, LookupError, TypeError, RecursionError) as error:
            self._missing("same-in", _sentence(place, error))
            return
        shown = found if isinstance(found, str) else normal(found)
        expected = None if place.key is None else normal(found)
        yield _Target(f"not `{shown}` as {place.file}", lambda each: each.is_like(expected, shown))

    def _missing(self, key: str, sentence: str) -> None:
        place = self._program.config.locate((*self._setup.key, key))
        self.mistakes.append(Violation(location=place, message=f"rule `{self._setup.id}`: {sentence}", symbol=key))

    def _named(self, module: SourceModule, scope: str, name: str, steps: int = _MOST_STEPS) -> Iterator[Value]:
        """What a name stands for, and what that is assigned."""
        if not name or not steps:
            return
        for reference in references(self._program.modules, module, name, scope):
            owner = self._program.modules.get(reference[0])
            if owner is None or owner.outline is None:
                continue
            for each in self._assignments.of(owner, reference[1]):
                if each.value is not None:
                    value = value_of(each.value)
                    yield value
                    yield from self._named(owner, "", value.name, steps - 1)


def _read(text: str, place: Place) -> object:
    """What stands at a place; raises LookupError or ValueError where there is nothing."""
    if place.pattern is not None:
        match = re.search(place.pattern, text, re.MULTILINE)
        if match is None:
            raise LookupError
        return match[1]
    found: object = tomli.loads(text) if place.file.endswith(".toml") else json.loads(text)
    for part in (place.key or "").split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]  # type: ignore[index]
    return found


def _sentence(place: Place, error: Exception) -> str:
    if isinstance(error, Unparsable):
        return f"{place.file} {error.reason}"
    if isinstance(error, ValueError):
        return f"{place.file} does not parse: {error}"
    sought = f"key `{place.key}`" if place.key is not None else f"match of `{place.pattern}`"
    return f"{place.file} has no {sought}"
