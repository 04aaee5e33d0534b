"""Layers as a plan, and where each module stands on it."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache

import msgspec

from truthline.api import ModulePattern, ModuleRef, Modules, Options, SourceModule
from truthline_rules.imported import packages, packages_around


class LayerTable(Options, frozen=True, kw_only=True):
    """One layer, written out: the modules on one height, and how they stand to each other and to the rest."""

    modules: tuple[ModuleRef, ...]
    independent: bool = False
    optional: bool = False
    closed: bool = False


class Place(msgspec.Struct, frozen=True):
    """A height (0 is the highest), and which of the modules on it: its name, relative to the container."""

    height: int
    member: str


class Member(msgspec.Struct, frozen=True):
    """One of the modules on a height, as the config names it, and whether it may be absent."""

    text: str
    optional: bool


class Layer(msgspec.Struct, frozen=True):
    """One height of the plan."""

    members: tuple[Member, ...]
    independent: bool = False
    closed: bool = False


def parse_layer(layer: str | LayerTable) -> Layer:
    """A layer from its short form (`a`, `(a)`, `a | b`, `a : b`) or its table."""
    if isinstance(layer, LayerTable):
        members = tuple(Member(text, layer.optional) for text in layer.modules)
        return Layer(members, layer.independent, layer.closed)
    separator = "|" if "|" in layer else ":"
    return Layer(tuple(_member(name.strip()) for name in layer.split(separator)), independent=separator == "|")


def _member(name: str) -> Member:
    if name.startswith("(") and name.endswith(")"):
        return Member(name[1:-1], optional=True)
    return Member(name, optional=False)


class Placement:
    """The plan within one container, or (container "") over the whole program."""

    def __init__(self, container: str, layers: tuple[Layer, ...], ignores: tuple[ModulePattern, ...]) -> None:
        self._container = container
        self._layers = layers
        self._ignores = ignores
        self._prefix = f"{container}." if container else ""
        self._members = tuple(
            (ModulePattern.compile(self._prefix + member.text), height, member)
            for height, layer in enumerate(layers)
            for member in layer.members
        )
        self._of = cache(self._search)

    def place(self, module: str) -> Place | None:
        """Where a module stands: on the layer that names it, or the nearest package around it."""
        for name in (module, *packages_around(module)):
            found = self._of(name)
            if found is not None:
                return found
        return None

    def is_open(self, module: str) -> bool:
        """Whether a module stands on no layer, so that chains lead through it."""
        return self.place(module) is None

    def _search(self, name: str) -> Place | None:
        found = next((height for pattern, height, _ in self._members if pattern.matches(name)), None)
        return None if found is None else Place(found, name.removeprefix(self._prefix))

    def objection(self, importer: Place, imported: Place) -> str | None:
        """Why a module at one place may not import one at the other, None where it may."""
        above, below = f"`{imported.member}`", f"`{importer.member}`"
        if importer.height > imported.height:
            return f"layer {above} is above {below}"
        if importer.height == imported.height:
            independent = self._layers[importer.height].independent and importer.member != imported.member
            return f"{below} and {above} are independent" if independent else None
        between = range(importer.height + 1, imported.height)
        closed = next((height for height in between if self._layers[height].closed), None)
        if closed is None:
            return None
        return f"the closed layer `{self._layers[closed].members[0].text}` lies between {below} and {above}"

    def unplaced(self, in_scope: Iterable[SourceModule]) -> Iterator[tuple[str, str]]:
        """The outermost modules on no layer, each with a file of it.

        Packages around a layer are on none, and need not be.
        """
        modules = [module for module in in_scope if self._inside(module.name)]
        around = {parent for module in modules if self.place(module.name) for parent in packages_around(module.name)}
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

    def missing(self, known: Collection[str]) -> Iterator[str]:
        """The members that must exist and do not."""
        within = f" in container `{self._container}`" if self._container else ""
        for pattern, _, member in self._members:
            if not member.optional and not any(pattern.matches(name) for name in known):
                yield f"layer `{member.text}`{within}"


class Plan:
    """Layers, and the containers in which they are repeated. Raises MalformedPattern."""

    def __init__(self, layers: tuple[Layer, ...], containers: tuple[str, ...], ignores: tuple[str, ...]) -> None:
        self._layers = layers
        self._containers = tuple(ModulePattern.compile(text) for text in containers)
        self._ignores = tuple(ModulePattern.compile(text) for text in ignores)

    def placements(self, modules: Modules) -> tuple[Placement, ...]:
        """The plan within each container that exists, or over everything where none is named."""
        names = [name for name in sorted(packages(modules)) if any(each.matches(name) for each in self._containers)]
        return tuple(Placement(name, self._layers, self._ignores) for name in (names if self._containers else [""]))

    def absent(self, modules: Modules) -> Iterator[str]:
        """Containers that no package matches, and layers that are missing where they must be."""
        known = packages(modules)
        for container in self._containers:
            if not any(container.matches(name) for name in known):
                yield f"container `{container.text}`"
        for placement in self.placements(modules):
            yield from placement.missing(known | modules.by_name.keys())


def _outermost_first(module: str) -> tuple[str, ...]:
    return (*reversed(packages_around(module)), module)
