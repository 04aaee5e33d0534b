"""Source lines for code frames, read again when a finding is printed."""

from functools import lru_cache
from pathlib import Path

from truthline.report.style import SourceLines
from truthline.syntax.overlay import NOTHING, Overlay
from truthline.syntax.source import SourceFile, decode, read, split_lines
from truthline.syntax.unread import Unparsable


def source_lines(base: Path, overlay: Overlay = NOTHING) -> SourceLines:
    """A provider of the lines of files below `base`, or of what stands in for them; an unreadable file has none."""

    @lru_cache(maxsize=64)
    def lines(file: str) -> tuple[str, ...]:
        try:
            text = overlay[file] if file in overlay else read(base, SourceFile(file))
            return tuple(split_lines(decode(text)))
        except Unparsable:
            return ()

    return lines
