"""`--executor`: where files are read."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from truthline.cli.complaints import UnusableError
from truthline.cli.options import DASK, PROCESSES

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
    try:
        from distributed import Client
    except ImportError as error:
        raise UnusableError(f"--executor {DASK}... needs an extra: pip install 'truthline[dask]'") from error
    try:
        return Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UnusableError(f"no dask scheduler answers at {address}") from error
