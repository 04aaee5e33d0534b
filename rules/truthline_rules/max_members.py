"""The kind `max-members` (TL505): how many methods a class, or functions a module, may have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from truthline.api import (
    FILE_START,
    Definition,
    Example,
    Location,
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
from truthline_rules.outlines import ancestors, heading, members

_CONFIG = """\
[[rule]]
id = "BRIDGE_SIZE"
kind = "max-members"
scope = ["app/bridges/*_bridge.py"]
classes = "*Bridge"
max = 2
"""


class MaxMembersOptions(Options, frozen=True, kw_only=True):
    """The keys of a `max-members` rule."""

    max: Annotated[int, msgspec.Meta(ge=0)]
    of: Literal["class", "module"] = "class"
    classes: Annotated[tuple[NameRef, ...], OneOrMore] = ("**",)
    bases: Annotated[tuple[str, ...], OneOrMore] = ()
    count: Literal["public", "all"] = "public"


class MaxMembers(Rule):
    """A class with too many methods, or a module with too many functions.

    What it does:
        Counts the methods that a class itself defines (or, with `of = "module"`, the functions at the top level of a
        file) by their names: overloads, and the getter and setter of a property, are one. Public is what has no `_` in
        front.
    Why it is bad:
        An interface that grows gives everybody who has it more than they need.
    How to fix:
        Split it by who uses what.
    How to allow:
        `allow = [{ path = "...", symbol = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        max: how many there may be.
        of: `class` or `module`. Default: class.
        classes: patterns of the names of classes within their module (one or more). Default: `**`, all.
        bases: classes (`typing:Protocol`, or bare names); only classes that are derived from one of them, directly or
            not.
        count: `public` or `all`. Default: public.
    """

    options_type = MaxMembersOptions
    options: MaxMembersOptions
    meta = Meta(
        code="TL505",
        name="max-members",
        kind=True,
        placeholders=("name", "count", "max"),
        valid=(
            Example(
                title="private methods do not count, a property counts once",
                files={
                    "app/bridges/logs_bridge.py": (
                        "class LogsBridge:\n"
                        "    def read(self): ...\n"
                        "    def _rows(self): ...\n"
                        "    @property\n    def name(self): ...\n"
                        "    @name.setter\n    def name(self, value): ...\n"
                    )
                },
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="three methods where two may be",
                files={
                    "app/bridges/logs_bridge.py": (
                        "class LogsBridge:\n    def a(self): ...\n    async def b(self): ...\n"
                        "    @staticmethod\n    def c(): ...\n"
                    )
                },
                config=_CONFIG,
            ),
            Example(
                title="a protocol under another name",
                files={
                    "app/ports.py": "import typing as t\n\n\nclass Port(t.Protocol[t.T]):\n    def __len__(self): ...\n"
                },
                config=(
                    '[[rule]]\nid = "P"\nkind = "max-members"\nbases = "typing:Protocol"\nmax = 0\ncount = "all"\n'
                ),
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, and classes where a module is counted."""
        options = setup.options
        assert isinstance(options, MaxMembersOptions)
        if options.of == "module" and (options.bases or options.classes != ("**",)):
            yield '`classes` and `bases` speak of classes; leave them out, or write `of = "class"`'
        yield from object_problems(options.bases, setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._classes = tuple(NamePattern.compile(text) for text in self.options.classes)
        self._bases = ObjectPatterns(self.options.bases)

    def check(self, program: Program) -> Iterator[Violation]:
        """Count what stands in the classes, or at the top level, of every file in scope."""
        for module, captures in self.setup.scope.modules(program):
            if self.options.of == "module":
                place = Location(module.file, FILE_START)
                yield from self._counted(module, "", place, f"module `{module.name}`", "functions")
                continue
            for definition in module.outline.definitions if module.outline else ():
                if self._is_meant(program, module, definition, captures):
                    place = heading(program.modules, module, definition)
                    yield from self._counted(
                        module, definition.qualname, place, f"class `{definition.qualname}`", "methods"
                    )

    def _is_meant(
        self, program: Program, module: SourceModule, definition: Definition, captures: Mapping[str, str]
    ) -> bool:
        if definition.kind != "class":
            return False
        if not any(pattern.matches(definition.qualname, captures) for pattern in self._classes):
            return False
        bases = ancestors(program.modules, module, definition) if self.options.bases else ()
        return not self.options.bases or self._bases.match(bases, captures) is not None

    def _counted(
        self, module: SourceModule, qualname: str, place: Location, owner: str, noun: str
    ) -> Iterator[Violation]:
        names = {each.qualname.rpartition(".")[2] for each in members(module, qualname)}
        if self.options.count == "public":
            names = {name for name in names if not name.startswith("_")}
            noun = f"public {noun}"
        if len(names) > self.options.max:
            yield Violation(
                location=place,
                message=f"{owner} has {_counted_noun(len(names), noun)}; at most {self.options.max} are allowed",
                symbol=qualname or module.name,
                details={
                    "name": qualname or module.name,
                    "count": str(len(names)),
                    "max": str(self.options.max),
                },
            )


def _counted_noun(count: int, noun: str) -> str:
    return f"{count} {noun if count != 1 else noun.removesuffix('s')}"
