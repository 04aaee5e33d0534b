"""What the pool and its workers say to each other: length-prefixed msgpack over two pipes."""

import struct
from typing import BinaryIO, TypeVar

import msgspec

from truthline.model.location import FILE_START, Span

_LENGTH = struct.Struct(">I")
_Frame = TypeVar("_Frame", bound=msgspec.Struct)


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """The first frame to a worker: what to run (`module:name`), and what a file may take of memory (bytes, 0: any).

    Where there are settings, the name is that of a class, and they make the job of it.
    """

    job: str
    memory: int
    settings: bytes | None = None


class Work(msgspec.Struct, frozen=True, array_like=True):
    """Files to read, in this order, by the path that opens them, each with what the job is told of it."""

    paths: tuple[bytes, ...]
    labels: tuple[bytes, ...]


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """One file's answer, in the order of the work: what the job made of it, or why it made nothing.

    The first reply of a worker has neither: it is ready. With a reason instead it cannot start.
    """

    payload: bytes | None = None
    reason: str | None = None
    span: Span = FILE_START


def send(stream: BinaryIO, frame: msgspec.Struct) -> None:
    """Write one frame."""
    encoded = msgspec.msgpack.encode(frame)
    stream.write(_LENGTH.pack(len(encoded)))
    stream.write(encoded)
    stream.flush()


def receive(stream: BinaryIO, kind: type[_Frame]) -> _Frame | None:
    """Read one frame; None at the end, also where the other side died in the middle of one."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(prefix)[0]
    encoded = stream.read(length)
    return msgspec.msgpack.decode(encoded, type=kind) if len(encoded) == length else None
