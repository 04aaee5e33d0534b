"""The kind `decorator` (TL514): how the functions and classes of a scope must be decorated."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from truthline.api import (
    Example,
    FileView,
    Location,
    Meta,
    NamePattern,
    NameRef,
    OneOrMore,
    Program,
    Setup,
    SourceModule,
    Span,
    SurveyRule,
    Violation,
)
from truthline_rules.annotations import dotted
from truthline_rules.conditions import Condition
from truthline_rules.defined import Defined, defined, heading
from truthline_rules.naming import ObjectPatterns, object_problems, references
from truthline_rules.values import Expectation, Value, ValueOptions, value_of, value_problems

_CONFIG = """\
[[rule]]
id = "READ_ONLY"
kind = "decorator"
scope = ["app/queries/**"]
functions = "get_*"
decorator = "app.tx:transactional"
presence = "required"
argument = "intent"
value = "read"
"""
_TX = {"app/tx.py": "def transactional(intent, retries=0): ...\n"}


class DecoratorOptions(ValueOptions, frozen=True, kw_only=True):
    """The keys of a `decorator` rule."""

    decorator: Annotated[tuple[str, ...], OneOrMore]
    functions: Annotated[tuple[NameRef, ...], OneOrMore] = ("**",)
    exempt: tuple[str, ...] = msgspec.field(default=(), name="except")
    what: Annotated[tuple[Literal["function", "class"], ...], OneOrMore] = ("function",)
    presence: Literal["required", "optional", "forbidden"] = "optional"
    argument: str | None = None
    position: Annotated[int, msgspec.Meta(ge=0)] | None = None
    argument_presence: Literal["required", "optional", "forbidden"] = "required"


class Mark(msgspec.Struct, frozen=True):
    """A decorator: its dotted name, where it stands, and the argument that the rule asks for.

    `is_given` is None where it cannot be told, because arguments are unpacked.
    """

    name: str
    span: Span
    is_given: bool | None
    argument: Value | None = None
    argument_span: Span | None = None


class Decorated(msgspec.Struct, frozen=True):
    """A function or class with its decorators."""

    name: str
    scope: str
    span: Span
    marks: tuple[Mark, ...]


class Decorator(SurveyRule):
    """A function that is not decorated as it must be.

    What it does:
        Looks at the decorators of the functions of `scope` that `functions` names. With `presence`, one of `decorator`
        must, or must not, be among them; with `argument` or `position`, it must be given that argument, and the value
        must be what `value`, `pattern`, `same-as` or `same-in` say. Decorators are followed through imports and
        re-exports, values through names of constants.
    Why it is bad:
        A decorator that does the guarding guards nothing where it is forgotten, or is told the wrong thing.
    How to fix:
        Decorate the function as the message says.
    How to allow:
        `except`, `allow = [{ path = "...", symbol = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        decorator: objects (`app.tx:transactional`) or bare names (`transactional`), one or more.
        functions: patterns of names within the module (one or more). Default: `**`, all.
        except: functions that are allowed (`app.a:f`), or bare names in any module.
        what: `function`, `class`, or both. Default: function.
        presence: `required`, `optional` or `forbidden`. Default: optional.
        argument: the keyword of an argument.
        position: the position of an argument, from 0; with `argument`, it may be given either way.
        argument-presence: whether the argument is `required`, `optional` or `forbidden`. Default: required.
        value: what the argument must equal: text, number, true, false or a list. A text may also be its source.
        pattern: a regular expression that its whole text (of anything but a text, its source) must match.
        same-as: an object whose value it must have: `app.settings:INTENT`.
        same-in: a place whose value it must have: `{ file = "...", key = "..." }`, or with `pattern` in place of `key`.
        when: only files in whose text this regular expression is found.
        unless: only files in whose text this regular expression is not found.
    """

    options_type = DecoratorOptions
    options: DecoratorOptions
    note_type = Decorated
    meta = Meta(
        code="TL514",
        name="decorator",
        kind=True,
        placeholders=("function", "decorator", "value"),
        valid=(
            Example(
                title="decorated, with the intent by position",
                files={
                    **_TX,
                    "app/queries/rows.py": (
                        "from app import tx\n\nREAD = 'read'\n\n\n@tx.transactional(intent=READ)\ndef get_rows(): ...\n"
                    ),
                },
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="not decorated",
                files={**_TX, "app/queries/rows.py": "@property\ndef get_rows(): ...\n"},
                config=_CONFIG,
            ),
            Example(
                title="another intent",
                files={
                    **_TX,
                    "app/queries/rows.py": (
                        "from app.tx import transactional as tx\n\n\n@tx(intent='write')\ndef get_rows(): ...\n"
                    ),
                },
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, places that cannot be read, and values of no argument."""
        options = setup.options
        assert isinstance(options, DecoratorOptions)
        has_value = any(each is not None for each in (options.value, options.pattern, options.same_as, options.same_in))
        if has_value and options.argument is None and options.position is None:
            yield "a value is expected of no argument; name it with `argument` or `position`"
        if options.presence == "optional" and options.argument is None and options.position is None:
            yield "the rule asks for nothing; say `presence`, `argument` or `position`"
        yield from value_problems(options)
        yield from object_problems((*options.decorator, *options.exempt), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._condition = Condition(self.options)
        self._decorators = ObjectPatterns(self.options.decorator)
        self._functions = tuple(NamePattern.compile(text) for text in self.options.functions)
        self._exempt = ObjectPatterns(self.options.exempt)

    def survey(self, file: FileView) -> Iterator[Decorated]:
        """The definitions that are meant, with their decorators."""
        if not self._condition.holds(file):
            return
        captures = self.captures(file.path)
        for each in defined(file):
            if self._is_meant(file, each, captures):
                marks = tuple(self._mark(file, decorator) for decorator in each.node.decorator_list)
                yield Decorated(each.qualname, each.qualname.rpartition(".")[0], heading(file, each.node), marks)

    def _is_meant(self, file: FileView, each: Defined, captures: Mapping[str, str]) -> bool:
        what = "class" if isinstance(each.node, ast.ClassDef) else "function"
        if what not in self.options.what:
            return False
        named = any(pattern.matches(each.qualname, captures) for pattern in self._functions)
        return named and self._exempt.match([(file.module, each.qualname)], captures) is None

    def _mark(self, file: FileView, decorator: ast.expr) -> Mark:
        if not isinstance(decorator, ast.Call):
            return Mark(dotted(decorator), file.span(decorator), is_given=False)
        name, span = dotted(decorator.func), file.span(decorator)
        argument = self._argument(decorator)
        if argument is not None:
            return Mark(name, span, is_given=True, argument=value_of(argument), argument_span=file.span(argument))
        hidden = any(isinstance(each, ast.Starred) for each in decorator.args)
        hidden = hidden or any(each.arg is None for each in decorator.keywords)
        return Mark(name, span, is_given=None if hidden else False)

    def _argument(self, call: ast.Call) -> ast.expr | None:
        """The argument that the rule asks for."""
        for keyword in call.keywords:
            if keyword.arg is not None and keyword.arg == self.options.argument:
                return keyword.value
        position = self.options.position
        before = call.args[: position + 1] if position is not None else []
        if position is None or len(before) <= position or any(isinstance(each, ast.Starred) for each in before):
            return None
        return before[-1]

    def judge(self, program: Program, notes: Mapping[str, tuple[Any, ...]]) -> Iterator[Violation]:
        """Hold the decorators against what is expected."""
        expectation = Expectation(program, self.setup, self.options)
        yield from expectation.mistakes
        for file, definitions in notes.items():
            module = program.modules.by_file[file]
            captures = self.captures(file)
            for each in definitions:
                marks = [mark for mark in each.marks if self._matches(program, module, each, mark, captures)]
                yield from self._present(file, each, marks)
                for mark in marks:
                    yield from self._given(module, each, mark, expectation)

    def _matches(
        self, program: Program, module: SourceModule, each: Decorated, mark: Mark, captures: Mapping[str, str]
    ) -> bool:
        found = references(program.modules, module, mark.name, each.scope) if mark.name else ()
        return self._decorators.match(found, captures) is not None

    def _present(self, file: str, each: Decorated, marks: list[Mark]) -> Iterator[Violation]:
        """What is wrong with there being, or not being, such a decorator."""
        if self.options.presence == "required" and not marks:
            wanted = " or ".join(f"`{text.rpartition(':')[2]}`" for text in self.options.decorator)
            yield _violation(Location(file, each.span), each, f"`{each.name}` is not decorated with {wanted}")
        if self.options.presence == "forbidden":
            for mark in marks:
                sentence = f"`{each.name}` is decorated with `{mark.name}`"
                yield _violation(Location(file, mark.span), each, sentence, mark)

    def _given(
        self, module: SourceModule, each: Decorated, mark: Mark, expectation: Expectation
    ) -> Iterator[Violation]:
        """What is wrong with the argument of a decorator."""
        options = self.options
        if options.presence == "forbidden" or (options.argument is None and options.position is None):
            return
        wanted = f"`{options.argument}`" if options.argument is not None else f"argument {options.position}"
        if mark.argument is None:
            if mark.is_given is False and options.argument_presence == "required":
                sentence = f"`{mark.name}` of `{each.name}` is not given {wanted}"
                yield _violation(Location(module.file, mark.span), each, sentence, mark)
            return
        forbidden = options.argument_presence == "forbidden"
        complaint = "is given" if forbidden else expectation.complaint(module, each.scope, mark.argument)
        if complaint is not None:
            sentence = f"{wanted} of `{mark.name}` of `{each.name}` {complaint}"
            yield _violation(Location(module.file, mark.argument_span or mark.span), each, sentence, mark)


def _violation(location: Location, each: Decorated, sentence: str, mark: Mark | None = None) -> Violation:
    value = mark.argument.text if mark is not None and mark.argument is not None else ""
    return Violation(
        location=location,
        message=sentence,
        symbol=each.name,
        details={"function": each.name, "decorator": mark.name if mark is not None else "", "value": value},
    )
