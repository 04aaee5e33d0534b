"""Where rules come from: the bundled ones and the plugins that the config names, all loaded the same way.

Loading a plugin runs it; nothing that the config does not name is ever loaded.
"""

import importlib
import importlib.metadata
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeGuard

from truthline.checking.patience import LOADING, limited
from truthline.checking.protocol import Meta, Rule
from truthline.config.forms import complaint as misplaced
from truthline.errors import TruthlineError

BUNDLED = ("truthline_rules",)
GROUP = "truthline.rules"


class PluginError(TruthlineError):
    """A plugin that cannot be loaded, or that is no plugin."""


def bundled_rules() -> tuple[type[Rule], ...]:
    """The rules that ship with truthline."""
    return tuple(rule for name in BUNDLED for rule in _rules_of(name, importlib.import_module(name)))


def plugin_rules(plugins: tuple[str, ...], base: Path) -> tuple[type[Rule], ...]:
    """The rules of the plugins named by the config: paths of Python files, or names of entry points."""
    return tuple(rule for name in plugins for rule in _rules_of(name, _load(name, base)))


def is_path(plugin: str) -> bool:
    """Whether the config names a file, and not an entry point."""
    return plugin.endswith(".py") or "/" in plugin


def _load(name: str, base: Path) -> object:
    try:
        with limited(LOADING, "it"):
            return _load_file(name, base / name) if is_path(name) else _load_entry_point(name)
    except (PluginError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise PluginError(f"plugin `{name}` cannot be loaded: {type(error).__name__}: {error}") from error


def _load_file(name: str, path: Path) -> ModuleType:
    complaint = misplaced("path", name, frozenset())
    if complaint:
        raise PluginError(f"plugin `{name}` cannot be loaded: {complaint}")
    if not path.is_file():
        raise PluginError(f"plugin `{name}` cannot be loaded: there is no such file")
    module_name = f"truthline_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"plugin `{name}` cannot be loaded: it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # structs and dataclasses look their module up while it runs
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module


def _load_entry_point(name: str) -> object:
    found = tuple(importlib.metadata.entry_points(group=GROUP, name=name))
    if not found:
        raise PluginError(f"plugin `{name}` cannot be loaded: no installed package has an entry point of that name")
    return found[0].load()


def _rules_of(name: str, loaded: object) -> tuple[type[Rule], ...]:
    rules = tuple(_classes(loaded))
    if not rules:
        raise PluginError(f"plugin `{name}` defines no rule: it needs a subclass of `truthline.api.Rule`")
    for rule in rules:
        if not isinstance(getattr(rule, "meta", None), Meta):
            raise PluginError(f"plugin `{name}`: rule `{rule.__name__}` has no `meta`")
    return rules


def _classes(loaded: object) -> Iterator[type[Rule]]:
    """A module's `RULES`, or else the rule classes that it defines; a rule class; or a sequence of these."""
    if isinstance(loaded, ModuleType):
        listed = getattr(loaded, "RULES", None)
        if listed is not None:
            yield from _classes(listed)
            return
        own = [value for value in vars(loaded).values() if _is_rule(value) and value.__module__ == loaded.__name__]
        yield from (rule for rule in own if hasattr(rule, "meta"))
    elif _is_rule(loaded):
        yield loaded
    elif isinstance(loaded, (tuple, list)):
        for item in loaded:
            yield from _classes(item)


def _is_rule(value: object) -> TypeGuard[type[Rule]]:
    return inspect.isclass(value) and issubclass(value, Rule)
