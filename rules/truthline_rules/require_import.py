"""The kind `require-import` (TL402): the files of a scope must import certain modules or names."""

from collections.abc import Iterable, Iterator, Mapping

from truthline.api import FILE_START, Example, Location, Meta, Program, Rule, Setup, SourceModule, Violation
from truthline_rules.imported import EdgeOptions, Patterns, imported, pattern_problems

_CONTRACT = """\
[[rule]]
id = "EVENT_CONTRACT"
kind = "require-import"
scope = ["app/emitters/*.py"]
require = ["app.events:validate"]
"""
_EVENTS = {"app/events.py": "def validate(payload): ...\n"}


class RequireImportOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of a `require-import` rule."""

    require: tuple[str, ...]
    one_of: bool = False
    type_checking: bool = False


class RequireImport(Rule):
    """An import that the scope must have, and has not.

    What it does:
        Reports each file of `scope` that does not import every module and name of `require`; with `one-of = true`,
        each that imports none of them. Every way to write an import counts that counts for `forbid-import`, and so does
        an object that is imported from a facade that re-exports it.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Import it, and use it: `require-call` can ask for that.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression in line 1.
    Options:
        scope: the files that the rule looks at; `{name}` captures a segment. Default: all.
        require: patterns of modules (`a.b.**`) and objects (`a.b:name`); `{name}` and `{!name}` use the captures.
        one-of: whether one of them is enough. Default: false.
        type-checking: whether imports for type checking count. Default: false.
        lazy: whether imports inside functions count. Default: true.
    """

    options_type = RequireImportOptions
    options: RequireImportOptions
    meta = Meta(
        code="TL402",
        name="require-import",
        kind=True,
        valid=(
            Example(
                title="an emitter imports the contract, under another name",
                files={**_EVENTS, "app/emitters/runs.py": "from ..events import validate as check\n"},
                config=_CONTRACT,
            ),
        ),
        invalid=(
            Example(
                title="an emitter without the contract",
                files={**_EVENTS, "app/emitters/runs.py": "import app.events\n"},
                config=_CONTRACT,
            ),
            Example(
                title="an import for type checking only",
                files={
                    **_EVENTS,
                    "app/emitters/runs.py": (
                        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.events import validate\n"
                    ),
                },
                config=_CONTRACT,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, captures that the scope does not bind, and nothing that is required."""
        options = setup.options
        assert isinstance(options, RequireImportOptions)
        if not options.require:
            yield "`require` names nothing"
        yield from pattern_problems(options.require, setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._required = tuple((text, Patterns([text])) for text in self.options.require)

    def check(self, program: Program) -> Iterator[Violation]:
        """Hold the imports of each file in scope against what is required."""
        for module, captures in self.setup.scope.modules(program):
            missing = self._missing(program, module, captures) if module.outline else []
            if self.options.one_of and 0 < len(missing) < len(self._required):
                continue
            for text in [" or ".join(missing)] if self.options.one_of and missing else missing:
                yield Violation(
                    location=Location(module.file, FILE_START),
                    message=f"`{module.name}` does not import {text}",
                    help="import it where it is to be used",
                    symbol=f"{module.name}->{text}",
                )

    def _missing(self, program: Program, module: SourceModule, captures: Mapping[str, str]) -> list[str]:
        """What a module does not import, in backticks."""
        counting = (
            [written for written in module.outline.imports if self.options.counts(written)] if module.outline else []
        )
        found = [(imported(program.modules, module, written), written.name == "*") for written in counting]
        return [
            f"`{text}`"
            for text, patterns in self._required
            if not any(patterns.match(what, captures, star=star) for what, star in found)
        ]
