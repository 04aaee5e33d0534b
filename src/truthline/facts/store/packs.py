"""Facts in packs: files that are written once, opened by mapping them, and never changed.

A pack is the facts one after the other, then an index of fixed-width entries, then a footer with the index's checksum.
A pack without a sound footer was cut short and is passed over; a fact whose checksum does not hold is absent.
"""

import io
import mmap
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from truthline.facts.store.directory import UNFINISHED, open_own

Key = tuple[bytes, bytes]
"""A kind of one byte, and the 16 bytes of a digest."""

SUFFIX = ".pack"
_ENTRY = struct.Struct(">c16sQII")
_FOOTER = struct.Struct(">QII8s")
_MAGIC = b"tlpack01"


class Pack:
    """One pack, mapped into memory."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where it cannot be opened, ValueError where it is damaged."""
        self.path = path
        descriptor = open_own(path)
        try:
            self.modified = os.fstat(descriptor).st_mtime_ns
            self._bytes = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        self.entries = self._index()

    def _index(self) -> dict[Key, tuple[int, int, int]]:
        size = len(self._bytes)
        if size < _FOOTER.size:
            raise ValueError("cut short")
        start, count, checksum, magic = _FOOTER.unpack_from(self._bytes, size - _FOOTER.size)
        index = self._bytes[start : size - _FOOTER.size]
        if magic != _MAGIC or len(index) != count * _ENTRY.size or zlib.crc32(index) != checksum:
            raise ValueError("damaged")
        return {(kind, key): (offset, length, crc) for kind, key, offset, length, crc in _ENTRY.iter_unpack(index)}

    def get(self, key: Key) -> bytes | None:
        """A fact; None where the pack has none, or a damaged one."""
        place = self.entries.get(key)
        if place is None:
            return None
        offset, length, checksum = place
        content = self._bytes[offset : offset + length]
        return content if zlib.crc32(content) == checksum else None

    def close(self) -> None:
        """Unmap it."""
        self._bytes.close()


class PackWriter:
    """A pack in the making: a file without a name until it is finished."""

    def __init__(self, directory: Path | None) -> None:
        """Without a directory it is for this run alone. Raises OSError where nothing can be written."""
        import tempfile

        self._path: Path | None = None
        if directory is None:
            self._stream: BinaryIO = io.BytesIO()
        else:
            descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=directory)
            self._path = Path(name)
            self._stream = os.fdopen(descriptor, "w+b")
        self.entries: dict[Key, tuple[int, int, int]] = {}
        self._size = 0

    def add(self, key: Key, content: bytes) -> None:
        """Append a fact. Raises OSError."""
        self._stream.seek(self._size)  # where the last one was written whole
        self._stream.write(content)
        self.entries[key] = (self._size, len(content), zlib.crc32(content))
        self._size += len(content)

    def get(self, key: Key) -> bytes | None:
        """A fact that was added."""
        place = self.entries.get(key)
        if place is None:
            return None
        try:
            self._stream.seek(place[0])
            return self._stream.read(place[1])
        except OSError:  # a full disk, on which not even this was written
            return None

    def finish(self) -> Path | None:
        """Write the index and give the pack its name; None where it holds nothing. Raises OSError."""
        if self._path is None or not self.entries:
            self.abandon()
            return None
        index = b"".join(_ENTRY.pack(*key, *place) for key, place in self.entries.items())
        self._stream.seek(self._size)
        self._stream.truncate()
        self._stream.write(index)
        self._stream.write(_FOOTER.pack(self._size, len(self.entries), zlib.crc32(index), _MAGIC))
        self._stream.close()
        path = self._path.with_name(self._path.name.removeprefix(UNFINISHED) + SUFFIX)
        self._path.rename(path)
        return path

    def abandon(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # a full disk: what is still to be written is not missed
            self._stream.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
