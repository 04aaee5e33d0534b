"""Which content each file had when it was last seen, so that a file that has not been touched need not be read."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from truthline.facts.store.directory import StoreDirectory
from truthline.facts.store.sealed import seal, unseal
from truthline.syntax.identity import Identity
from truthline.syntax.source import SourceFile

_Table = dict[str, tuple[Identity, int, bytes]]
"""By path: the identity, the moment (nanoseconds) before which it was seen at the latest, and the digest."""


class Sightings:
    """The files below one base directory, as they were last seen."""

    def __init__(self, directory: StoreDirectory | None, base: Path) -> None:
        self._directory = directory
        self._since = time.time_ns()
        name = hashlib.blake2b(str(base).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        self._path = directory.path / f"seen-{name}" if directory is not None else None
        self._table: _Table = (self._path and unseal(self._path, _Table)) or {}
        self._now: _Table = {}

    def digest(self, file: SourceFile) -> bytes | None:
        """The digest of a file that cannot have changed since it was last seen; None where it has to be read."""
        known = self._table.get(file.path)
        if known is None or file.stored is not None or known[0] != file.identity or known[0].is_racy(known[1]):
            return None
        self._now[file.path] = known
        return known[2]

    def learn(self, file: SourceFile, digest: bytes) -> None:
        """Note what a file holds; its identity was taken before it was read."""
        if file.stored is None and file.identity is not None:
            self._now[file.path] = (file.identity, self._since, digest)

    def close(self) -> None:
        """Keep what was seen, where that can be written."""
        if self._directory is None or self._path is None or self._now == self._table:
            return
        if self._directory.prepare():
            with suppress(OSError):
                seal(self._path, self._now)
