"""What a run looked at, and what it looked for and did not find, as plain values that can be held against the disk.

An answer that rests on nothing else is still true while all of it is unchanged. A file is trusted by its stat, as git
does it: one that was touched so shortly before it was looked at that a further change could leave the same stat
is read again.
"""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from truthline.syntax.identity import NEVER, Identity, digest, identity
from truthline.syntax.source import SourceFile, read
from truthline.syntax.unread import Unparsable

_NEVER_SEEN = frozenset({"__pycache__", "node_modules"})
_SUFFIXES = (".py", ".so", ".pyd")
_SPECIAL = frozenset({".gitignore", "pyvenv.cfg"})


class Content(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file with its digest; no identity where there was no file, no digest where it was not read."""

    identity: Identity | None
    digest: bytes | None


class Looks(msgspec.Struct, array_like=True):
    """Everything that was looked at, by path relative to the base, from the moment `since` (nanoseconds) on.

    `walked` holds the directories of which only that counts which a walk or an import can see, `listed` those
    whose every name does; no digest where the directory could not be listed. `kinds` are file types as `stat` has
    them, 0 where there is nothing, `revisions` commits of git by what they were asked for, None where there is none.
    """

    since: int
    walked: dict[str, bytes | None] = {}
    listed: dict[str, bytes | None] = {}
    kinds: dict[str, int] = {}
    contents: dict[str, Content] = {}
    revisions: dict[str, str | None] = {}

    @property
    def is_settled(self) -> bool:
        """Whether the looks can hold at all: nothing was seen that may be otherwise although nothing changes."""
        return not any(content.identity == NEVER for content in self.contents.values())

    def recall(self, path: str, content: Content) -> None:
        """Note a file; one that changed while it was looked at is never the same again."""
        known = self.contents.setdefault(path, content)
        if known.digest != content.digest:
            self.contents[path] = Content(NEVER, None)


def kind(path: str | Path) -> int:
    """The type of what is there, links being followed; 0 where nothing is."""
    try:
        return stat.S_IFMT(os.stat(path).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return 0


def visible(entries: Iterable["os.DirEntry[str]"]) -> bytes:
    """The digest of what a walk or an import can see of a directory."""
    return names_digest(_visible(entries))


def _visible(entries: Iterable["os.DirEntry[str]"]) -> Iterator[str]:
    for entry in entries:
        name = entry.name
        if name in _NEVER_SEEN or (name.startswith(".") and name not in _SPECIAL):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield name + "/"
        elif name.endswith(_SUFFIXES) or name in _SPECIAL or entry.is_symlink():
            yield name


def names_digest(names: Iterable[str]) -> bytes:
    """The digest of names in any order."""
    return digest("\0".join(sorted(names)).encode("utf-8", "surrogateescape"))


def still_hold(base: Path, looks: Looks) -> Looks | None:
    """The looks, where nothing has changed since; None where something has.

    They are the same object where every file could be trusted by its stat, else new ones that hold from now on.
    """
    since = time.time_ns()
    if not (_kinds_hold(base, looks) and _directories_hold(base, looks) and _revisions_hold(base, looks)):
        return None
    contents = _contents_now(base, looks)
    if contents is None:
        return None
    if all(contents[path] is before for path, before in looks.contents.items()):
        return looks
    return Looks(since, looks.walked, looks.listed, looks.kinds, contents, looks.revisions)


def _kinds_hold(base: Path, looks: Looks) -> bool:
    return all(kind(base / path) == before for path, before in looks.kinds.items())


def _directories_hold(base: Path, looks: Looks) -> bool:
    root = f"{base}{os.sep}"
    return all(walked(root + path) == before for path, before in looks.walked.items()) and all(
        listed(root + path) == before for path, before in looks.listed.items()
    )


def _revisions_hold(base: Path, looks: Looks) -> bool:
    return all(commit_of(base, name) == before for name, before in looks.revisions.items())


def commit_of(base: Path, revision: str) -> str | None:
    """The commit that a revision names now; None where git knows none."""
    from truthline.syntax.git import GitError, Repository

    try:
        return Repository(base).commit(revision)
    except GitError:
        return None


def walked(path: str) -> bytes | None:
    """The digest of what a walk can see of a directory now; None where it cannot be listed."""
    try:
        with os.scandir(path) as listing:
            return visible(listing)
    except (OSError, ValueError):
        return None


def listed(path: str) -> bytes | None:
    """The digest of a directory's names now; None where it cannot be listed."""
    try:
        return names_digest(os.listdir(path))  # noqa: PTH208
    except (OSError, ValueError):
        return None


def _contents_now(base: Path, looks: Looks) -> dict[str, Content] | None:
    """The files with their identities of now, where each has the content it had."""
    root = f"{base}{os.sep}"
    now: dict[str, Content] = {}
    for path, before in looks.contents.items():
        found = identity(root + path)
        if found == before.identity and (found is None or not found.is_racy(looks.since)):
            now[path] = before
        elif found is None or before.digest is None or digest_of(base, path) != before.digest:
            return None  # it is gone, or another one, or may be another one
        else:
            now[path] = Content(found, before.digest)
    return now


def digest_of(base: Path, path: str) -> bytes | None:
    """The digest of a file now; None where it cannot be read."""
    try:
        return digest(read(base, SourceFile(path)))
    except Unparsable:
        return None
