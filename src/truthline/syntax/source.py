"""Reading a file's bytes, and turning them into text as Python would."""

import codecs
import os
import re
import stat
from functools import cache
from pathlib import Path

import msgspec

from truthline.syntax.identity import Identity
from truthline.syntax.unread import Unparsable

MAX_SIZE = 5_000_000
"""Bytes. Larger files are generated data; the largest of the standard library has 1 MB."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")

_CODECS = (
    "ascii utf-8 utf-8-sig latin-1 "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 "
    "iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 "
    "cp437 cp850 cp852 cp866 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "koi8-r koi8-u mac-roman shift_jis cp932 euc_jp euc_kr cp949 gb2312 gbk gb18030 big5 big5hkscs"
).split()
"""Codecs that map each character to its own bytes, and ASCII to itself.

Python would accept any codec that is registered, `utf-7` and `rot13` too: text whose bytes say one thing and
whose meaning is another has no place in a code base that is reviewed, and a codec is code that runs.
"""


class SourceFile(msgspec.Struct, frozen=True, order=True):
    """A file that was found. `path` is relative to the config file, with `/`.

    `size` (bytes) and `identity` are those of the one stat that discovery made. A file with a `reason` must not be
    opened: it is no regular file, too large, or out of reach. `stored` is the absolute path of the text that stands in
    for it.
    """

    path: str
    size: int = 0
    identity: Identity | None = None
    reason: str | None = None
    stored: str | None = None

    def under(self, base: Path) -> Path:
        """The file to open."""
        return base / (self.stored or self.path)


def read(base: Path, file: SourceFile) -> bytes:
    """The bytes of a file. Never blocks on something that turned into a pipe since it was found.

    Raises `Unparsable`.
    """
    if file.reason is not None:
        raise Unparsable(file.reason)
    try:
        descriptor = os.open(file.under(base), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unparsable("is not a regular file")
            source = stream.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise Unparsable(f"cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    if len(source) > MAX_SIZE:
        raise Unparsable(too_large(len(source)))
    return source


def too_large(size: int) -> str:
    """The reason for not reading a file of this size."""
    return f"is too large ({size / 1_000_000:.1f} MB or more; the limit is {MAX_SIZE // 1_000_000} MB)"


def decode(source: bytes) -> str:
    """The text of a source file by PEP 263, without a byte order mark and with `\\n` as its only line end.

    Raises `Unparsable` for what Python does not read either, and for codecs outside the allow-list.
    """
    _refuse_binary(source)
    unmarked, codec = encoding(source)
    unmarked = unmarked.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return unmarked.decode(codec)
    except UnicodeDecodeError as error:
        line = unmarked.count(b"\n", 0, error.start) + 1
        start = unmarked.rfind(b"\n", 0, error.start) + 1
        column = len(unmarked[start : error.start].decode(codec, "replace")) + 1
        raise Unparsable(f"is not valid {codec} (byte 0x{unmarked[error.start]:02x})", line, column) from error


def encoding(source: bytes) -> tuple[bytes, str]:
    """The bytes of a source file behind its byte order mark, and the codec that they are in. Raises `Unparsable`."""
    marked = source.startswith(codecs.BOM_UTF8)
    unmarked = source[len(codecs.BOM_UTF8) :] if marked else source
    return unmarked, _codec(unmarked, marked)


def split_lines(text: str) -> list[str]:
    """The lines of decoded text as the parser counts them: a form feed or U+2028 ends no line."""
    return text.split("\n")


def _refuse_binary(source: bytes) -> None:
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unparsable("is UTF-16, which Python does not read as source")
    nul = source.find(b"\0")
    if nul >= 0:
        raise Unparsable("contains NUL bytes (a binary file, or UTF-16)", source.count(b"\n", 0, nul) + 1)


def _codec(source: bytes, marked: bool) -> str:
    name = _cookie(source)
    if name is None:
        return "utf-8"
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        raise Unparsable(f"declares the unknown encoding {name!r}") from None
    if codec not in _allowed():
        raise Unparsable(f"declares the encoding {name!r}, which is not on the list of those that are read")
    if marked and codec not in ("utf-8", "utf-8-sig"):
        raise Unparsable(f"has a UTF-8 byte order mark, but declares the encoding {name!r}")
    return codec


@cache
def _allowed() -> frozenset[str]:
    """The names by which the codecs know themselves: looking them up takes longer than most runs have."""
    return frozenset(codecs.lookup(name).name for name in _CODECS)


def _cookie(source: bytes) -> str | None:
    """The encoding that one of the first two lines declares (the second only after a blank or comment)."""
    for line in _LINE_END.split(source, 2)[:2]:
        if match := _COOKIE.match(line):
            return match[1].decode("ascii")
        if not _BLANK.match(line):
            return None
    return None
