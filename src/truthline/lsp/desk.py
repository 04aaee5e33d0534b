"""The server itself: what it found last, and what its client was told."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from truthline import __version__
from truthline.lsp.actions import actions
from truthline.lsp.diagnostics import diagnostics
from truthline.lsp.look import Documents, Look
from truthline.lsp.places import Places
from truthline.lsp.rounds import Round, Rounds
from truthline.lsp.working import Working
from truthline.report.escape import printable


class Desk(LanguageServer):
    """A language server that has the projects around the opened directories and files checked."""

    def __init__(self, *, no_plugins: bool) -> None:
        # Texts come whole: pygls counts the lines of a change as `str.splitlines` does, and a form feed ends none.
        super().__init__("truthline", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.was_shut_down = False
        self._rounds = Rounds(self._asked, self._publish, Working(self), no_plugins=no_plugins)
        self._looks: list[Look] = []
        self._told: set[str] = set()
        self._complaints: set[str] = set()

    def touch(self, uri: str, *, pause: float = 0.0) -> None:
        """A document has changed: check what it belongs to after so many seconds."""
        path = _path(uri)
        if path is not None:
            self._rounds.touch(path, pause=pause)

    def touch_all(self) -> None:
        """Check every project of the opened directories."""
        for folder in self._folders():
            self._rounds.touch(folder)

    def offered(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about what stands there; nothing where the text has changed since it was checked."""
        document = self.workspace.text_documents.get(unquote(params.text_document.uri))
        path = _path(params.text_document.uri)
        if document is None or path is None:
            return []
        codec, text = self.workspace.position_codec, document.source
        found: list[types.CodeAction] = []
        for look in self._looks:
            if path.is_relative_to(look.base) and look.saw(file := path.relative_to(look.base).as_posix(), text):
                found += actions(look, file, text, params, Places(look.base, look.lines(), codec), codec)
        return found

    def _asked(self) -> tuple[Iterable[Path], Documents]:
        texts = ((_path(each.uri), each.source) for each in self.workspace.text_documents.values())
        documents = {path: text for path, text in texts if path is not None}
        return (*self._folders(), *(path.parent for path in documents)), documents

    def _folders(self) -> list[Path]:
        root = self.workspace.root_uri
        paths = map(_path, [*(each.uri for each in self.workspace.folders.values()), *([root] if root else [])])
        return [path for path in paths if path is not None]

    def _publish(self, found: Round) -> None:
        self._looks = list(found.looks.values())
        at: dict[str, list[types.Diagnostic]] = {}
        for look in self._looks:
            places = Places(look.base, look.lines(), self.workspace.position_codec)
            for uri, several in diagnostics(look, places).items():
                at.setdefault(uri, []).extend(several)
        for uri in sorted(self._told | at.keys()):
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, at.get(uri, [])))
        self._told = set(at)
        self._complain(set(found.complaints))

    def _complain(self, complaints: set[str]) -> None:
        """Tell each once, for as long as it holds."""
        for complaint in sorted(complaints - self._complaints):
            text = printable(f"truthline: {complaint}")
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))
        self._complaints = complaints


def _path(uri: str) -> Path | None:
    """The file of an address; None for what is no file, such as a document that was never saved anywhere."""
    path = to_fs_path(uri)
    return Path(path) if path else None
