"""When is checked what: after a pause in typing, at once after a save, one check at a time, the newest text last."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from truthline.config.load import locate
from truthline.errors import TruthlineError
from truthline.lsp.look import Documents, Look, look
from truthline.lsp.working import Work

PAUSE = 0.4
"""Seconds without a keystroke after which unsaved text is checked."""
STACK = 64_000_000
"""Bytes of address space for the stack of a thread: as much as no system gives to any but the first."""


class Round(msgspec.Struct, frozen=True):
    """What is known of every project after a round, and sentences about what could not be found out."""

    looks: Mapping[Path, Look]
    complaints: tuple[str, ...] = ()


class Rounds:
    """Checks what was touched, in a thread of its own, and hands what it found to `done` in the loop of the server."""

    def __init__(
        self,
        asked: Callable[[], tuple[Iterable[Path], Documents]],
        done: Callable[[Round], None],
        work: Work,
        *,
        no_plugins: bool,
    ) -> None:
        """`asked` tells the directories whose configs count, and the open documents."""
        self._work = work
        self._asked = asked
        self._done = done
        self._no_plugins = no_plugins
        self._looks: dict[Path, Look] = {}
        self._touched: set[Path] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._running = False

    def touch(self, path: Path, *, pause: float = 0.0) -> None:
        """Something at or below a path has changed: look at what it belongs to when `pause` seconds have passed."""
        self._touched.add(path)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(pause, self._start)

    def _start(self) -> None:
        self._timer = None
        if self._running or not self._touched:
            return
        self._running = True
        touched, self._touched = self._touched, set()
        directories, documents = self._asked()
        loop = asyncio.get_running_loop()
        self._work.begin()

        def work() -> None:
            try:
                found = self._checked(touched, tuple(directories), documents)
            except Exception as error:  # noqa: BLE001 - a server that ends with a bug takes every answer with it
                found = Round(self._looks, (f"internal error: {type(error).__name__}: {error}; a bug in truthline",))
            with suppress(RuntimeError):  # the client has left meanwhile
                loop.call_soon_threadsafe(self._finish, found)

        threading.Thread(target=work, name="truthline-check", daemon=True).start()

    def _finish(self, found: Round) -> None:
        self._running = False
        self._work.end()
        self._looks = dict(found.looks)
        self._done(found)
        if self._timer is None:
            self._start()  # what was touched meanwhile

    def _checked(self, touched: set[Path], directories: Iterable[Path], documents: Documents) -> Round:
        """A look at every project that is new or was touched."""
        looks: dict[Path, Look] = {}
        complaints: list[str] = []
        for config_file in _configs(directories, complaints):
            known = self._looks.get(config_file)
            if known is not None and not any(_concerns(path, known.base) for path in touched):
                looks[config_file] = known
            else:
                looks[config_file] = look(config_file, documents, self._work.advance, no_plugins=self._no_plugins)
                gc.collect()  # `main` has turned the collector off
        return Round(looks, tuple(complaints))


def _configs(directories: Iterable[Path], complaints: list[str]) -> list[Path]:
    found: dict[Path, None] = {}
    for directory in directories:
        try:
            config_file = locate(directory)
        except TruthlineError as error:
            complaints.append(f"{directory}: {error}")
            continue
        if config_file is not None:
            found[config_file] = None
    return sorted(found)


def _concerns(path: Path, base: Path) -> bool:
    return path.is_relative_to(base) or base.is_relative_to(path)
