"""Source lines for code frames, read again when a finding is printed."""

from functools import lru_cache
from pathlib import Path

from truthline.report.style import SourceLines
from truthline.syntax.source import SourceFile, decode, read, split_lines
from truthline.syntax.unread import Unparsable


def source_lines(base: Path) -> SourceLines:
    """A provider of the lines of files below `base`; a file that cannot be read has none."""

    @lru_cache(maxsize=64)
    def lines(file: str) -> tuple[str, ...]:
        try:
            return tuple(split_lines(decode(read(base, SourceFile(file)))))
        except Unparsable:
            return ()

    return lines
