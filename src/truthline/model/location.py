"""Where something stands in a file."""

import msgspec


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of source text.

    Lines count from 1. Columns count from 1 in characters, as editors show them;
    `end_column` is the column after the last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Location(msgspec.Struct, frozen=True, gc=False):
    """A span in a file; `file` is relative to the config file and uses `/`."""

    file: str
    span: Span


FILE_START = Span(1, 1, 1, 1)
