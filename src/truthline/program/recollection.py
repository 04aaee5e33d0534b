"""The answers of the value engine, each of which still holds while nothing that it rests on has changed.

An answer rests on the contracts of the config, on the recorded calls that still hold, on the names of all modules and
on what directories list, on the imports and definitions that were looked for, also in vain, on the files that some word
or stored attribute leads to, or does not lead to, on the bodies that were read, and on the lines that it quotes. A file
that has changed in none of these leaves it as it is; where one is added, removed or renamed, everything is analysed
again.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TypeVar

import msgspec

from truthline.config.schema import Config
from truthline.facts.outline import Import, Outline
from truthline.facts.store.directory import StoreDirectory
from truthline.facts.store.sealed import seal, unseal
from truthline.program.asked import Asked
from truthline.program.differences import difference
from truthline.program.module import SourceModule
from truthline.program.modules import Modules
from truthline.syntax.identity import digest

_PREFIX = "analyses-"
_MOST = 8
_OUTLINE = msgspec.msgpack.Decoder(Outline)
_Answer = TypeVar("_Answer")


class _Kept(msgspec.Struct, array_like=True):
    """Answers by what they answer, what was asked for them, and the files and directories as they were.

    `files` has each file's module name and the digest of its content.
    """

    files: dict[str, tuple[str, bytes | None]]
    walked: dict[str, bytes | None]
    kinds: dict[str, int]
    asked: Asked
    answers: dict[str, msgspec.Raw]


class Recollection:
    """What was found out about a program by this and by the last run."""

    def __init__(self, config: Config, modules: Modules, recorded: bytes) -> None:
        self._modules = modules
        self._directory = None if modules.tree.overlay else modules.store.directory
        self._config = config
        self._recorded = recorded
        self._has_news = False

    def answer(self, question: str, kind: type[_Answer], find_out: Callable[[], _Answer]) -> _Answer:
        """The answer to a question, found out where it is not known any more."""
        known = self._kept.answers.get(question)
        if known is not None:
            with suppress(msgspec.DecodeError):
                return msgspec.msgpack.decode(known, type=kind)
        found = find_out()
        encoded = _encoded(found, kind)
        if encoded is not None:
            self._has_news = True
            self._kept.answers[question] = msgspec.Raw(encoded)
            self._kept.asked.include(self._modules.asked)
        return found

    @cached_property
    def _kept(self) -> _Kept:
        """What still holds of what the last run found out, and what this one adds."""
        return self._still_true()

    @property
    def _name(self) -> str:
        return _PREFIX + digest(_contracts(self._config) + self._recorded).hex()

    def keep(self) -> None:
        """Remember the answers, where the store can be written and no file became another one since the run began."""
        looks, directory = self._modules.tree.looks, self._directory
        if directory is None or not (self._has_news and self._kept.answers and looks.is_settled):
            return
        self._kept.walked, self._kept.kinds = looks.walked, looks.kinds
        if directory.prepare():
            with suppress(OSError):
                seal(directory.path / self._name, self._kept)
                _forget_oldest(directory)

    # -- whether the last run's answers still hold

    def _still_true(self) -> _Kept:
        files = {file: (module.name, module.digest) for file, module in self._modules.by_file.items()}
        kept = unseal(self._directory.path / self._name, _Kept) if self._directory is not None else None
        if kept is None or not (self._are_the_same_modules(kept, files) and self._lies_as_before(kept)):
            return _Kept(files, {}, {}, Asked(), {})
        changed = [file for file, (_, content) in files.items() if content is None or content != kept.files[file][1]]
        if not all(self._says_the_same(file, kept) for file in changed):
            return _Kept(files, {}, {}, Asked(), {})
        self._has_news = bool(changed)
        kept.files = files
        return kept

    @staticmethod
    def _are_the_same_modules(kept: _Kept, files: dict[str, tuple[str, bytes | None]]) -> bool:
        return kept.files.keys() == files.keys() and all(
            kept.files[file][0] == name for file, (name, _) in files.items()
        )

    def _lies_as_before(self, kept: _Kept) -> bool:
        """Whether directories list what they did, and paths lead to what they led to."""
        tree = self._modules.tree
        for path, kind in kept.kinds.items():
            if tree.kind(path) != kind:
                return False
        for directory in kept.walked:
            tree.importable(directory)
        return all(tree.looks.walked.get(directory) == before for directory, before in kept.walked.items())

    def _says_the_same(self, file: str, kept: _Kept) -> bool:
        """Whether a file that has changed still gives the same answer to everything that it was asked."""
        was, now = kept.files[file][1], self._modules.by_file[file].outline
        before = self._outline(was)
        if was is None or before is None or now is None:
            return False
        asked = kept.asked
        if not self._defines_the_same(file, before, now, asked):
            return False
        if not (asked.words.isdisjoint(_difference(before.words, now.words))):
            return False
        if not (asked.stores.isdisjoint(_difference(before.stores, now.stores))):
            return False
        if file in asked.bodies and self._modules.store.get("bodies", was) != self._modules.encoded_bodies(file):
            return False
        lines = self._modules.source_lines(file) if file in asked.lines else []
        return all(lines[number - 1 : number] == [text] for number, text in asked.lines.get(file, {}).items())

    def _defines_the_same(self, file: str, before: Outline, now: Outline, asked: Asked) -> bool:
        """Whether nobody asked for an import or a definition that has come or gone."""
        changed = difference(before, now)
        if changed is None or changed.is_noticed(asked, file):
            return False
        module = self._modules.by_file[file]
        return not any(self._is_a_way(module, imp, asked) for imp in changed.changed_imports)

    def _is_a_way(self, module: SourceModule, imp: Import, asked: Asked) -> bool:
        """Whether an import can lead from one analysed module to another, where somebody asked for all that do."""
        if self._modules.binds_namespace(module, imp):
            return True
        return asked.imports and self._modules.target(module, imp).first_party

    def _outline(self, content: bytes | None) -> Outline | None:
        encoded = self._modules.store.get("outline", content) if content is not None else None
        with suppress(msgspec.DecodeError):
            return _OUTLINE.decode(encoded) if encoded is not None else None
        return None


def _contracts(config: Config) -> bytes:
    """All of the config on which the engine's answers rest."""
    tables = (config.state, config.evidence, config.flow, config.dispatch)
    return msgspec.msgpack.encode((config.roots, config.sql, config.logging, *tables))


def _difference(before: str, now: str) -> set[str]:
    return set(before.split(" ")).symmetric_difference(now.split(" "))


def _encoded(answer: object, kind: type[object]) -> bytes | None:
    """An answer as it is kept; None where it would not come back as it was."""
    try:
        encoded = msgspec.msgpack.encode(answer)
        return encoded if msgspec.msgpack.decode(encoded, type=kind) == answer else None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None


def _forget_oldest(directory: StoreDirectory) -> None:
    kept = sorted(directory.path.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_MOST]:
        path.unlink(missing_ok=True)
