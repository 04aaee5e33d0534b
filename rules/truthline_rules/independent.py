"""The kind `independent` (TL404): modules that do not import each other, not even through others."""

from collections.abc import Iterable, Iterator

from truthline.api import Example, Location, Meta, ModulePattern, ModuleRef, Program, Rule, Setup, Vacuity, Violation
from truthline_rules.chains import Chain, ImportGraph, witness
from truthline_rules.imported import EdgeOptions, unmatched
from truthline_rules.plan import Layer, Member, Place, Plan

_CONFIG = """\
[[rule]]
id = "DOMAINS"
kind = "independent"
modules = ["app.domains.*"]
"""
_TREE = {
    "app/domains/logs/store.py": "import app.shared\n",
    "app/domains/policies/store.py": "from app.shared import clock\n",
    "app/shared.py": "clock = None\n",
}


class IndependentOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of an `independent` rule."""

    modules: tuple[ModuleRef, ...]


class Independent(Rule):
    """An import between modules that are independent of each other.

    What it does:
        Reports each import by which one of `modules` (or what is inside it) comes to another, directly or through
        modules that are none of them (the whole chain is shown). A pattern names several that are independent of each
        other; directories without `__init__.py` count as packages.
    Why it is bad:
        Independent parts can be understood, tested, moved and removed one at a time.
    How to fix:
        Move what both need below them, or let what stands above them bring them together.
    How to allow:
        `allow = [{ path = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        modules: the modules or packages, or patterns of them (`app.domains.*`).
        scope: the files whose imports are looked at. Default: all.
        type-checking: whether imports for type checking count. Default: true.
        lazy: whether imports inside functions count. Default: true.
    """

    options_type = IndependentOptions
    options: IndependentOptions
    meta = Meta(
        code="TL404",
        name="independent",
        kind=True,
        valid=(Example(title="both use what is shared", files=_TREE, config=_CONFIG),),
        invalid=(
            Example(
                title="one domain imports another",
                files={**_TREE, "app/domains/logs/store.py": "def f():\n    from ..policies import store\n"},
                config=_CONFIG,
            ),
            Example(
                title="through what is shared",
                files={**_TREE, "app/shared.py": "import app.domains.logs.store\nclock = None\n"},
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """One module alone is independent of nothing."""
        options = setup.options
        assert isinstance(options, IndependentOptions)
        if len(options.modules) < 2 and not any("*" in text for text in options.modules):
            yield "`modules` needs at least two modules, or a pattern"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        members = tuple(Member(text, optional=False) for text in self.options.modules)
        self._plan = Plan((Layer(members, independent=True),), (), ())

    def check(self, program: Program) -> Iterator[Violation]:
        """Follow the imports of every module that is inside one of the independent ones."""
        graph = ImportGraph(program, self.options)
        [placement] = self._plan.placements(program.modules)
        for module, _ in self.setup.scope.modules(program):
            place = placement.place(module.name)
            if place is None:
                continue
            reported: set[tuple[str, Place]] = set()
            for chain in graph.chains(module.name, placement.is_open):
                target = placement.place(chain[-1].imported)
                if target and target != place and (chain[0].imported, target) not in reported:
                    reported.add((chain[0].imported, target))
                    yield _violation(program, module.file, chain, place, target)

    def vacuities(self, program: Program) -> Iterator[Vacuity]:
        """An empty scope, or a pattern that names no module."""
        yield from super().vacuities(program)
        if not self.setup.may_be_empty:
            for text in unmatched(program.modules, map(ModulePattern.compile, self.options.modules)):
                yield Vacuity((*self.setup.key, "modules"), f"`{text}` of rule `{self.setup.id}` names no module")


def _violation(program: Program, file: str, chain: Chain, place: Place, target: Place) -> Violation:
    first, last = chain[0], chain[-1]
    way = " -> ".join(f"`{name}`" for name in (*(hop.importer for hop in chain), last.imported))
    how = f" indirectly ({way})" if len(chain) > 1 else ""
    return Violation(
        location=Location(file, first.written.statement),
        message=f"`{first.importer}` imports `{last.imported}`{how}: "
        f"`{place.member}` and `{target.member}` are independent",
        help="move what both need below them, or bring them together above them",
        symbol=f"{first.importer}->{last.imported}",
        witness=witness(program, chain) if len(chain) > 1 else (),
    )
