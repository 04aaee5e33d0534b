"""A value in a file of its own, with a checksum in front, that takes the place of the one before as a whole."""

import os
import zlib
from pathlib import Path
from typing import TypeVar

import msgspec

from truthline.facts.store.directory import open_own, write

_CHECKSUM = 4
_Value = TypeVar("_Value")


def seal(path: Path, value: object) -> None:
    """Write a value. Raises OSError."""
    content = msgspec.msgpack.encode(value)
    write(path, zlib.crc32(content).to_bytes(_CHECKSUM, "big") + content)


def unseal(path: Path, kind: type[_Value]) -> _Value | None:
    """Read a value; None where there is none, or a damaged one, or one that is not this user's."""
    try:
        with os.fdopen(open_own(path), "rb") as stream:
            content = stream.read()
        if int.from_bytes(content[:_CHECKSUM], "big") != zlib.crc32(content[_CHECKSUM:]):
            return None
        return msgspec.msgpack.decode(content[_CHECKSUM:], type=kind)
    except (OSError, msgspec.DecodeError):
        return None
