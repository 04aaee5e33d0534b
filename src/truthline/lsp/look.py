"""One check of one project, with the open documents in place of what is saved."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from truthline.checking.judged import Judged
from truthline.checking.options import CheckOptions
from truthline.checking.prepare import mistakes
from truthline.checking.run import Standing, standing
from truthline.config import load
from truthline.config.problems import ConfigError, Problem
from truthline.config.schema import Config
from truthline.errors import TruthlineError
from truthline.facts.store.directory import NAME, StoreDirectory
from truthline.facts.store.store import Store
from truthline.program.load import Progress, emptiness
from truthline.report.sources import source_lines
from truthline.syntax.discovery import covers
from truthline.syntax.overlay import Overlay
from truthline.syntax.source import SourceFile, encoding, read
from truthline.syntax.unread import Unparsable

Documents = Mapping[Path, str]
"""The texts of the open documents, by absolute path."""


class Look(msgspec.Struct, frozen=True):
    """What a check came to: findings that nothing silences, or else why there could be none.

    `texts` are the open documents that were looked at, by path relative to `base`, as bytes.
    """

    base: Path
    config_file: str
    texts: Overlay
    config: Config | None = None
    standing: Standing | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def judged(self) -> Sequence[Judged]:
        """The findings, each with the rule that made it."""
        return self.standing.judged if self.standing is not None else ()

    def is_readable(self, file: str) -> bool:
        """Whether it is analysed, and its comments are known."""
        module = self.standing.program.modules.by_file.get(file) if self.standing is not None else None
        return module is not None and module.outline is not None

    def saw(self, file: str, text: str) -> bool:
        """Whether this is the text that was checked, of an open document or of a file that has been opened since."""
        return as_bytes(text) == (self.texts[file] if file in self.texts else _saved(self.base, file))

    def lines(self) -> Callable[[str], Sequence[str]]:
        """A provider of the lines of a file by its path, as the check saw them."""
        return source_lines(self.base, self.texts)


def look(config_file: Path, documents: Documents, progress: Progress, *, no_plugins: bool) -> Look:
    """Check the project of a config. Raises nothing that a user can cause."""
    base = Path(os.path.abspath(config_file.parent))  # noqa: PTH100  # without `..`, but with links as they were typed
    texts = {
        path.relative_to(base).as_posix(): as_bytes(text)
        for path, text in documents.items()
        if path.is_relative_to(base)
    }
    seen = Look(base, config_file.name, texts)
    try:
        config = load(base, config_file, further=partial(mistakes, no_plugins=no_plugins))
        found = _found(config, texts, progress, no_plugins=no_plugins)
    except ConfigError as error:
        return msgspec.structs.replace(seen, problems=error.problems)
    except TruthlineError as error:
        return msgspec.structs.replace(seen, problems=(Problem(config_file.name, 1, "", str(error)),))
    modules = found.program.modules
    if not (modules.by_file or modules.unread):
        return msgspec.structs.replace(seen, problems=(Problem(config_file.name, 1, "", emptiness(config)),))
    return msgspec.structs.replace(seen, config=config, standing=found)


def _found(config: Config, texts: Overlay, progress: Progress, *, no_plugins: bool) -> Standing:
    base = Path(config.base)
    unsaved = {path: text for path, text in texts.items() if text != _saved(base, path) and covers(config, path)}
    directory = StoreDirectory(base / NAME)
    with closing(Store(None if directory.refusal() else directory)) as store:
        options = CheckOptions(overlay=unsaved, no_plugins=no_plugins, store=store, progress=progress)
        return standing(config, options)


def _saved(base: Path, path: str) -> bytes | None:
    try:
        return read(base, SourceFile(path))
    except Unparsable:
        return None


def as_bytes(text: str) -> bytes:
    """The text as it would be saved, in the encoding that it declares."""
    plain = text.encode("utf-8", "replace")
    try:
        _, codec = encoding(plain)
    except Unparsable:
        return plain
    return text.encode(codec, "replace")
