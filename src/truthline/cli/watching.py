"""`check --watch`: the same question again whenever a file is saved."""

import gc
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from truthline.cli.answer import Request
from truthline.cli.complaints import UnusableError, complaints
from truthline.config.load import locate
from truthline.errors import TruthlineError
from truthline.report.escape import printable

_NEVER = frozenset({"__pycache__", "node_modules"})
_DECIDING = frozenset({".gitignore", ".truthline.toml"})
_FAILED = 2
_SHOWN = 3
_PATIENCE = 100
"""Milliseconds without a change after which the first answer is given."""


def keep_asking(ask: Callable[[], int], request: Request) -> int:
    """Ask, and ask again after every change below the config, until interrupted; the status of the last answer.

    A mistake in the config is told like an answer: the next save may mend it. Raises UnusableError without the extra.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise UnusableError("--watch needs an extra: pip install 'truthline[watch]'") from error
    if request.stdin_filename is not None:
        raise click.BadParameter("standard input can be read only once", param_hint="--watch")
    config_file = locate(Path.cwd(), request.config_file)
    base = (config_file.parent if config_file is not None else Path.cwd()).absolute()
    status: int | None = None
    with suppress(KeyboardInterrupt):
        for changes in watch(base, watch_filter=_Filter(base, request), rust_timeout=_PATIENCE, yield_on_timeout=True):
            if changes:
                click.echo(printable(_heading(base, {path for _, path in changes})), err=True)
            if changes or status is None:  # asked when the watch has begun, so that no save is missed
                status = _asked(ask)
    return _FAILED if status is None else status


def _asked(ask: Callable[[], int]) -> int:
    try:
        return ask()
    except TruthlineError as error:
        for line in complaints(error):
            click.echo(line, err=True)
        return _FAILED
    finally:
        gc.collect()


class _Filter:
    """Which changes count: not those in hidden directories and bytecode, and not the reports that are written."""

    def __init__(self, base: Path, request: Request) -> None:
        self._base = base
        self._written = {str(target.file.absolute()) for target, _ in request.reports if target.file is not None}

    def __call__(self, _change: Any, path: str) -> bool:
        """Whether a change of this path counts."""
        if path in self._written:
            return False
        *directories, name = Path(path).relative_to(self._base).parts
        hidden = [each for each in (*directories, name) if each.startswith(".") or each in _NEVER]
        return not hidden or (hidden == [name] and name in _DECIDING)


def _heading(base: Path, paths: Iterable[str]) -> str:
    names = sorted(str(Path(path).relative_to(base)) for path in paths)
    further = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"changed: {', '.join(names[:_SHOWN])}{further}"
