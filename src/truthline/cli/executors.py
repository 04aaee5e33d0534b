"""`--executor`: where files are read."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

import click

from truthline.cli.complaints import UnusableError

PROCESSES = "processes"
DASK = "dask:"
_SECONDS = 15


@contextmanager
def executor_of(where: str) -> Iterator[Executor | None]:
    """The executor that the command line names, until the block ends; None for processes of this machine.

    Raises UnusableError where it cannot be reached, or its extra is not installed.
    """
    if where == PROCESSES:
        yield None
        return
    client = _dask(where)
    try:
        yield client.get_executor()
    finally:
        client.close()


def _dask(where: str) -> Any:
    address = where.removeprefix(DASK)
    if address in (where, ""):
        raise click.BadParameter(f"{where!r} is neither `{PROCESSES}` nor `{DASK}ADDRESS`", param_hint="--executor")
    try:
        from distributed import Client
    except ImportError as error:
        raise UnusableError(f"--executor {DASK}... needs an extra: pip install 'truthline[dask]'") from error
    try:
        return Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnusableError(f"no dask scheduler answers at {address}") from error
