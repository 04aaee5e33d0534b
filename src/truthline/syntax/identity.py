"""By what a file and a content are known."""

import hashlib
import os
from pathlib import Path

import msgspec

RACY = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT)."""
TICK = 20_000_000
"""Nanoseconds: as coarse as the kernel's clock is where it is coarse."""


class Identity(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """By what a file is recognised without reading it: size in bytes, times in nanoseconds, inode."""

    size: int
    modified: int
    changed: int
    inode: int

    def is_racy(self, since: int, clock: int = RACY) -> bool:
        """Whether a change after the moment `since` could have left the same identity, by how coarse the clock is."""
        return max(self.modified, self.changed) + clock > since


NEVER = Identity(-1, -1, -1, -1)
"""The identity of no file."""


def identity_of(status: os.stat_result) -> Identity:
    """The identity that a stat tells. On Windows a directory's entries know no inode."""
    inode = 0 if os.name == "nt" else status.st_ino
    return Identity(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode)


def identity(path: str | Path) -> Identity | None:
    """The identity of a file; None where there is nothing, or nothing that can be looked at."""
    try:
        return identity_of(os.stat(path))  # noqa: PTH116  # thousands of these are asked on every run
    except (OSError, ValueError):
        return None


def digest(content: bytes) -> bytes:
    """The 16 bytes by which a content is known."""
    return hashlib.blake2b(content, digest_size=16).digest()
