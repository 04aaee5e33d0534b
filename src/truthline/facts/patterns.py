"""Lowering of `match` statements: each pattern becomes the tests and bindings that it makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from truthline.facts.code import Attr, Call, Compare, Const, Item, Load, Narrow, Register, Test, Unpack
from truthline.facts.expressions import position

if TYPE_CHECKING:
    from truthline.facts.statements import Statements


def match_statement(into: Statements, node: ast.Match) -> None:
    """Lowers the cases one after the other; what no case takes goes past them all."""
    subject = into.value(node.subject)
    end = into.builder.block()
    for case in node.cases:
        following = into.builder.block()
        _pattern(into, case.pattern, subject, following)
        if case.guard is not None:
            taken = into.builder.block()
            into.test(case.guard, taken, following)
            into.builder.start(taken)
        into.body(case.body)
        into.builder.jump(end)
        if not into.builder.start(following):
            break
    into.builder.jump(end)
    into.builder.start(end)


def _check(into: Statements, asked: Register, otherwise: int, node: ast.AST) -> None:
    passed = into.builder.block()
    into.builder.branch(into.builder.emit(Test(asked), position(node)), passed, otherwise)
    into.builder.start(passed)


def _pattern(into: Statements, pattern: ast.pattern, subject: Register, otherwise: int) -> None:
    where = position(pattern)
    if isinstance(pattern, (ast.MatchValue, ast.MatchSingleton)):
        _value(into, pattern, subject, otherwise)
    elif isinstance(pattern, ast.MatchClass):
        _class(into, pattern, subject, otherwise)
    elif isinstance(pattern, ast.MatchSequence):
        _sequence(into, pattern, subject, otherwise)
    elif isinstance(pattern, ast.MatchMapping):
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
            item = into.builder.emit(Item(subject, into.value(key)), where)
            _check(into, item, otherwise, pattern)
            _pattern(into, inner, item, otherwise)
        if pattern.rest:
            into.write_name(pattern.rest, subject, pattern)
    elif isinstance(pattern, ast.MatchOr):
        _alternatives(into, pattern, subject, otherwise)
    elif isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            _pattern(into, pattern.pattern, subject, otherwise)
        if pattern.name:
            into.write_name(pattern.name, subject, pattern)
    elif isinstance(pattern, ast.MatchStar) and pattern.name:
        into.write_name(pattern.name, subject, pattern)


def _value(into: Statements, pattern: ast.MatchValue | ast.MatchSingleton, subject: Register, otherwise: int) -> None:
    if isinstance(pattern, ast.MatchValue):
        value, op = into.value(pattern.value), "eq"
    else:
        value, op = into.builder.emit(Const(pattern.value), position(pattern)), "is"
    asked = into.builder.emit(Compare(op, subject, value), position(pattern))
    _check(into, asked, otherwise, pattern)


def _class(into: Statements, pattern: ast.MatchClass, subject: Register, otherwise: int) -> None:
    where = position(pattern)
    types = into.value(pattern.cls)
    asked = into.builder.emit(Call(into.builder.emit(Load("isinstance"), where), (subject, types)), where)
    _check(into, asked, otherwise, pattern)
    narrowed = into.builder.emit(Narrow(subject, types, True), where)
    for place, inner in enumerate(pattern.patterns):
        matched = into.builder.emit(Load("__matched__"), where)
        asked = into.builder.emit(Call(matched, (narrowed, types, into.builder.emit(Const(place)))), where)
        _pattern(into, inner, asked, otherwise)
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        _pattern(into, inner, into.builder.emit(Attr(narrowed, name), where), otherwise)


def _sequence(into: Statements, pattern: ast.MatchSequence, subject: Register, otherwise: int) -> None:
    count = len(pattern.patterns)
    star = next((n for n, inner in enumerate(pattern.patterns) if isinstance(inner, ast.MatchStar)), -1)
    asked = into.builder.emit(Call(into.builder.emit(Load("len")), (subject,)), position(pattern))
    _check(into, asked, otherwise, pattern)
    for number, inner in enumerate(pattern.patterns):
        element = into.builder.emit(Unpack(subject, number, count, star), position(inner))
        _pattern(into, inner, element, otherwise)


def _alternatives(into: Statements, pattern: ast.MatchOr, subject: Register, otherwise: int) -> None:
    taken = into.builder.block()
    for number, inner in enumerate(pattern.patterns):
        last = number == len(pattern.patterns) - 1
        following = otherwise if last else into.builder.block()
        _pattern(into, inner, subject, following)
        into.builder.jump(taken)
        if not last:
            into.builder.start(following)
    into.builder.start(taken)
