"""Intrinsics that look modules and what they bind up by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from truthline.program.engine.calls import Arguments, Site
from truthline.program.engine.protocols import argument, texts
from truthline.program.engine.values import Constant, ModuleValue, Opaque, Value

if TYPE_CHECKING:
    from truthline.program.engine.engine import Engine


def _import_module(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    found: set[Value] = set()
    names, packages = argument(arguments, 0), arguments.keywords.get("package", argument(arguments, 1))
    known = texts(names)
    for text in known:
        for name in _absolute_names(text, texts(packages)):
            parts = name.split(".")
            for count in range(1, len(parts) + 1):
                engine.solver.notes().imports[".".join(parts[:count])] = None
            found |= engine.names.module_value(name)
    if len(known) < len(names) or not names:
        reason = "a module is imported by a name that is not constant"
        engine.solver.notes().unknown[reason] = None
        found.add(engine.opaque(reason))
    return found


def _absolute_names(text: str, packages: list[str]) -> list[str]:
    if not text.startswith("."):
        return [text]
    level = len(text) - len(text.lstrip("."))
    found = []
    for package in packages:
        parts = package.split(".")
        base = parts[: len(parts) - level + 1]
        found.append(".".join([*base, text.lstrip(".")]))
    return found


def _import_top(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`__import__(name)`: the top package, unless `fromlist` is given."""
    values = set(_import_module(engine, Arguments((argument(arguments, 0),)), site))
    if len(arguments.positional) > 3 or "fromlist" in arguments.keywords:
        return values
    tops = {one.name.partition(".")[0] for one in values if isinstance(one, ModuleValue)}
    found = {value for name in sorted(tops) for value in engine.names.module_value(name)}
    return found | {one for one in values if not isinstance(one, ModuleValue)}


def _located(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """What a dotted path of a settings file names; a value that is no text is itself."""
    found: set[Value] = {one for one in argument(arguments, 0) if not isinstance(one, (Constant, Opaque))}
    for text in texts(argument(arguments, 0)):
        parts = text.split(".")
        count = next((count for count in range(len(parts), 0, -1) if engine.bodies.has(".".join(parts[:count]))), 1)
        values = engine.names.module_value(".".join(parts[:count]))
        for part in parts[count:]:
            values = frozenset(one for value in values for one in engine.attribute(value, part))
        found |= values
    return found


def _defined(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`defined(name, *markers)`: what every module binds to a name (to the last part of `app.Name`).

    With markers, only the modules count that bind one of these.
    """
    markers = [texts(argument(arguments, place)) for place in range(1, len(arguments.positional))]
    found: set[Value] = set()
    for name in (text.rpartition(".")[2] for text in texts(argument(arguments, 0))):
        for module in engine.modules.files_mentioning(name):
            units = engine.bodies.units(module.name)
            bound = units[0].bindings if units else {}
            if name in bound and (not markers or any(one in bound for marker in markers for one in marker)):
                found |= engine.names.global_(module.name, name)
    return found


def _modules_ending(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The modules whose dotted name ends so."""
    return {
        value
        for text in texts(argument(arguments, 0))
        for name in engine.modules.by_name
        if name.endswith(f".{text}")
        for value in engine.names.module_value(name)
    }


def _resolve_name(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """`pkgutil.resolve_name("pkg.module:Qual.name")`."""
    found: set[Value] = set()
    for text in texts(argument(arguments, 0)):
        module, _, qualname = text.partition(":")
        constant = frozenset((engine.universe.constant(module),))
        values = frozenset(_import_module(engine, Arguments((constant,)), site))
        for part in qualname.split(".") if qualname else ():
            values = frozenset(one for value in values for one in engine.attribute(value, part))
        found |= values
    return found or {engine.opaque("a name that is not constant is resolved")}


def _submodules(engine: Engine, arguments: Arguments, site: Site | None) -> Iterable[Value]:
    """The names of the modules under packages, as `pkgutil.walk_packages(package.__path__, prefix)` finds them."""
    if site is None:
        return ()
    prefixes = texts(argument(arguments, 0))
    found: set[Value] = set()
    for prefix in prefixes:
        for name in engine.modules.by_name:
            if prefix and name.startswith(prefix):
                found.add(engine.universe.constant(name))
    return found


IMPORTING: dict[str, Callable[[Any, Arguments, Site | None], Iterable[Value]]] = {
    "import_module": _import_module,
    "import_top": _import_top,
    "resolve_name": _resolve_name,
    "located": _located,
    "defined": _defined,
    "modules_ending": _modules_ending,
    "submodules": _submodules,
}
