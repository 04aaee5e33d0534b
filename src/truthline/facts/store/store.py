"""The facts that are known, and those that this run adds."""

from contextlib import suppress
from pathlib import Path
from typing import Literal

from truthline.facts.store.directory import StoreDirectory
from truthline.facts.store.packs import SUFFIX, Key, Pack, PackWriter

Kind = Literal["outline", "bodies", "unread", "answers"]
_BYTES: dict[Kind, bytes] = {"outline": b"o", "bodies": b"b", "unread": b"u", "answers": b"a"}
_MOST_PACKS = 12
_SPARE = 64_000_000
"""Bytes of facts that no run needs at present which a store may hold, on top of three times what the last one used."""


class Store:
    """Facts by kind and digest; it lasts as long as the run where it has no directory, or cannot write there."""

    def __init__(self, directory: StoreDirectory | None = None) -> None:
        self.directory = directory
        self._packs = _packs(directory.path) if directory is not None else []
        self._writer: PackWriter | None = None
        self._used: set[Key] = set()

    @property
    def is_empty(self) -> bool:
        """Whether no fact is known from before."""
        return not any(pack.entries for pack in self._packs)

    def get(self, kind: Kind, digest: bytes) -> bytes | None:
        """A fact, None where it is not known, or damaged."""
        key = (_BYTES[kind], digest)
        for pack in self._packs:
            content = pack.get(key)
            if content is not None:
                self._used.add(key)
                return content
        return self._writer.get(key) if self._writer is not None else None

    def put(self, kind: Kind, digest: bytes, content: bytes) -> None:
        """Add a fact; for this run alone, bodies and answers are the only ones that are asked for again."""
        if self.directory is None and kind not in ("bodies", "answers"):
            return
        key = (_BYTES[kind], digest)
        self._used.add(key)
        try:
            if self._writer is None:
                self._writer = self._new_writer()
            self._writer.add(key, content)
        except OSError:  # a full disk: a fact that is lost is made again
            self.directory = None

    def _new_writer(self) -> PackWriter:
        if self.directory is not None and self.directory.prepare():
            with suppress(OSError):
                return PackWriter(self.directory.path)
        self.directory = None
        return PackWriter(None)

    def close(self) -> None:
        """Keep what this run added, where the store can be written, and merge packs that have become many."""
        if self._writer is None:
            return
        directory, writer, self._writer = self.directory, self._writer, None
        if directory is None:
            writer.abandon()
            return
        try:
            added = writer.finish()
            if added is not None:
                self._packs.append(Pack(added))
            if len(self._packs) > _MOST_PACKS:
                self._merge(directory)
            directory.tidy()
        except (OSError, ValueError):
            writer.abandon()
        except BaseException:  # an interrupt
            writer.abandon()
            raise

    def _merge(self, directory: StoreDirectory) -> None:
        """One pack in place of all: what this run used, and of the rest the newest, as far as there is room."""
        merged = PackWriter(directory.path)
        try:
            self._collect(merged)
            merged.finish()
        except BaseException:
            merged.abandon()
            raise
        for pack in self._packs:
            pack.path.unlink(missing_ok=True)

    def _collect(self, merged: PackWriter) -> None:
        room = _SPARE + 3 * sum(self._length(key) for key in self._used)
        for pack in reversed(self._packs):
            for key, (_, length, _) in pack.entries.items():
                if key in merged.entries or (key not in self._used and length > room):
                    continue
                content = pack.get(key)
                if content is not None:
                    merged.add(key, content)
                    room -= 0 if key in self._used else length

    def _length(self, key: Key) -> int:
        return next((pack.entries[key][1] for pack in self._packs if key in pack.entries), 0)


def _packs(directory: Path) -> list[Pack]:
    """Every sound pack, the oldest first."""
    found = []
    for path in directory.glob(f"*{SUFFIX}"):
        try:
            found.append(Pack(path))
        except FileNotFoundError:  # another process merged it into another
            continue
        except (OSError, ValueError):  # damaged, or not ours: nothing can be lost with it
            with suppress(OSError):
                path.unlink()
    return sorted(found, key=lambda pack: (pack.modified, pack.path))
