"""Places in files as the protocol counts them: from 0, in the code units that the client asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace import PositionCodec

from truthline.model.location import Location, Span

Lines = Callable[[str], Sequence[str]]


class Places:
    """Turns truthline's places into the protocol's, for the files below one base."""

    def __init__(self, base: Path, lines: Lines, codec: PositionCodec) -> None:
        self._base = base
        self._lines = lines
        self._codec = codec

    def uri(self, file: str) -> str:
        """The address of a file that a finding names."""
        return from_fs_path(str(self._base / file)) or ""

    def range(self, location: Location) -> types.Range:
        """The stretch; one without extent is drawn out to the end of its line, so that an editor can show it."""
        span = location.span
        lines = self._lines(location.file)
        start = self._position(lines, span.line, span.column)
        end = self._position(lines, span.end_line, span.end_column)
        return types.Range(start, self._line_end(lines, span.line) if start == end else end)

    def line(self, file: str, number: int) -> types.Range:
        """A whole line, counted from 1."""
        return self.range(Location(file, Span(number, 1, number, 1)))

    def location(self, location: Location) -> types.Location:
        """The place with its file."""
        return types.Location(self.uri(location.file), self.range(location))

    def _position(self, lines: Sequence[str], line: int, column: int) -> types.Position:
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        return types.Position(line - 1, self._codec.client_num_units(text[: column - 1]))

    def _line_end(self, lines: Sequence[str], line: int) -> types.Position:
        return self._position(lines, line, len(lines[line - 1]) + 1 if 0 < line <= len(lines) else 1)
