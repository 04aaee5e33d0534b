"""The files below the config's directory: every way in which a run looks at the disk, and a record of what it saw.

Nothing past this room opens, lists or asks for a file in another way, so that an answer can be held against everything
that it rests on: what was read, what was listed, and what was looked for and not found.
"""

import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from truthline.syntax.identity import NEVER, TICK, digest, identity
from truthline.syntax.looks import Content, Looks, kind, names_digest, visible
from truthline.syntax.overlay import NOTHING, Overlay
from truthline.syntax.source import SourceFile, read
from truthline.syntax.unread import Unparsable


class Tree:
    """A base directory, what stands in for some files below it, and what was looked at so far.

    Paths are relative to the base, with `/`; "" is the base itself.
    """

    def __init__(self, base: Path, overlay: Overlay = NOTHING) -> None:
        self.base = base
        self.overlay = overlay
        self.looks = Looks(time.time_ns())
        self._scanned: dict[str, frozenset[str]] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises Unparsable where it cannot be read."""
        if path in self.overlay:
            return self.overlay[path]
        found = identity(self.base / path)  # before it is read: a change meanwhile must not look old
        try:
            content = read(self.base, SourceFile(path))
        except Exception:
            self.looks.recall(path, Content(found, None))
            raise
        self.looks.recall(path, Content(found, digest(content)))
        return content

    def exists(self, path: str) -> bool:
        """Whether there is anything of this name; a link that leads nowhere is nothing."""
        return path in self.overlay or self.kind(path) != 0

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file of this name, links being followed."""
        return path in self.overlay or stat.S_ISREG(self.kind(path))

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory of this name, links being followed."""
        return stat.S_ISDIR(self.kind(path))

    def names(self, directory: str) -> frozenset[str]:
        """Every name in a directory; none where it cannot be listed."""
        try:
            names = frozenset(os.listdir(self.base / directory))  # noqa: PTH208
        except (OSError, ValueError):
            self.looks.listed[directory] = None
            return frozenset()
        self.looks.listed[directory] = names_digest(names)
        return names

    def scan(self, directory: str) -> "list[os.DirEntry[str]]":
        """A directory's entries, of which only those count that a walk or an import can see. Raises OSError."""
        self.looks.walked[directory] = None
        with os.scandir(self.base / directory) as listing:
            entries = list(listing)
        self.looks.walked[directory] = visible(entries)
        self._scanned[directory] = frozenset(entry.name for entry in entries)
        return entries

    def importable(self, directory: str) -> frozenset[str]:
        """The names in a directory as imports ask for them; none where it cannot be listed.

        They are exactly as written: a file system that ignores case would find too much.
        """
        if directory not in self._scanned:
            try:
                self.scan(directory)
            except (OSError, ValueError):
                self._scanned[directory] = frozenset()
        return self._scanned[directory]

    def revision(self, name: str) -> dict[str, str]:
        """The regular files of a git revision below the base, each with its object's name. Raises GitError."""
        from truthline.syntax.git import Repository

        self.looks.revisions[name] = None
        repository = Repository(self.base)
        commit = self.looks.revisions[name] = repository.commit(name)
        return repository.files(commit)

    def saw(self, file: SourceFile, content: bytes | None) -> None:
        """Note a file that somebody else read, by the digest of what it held; None where it was not read."""
        if file.stored is None:
            self.looks.recall(file.path, Content(file.identity, content))

    def was_read_at(self, moment: int, paths: Iterable[str]) -> None:
        """Note files that were read elsewhere at a moment (nanoseconds), by what they hold now.

        One that has changed since, as far as the clock tells, may have held something else.
        """
        for path in paths:
            found = identity(self.base / path)
            if found is None or found.is_racy(moment, TICK):
                self.doubt(path)
            else:
                self.read(path)

    def is_certain(self, path: str) -> bool:
        """Whether a file has had one content only since it was first looked at."""
        content = self.looks.contents.get(path)
        return content is None or content.identity != NEVER

    def held(self, path: str, content: bytes | None) -> None:
        """Note a file that was read elsewhere, by the digest of what it held just before."""
        with suppress(Unparsable):
            if digest(self.read(path)) == content:
                return
        self.doubt(path)

    def doubt(self, path: str) -> None:
        """Note that what became of a file may be otherwise the next time, though nothing changes."""
        self.looks.contents[path] = Content(NEVER, None)

    def kind(self, path: str) -> int:
        """The type of what is there on the disk, as `stat` has it, links being followed; 0 where nothing is."""
        found = self.looks.kinds[path] = kind(self.base / path)
        return found
