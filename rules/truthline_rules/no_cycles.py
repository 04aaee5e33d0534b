"""The kind `no-cycles` (TL406): the children of a package do not import each other in a circle."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping

from truthline.api import Example, Location, Meta, ModulePattern, ModuleRef, Program, Rule, Setup, Vacuity, Violation
from truthline_rules.chains import Chain, Hop, ImportGraph, witness
from truthline_rules.imported import EdgeOptions, packages_around, unmatched

_CONFIG = '[[rule]]\nid = "NO_CYCLES"\nkind = "no-cycles"\n'
_TREE = {
    "app/orders/cart.py": "import app.prices.tax\n",
    "app/prices/tax.py": "",
    "app/prices/offers.py": "import app.prices.tax\n",
}

Siblings = Mapping[str, Mapping[str, Hop]]
"""Of each child, the children that it imports, each with one such import."""


class NoCyclesOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of a `no-cycles` rule."""

    ancestors: tuple[ModuleRef, ...] = ()
    depth: int | None = None
    skip_descendants: tuple[ModuleRef, ...] = ()


class NoCycles(Rule):
    """Modules or packages that import each other in a circle.

    What it does:
        Looks at the children of each package, a package with all that is inside it, and reports where they import
        each other in a circle; the shortest circle is the witness, one import for each step. There is one finding for
        each knot of children that can all come to each other.
    Why it is bad:
        None of them can be understood, tested or moved without the others, and whether they can be imported at all
        depends on who comes first.
    How to fix:
        Move what both need to a module of its own, or pass it in as a parameter.
    How to allow:
        `allow = [{ path = "...", reason = "..." }]` in the rule, or a suppression at the first import of the circle.
    Options:
        ancestors: the packages, or patterns of them, that are looked into. Default: the import roots themselves.
        depth: how far below them packages are looked into; 0 means their children only. Default: all the way down.
        skip-descendants: packages below them that are not looked into.
        scope: the files whose imports are looked at. Default: all.
        type-checking: whether imports for type checking count. Default: true.
        lazy: whether imports inside functions count. Default: true.
    """

    options_type = NoCyclesOptions
    options: NoCyclesOptions
    meta = Meta(
        code="TL406",
        name="no-cycles",
        kind=True,
        valid=(
            Example(title="imports in one direction", files=_TREE, config=_CONFIG),
            Example(
                title="a cycle that is not looked at",
                files={**_TREE, "app/prices/tax.py": "import app.orders.cart\n"},
                config=_CONFIG + 'ancestors = ["app.*"]\n',
            ),
        ),
        invalid=(
            Example(
                title="two modules import each other",
                files={**_TREE, "app/prices/tax.py": "def f():\n    import app.prices.offers\n"},
                config=_CONFIG,
            ),
            Example(
                title="two packages do, though none of their modules does",
                files={**_TREE, "app/prices/offers.py": "from app.orders import names\n", "app/orders/names.py": ""},
                config=_CONFIG,
            ),
        ),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._ancestors = tuple(ModulePattern.compile(text) for text in self.options.ancestors)
        self._skipped = tuple(ModulePattern.compile(text) for text in self.options.skip_descendants)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look for circles among the children of every package that is looked into, outer packages first."""
        graph = ImportGraph(program, self.options)
        in_scope = sorted(module.name for module, _ in self.setup.scope.modules(program) if "/" not in module.name)
        hops = [hop for name in in_scope for hop in graph.hops(name)]
        known = set(in_scope)
        for package in self._packages(in_scope):
            siblings = _siblings(package, [hop for hop in hops if hop.imported in known])
            for knot in _knots(siblings):
                yield self._violation(program, package, _shortest_circle(siblings, knot))

    def _packages(self, modules: list[str]) -> list[str]:
        """The packages that are looked into, outer ones first."""
        packages = sorted({"", *(package for name in modules for package in packages_around(name))})
        return [package for package in packages if self._is_looked_into(package)]

    def _is_looked_into(self, package: str) -> bool:
        outward = (package, *packages_around(package), *([""] if package else []))
        for distance, name in enumerate(outward):
            if self.options.depth is not None and distance > self.options.depth:
                return False
            if any(pattern.matches(name) for pattern in self._ancestors) or (not self._ancestors and not name):
                return True
            if name and any(pattern.matches(name) for pattern in self._skipped):
                return False
        return False

    def _violation(self, program: Program, package: str, circle: Chain) -> Violation:
        names = [_child(package, hop.importer) for hop in circle]
        way = " -> ".join(f"`{name}`" for name in (*names, names[0]))
        return Violation(
            location=Location(program.modules.by_name[circle[0].importer].file, circle[0].written.statement),
            message=f"imports go round in a circle: {way}",
            help="move what they share to a module of its own, or pass it in",
            symbol="->".join(names),
            witness=witness(program, circle),
        )

    def vacuities(self, program: Program) -> Iterator[Vacuity]:
        """An empty scope, or a pattern that names no package."""
        yield from super().vacuities(program)
        if self.setup.may_be_empty:
            return
        for key, patterns in (("ancestors", self._ancestors), ("skip-descendants", self._skipped)):
            for text in unmatched(program.modules, patterns):
                yield Vacuity((*self.setup.key, key), f"`{text}` of rule `{self.setup.id}` names no module")


def _child(package: str, module: str) -> str:
    """The child of a package that is a module or holds it; "" where the module is not inside the package."""
    prefix = f"{package}." if package else ""
    if not module.startswith(prefix):
        return ""
    return prefix + module[len(prefix) :].partition(".")[0]


def _siblings(package: str, hops: list[Hop]) -> Siblings:
    found: defaultdict[str, dict[str, Hop]] = defaultdict(dict)
    for hop in hops:
        importer, imported = _child(package, hop.importer), _child(package, hop.imported)
        if importer and imported and importer != imported:
            found[importer].setdefault(imported, hop)
    return found


def _knots(siblings: Siblings) -> Iterator[frozenset[str]]:
    """The sets of two or more children that can all come to each other (Tarjan's components), by their first names."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []
    for start in sorted(siblings):
        pending = [] if start in order else [(start, iter(sorted(siblings[start])))]
        while pending:
            name, further = pending[-1]
            if name not in order:
                order[name] = lowest[name] = len(order)
                stack.append(name)
            after = next(further, None)
            if after is None:
                pending.pop()
                if pending:
                    lowest[pending[-1][0]] = min(lowest[pending[-1][0]], lowest[name])
                if lowest[name] == order[name]:
                    place = stack.index(name)
                    found.append(frozenset(stack[place:]))
                    del stack[place:]
            elif after not in order:
                pending.append((after, iter(sorted(siblings.get(after, ())))))
            elif after in stack:
                lowest[name] = min(lowest[name], order[after])
    yield from sorted((knot for knot in found if len(knot) > 1), key=min)


def _shortest_circle(siblings: Siblings, knot: frozenset[str]) -> Chain:
    """The shortest way round within a knot, from the first child by name that lies on one so short."""
    circles = [_way_back(siblings, knot, start) for start in sorted(knot)]
    return min(circles, key=len)


def _way_back(siblings: Siblings, knot: frozenset[str], start: str) -> Chain:
    queue: deque[tuple[str, Chain]] = deque([(start, ())])
    seen: set[str] = set()
    while queue:
        name, way = queue.popleft()
        for after in sorted(knot & siblings[name].keys()):
            longer = (*way, siblings[name][after])
            if after == start:
                return longer
            if after not in seen:
                seen.add(after)
                queue.append((after, longer))
    raise AssertionError(f"{start} lies on no circle")
