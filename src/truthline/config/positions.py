"""Where each key of a config stands, so that a mistake or a finding can point at it.

A parsed TOML document has lost its positions, and no TOML parser at hand keeps them. This scanner reads a text that a
real parser has accepted before; it follows keys and skips over values, and checks nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec
import tomli

from truthline.model.location import FILE_START, Location, Span

KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_VOID = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\s]+(?: \d[^,\]}#\s]*)?")  # a date and a time may have one blank between them
_STRINGS = {
    '"""': re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}"),
    '"': re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    "'": re.compile(r"'[^'\n]*'"),
}
_WRITTEN = re.compile(r'"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.\[\]"]+)')


class Place(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a config file's line; `file` is relative to the config file, line and columns count from 1."""

    file: str
    line: int
    column: int
    end_column: int


class Positions(msgspec.Struct, frozen=True):
    """The place of every key, of every list entry, and of the lists and tables that hold them."""

    places: Mapping[KeyPath, Place] = {}

    def find(self, key: KeyPath) -> Place | None:
        """The place of a key, or of the nearest key around it that is written down."""
        return next((self.places[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self.places), None)

    def location(self, key: str | KeyPath, default_file: str) -> Location:
        """The same for a finding; the start of `default_file` where nothing around the key is written down."""
        place = self.find(parse_key(key) if isinstance(key, str) else key)
        if place is None:
            return Location(default_file, FILE_START)
        return Location(place.file, Span(place.line, place.column, place.line, place.end_column))

    def below(self, prefix: KeyPath) -> "Positions":
        """The positions under a table, as if the table were the document."""
        size = len(prefix)
        return Positions({key[size:]: place for key, place in self.places.items() if key[:size] == prefix})


def written(key: KeyPath) -> str:
    """A key as a person writes it: `rule[0].scope`, `aliases."a b"`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
            text += f".{name}" if text else name
    return text


def parse_key(text: str) -> KeyPath:
    """The reverse of `written`; an index may be written `rule.0` as well, as no table of a config has such a key."""
    parts: list[str | int] = []
    for found in _WRITTEN.finditer(text):
        quoted, index, bare = found.groups()
        if quoted is not None:
            parts.append(re.sub(r"\\(.)", r"\1", quoted))
        elif index or bare.isdecimal():
            parts.append(int(index or bare))
        else:
            parts.append(bare)
    return tuple(parts)


def scan(text: str, file: str) -> Positions:
    """Find the keys of a TOML document that a parser has accepted; of any other text, those up to the first oddity."""
    scanner = _Scanner(text, file)
    with suppress(_OddError, RecursionError):  # a key without a position is shown at the table around it
        scanner.document()
    return Positions(scanner.places)


class _OddError(Exception):
    """The text is no TOML."""


class _Scanner:
    """A cursor over the text, and what it has found."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.places: dict[KeyPath, Place] = {}
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Read statement after statement."""
        table: KeyPath = ()
        self._skip(_VOID)
        while self.at < len(self.text):
            if self._take("[["):
                table = self._array_header()
            elif self._take("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_VOID)

    def _header(self) -> KeyPath:
        start = self.at
        table = self._entered(self._key_parts())
        self._expect("]")
        self.places[table] = self._place(start, self.at - 1)
        return table

    def _array_header(self) -> KeyPath:
        start = self.at
        *outer, (name, _, _) = self._key_parts()
        self._expect("]]")
        array = (*self._entered(outer), name)
        index = self._lengths.get(array, 0)
        self._lengths[array] = index + 1
        table = (*array, index)
        self.places[table] = self._place(start, self.at - 2)
        self.places.setdefault(array, self.places[table])
        return table

    def _entered(self, parts: list[tuple[str, int, int]]) -> KeyPath:
        """The path that a header's names lead to: into the last table of an array."""
        path: KeyPath = ()
        for name, start, end in parts:
            path = (*path, name)
            self.places.setdefault(path, self._place(start, end))
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for name, start, end in self._key_parts():
            path = (*path, name)
            self.places.setdefault(path, self._place(start, end))
        self._expect("=")
        self._skip(_BLANK)
        self._value(path)

    def _key_parts(self) -> list[tuple[str, int, int]]:
        """The names of a dotted key, with their offsets."""
        parts = [self._name()]
        while self._take("."):
            parts.append(self._name())
        return parts

    def _name(self) -> tuple[str, int, int]:
        self._skip(_BLANK)
        start = self.at
        if self.text[start : start + 1] in ('"', "'"):
            self._string()
            name = _unquoted(self.text[start : self.at])
        else:
            self._skip(_BARE)
            name = self.text[start : self.at]
        end = self.at
        if start == end:
            raise _OddError
        self._skip(_BLANK)
        return name, start, end

    def _value(self, path: KeyPath) -> None:
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        elif self.text[self.at : self.at + 1] in ('"', "'"):
            self._string()
        else:
            self._skip(_SCALAR, required=True)

    def _array(self, path: KeyPath) -> None:
        for index in self._entries("]"):
            start, entry = self.at, (*path, index)
            self._value(entry)
            end = self.text.find("\n", start, self.at)
            self.places[entry] = self._place(start, self.at if end < 0 else end)

    def _inline_table(self, path: KeyPath) -> None:
        for _ in self._entries("}"):
            self._pair(path)

    def _entries(self, closing: str) -> Iterator[int]:
        """Stand at each entry of a bracketed list in turn, and leave behind its end."""
        index = 0
        self._skip(_VOID)
        while not self._take(closing):
            yield index
            index += 1
            self._skip(_VOID)
            if not self._take(","):
                self._expect(closing)
                return
            self._skip(_VOID)

    def _string(self) -> None:
        opening = self.text[self.at : self.at + 3]
        pattern = _STRINGS.get(opening) or _STRINGS[self.text[self.at]]
        self._skip(pattern, required=True)

    def _skip(self, pattern: re.Pattern[str], *, required: bool = False) -> None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        elif required:
            raise _OddError

    def _take(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise _OddError

    def _place(self, start: int, end: int) -> Place:
        line = bisect_right(self._lines, start)
        first = self._lines[line - 1]
        return Place(self.file, line, start - first + 1, max(end, start + 1) - first + 1)


def _unquoted(raw: str) -> str:
    """The name that a quoted key spells, as the real parser reads its escapes."""
    try:
        name: object = tomli.loads(f"key = {raw}")["key"]
    except tomli.TOMLDecodeError:
        raise _OddError from None
    return str(name)
