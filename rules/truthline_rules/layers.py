"""The kind `layers` (TL403): modules import downwards only."""

from collections import Counter
from collections.abc import Iterable, Iterator

from truthline.api import FILE_START, Example, Location, Meta, ModuleRef, Program, Rule, Setup, Vacuity, Violation
from truthline_rules.chains import Chain, ImportGraph, witness
from truthline_rules.imported import EdgeOptions, pattern_problems
from truthline_rules.plan import LayerTable, Place, Placement, Plan, parse_layer


class LayersOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of a `layers` rule."""

    layers: tuple[str | LayerTable, ...]
    containers: tuple[ModuleRef, ...] = ()
    exhaustive: bool = False
    exhaustive_ignores: tuple[ModuleRef, ...] = ()


_CONFIG = """\
[[rule]]
id = "LAYERS"
kind = "layers"
layers = ["app.api", "app.engine | app.reports", "app.model"]
"""
_TREE = {
    "app/api/views.py": "from app.engine import run\n",
    "app/engine.py": "import app.model.row\n\n\ndef run(): ...\n",
    "app/reports.py": "from app.model import row\n",
    "app/model/row.py": "",
}


class Layers(Rule):
    """An import against the order of the layers.

    What it does:
        Reports each import by which a module of a lower layer comes to a higher one, directly or through modules that
        stand on no layer (the whole chain is shown). A module belongs to the layer that names it or the nearest package
        around it; directories without `__init__.py` count as packages.
    Why it is bad:
        Layers keep a code base understandable from below: what is beneath can be read, tested and replaced without
        what is above.
    How to fix:
        Move what is needed down, or pass it in as a parameter.
    How to allow:
        `allow = [{ path = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        layers: from the highest to the lowest. Each is a module (or pattern); several on one height are written
            `"a | b"` (independent of each other) or `"a : b"` (they may import each other); `"(a)"` may be absent (one
            without parentheses that a container lacks is TL003). Or a table `{ modules = ["a", "b"],
            independent = true, optional = false, closed = false }`; what is above a closed layer may not import what
            is below it, except through it.
        containers: packages (or patterns) in which the layers are repeated; the layers' names are then relative.
        exhaustive: whether a module of a container (without containers: of the scope) on no layer is a finding.
            Default: false.
        exhaustive-ignores: modules that may stand on no layer.
        scope: the files whose imports are looked at. Default: all.
        type-checking: whether imports for type checking count. Default: true.
        lazy: whether imports inside functions count. Default: true.
    """

    options_type = LayersOptions
    options: LayersOptions
    meta = Meta(
        code="TL403",
        name="layers",
        kind=True,
        valid=(
            Example(title="every import goes down", files=_TREE, config=_CONFIG),
            Example(
                title="the same layers in every domain",
                files={
                    "app/logs/web/views.py": "from app.logs.store import rows\n",
                    "app/logs/store/rows.py": "",
                    "app/policies/web/views.py": "",
                },
                config='[[rule]]\nid = "L"\nkind = "layers"\ncontainers = ["app.*"]\nlayers = ["web", "(store)"]\n',
            ),
        ),
        invalid=(
            Example(
                title="the model imports the engine",
                files={**_TREE, "app/model/row.py": "def f():\n    import app.engine\n"},
                config=_CONFIG,
            ),
            Example(
                title="siblings import each other",
                files={**_TREE, "app/reports.py": "from app import engine\n"},
                config=_CONFIG,
            ),
            Example(
                title="through a module on no layer",
                files={**_TREE, "app/model/row.py": "import app.common\n", "app/common.py": "import app.api.views\n"},
                config=_CONFIG,
            ),
            Example(
                title="a package on no layer",
                files={**_TREE, "app/fresh/thing.py": ""},
                config=_CONFIG + 'scope = ["app/**"]\nexhaustive = true\n',
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, and layers that hold no module."""
        options = setup.options
        assert isinstance(options, LayersOptions)
        layers = tuple(parse_layer(layer) for layer in options.layers)
        if len(layers) < 2:
            yield "`layers` needs at least two layers"
        texts = [member.text for layer in layers for member in layer.members]
        yield from (f"`{text}` stands on two layers" for text, times in Counter(texts).items() if times > 1)
        yield from pattern_problems(texts, frozenset())

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._plan = Plan(
            tuple(parse_layer(layer) for layer in self.options.layers),
            self.options.containers,
            self.options.exhaustive_ignores,
        )

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the imports of every module on a layer, then for modules on none."""
        graph = ImportGraph(program, self.options)
        for placement in self._plan.placements(program.modules):
            for module, _ in self.setup.scope.modules(program):
                place = placement.place(module.name)
                if place is None:
                    continue
                reported: set[tuple[str, Place]] = set()
                for chain in graph.chains(module.name, placement.is_open):
                    target = placement.place(chain[-1].imported)
                    reason = placement.objection(place, target) if target else None
                    if target and reason and (chain[0].imported, target) not in reported:
                        reported.add((chain[0].imported, target))
                        yield _violation(program, module.file, chain, reason)
            if self.options.exhaustive:
                yield from self._unplaced(program, placement)

    def _unplaced(self, program: Program, placement: Placement) -> Iterator[Violation]:
        in_scope = [module for module, _ in self.setup.scope.modules(program)]
        for name, file in placement.unplaced(in_scope):
            yield Violation(
                location=Location(file, FILE_START),
                message=f"`{name}` stands on no layer of rule `{self.setup.id}`",
                help="give it a layer, or name it in `exhaustive-ignores`",
                symbol=name,
            )

    def vacuities(self, program: Program) -> Iterator[Vacuity]:
        """An empty scope, a container or a layer that names no module."""
        yield from super().vacuities(program)
        if self.setup.may_be_empty:
            return
        for what in self._plan.absent(program.modules):
            yield Vacuity((*self.setup.key, "layers"), f"{what} of rule `{self.setup.id}` names no module")


def _violation(program: Program, file: str, chain: Chain, reason: str) -> Violation:
    first, last = chain[0], chain[-1]
    way = " -> ".join(f"`{name}`" for name in (*(hop.importer for hop in chain), last.imported))
    how = f" indirectly ({way})" if len(chain) > 1 else ""
    return Violation(
        location=Location(file, first.written.statement),
        message=f"`{first.importer}` imports `{last.imported}`{how}: {reason}",
        help="move what is needed down, or pass it in as a parameter",
        symbol=f"{first.importer}->{last.imported}",
        witness=witness(program, chain) if len(chain) > 1 else (),
    )
