"""The bodies of modules, read and lowered when they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib import resources

from truthline.facts.code import Bodies
from truthline.facts.lower import lower
from truthline.program.engine.units import FileIndex, Unit
from truthline.program.modules import Modules
from truthline.syntax.parse import parse
from truthline.syntax.unread import Unparsable

Reader = Callable[[str], Bodies]
RESULT = "<result>"
"""The name under which a text's value is bound."""


class BodyStore:
    """Units by module name: first-party ones, and the models of what is not analysed."""

    def __init__(self, modules: Modules, read: Reader) -> None:
        self._modules = modules
        self._read = read
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._indexes: dict[str, FileIndex] = {}
        self._models: dict[str, str] = {}
        self._naming: dict[str, tuple[str, ...]] = {}
        self._texts: dict[tuple[str, str, bool], Unit | None] = {}
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

    def models_naming(self, attribute: str) -> tuple[str, ...]:
        """The models in whose text an attribute of this name stands."""
        found = self._naming.get(attribute)
        if found is None:
            models = (module for module, text in sorted(self._models.items()) if f".{attribute}" in text)
            found = self._naming[attribute] = tuple(module for module in models if self.is_model(module))
        return found

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

    def text(self, caller: Unit, source: str, is_expression: bool) -> Unit | None:
        """A text as code of the module that evaluates it; None where it cannot be, or makes functions of its own."""
        key = (caller.module, source, is_expression)
        if key not in self._texts:
            self._texts[key] = _text_unit(caller, source, is_expression)
        return self._texts[key]

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


def _text_unit(caller: Unit, source: str, is_expression: bool) -> Unit | None:
    try:
        tree = ast.parse(source, mode="eval") if is_expression else ast.parse(source)
        if isinstance(tree, ast.Expression):
            target = ast.copy_location(ast.Name(RESULT, ast.Store()), tree.body)
            tree = ast.Module([ast.copy_location(ast.Assign([target], tree.body), tree.body)], [])
        codes = lower(tree).codes
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Unit(caller.module, f"<text in {caller.file}>", codes[0], None, model=True) if len(codes) == 1 else None


def _units(module: str, file: str, bodies: Bodies, model: bool) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for code in bodies.codes:
        parent = units[code.parent] if code.parent >= 0 else None
        units.append(Unit(module, file, code, parent, model))
    return tuple(units)
