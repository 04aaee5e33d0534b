"""Layers as a plan, and where each module stands on it."""

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from truthline.api import ModulePattern, ModuleRef, Modules, Options, SourceModule


class LayerTable(Options, frozen=True, kw_only=True):
    """One layer, written out: the modules on one height, and how they stand to each other and to the rest."""

    modules: tuple[ModuleRef, ...]
    independent: bool = False
    optional: bool = False
    closed: bool = False


class Place(msgspec.Struct, frozen=True):
    """A height (0 is the highest), and which of the layer's modules it is."""

    height: int
    member: int


def parse_layer(layer: str | LayerTable) -> LayerTable:
    """A layer from its short form: `a`, `(a)`, `a | b`, `a : b`."""
    if isinstance(layer, LayerTable):
        return layer
    separator = "|" if "|" in layer else ":"
    names = [name.strip() for name in layer.split(separator)]
    optional = all(name.startswith("(") and name.endswith(")") for name in names)
    return LayerTable(
        modules=tuple(name.removeprefix("(").removesuffix(")") for name in names),
        independent=separator == "|",
        optional=optional,
    )


class Placement:
    """The plan within one container, or (container "") over the whole program."""

    def __init__(self, container: str, layers: tuple[LayerTable, ...], ignores: tuple[ModulePattern, ...]) -> None:
        self._container = container
        self._layers = layers
        self._ignores = ignores
        prefix = f"{container}." if container else ""
        self._members = tuple(
            (ModulePattern.compile(prefix + text), Place(height, member), layer.optional)
            for height, layer in enumerate(layers)
            for member, text in enumerate(layer.modules)
        )
        self._of = cache(self._search)

    def place(self, module: str) -> Place | None:
        """Where a module stands: on the layer that names it, or the nearest package around it."""
        for name in (module, *_parents(module)):
            found = self._of(name)
            if found is not None:
                return found
        return None

    def is_open(self, module: str) -> bool:
        """Whether a module stands on no layer, so that chains lead through it."""
        return self.place(module) is None

    def _search(self, name: str) -> Place | None:
        return next((place for pattern, place, _ in self._members if pattern.matches(name)), None)

    def objection(self, importer: Place, imported: Place) -> str | None:
        """Why a module at one place may not import one at the other, None where it may."""
        above, below = self._name(imported), self._name(importer)
        if importer.height > imported.height:
            return f"layer {above} is above {below}"
        if importer.height == imported.height:
            independent = self._layers[importer.height].independent and importer.member != imported.member
            return f"{below} and {above} are independent" if independent else None
        between = range(importer.height + 1, imported.height)
        closed = next((height for height in between if self._layers[height].closed), None)
        if closed is None:
            return None
        return f"the closed layer {self._name(Place(closed, 0))} lies between {below} and {above}"

    def _name(self, place: Place) -> str:
        return f"`{self._layers[place.height].modules[place.member]}`"

    def unplaced(self, in_scope: Iterable[SourceModule]) -> Iterator[tuple[str, str]]:
        """The outermost modules on no layer, each with a file of it.

        Packages around a layer are on none, and need not be.
        """
        modules = [module for module in in_scope if self._inside(module.name)]
        around = {parent for module in modules if self.place(module.name) for parent in _parents(module.name)}
        reported: set[str] = set()
        for module in modules:
            if self.place(module.name) or module.name in around:
                continue
            outermost = next(
                name for name in _outermost_first(module.name) if self._inside(name) and name not in around
            )
            ignored = any(pattern.matches(name) for pattern in self._ignores for name in (module.name, outermost))
            if outermost not in reported and not ignored:
                reported.add(outermost)
                yield outermost, module.file

    def _inside(self, name: str) -> bool:
        return not self._container or name.startswith(f"{self._container}.")

    def missing(self, packages: Iterable[str]) -> set[tuple[int, int]]:
        """The members (by height and number) that must exist and do not."""
        needed = {(place.height, place.member): pattern for pattern, place, optional in self._members if not optional}
        return {at for at, pattern in needed.items() if not any(pattern.matches(name) for name in packages)}


class Plan:
    """Layers, and the containers in which they are repeated. Raises MalformedPattern."""

    def __init__(self, layers: tuple[LayerTable, ...], containers: tuple[str, ...], ignores: tuple[str, ...]) -> None:
        self._layers = layers
        self._containers = tuple(ModulePattern.compile(text) for text in containers)
        self._ignores = tuple(ModulePattern.compile(text) for text in ignores)

    def placements(self, modules: Modules) -> tuple[Placement, ...]:
        """The plan within each container that exists, or over everything where none is named."""
        packages = sorted(_packages(modules))
        names = [name for name in packages if any(each.matches(name) for each in self._containers)]
        return tuple(Placement(name, self._layers, self._ignores) for name in (names if self._containers else [""]))

    def absent(self, modules: Modules) -> Iterator[str]:
        """Containers that no package matches, and layers that no container has."""
        packages = _packages(modules)
        for container in self._containers:
            if not any(container.matches(name) for name in packages):
                yield f"container `{container.text}`"
        missing = [placement.missing(packages | modules.by_name.keys()) for placement in self.placements(modules)]
        for height, member in sorted(set.intersection(*missing)) if missing else ():
            yield f"layer `{self._layers[height].modules[member]}`"


def _parents(module: str) -> tuple[str, ...]:
    """The packages around a module, nearest first."""
    parts = module.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))


def _outermost_first(module: str) -> tuple[str, ...]:
    return (*reversed(_parents(module)), module)


def _packages(modules: Modules) -> set[str]:
    return {parent for name in modules.by_name for parent in _parents(name)}
