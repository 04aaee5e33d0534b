"""The bodies of modules, read and lowered when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from truthline.facts.code import Bodies
from truthline.facts.lower import lower
from truthline.program.engine.units import FileIndex, Unit
from truthline.program.modules import Modules
from truthline.syntax.parse import Unparsable, parse

Reader = Callable[[str], Bodies]


class BodyStore:
    """Units by module name: first-party ones, and the models of what is not analysed."""

    def __init__(self, modules: Modules, read: Reader) -> None:
        self._modules = modules
        self._read = read
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._indexes: dict[str, FileIndex] = {}
        self._models: dict[str, str] = {}
        for entry in resources.files("truthline.program.models").iterdir():
            if entry.name.endswith(".py") and entry.name != "__init__.py":
                self._models[entry.name.removesuffix(".py").replace("__", ".")] = entry.read_text("utf-8")

    def has(self, module: str) -> bool:
        """Whether there are bodies for this module."""
        return self.is_first_party(module) or self.is_model(module)

    def is_first_party(self, module: str) -> bool:
        """Whether the module was read."""
        found = self._modules.get(module)
        return found is not None and found.outline is not None

    def is_model(self, module: str) -> bool:
        """Whether the module is not analysed, but has a model."""
        return module in self._models and not self._modules.exists(module)

    def units(self, module: str) -> tuple[Unit, ...]:
        """The units of a module, its own body first; empty for a module without bodies."""
        found = self._units.get(module)
        if found is None:
            found = self._units[module] = self._load(module)
        return found

    def index(self, module: str) -> FileIndex:
        """The syntactic index of a module."""
        found = self._indexes.get(module)
        if found is None:
            found = self._indexes[module] = FileIndex(self.units(module))
        return found

    def _load(self, module: str) -> tuple[Unit, ...]:
        source = self._modules.get(module)
        if source is not None and source.outline is not None:
            try:
                return _units(module, source.file, self._read(source.file), model=False)
            except (Unparsable, RecursionError):
                return ()
        if self.is_model(module):
            return _units(module, f"<model {module}>", lower(parse(self._models[module].encode())), model=True)
        return ()


def _units(module: str, file: str, bodies: Bodies, model: bool) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for code in bodies.codes:
        parent = units[code.parent] if code.parent >= 0 else None
        units.append(Unit(module, file, code, parent, model))
    return tuple(units)
