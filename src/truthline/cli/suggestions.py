"""The names that a shell can complete besides commands and options. None is worth a complaint on a key press."""

from collections.abc import Iterable
from pathlib import Path

import click


def rules(_context: click.Context, _option: click.Parameter, typed: str) -> list[str]:
    """Codes and names of the rules that ship; of several with commas between them, the last is completed."""
    from truthline.checking.plugins import bundled_rules

    before, comma, last = typed.rpartition(",")
    words = [word for rule in bundled_rules() for word in (rule.meta.code, rule.meta.name)]
    return [f"{before}{comma}{word}" for word in sorted(words) if word.startswith(last)]


def flows(_context: click.Context, _option: click.Parameter, typed: str) -> list[str]:
    """The flows of the config that holds here."""
    return [name for name in _tables("flow") if name.startswith(typed)]


def states(_context: click.Context, _option: click.Parameter, typed: str) -> list[str]:
    """Its states."""
    return [name for name in _tables("state") if name.startswith(typed)]


def _tables(kind: str) -> Iterable[str]:
    """The names of the tables `[KIND.NAME]`."""
    from truthline.config.load import find
    from truthline.errors import TruthlineError

    try:
        found = find(Path.cwd())
    except TruthlineError:
        return ()
    tables = found[1].raw.get(kind) if found is not None else None
    return sorted(tables) if isinstance(tables, dict) else ()
