"""From a config to its modules: find the files, read them, name them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from truthline.config.schema import Config
from truthline.facts.extract import extract
from truthline.facts.outline import Outline
from truthline.program.modules import Modules, SourceModule
from truthline.program.paths import ImportPath
from truthline.syntax.discovery import discover, relative
from truthline.syntax.overlay import NOTHING, Overlay, overlaid
from truthline.syntax.pool import map_files
from truthline.syntax.source import SourceFile
from truthline.syntax.unread import Unread
from truthline.timings import Timings

Progress = Callable[[int, int], None]
"""Called with the number of files read so far, and of all."""


def load_modules(
    config: Config,
    jobs: int,
    progress: Progress | None = None,
    timings: Timings | None = None,
    overlay: Overlay = NOTHING,
) -> Modules:
    """All modules of the configured tree, the unread ones without an outline.

    What the overlay holds takes the place of files, or is one more, wherever it lies.
    """
    timings = timings or Timings()
    with timings.stage("find files"):
        files = discover(config)
    with timings.stage("read files"), overlaid(files, overlay) as placed:
        return _read(config, placed, jobs, progress, overlay)


def _read(
    config: Config, files: Sequence[SourceFile], jobs: int, progress: Progress | None, overlay: Overlay
) -> Modules:
    base = Path(config.base)
    outlines: dict[str, Outline] = {}
    unread: dict[str, Unread] = {}
    for count, (file, result) in enumerate(map_files(extract, files, base=base, jobs=jobs), 1):
        if isinstance(result, Unread):
            unread[file.path] = result
        else:
            outlines[file.path] = msgspec.msgpack.decode(result, type=Outline)
        if progress is not None:
            progress(count, len(files))
    path = ImportPath(base, [relative(config.base, root) for root in config.roots], added=overlay)
    modules = [_module(file, outlines.get(file.path), path) for file in files if file.path.endswith(".py")]
    return Modules(base, path, modules, [unread[file] for file in sorted(unread)], overlay)


def _module(file: SourceFile, outline: Outline | None, path: ImportPath) -> SourceModule:
    name = path.name_of(file.path)
    return SourceModule(name or file.path, file.path, file.path.endswith("__init__.py"), outline)
