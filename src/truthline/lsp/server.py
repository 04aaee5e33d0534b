"""What a client can say, and what is done about it."""

import sys
import threading

from lsprotocol import types

from truthline.lsp.actions import FIX_ALL, QUICK_FIX
from truthline.lsp.desk import Desk
from truthline.lsp.rounds import PAUSE, STACK
from truthline.syntax.depth import deep_recursion

_WATCHED = ("**/*.py", "**/*.toml", "**/truthline-baseline.json", "**/.gitignore")


def serve(*, no_plugins: bool) -> int:
    """Speak the protocol on standard input and output until the client leaves; 1 where it leaves without a word.

    Whatever else is printed, by a plugin say, goes to standard error: it would break the protocol.
    """
    speaking, sys.stdout = sys.stdout.buffer, sys.stderr
    threading.stack_size(STACK)
    desk = Desk(no_plugins=no_plugins)
    _register(desk)
    with deep_recursion():  # set once: threads that set and restore it would do so in each other's way
        desk.start_io(stdout=speaking)
    return 0 if desk.was_shut_down else 1


def _register(desk: Desk) -> None:
    """pygls hands each of these the server that its first parameter is annotated with."""
    desk.feature(types.INITIALIZED)(_begin)
    desk.feature(types.SHUTDOWN)(_end)
    desk.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    desk.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    desk.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    desk.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    desk.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_changed_outside)
    desk.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(_changed_folders)
    offered = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL])
    desk.feature(types.TEXT_DOCUMENT_CODE_ACTION, offered)(desk.thread()(_actions))


def _begin(desk: Desk, _params: types.InitializedParams) -> None:
    workspace = desk.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(each) for each in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("truthline-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        desk.client_register_capability(types.RegistrationParams([registration]))
    desk.touch_all()


def _end(desk: Desk, _params: None) -> None:
    desk.was_shut_down = True


def _opened(desk: Desk, params: types.DidOpenTextDocumentParams) -> None:
    desk.touch(params.text_document.uri)


def _changed(desk: Desk, params: types.DidChangeTextDocumentParams) -> None:
    desk.touch(params.text_document.uri, pause=PAUSE)


def _saved(desk: Desk, params: types.DidSaveTextDocumentParams) -> None:
    desk.touch(params.text_document.uri)


def _closed(desk: Desk, params: types.DidCloseTextDocumentParams) -> None:
    desk.touch(params.text_document.uri)


def _changed_outside(desk: Desk, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        desk.touch(change.uri, pause=PAUSE)


def _changed_folders(desk: Desk, _params: types.DidChangeWorkspaceFoldersParams) -> None:
    desk.touch_all()


def _actions(desk: Desk, params: types.CodeActionParams) -> list[types.CodeAction]:
    return desk.offered(params)
