"""From a config to its modules: find the files, read those that are not known yet, name them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import msgspec

from truthline.config.schema import Config
from truthline.facts.outline import Outline
from truthline.facts.reading import FileFacts, Reading, Unreadable, label_of
from truthline.facts.store.sightings import Sightings
from truthline.facts.store.store import Store
from truthline.program.modules import Modules, SourceModule
from truthline.program.paths import ImportPath
from truthline.syntax.discovery import discover, relative
from truthline.syntax.identity import digest
from truthline.syntax.overlay import NOTHING, Overlay, overlaid
from truthline.syntax.pool import map_files
from truthline.syntax.remote import map_on
from truthline.syntax.source import SourceFile, read
from truthline.syntax.tree import Tree
from truthline.syntax.unread import Unparsable, Unread
from truthline.timings import Timings

Progress = Callable[[int, int], None]
"""Called with the number of files read so far, and of all."""
_FACTS = msgspec.msgpack.Decoder(FileFacts)
_OUTLINE = msgspec.msgpack.Decoder(Outline)
_UNREADABLE = msgspec.msgpack.Decoder(Unreadable)


def load_modules(
    config: Config,
    jobs: int,
    progress: Progress | None = None,
    timings: Timings | None = None,
    overlay: Overlay = NOTHING,
    store: Store | None = None,
    executor: Executor | None = None,
    reading: Callable[[bytes], Reading] = Reading,
) -> Modules:
    """All modules of the configured tree, the unread ones without an outline.

    What the overlay holds takes the place of files, or is one more, wherever it lies. What the store knows is not
    read again. Files are read on the executor, where there is one, else in `jobs` processes; `reading` makes the job of
    the encoded words by which bodies will be asked for.
    """
    timings = timings or Timings()
    with timings.stage("find files"):
        tree = Tree(Path(config.base), overlay)
        files = discover(config, tree)
    with timings.stage("read files"), overlaid(files, overlay) as placed:
        loading = _Loading(config, tree, store or Store())
        loading.read(placed, jobs, progress, executor, reading)
        return loading.modules(placed)


def emptiness(config: Config) -> str:
    """The sentence for a config that names no file."""
    places = ", ".join(config.include or config.roots)
    key = "include" if config.include else "roots"
    return (
        f"there is no Python file to analyse: `{key}` of {config.file or 'the config'} names {places} below "
        f"{config.base}, and nothing there is Python that is not excluded"
    )


class _Loading:
    """What is known of each file so far."""

    def __init__(self, config: Config, tree: Tree, store: Store) -> None:
        self._config = config
        self._tree = tree
        self._store = store
        self._sightings = Sightings(store.directory, tree.base)
        self._outlines: dict[str, Outline] = {}
        self._digests: dict[str, bytes] = {}
        self._unread: dict[str, Unread] = {}
        self._path = ImportPath(tree, [relative(config.base, root) for root in config.roots])
        self._names: dict[str, str] = {}

    def read(
        self,
        files: Sequence[SourceFile],
        jobs: int,
        progress: Progress | None,
        executor: Executor | None,
        job_of: Callable[[bytes], Reading],
    ) -> None:
        """Find out about every file: from the store, or by reading it."""
        unknown = [file for file in files if not self._recalled(file)]
        job = job_of(msgspec.msgpack.encode(tuple(sorted(_words(self._config)))))
        done = len(files) - len(unknown)
        mapped = map_files if executor is None else partial(map_on, executor)
        results = mapped(job, unknown, base=self._tree.base, jobs=jobs, label=self._label)
        for count, (file, result) in enumerate(results, done + 1):
            if isinstance(result, Unread):
                self._unread[file.path] = result
                if file.reason is None:
                    self._tree.doubt(file.path)
            else:
                self._take(file, _FACTS.decode(result))
            if progress is not None:
                progress(count, len(files))
        self._sightings.close()

    def _recalled(self, file: SourceFile) -> bool:
        """Whether the store knows what the file holds."""
        if file.reason is not None or self._store.is_empty:
            return False
        known = self._sightings.digest(file) or self._digest_now(file)
        if known is None:
            return False
        facts = FileFacts(known, self._store.get("outline", known))
        if facts.outline is None:
            facts = FileFacts(known, unreadable=self._store.get("unread", known))
        return (facts.outline is not None or facts.unreadable is not None) and self._understood(file, facts)

    def _digest_now(self, file: SourceFile) -> bytes | None:
        try:
            return digest(read(self._tree.base, file))
        except Unparsable:
            return None

    def _take(self, file: SourceFile, facts: FileFacts) -> None:
        """Keep what a worker found out."""
        self._understood(file, facts)
        if facts.outline is not None:
            self._store.put("outline", facts.digest, facts.outline)
        if facts.bodies is not None:
            self._store.put("bodies", facts.digest, facts.bodies)
        if facts.unreadable is not None:
            self._store.put("unread", facts.digest, facts.unreadable)
        for known_by, answer in facts.answers:
            self._store.put("answers", known_by, answer)

    def _understood(self, file: SourceFile, facts: FileFacts) -> bool:
        """Decode the facts of a file. False where that is not possible: then it is read."""
        try:
            if facts.outline is not None:
                self._outlines[file.path] = _OUTLINE.decode(facts.outline)
            else:
                unreadable = _UNREADABLE.decode(facts.unreadable or b"")
                self._unread[file.path] = Unread(file.path, unreadable.reason, unreadable.span)
        except msgspec.DecodeError:
            return False
        self._digests[file.path] = facts.digest
        self._sightings.learn(file, facts.digest)
        self._tree.saw(file, facts.digest)
        return True

    def modules(self, files: Iterable[SourceFile]) -> Modules:
        """The modules of the files, in order of their paths."""
        modules = [self._module(file) for file in files if file.path.endswith(".py")]
        unread = [self._unread[file] for file in sorted(self._unread)]
        return Modules(self._tree, self._path, modules, unread, self._store)

    def _label(self, file: SourceFile) -> bytes:
        return label_of(file.path, self._name(file))

    def _name(self, file: SourceFile) -> str:
        """The name of a file as a module; its path where it is none."""
        name = self._names.get(file.path)
        if name is None:
            name = self._names[file.path] = self._path.name_of(file.path) or file.path
        return name

    def _module(self, file: SourceFile) -> SourceModule:
        is_package = file.path.endswith("__init__.py")
        return SourceModule(
            self._name(file), file.path, is_package, self._outlines.get(file.path), self._digests.get(file.path)
        )


def _words(config: Config) -> Iterator[str]:
    """The names by which the flows and dispatch tables of a config will ask for bodies.

    They only foresee: what they miss is lowered when it is asked for, what they find in vain costs time.
    """
    for flow in config.flow.values():
        for state in flow.must_not_reach:
            declared = config.state[state]
            yield from (_last(module) for module in declared.modules)
            yield from (_last(reference) for reference in declared.objects or ())
        for entry in flow.entry:
            yield from entry.rpartition(":")[2].split(".")
    for table in config.dispatch.values():
        yield from (_last(table.register), _last(table.execute), table.handler_method)


def _last(reference: str) -> str:
    return reference.rpartition(":")[2].rpartition(".")[2]
