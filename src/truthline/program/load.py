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
from truthline.syntax.tree import Tree
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
        tree = Tree(Path(config.base), overlay)
        files = discover(config, tree)
    with timings.stage("read files"), overlaid(files, overlay) as placed:
        return _read(config, tree, placed, jobs, progress)


def _read(config: Config, tree: Tree, files: Sequence[SourceFile], jobs: int, progress: Progress | None) -> Modules:
    outlines: dict[str, Outline] = {}
    unread: dict[str, Unread] = {}
    for count, (file, result) in enumerate(map_files(extract, files, base=tree.base, jobs=jobs), 1):
        if isinstance(result, Unread):
            unread[file.path] = result
        else:
            outlines[file.path] = msgspec.msgpack.decode(result, type=Outline)
        if progress is not None:
            progress(count, len(files))
    path = ImportPath(tree, [relative(config.base, root) for root in config.roots])
    modules = [_module(file, outlines.get(file.path), path) for file in files if file.path.endswith(".py")]
    return Modules(tree, path, modules, [unread[file] for file in sorted(unread)])


def _module(file: SourceFile, outline: Outline | None, path: ImportPath) -> SourceModule:
    name = path.name_of(file.path)
    return SourceModule(name or file.path, file.path, file.path.endswith("__init__.py"), outline)
