"""The kind `forbid-import` (TL401): the files of a scope may not import certain modules or names."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from truthline.api import (
    Example,
    Import,
    Location,
    Meta,
    ModulePattern,
    ModuleRef,
    Program,
    Rule,
    Setup,
    SourceModule,
    Span,
    Violation,
)
from truthline_rules.chains import Chain, Hop, ImportGraph, witness
from truthline_rules.imported import EdgeOptions, Imported, Patterns, imported, pattern_problems

_SIBLINGS = """\
[[rule]]
id = "SIBLINGS"
kind = "forbid-import"
scope = ["app/cus/{domain}/drivers/**"]
forbid = ["app.cus.{!domain}.**"]
"""
_NO_DB = """\
[[rule]]
id = "NO_DB"
kind = "forbid-import"
scope = ["app/web/**"]
forbid = ["app.db"]
"""
_EXCLUSIVE = """\
[[rule]]
id = "EXCLUSIVE"
kind = "forbid-import"
forbid = ["app.analytics.engine"]
only-importable-from = ["app.analytics.**"]
"""


class ForbidImportOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of a `forbid-import` rule."""

    forbid: tuple[str, ...]
    exempt: tuple[str, ...] = msgspec.field(default=(), name="except")
    only_importable_from: tuple[ModuleRef, ...] = ()
    transitive: bool = False


class ForbidImport(Rule):
    """An import that the scope forbids.

    What it does:
        Reports each import in a file of `scope` of a module or name that a pattern of `forbid` matches: absolute,
        relative, `import a.b`, `from pkg import submodule`, star imports, inside functions, and
        `import_module("...")` with a constant. `forbid = ["pkg"]` means that module; `pkg.**` means everything below it
        too; of third-party packages, the name alone means everything below it. `forbid = ["mod:name"]` means an object,
        also where a facade re-exports it.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Take what is needed from where the layer below or the domain's own code offers it.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at; `{name}` captures a segment. Default: all.
        forbid: patterns of modules (`a.b.**`) and objects (`a.b:name`); `{name}` and `{!name}` use the captures.
        except: patterns that are not forbidden after all.
        only-importable-from: patterns of the modules that may import it all the same. Default: none.
        type-checking: whether imports for type checking count. Default: true.
        lazy: whether imports inside functions count. Default: true.
        transitive: whether chains of imports count that end at what is forbidden. Default: false.
    """

    options_type = ForbidImportOptions
    options: ForbidImportOptions
    meta = Meta(
        code="TL401",
        name="forbid-import",
        subject="file",
        kind=True,
        valid=(
            Example(
                title="a driver imports its own domain",
                files={
                    "app/cus/logs/drivers/store.py": "from app.cus.logs import schema\n",
                    "app/cus/logs/schema.py": "",
                    "app/cus/policies/api.py": "",
                },
                config=_SIBLINGS,
            ),
            Example(
                title="an import for type checking does not count",
                files={
                    "app/web/views.py": (
                        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.db import Session\n"
                    ),
                    "app/db.py": "class Session: ...\n",
                },
                config=_NO_DB + "type-checking = false\n",
            ),
        ),
        invalid=(
            Example(
                title="a driver imports a sibling domain, inside a function",
                files={
                    "app/cus/logs/drivers/store.py": "def f():\n    from ...policies import api\n    return api\n",
                    "app/cus/policies/api.py": "",
                },
                config=_SIBLINGS,
            ),
            Example(
                title="an engine that only its own domain may import",
                files={
                    "app/web/views.py": "from app.analytics import engine\n",
                    "app/analytics/engine.py": "",
                    "app/analytics/reports.py": "import app.analytics.engine\n",
                },
                config=_EXCLUSIVE,
            ),
            Example(
                title="a chain of imports",
                files={
                    "app/web/views.py": "import app.service\n",
                    "app/service.py": "from app.db import Session\n",
                    "app/db.py": "class Session: ...\n",
                },
                config=_NO_DB + "transitive = true\n",
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, and captures that the scope does not bind."""
        options = setup.options
        assert isinstance(options, ForbidImportOptions)
        return pattern_problems((*options.forbid, *options.exempt), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._forbidden = Patterns(self.options.forbid)
        self._exempt = Patterns(self.options.exempt)
        self._importers = tuple(ModulePattern.compile(text) for text in self.options.only_importable_from)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the imports of each file in scope, and at the chains that begin there."""
        graph = ImportGraph(program, self.options) if self.options.transitive else None
        for module, captures in self.setup.scope.modules(program):
            if any(pattern.matches(module.name, captures) for pattern in self._importers):
                continue
            for written, found in self._direct(program, module, captures):
                yield Violation(
                    location=Location(module.file, written.statement),
                    message=f"`{module.name}` imports `{found}`",
                    symbol=f"{module.name}->{found}",
                )
            if graph is not None:
                yield from self._indirect(program, graph, module, captures)

    def _direct(
        self, program: Program, module: SourceModule, captures: Mapping[str, str]
    ) -> Iterator[tuple[Import, str]]:
        """The forbidden imports of a module, once for each statement and what it imports."""
        seen: set[tuple[Span, str]] = set()
        for written in module.outline.imports if module.outline else ():
            if self.options.counts(written):
                found = self._match(imported(program.modules, module, written), captures, star=written.name == "*")
                if found is not None and (written.statement, found) not in seen:
                    seen.add((written.statement, found))
                    yield written, found

    def _match(self, what: Imported, captures: Mapping[str, str], *, star: bool) -> str | None:
        """What of an import is forbidden; exempt is what the most specific of its names is."""
        specific = Imported(what.modules[:1], what.symbols)
        if self._exempt.match(specific, captures, star=False) is not None:
            return None
        return self._forbidden.match(what, captures, star=star)

    def _indirect(
        self, program: Program, graph: ImportGraph, module: SourceModule, captures: Mapping[str, str]
    ) -> Iterator[Violation]:
        """One finding for each import that begins a chain: the shortest one.

        Chains do not lead through files that the rule looks at for themselves: those have findings of their own.
        """
        reported: set[Hop] = set()
        for chain in graph.chains(module.name, lambda name: self._is_passage(program, name, captures)):
            if chain[0] in reported or not self._is_passage(program, chain[-1].imported, captures):
                continue
            end = program.modules.get(chain[-1].imported)
            found = next(self._direct(program, end, captures), None) if end else None
            if end is not None and found is not None:
                reported.add(chain[0])
                written, target = found
                yield self._chain_violation(program, module, (*chain, Hop(end.name, target, written)))

    def _is_passage(self, program: Program, name: str, captures: Mapping[str, str]) -> bool:
        """Whether chains lead through a module: it is neither forbidden itself nor looked at for itself."""
        module = program.modules.get(name)
        if module is None or self.setup.scope.captures(module.file) == captures:
            return False
        return self._match(Imported((name,), ()), captures, star=False) is None

    def _chain_violation(self, program: Program, module: SourceModule, chain: Chain) -> Violation:
        target = chain[-1].imported
        way = " -> ".join(f"`{hop.importer}`" for hop in chain)
        return Violation(
            location=Location(module.file, chain[0].written.statement),
            message=f"`{module.name}` imports `{target}` indirectly: {way} -> `{target}`",
            symbol=f"{module.name}->{target}",
            witness=witness(program, chain),
        )
