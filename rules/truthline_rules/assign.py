"""The kind `assign` (TL513): what a constant of a module must be."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from truthline.api import (
    FILE_START,
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
from truthline_rules.assigned import assigned
from truthline_rules.conditions import Condition
from truthline_rules.values import Expectation, Value, ValueOptions, value_of, value_problems

_CONFIG = """\
[[rule]]
id = "VERSION"
kind = "assign"
scope = ["app/__init__.py"]
name = "__version__"
same-in = { file = "pyproject.toml", key = "project.version" }
"""
_INTENT = """\
[[rule]]
id = "INTENT"
kind = "assign"
scope = ["app/**"]
name = "FEATURE_INTENT"
pattern = 'FeatureIntent\\.(PURE_QUERY|STATE_MUTATION)'
when = '\\.commit\\('
"""


class AssignOptions(ValueOptions, frozen=True, kw_only=True):
    """The keys of an `assign` rule."""

    name: Annotated[tuple[NameRef, ...], OneOrMore]
    presence: Literal["required", "optional", "forbidden"] = "required"


class Constant(msgspec.Struct, frozen=True):
    """An assignment of a name, or that there is none; `value` is None where it is only a part of a larger one."""

    name: str
    span: Span
    value: Value | None
    is_missing: bool = False


class Assign(SurveyRule):
    """A constant that is missing, or is not what it must be.

    What it does:
        Looks at the assignments to `name` at module level and in class bodies of the files in `scope`. A file without
        one is reported at its start; a value that differs, where it is assigned. A name that stands for another
        constant is followed to what that is assigned, and a name that is imported counts as assigned.
    Why it is bad:
        What two places say must not differ, and what a tool or a person looks up must be there.
    How to fix:
        Assign what the message asks for.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        name: patterns of names within the module (one or more): `VERSION`, `Settings.DEBUG`.
        presence: `required`, `optional` (it may be absent) or `forbidden`. Default: required.
        value: what it must equal: text, number, true, false or a list. A text may also be the value's source.
        pattern: a regular expression that the whole text (of anything but a text, its source) must match.
        same-as: an object whose value it must have: `app.settings:VERSION`.
        same-in: a place whose value it must have: `{ file = "pyproject.toml", key = "project.version" }` (of a TOML or
            JSON file) or `{ file = "...", pattern = "version (.*)" }` (the first group).
        when: only files in whose text this regular expression is found.
        unless: only files in whose text this regular expression is not found.
    """

    options_type = AssignOptions
    options: AssignOptions
    note_type = Constant
    meta = Meta(
        code="TL513",
        name="assign",
        kind=True,
        placeholders=("name", "value"),
        valid=(
            Example(
                title="the same version twice",
                files={
                    "app/__init__.py": 'MAJOR = "1.2"\n__version__ = MAJOR\n',
                    "pyproject.toml": '[project]\nversion = "1.2"\n',
                },
                config=_CONFIG,
            ),
            Example(
                title="no intent where nothing is committed",
                files={"app/query.py": "def rows(): ...\n"},
                config=_INTENT,
            ),
        ),
        invalid=(
            Example(
                title="another version",
                files={"app/__init__.py": '__version__ = "1.1"\n', "pyproject.toml": '[project]\nversion = "1.2"\n'},
                config=_CONFIG,
            ),
            Example(
                title="no intent",
                files={"app/write.py": "def write(session):\n    session.commit()\n"},
                config=_INTENT,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """A place that cannot be read, and a value for what must not be."""
        options = setup.options
        assert isinstance(options, AssignOptions)
        return value_problems(options)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._condition = Condition(self.options)
        self._names = tuple(NamePattern.compile(text) for text in self.options.name)

    def survey(self, file: FileView) -> Iterator[Constant]:
        """The assignments that are meant; a name that a file lacks is noted at its start."""
        if not self._condition.holds(file):
            return
        captures = self.captures(file.path)
        constants = list(_constants(file))
        for pattern in self._names:
            found = [each for each in constants if pattern.matches(each.name, captures)]
            yield from found or [Constant(pattern.text, FILE_START, None, is_missing=True)]

    def judge(self, program: Program, notes: Mapping[str, tuple[Any, ...]]) -> Iterator[Violation]:
        """Hold each assignment against what is expected."""
        expectation = Expectation(program, self.setup, self.options)
        yield from expectation.mistakes
        for file, constants in notes.items():
            for constant in constants:
                sentence = self._judged(program.modules.by_file[file], constant, expectation)
                if sentence is not None:
                    text = constant.value.text if constant.value is not None else ""
                    yield Violation(
                        location=Location(file, constant.span),
                        message=f"`{constant.name}` {sentence}",
                        symbol=constant.name,
                        details={"name": constant.name, "value": text},
                    )

    def _judged(self, module: SourceModule, constant: Constant, expectation: Expectation) -> str | None:
        """What is wrong with an assignment, or with there being none."""
        if constant.is_missing:
            return "is not assigned" if self.options.presence == "required" else None
        if self.options.presence == "forbidden":
            return "is assigned"
        if constant.value is None:
            return None
        scope = constant.name.rpartition(".")[0]
        return expectation.complaint(module, scope, constant.value)


def _constants(file: FileView) -> Iterator[Constant]:
    """What is assigned in a file, and the names that it imports at its top level."""
    for each in assigned(file.tree):
        yield Constant(each.name, file.span(each.target), value_of(each.value) if each.value is not None else None)
    for written in file.outline.imports:
        if written.bound and not written.scope and written.name not in (None, "*"):
            yield Constant(written.bound, written.span, Value(written.bound, name=written.bound))
