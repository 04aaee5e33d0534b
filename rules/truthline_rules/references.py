"""What a document's code spans refer to: files, symbols in them, and operations."""

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from truthline.api import Program

if TYPE_CHECKING:
    from os import DirEntry

_PATH = re.compile(
    r"(?P<path>(?:[\w.@-]+/)*[\w-]+\.(?:py|pyi|md|rst|sql|csv|json|toml|ya?ml|txt|sh|ini|cfg|html|js|tsx?))"
    r"(?:::(?P<symbol>\w+(?:(?:::|\.)\w+)*)(?:\[[^\]]*\])?(?:\([^()]*\))?|(?::|#L)(?P<line>\d+)(?:-L?(?P<last>\d+))?)?"
)
_FOLDER = re.compile(r"(?:[\w.@-]+/){2,}")
_OPERATION = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+")
_MADE = rb"^\s*(?:async\s+)?(?:def|class)\s+%s\b"  # in a file that is not analysed, such as a test
_HIDDEN = frozenset({"node_modules", "__pycache__", "site-packages"})
_MOST = 200_000  # names; a tree with more is not listed to its end


class References:
    """The files below the roots of the documents, and the operations of all dispatch tables.

    A path may be written from any root on, or by its last parts alone. Operations are looked at where there is a
    dispatch table: a dotted name whose first part begins a registered operation.
    """

    def __init__(self, program: Program, roots: tuple[str, ...]) -> None:
        self._program = program
        self._roots = roots

    def complaint(self, text: str, *, about_operations: bool) -> str | None:
        """What is wrong with a reference; None where it holds, or is no reference."""
        match = _PATH.fullmatch(text)
        if match is not None:
            return self._file(match["path"], match["symbol"], match["last"] or match["line"])
        if _FOLDER.fullmatch(text):
            return None if self._is_folder(text.rstrip("/")) else f"there is no directory `{text}`"
        if _OPERATION.fullmatch(text):
            return self._operation(text, about_operations=about_operations)
        return None

    def means(self, text: str, file: str, symbol: str) -> bool:
        """Whether a reference names a function: by its file, by itself, or by what it stands in or is registered as."""
        match = _PATH.fullmatch(text)
        if match is not None:
            named = (match["symbol"] or "").replace("::", ".")
            return file in self.files(match["path"]) and (
                not named or any(_is(each, named) for each in _around(symbol))
            )
        module = self._program.modules.by_file.get(file)
        handlers = self._handlers.get(text, ()) if module is not None else ()
        return module is not None and any(f"{module.name}:{each}" in handlers for each in _around(symbol))

    # -- files

    def files(self, path: str) -> list[str]:
        """The files that a path may mean: one below a root, else all that end with it."""
        below = [whole for root in self._roots if self._program.tree.is_file(whole := _joined(root, path))]
        return below or [
            file for file in self._by_name.get(path.rpartition("/")[2], ()) if f"/{file}".endswith(f"/{path}")
        ]

    def _file(self, path: str, symbol: str | None, line: str | None) -> str | None:
        found = self.files(path)
        if not found:
            return f"there is no file `{path}`"
        if symbol is not None and not any(self._defines(file, symbol.replace("::", ".")) for file in found):
            return f"`{found[0]}` defines no `{symbol}`"
        if line is not None and all(self._lines(file) < int(line) for file in found):
            return f"`{found[0]}` has no line {line}"
        return None

    def _is_folder(self, path: str) -> bool:
        tree = self._program.tree
        return any(tree.is_directory(_joined(root, path)) for root in self._roots) or any(
            f"/{folder}".endswith(f"/{path}") for folder in self._folders
        )

    @cached_property
    def _listing(self) -> tuple[dict[str, list[str]], set[str]]:
        files: defaultdict[str, list[str]] = defaultdict(list)
        folders: set[str] = set()
        waiting = list(dict.fromkeys("" if root == "." else root for root in self._roots))
        while waiting and len(folders) < _MOST:
            folder = waiting.pop()
            for entry in self._entries(folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.add(path)
                    waiting.append(path)
                elif "." in entry.name:
                    files[entry.name].append(path)
        return dict(files), folders

    def _entries(self, folder: str) -> list["DirEntry[str]"]:
        try:
            entries = self._program.tree.scan(folder)
        except OSError:
            return []
        kept = (entry for entry in entries if not entry.name.startswith(".") and entry.name not in _HIDDEN)
        return sorted(kept, key=lambda entry: entry.name)

    @property
    def _by_name(self) -> dict[str, list[str]]:
        return self._listing[0]

    @property
    def _folders(self) -> set[str]:
        return self._listing[1]

    def _lines(self, file: str) -> int:
        return self._program.tree.read(file).count(b"\n") + 1

    def _defines(self, file: str, symbol: str) -> bool:
        """Whether a Python file has a function, class or name; of other files, whether the word occurs."""
        if not file.endswith(".py"):
            return symbol.rpartition(".")[2].encode() in self._program.tree.read(file)
        module = self._program.modules.by_file.get(file)
        if module is not None:
            outline = module.outline
            return outline is None or any(_is(each.qualname, symbol) for each in outline.definitions)
        source = self._program.tree.read(file)
        return all(re.search(_MADE % name.encode(), source, re.MULTILINE) for name in symbol.split("."))

    # -- operations

    def _operation(self, name: str, *, about_operations: bool) -> str | None:
        if name in self._registered:
            return None if name in self._executed else f"operation `{name}` is registered, and nothing executes it"
        domains = {each.partition(".")[0] for each in self._registered}
        if about_operations and name.partition(".")[0] in domains:
            return f"there is no operation `{name}`"
        return None

    @cached_property
    def _registered(self) -> set[str]:
        sites = (self._program.dispatch(table) for table in self._program.config.dispatch)
        return {each.operation for several in sites for each in several.registered if each.operation}

    @cached_property
    def _handlers(self) -> dict[str, set[str]]:
        """By operation, the functions, methods and classes that handle it, as `module:Qual.name`."""
        handlers: defaultdict[str, set[str]] = defaultdict(set)
        for table in self._program.config.dispatch:
            for each in self._program.dispatch(table).registered:
                handlers[each.operation or ""].update(each.handler.split(", "))
        return dict(handlers)

    @cached_property
    def _executed(self) -> set[str]:
        sites = (self._program.dispatch(table) for table in self._program.config.dispatch)
        return {each.operation for several in sites for each in several.executed if each.operation}


def _joined(root: str, path: str) -> str:
    return path if root in (".", "") else f"{root}/{path}"


def _is(qualname: str, symbol: str) -> bool:
    return qualname == symbol or qualname.endswith(f".{symbol}")


def _around(qualname: str) -> list[str]:
    """A qualified name, and those of what it stands in."""
    parts = qualname.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
