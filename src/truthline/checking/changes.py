"""What a piece of work has changed, as far as the findings of a run are concerned."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from truthline.checking.plugins import is_path
from truthline.config.schema import Config
from truthline.program.earlier import Earlier
from truthline.syntax.git import GitError, Repository


class Before(msgspec.Struct, frozen=True):
    """What a run would have said before: fingerprints of its findings, and by flow the files of its slice."""

    fingerprints: frozenset[str]
    slices: Mapping[str, frozenset[str]]


class Changes:
    """The files that differ from those at a commit, and those that are not saved yet. Raises GitError.

    Where a `deciding` file is among them, everything that is found is of interest.
    """

    def __init__(self, config: Config, ref: str, *, deciding: Iterable[str] = (), unsaved: Iterable[str] = ()) -> None:
        try:
            self._repository = Repository(Path(config.base))
            self._commit = self._repository.since(ref)
            self.files = self._repository.changed(self._commit).union(unsaved)
        except GitError as error:
            raise GitError(f"--changed-since: {error}") from error
        self.earlier = Earlier(config, self.files, partial(self._repository.before, self._commit, self.files))
        self.everything = not self.files.isdisjoint({*_config_files(config), *deciding})
        """Whether the config or a deciding file is among them."""

    @contextmanager
    def undone(self) -> Iterator[Path]:
        """A directory in which the config's own is as it was, until the block ends."""
        with tempfile.TemporaryDirectory(prefix="truthline-") as directory:
            yield self._repository.restore(self._commit, Path(directory))


def _config_files(config: Config) -> Iterator[str]:
    """The config, and the packs and plugins that it names by their paths."""
    if config.file is not None:
        yield config.file
    yield from (name for name in (*config.packs, *config.plugins) if is_path(name) or name.endswith(".toml"))
