"""An editor for tests: pygls' own client, which speaks to a real `truthline lsp` over its standard input and output."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from tests.cli.projects import environment

PATIENCE = 60.0
"""Seconds until an answer that does not come is missed: the machine may be busy."""


class Editor:
    """What a person does, and what the server has said."""

    def __init__(self, base: Path, client: LanguageClient) -> None:
        self.base = base
        self.client = client
        self.messages: list[str] = []
        self.texts: dict[str, str] = {}
        self.rooms: list[types.ProgressToken] = []
        self.progress: list[Any] = []
        self._told: dict[str, Sequence[types.Diagnostic]] = {}
        self._news = asyncio.Event()
        self._versions = 0
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(self._hear))
        client.feature(types.WINDOW_SHOW_MESSAGE)(partial(self._hear_message))
        client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(partial(self._make_room))
        client.feature(types.PROGRESS)(partial(self._hear_progress))

    def uri(self, path: str) -> str:
        return (self.base / path).as_uri()

    def found(self, path: str) -> list[types.Diagnostic]:
        return list(self._told.get(self.uri(path), ()))

    def codes(self, path: str) -> list[str]:
        return [str(each.code) for each in self.found(path)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the server will have said."""
        while not holds():
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), PATIENCE)
            except asyncio.TimeoutError as error:
                raise AssertionError(f"the server said {self._told} and {self.messages}") from error

    async def until_codes(self, path: str, *codes: str) -> None:
        """Wait until this, and nothing else, is wrong in a file."""
        await self.until(lambda: self.codes(path) == [*codes])

    def open(self, path: str, text: str | None = None) -> None:
        self.texts[path] = text if text is not None else (self.base / path).read_bytes().decode()
        item = types.TextDocumentItem(self.uri(path), types.LanguageKind.Python, self._version(), self.texts[path])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, path: str, text: str) -> None:
        """Change the text and save nothing."""
        self.texts[path] = text
        document = types.VersionedTextDocumentIdentifier(self._version(), self.uri(path))
        changes = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def save(self, path: str) -> None:
        (self.base / path).write_bytes(self.texts[path].encode())
        self.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(self.uri(path)))
        )

    def close(self, path: str) -> None:
        del self.texts[path]
        document = types.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def actions(self, path: str, line: int, *only: str) -> list[types.CodeAction]:
        """What is offered on a line, counted from 1."""
        here = types.Position(line - 1, 0)
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(path)), types.Range(here, here), context)
        offered = await self.client.text_document_code_action_async(params)
        return [each for each in offered or () if isinstance(each, types.CodeAction)]

    def applied(self, path: str, action: types.CodeAction) -> str:
        """The text after an action, with its positions in UTF-16."""
        assert action.edit is not None
        assert action.edit.changes is not None
        lines = _lines(self.texts[path])
        for edit in sorted(action.edit.changes[self.uri(path)], key=lambda each: each.range.start.line, reverse=True):
            before, after = _offset(lines, edit.range.start), _offset(lines, edit.range.end)
            text = "".join(lines)
            lines = _lines(text[:before] + edit.new_text + text[after:])
        return "".join(lines)

    def _version(self) -> int:
        self._versions += 1
        return self._versions

    def _hear(self, params: types.PublishDiagnosticsParams) -> None:
        self._told[params.uri] = params.diagnostics
        self._news.set()

    def _make_room(self, params: types.WorkDoneProgressCreateParams) -> None:
        self.rooms.append(params.token)

    def _hear_progress(self, params: types.ProgressParams) -> None:
        self.progress.append(params.value)
        self._news.set()

    def _hear_message(self, params: types.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self._news.set()


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _offset(lines: list[str], place: types.Position) -> int:
    line = lines[place.line] if place.line < len(lines) else ""
    inside = line.encode("utf-16-le")[: 2 * place.character].decode("utf-16-le")
    return sum(map(len, lines[: place.line])) + len(inside)


def under(line: str, stretch: types.Range) -> str:
    """What of a line is underlined, its positions being in UTF-16."""
    return line.encode("utf-16-le")[2 * stretch.start.character : 2 * stretch.end.character].decode("utf-16-le")


@asynccontextmanager
async def editor(base: Path, *arguments: str, shows_progress: bool = True) -> AsyncIterator[Editor]:
    """Open a directory in an editor; at the end the server must have been left running, and must go when told to."""
    client = LanguageClient("editor", "1")
    window = Editor(base, client)
    before, surroundings = dict(os.environ), environment()
    os.environ.clear()
    os.environ.update(surroundings)
    try:
        await client.start_io(sys.executable, "-m", "truthline", "lsp", *arguments)
    finally:
        os.environ.clear()
        os.environ.update(before)
    server = client._server
    assert server is not None
    folders = [types.WorkspaceFolder(base.as_uri(), base.name)]
    able = types.ClientCapabilities(window=types.WindowClientCapabilities(work_done_progress=shows_progress))
    params = types.InitializeParams(able, root_uri=base.as_uri(), workspace_folders=folders)
    await asyncio.wait_for(client.initialize_async(params), PATIENCE)
    client.initialized(types.InitializedParams())
    yield window
    assert server.returncode is None, "the server died"
    await asyncio.wait_for(client.shutdown_async(None), PATIENCE)
    client.exit(None)
    assert await asyncio.wait_for(server.wait(), PATIENCE) == 0
    await client.stop()  # type: ignore[no-untyped-call]
