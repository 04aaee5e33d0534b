"""The kind `forbid-definition` (TL504): functions, classes and names that a scope may not define."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from truthline.api import (
    Definition,
    Example,
    Meta,
    NamePattern,
    NameRef,
    OneOrMore,
    Options,
    Program,
    Rule,
    Setup,
    SourceModule,
    Violation,
)
from truthline_rules.naming import ObjectPatterns, object_problems
from truthline_rules.outlines import ancestors, decorators, heading

What = Literal["function", "class", "assign"]
_NOUNS = {"function": "function", "class": "class", "assign": "name"}
_CONFIG = """\
[[rule]]
id = "SCHEMA_BEHAVIOR"
kind = "forbid-definition"
scope = ["app/schemas/**"]
what = "function"
except = ["app.schemas.plan:_utc_now"]
"""


class ForbidDefinitionOptions(Options, frozen=True, kw_only=True):
    """The keys of a `forbid-definition` rule."""

    what: Annotated[tuple[What, ...], OneOrMore]
    names: Annotated[tuple[NameRef, ...], OneOrMore] = ("*",)
    bases: Annotated[tuple[str, ...], OneOrMore] = ()
    decorators: Annotated[tuple[str, ...], OneOrMore] = ()
    exempt: tuple[str, ...] = msgspec.field(default=(), name="except")


class ForbidDefinition(Rule):
    """A definition that the scope forbids.

    What it does:
        Reports each function, class or assigned name of a file in `scope` whose name matches `names` and, if they are
        given, that has one of `bases` and one of `decorators`. Bases and decorators are followed through imports and
        re-exports, bases through the classes between, too.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Move the definition to where it belongs.
    How to allow:
        `except`, `allow = [{ path = "...", symbol = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        what: `function`, `class` or `assign` (a name that a statement binds), one or more.
        names: patterns of names within the module (one or more). Default: `*`, what stands at top level; `*.*` are
            methods (and functions in functions), `**` is everything.
        bases: classes (`enum:Enum`, or bare names); only classes that are derived from one of them.
        decorators: objects (`functools:cache`, or bare names); only what one of them decorates.
        except: objects that are allowed (`app.schemas.plan:_utc_now`), or bare names in any module.
    """

    options_type = ForbidDefinitionOptions
    options: ForbidDefinitionOptions
    meta = Meta(
        code="TL504",
        name="forbid-definition",
        kind=True,
        placeholders=("name", "what"),
        valid=(
            Example(
                title="a schema with a method, and an exception",
                files={
                    "app/schemas/plan.py": (
                        "class Plan:\n    def steps(self): ...\n\n\ndef _utc_now(): ...\n\n\nLIMIT = 3\n"
                    ),
                },
                config=_CONFIG,
            ),
            Example(
                title="an enum is fine, where dataclasses are not",
                files={"app/a.py": "from enum import Enum\n\n\nclass Colour(Enum):\n    RED = 1\n"},
                config=(
                    '[[rule]]\nid = "D"\nkind = "forbid-definition"\nwhat = "class"\n'
                    'decorators = "dataclasses:dataclass"\n'
                ),
            ),
        ),
        invalid=(
            Example(
                title="a function in a schema file, behind a condition",
                files={"app/schemas/plan.py": "import os\n\nif os.name == 'nt':\n\n    async def steps(): ...\n"},
                config=_CONFIG,
            ),
            Example(
                title="a class with a base of a base",
                files={
                    "app/base.py": "from abc import ABC\n\n\nclass Base(ABC): ...\n",
                    "app/a.py": "from app import base\n\n\nclass Store(base.Base): ...\n",
                },
                config='[[rule]]\nid = "B"\nkind = "forbid-definition"\nwhat = "class"\nbases = "abc:ABC"\n',
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, and captures that the scope does not bind."""
        options = setup.options
        assert isinstance(options, ForbidDefinitionOptions)
        return object_problems((*options.bases, *options.decorators, *options.exempt), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._names = tuple(NamePattern.compile(text) for text in self.options.names)
        self._bases = ObjectPatterns(self.options.bases)
        self._decorators = ObjectPatterns(self.options.decorators)
        self._exempt = ObjectPatterns(self.options.exempt)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the definitions of every file in scope."""
        for module, captures in self.setup.scope.modules(program):
            for definition in module.outline.definitions if module.outline else ():
                if self._is_forbidden(program, module, definition, captures):
                    noun = _NOUNS[definition.kind]
                    yield Violation(
                        location=heading(program.modules, module, definition),
                        message=f"`{module.name}` defines the {noun} `{definition.qualname}`",
                        symbol=definition.qualname,
                        details={"name": definition.qualname, "what": noun},
                    )

    def _is_forbidden(
        self, program: Program, module: SourceModule, definition: Definition, captures: Mapping[str, str]
    ) -> bool:
        if definition.kind not in self.options.what:
            return False
        if not any(pattern.matches(definition.qualname, captures) for pattern in self._names):
            return False
        if self._exempt.match([(module.name, definition.qualname)], captures) is not None:
            return False
        if self.options.bases and not self._bases.match(ancestors(program.modules, module, definition), captures):
            return False
        marks = decorators(program.modules, module, definition) if self.options.decorators else ()
        return not self.options.decorators or self._decorators.match(marks, captures) is not None
