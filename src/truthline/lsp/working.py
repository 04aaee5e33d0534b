"""Long work, told to the editor, which shows it in its own way; of a check that is soon done nothing is told."""

import asyncio
from contextlib import suppress
from typing import Protocol
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

PATIENCE = 0.5
"""Seconds that pass before a check counts as long."""


class Work(Protocol):
    """Who is told how far a check is: that it begins and ends, in the loop of the server, the rest in any thread."""

    def begin(self) -> None:
        """A check begins."""

    def advance(self, done: int, total: int) -> None:
        """So many of its files have been read."""

    def end(self) -> None:
        """It is done, or has failed."""


class Working:
    """Work in progress by the protocol; silent where the client has not said that it can show any."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._checks = 0
        self._token: str | None = None
        self._said: types.WorkDoneProgressReport | None = None

    def begin(self) -> None:
        """Wait whether it takes long."""
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(PATIENCE, self._ask)

    def advance(self, done: int, total: int) -> None:
        """Pass on what has changed for a reader: the percentage, and that all files are read."""
        reading = done < total
        said = types.WorkDoneProgressReport(
            message=f"{done:,} of {total:,} files read" if reading else "rules and flows",
            percentage=done * 100 // max(total, 1),
        )
        if self._loop is not None and (self._said is None or said.percentage != self._said.percentage):
            self._said = said
            with suppress(RuntimeError):  # the client has left meanwhile
                self._loop.call_soon_threadsafe(self._report, said)

    def end(self) -> None:
        """Take it off the editor's screen, if it came there."""
        self._checks += 1
        if self._timer is not None:
            self._timer.cancel()
        if self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
        self._token = self._said = self._timer = None

    def _ask(self) -> None:
        """The client hands out a place for it, or does not."""
        self._asking = asyncio.get_running_loop().create_task(self._show(self._checks))

    async def _show(self, check: int) -> None:
        token = str(uuid4())
        with suppress(JsonRpcException):
            await self._server.work_done_progress.create_async(token)
            if check == self._checks:  # it has not come to its end while the client thought about it
                start = types.WorkDoneProgressBegin("truthline", message="checking", percentage=0)
                self._server.work_done_progress.begin(token, start)
                self._token = token
                self._report(self._said)

    def _report(self, said: types.WorkDoneProgressReport | None) -> None:
        if said is not None and self._token is not None:
            self._server.work_done_progress.report(self._token, said)
