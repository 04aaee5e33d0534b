"""The last answers, each of which is still true while nothing that it rests on has changed.

An answer rests on the command line, on the day, on this very truthline, and on everything at which its run looked, or
for which it looked in vain. Held against the disk, that costs one stat a file and one listing a directory.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from truthline.facts.store.directory import StoreDirectory
from truthline.facts.store.sealed import seal, unseal
from truthline.model.run import Outcome
from truthline.syntax.looks import Looks, still_hold

if TYPE_CHECKING:
    from truthline.checking.run import Checked

_PREFIX = "answer-"
_MOST = 20
_MOST_REPORTS = 6


class Answer(msgspec.Struct, array_like=True):
    """What a run found, its exit status, what that rests on, and the reports that were printed, by format and style."""

    looks: Looks
    status: int
    outcome: msgspec.Raw
    reports: dict[str, str]

    def whole(self) -> Outcome:
        """The outcome itself. Raises msgspec.DecodeError."""
        return msgspec.msgpack.decode(self.outcome, type=Outcome)


class Answers:
    """The answers that were given about one base directory."""

    def __init__(self, directory: StoreDirectory, base: Path) -> None:
        self._directory = directory
        self._base = base

    def recall(self, question: bytes) -> Answer | None:
        """The answer to a question, if it is known and still true."""
        path = self._path(question)
        answer = unseal(path, Answer)
        if answer is None:
            return None
        looks = still_hold(self._base, answer.looks)
        if looks is None:
            return None
        if looks is not answer.looks:
            answer.looks = looks
            self._write(path, answer)
        return answer

    def keep(self, question: bytes, checked: "Checked", status: int, reports: Mapping[str, str]) -> None:
        """Remember an answer, where the store can be written and the answer rests on nothing that is in doubt."""
        looks, outcome = checked.tree.looks, checked.outcome
        if not (looks.is_settled and self._directory.prepare()):
            return
        answer = Answer(looks, status, msgspec.Raw(msgspec.msgpack.encode(outcome)), {})
        self.keep_reports(question, answer, outcome, reports)
        self._forget_oldest()

    def keep_reports(self, question: bytes, answer: Answer, outcome: Outcome, reports: Mapping[str, str]) -> None:
        """Remember reports of an answer too, where every file that they quote is among what the answer rests on."""
        if {finding.location.file for finding in outcome.findings} <= answer.looks.contents.keys():
            answer.reports = dict([*answer.reports.items(), *reports.items()][-_MOST_REPORTS:])
        self._write(self._path(question), answer)

    def _path(self, question: bytes) -> Path:
        asked = hashlib.blake2b(question, digest_size=8).hexdigest()
        return self._directory.path / f"{_PREFIX}{asked}"

    @staticmethod
    def _write(path: Path, answer: Answer) -> None:
        with suppress(OSError):
            seal(path, answer)

    def _forget_oldest(self) -> None:
        with suppress(OSError):
            kept = sorted(self._directory.path.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
            for path in kept[:-_MOST]:
                path.unlink(missing_ok=True)
