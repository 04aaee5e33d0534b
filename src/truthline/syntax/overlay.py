"""Text that stands in for files: what an editor has not saved yet, or what a program is about to write.

It is read in the same way as a file, by workers that may die of it, so it is put into a directory of its own for
as long as they read.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from truthline.syntax.source import MAX_SIZE, SourceFile, too_large

Overlay = Mapping[str, bytes]
"""By path relative to the config file, what is read in place of the file, which need not exist."""

NOTHING: Overlay = MappingProxyType({})


@contextmanager
def overlaid(files: Sequence[SourceFile], overlay: Overlay) -> Iterator[tuple[SourceFile, ...]]:
    """The files with those of the overlay among them, in order of their paths, until the block ends."""
    if not overlay:
        yield tuple(files)
        return
    with tempfile.TemporaryDirectory(prefix="truthline-") as directory:
        placed = {file.path: file for file in files}
        for number, (path, text) in enumerate(overlay.items()):
            placed[path] = _stored(Path(directory) / f"{number}.py", path, text)
        yield tuple(placed[path] for path in sorted(placed))


def _stored(place: Path, path: str, text: bytes) -> SourceFile:
    if len(text) > MAX_SIZE:
        return SourceFile(path, len(text), reason=too_large(len(text)))
    place.write_bytes(text)
    return SourceFile(path, len(text), stored=str(place))
