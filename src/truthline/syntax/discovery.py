"""Finding the files to analyse, without opening, following or waiting for anything.

A directory walk is where hostile trees start: links that form loops, pipes with a `.py` name, directories that
may not be listed. Directory links are never followed; what cannot be read is returned with a reason, so that
the run can name it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from truthline.config.schema import Config
from truthline.syntax.identity import identity_of
from truthline.syntax.ignore import IgnoreRules, gitignore, ignored, patterns
from truthline.syntax.source import MAX_SIZE, SourceFile, too_large
from truthline.syntax.tree import Tree

_NEVER = frozenset({"__pycache__", "node_modules"})


def discover(config: Config, tree: Tree | None = None) -> tuple[SourceFile, ...]:
    """Every Python file that `include` (default: the roots) holds, sorted by path.

    Left out are: hidden files and directories, `__pycache__`, `node_modules`, virtual environments, and what
    `exclude` or a `.gitignore` names, those of the directories between the config file and an include too.
    An include is entered although a `.gitignore` names it: the user named it last.
    """
    walk = _Walk(config, tree or Tree(Path(config.base)))
    found: dict[str, SourceFile] = {}
    for include in config.include or config.roots:
        for file in walk.start(relative(config.base, include)):
            found.setdefault(file.path, file)
    return tuple(found[path] for path in sorted(found))


def covers(config: Config, path: str) -> bool:
    """Whether `discover` finds a file of this path, relative to the config file, or would if it were saved."""
    if not path.endswith(".py"):
        return False
    walk = _Walk(config, Tree(Path(config.base)))
    return any(walk.meets(relative(config.base, include), path) for include in config.include or config.roots)


def relative(base: str, path: str) -> str:
    """A path of the config with `/`, relative to the config file; "" for the directory of the config file itself."""
    joined = os.path.normpath(Path(base, path))
    short = os.path.relpath(joined, base).replace(os.sep, "/")
    return "" if short == "." else short


class _Walk:
    """A walk with the rules that hold everywhere."""

    def __init__(self, config: Config, tree: Tree) -> None:
        self._tree = tree
        self._exclude = patterns(config.exclude)

    def start(self, include: str) -> Iterator[SourceFile]:
        """The files of one include, which may be a file itself."""
        path = self._tree.base / include
        if self._tree.is_directory(include):
            yield from self._directories(include, self._inherited(include))
        elif not self._tree.exists(include) and not path.is_symlink():
            yield SourceFile(include, reason="does not exist")
        elif not include.endswith(".py"):
            yield SourceFile(include, reason="is neither a directory nor a Python file")
        else:
            yield self._described(include, path)

    def meets(self, include: str, path: str) -> bool:
        """Whether the walk of an include comes by a file of this path, whether or not there is one."""
        if path == include:
            return True
        if include and not path.startswith(f"{include}/"):
            return False
        *inner, name = path.removeprefix(include).lstrip("/").split("/")
        directory, rules = include, self._inherited(include) + gitignore(self._tree, include)
        for part in inner:
            directory = f"{directory}/{part}" if directory else part
            if part.startswith(".") or part in _NEVER or self._left_out(f"{directory}/", rules):
                return False
            if self._tree.exists(f"{directory}/pyvenv.cfg"):
                return False
            rules += gitignore(self._tree, directory)
        return not name.startswith(".") and not self._left_out(path, rules)

    def _inherited(self, include: str) -> tuple[IgnoreRules, ...]:
        """The `.gitignore` rules of the directories above an include, unless they leave out the include itself."""
        rules: tuple[IgnoreRules, ...] = ()
        parts = include.split("/") if include else []
        if ".." in parts:
            return rules
        for depth in range(len(parts)):
            rules += gitignore(self._tree, "/".join(parts[:depth]))
            if ignored("/".join(parts[: depth + 1]) + "/", rules):
                return ()
        return rules

    def _directories(self, include: str, rules: tuple[IgnoreRules, ...]) -> Iterator[SourceFile]:
        """The files at any depth; a tree may be deeper than Python recurses."""
        pending = [(include, rules)]
        while pending:
            directory, rules = pending.pop()
            try:
                entries = self._tree.scan(directory)
            except OSError as error:
                reason = f"is a directory that cannot be listed: {error.strerror}"
                yield SourceFile(_shown(directory or "."), reason=reason)
                continue
            names = {entry.name for entry in entries}
            if "pyvenv.cfg" in names:
                continue
            if ".gitignore" in names:
                rules += gitignore(self._tree, directory)
            for entry in entries:
                path = f"{directory}/{entry.name}" if directory else entry.name
                if self._is_inner(path, entry, rules):
                    pending.append((path, rules))
                elif self._is_source(path, entry, rules):
                    yield self._described(path, entry)

    def _is_inner(self, path: str, entry: "os.DirEntry[str]", rules: tuple[IgnoreRules, ...]) -> bool:
        if entry.name.startswith(".") or entry.name in _NEVER or not entry.is_dir(follow_symlinks=False):
            return False
        return not self._left_out(path + "/", rules)

    def _is_source(self, path: str, entry: "os.DirEntry[str]", rules: tuple[IgnoreRules, ...]) -> bool:
        if entry.name.startswith(".") or not entry.name.endswith(".py") or entry.is_dir(follow_symlinks=False):
            return False
        return not self._left_out(path, rules) and not _links_to_directory(entry)

    def _left_out(self, path: str, rules: tuple[IgnoreRules, ...]) -> bool:
        return ignored(path, self._exclude) or ignored(path, rules)

    def _described(self, path: str, entry: "os.DirEntry[str] | Path") -> SourceFile:
        """The file with what one stat (of the target, if it is a link) tells."""
        if not path.isprintable():
            return SourceFile(_shown(path), reason="has a name that is not printable text")
        file = _examined(path, entry)
        if file.reason is not None:
            self._tree.saw(file, None)
        return file


def _links_to_directory(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def _examined(path: str, entry: "os.DirEntry[str] | Path") -> SourceFile:
    try:
        status = entry.stat()
    except OSError as error:
        return SourceFile(path, reason=_stat_failure(entry, error))
    if not stat.S_ISREG(status.st_mode):
        return SourceFile(path, identity=identity_of(status), reason=f"is {_sort(status.st_mode)}, not a regular file")
    reason = too_large(status.st_size) if status.st_size > MAX_SIZE else None
    return SourceFile(path, status.st_size, identity_of(status), reason)


def _stat_failure(entry: "os.DirEntry[str] | Path", error: OSError) -> str:
    if entry.is_symlink():
        return f"is a link that leads nowhere: {error.strerror}"
    return f"cannot be looked at: {error.strerror}"


def _sort(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else "a directory"


def _shown(path: str) -> str:
    """A path that any report can print."""
    return path if path.isprintable() else repr(path)[1:-1]
