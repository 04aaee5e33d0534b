"""What rules that look at one file at a time have said before of the same file, and still would."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from truthline.checking.plugins import BUNDLED
from truthline.checking.protocol import FileRule, SurveyRule, Violation
from truthline.checking.registry import Instance
from truthline.config.schema import Config
from truthline.facts.reading import label_of
from truthline.program.module import SourceModule
from truthline.program.program import Program
from truthline.syntax.identity import digest

Noted = tuple[msgspec.Struct, ...]
"""What one rule notes of one file: violations, or notes of its own type."""
_Kept = list[tuple[int, msgspec.Raw]]


class NotedBefore:
    """The notes of some rules at work, by the file's path, its module's name and its content, and by the rules' setups.

    Only rules that ship with truthline are remembered: the store knows which truthline made it, and not whose plugin.
    """

    def __init__(self, instances: Sequence[Instance], program: Program) -> None:
        self._types = [_note_type(instance) for instance in instances]
        self._store = program.modules.store
        self._tree = program.tree
        self._own = [is_own(instance) for instance in instances]
        self._question = question_of(instances, program.config)

    def recall(self, module: SourceModule, concerned: Sequence[bool]) -> dict[int, Noted]:
        """The notes of a file that are known, by the number of the rule."""
        content = self._store.get("answers", self._key(module)) if any(self._asked(concerned)) else None
        if content is None:
            return {}
        try:
            kept = msgspec.msgpack.decode(content, type=_Kept)
            return {number: msgspec.msgpack.decode(raw, type=self._types[number]) for number, raw in kept}
        except (msgspec.DecodeError, IndexError):
            return {}

    def remembers(self, number: int) -> bool:
        """Whether the notes of a rule are kept at all."""
        return self._own[number]

    def keep(self, module: SourceModule, notes: dict[int, Noted]) -> None:
        """Remember the notes of a file, unless it has become another one since the run began."""
        own = {number: noted for number, noted in notes.items() if self._own[number]}
        if own and self._tree.is_certain(module.file):
            with suppress(TypeError, ValueError, OverflowError):  # a text that is none: asked again next time
                self._store.put("answers", self._key(module), encoded(own))

    def _asked(self, concerned: Sequence[bool]) -> list[bool]:
        return [own and is_concerned for own, is_concerned in zip(self._own, concerned, strict=True)]

    def _key(self, module: SourceModule) -> bytes:
        return key_of(label_of(module.file, module.name), module.digest or b"", self._question)


def is_own(instance: Instance) -> bool:
    """Whether a rule ships with truthline."""
    return type(instance.rule).__module__.partition(".")[0] in BUNDLED


def question_of(instances: Sequence[Instance], config: Config) -> bytes:
    """All that decides what rules say of a file, beside the file."""
    return msgspec.msgpack.encode([_setup(each, config) if is_own(each) else None for each in instances])


def key_of(label: bytes, content: bytes, question: bytes) -> bytes:
    """By what the notes of a file are known: its label, the digest of its content, and what was asked."""
    return digest(label + b"\0" + content + question)


def encoded(notes: Mapping[int, Noted]) -> bytes:
    """The notes of a file as the store keeps them. Raises TypeError, ValueError, OverflowError."""
    kept = [(number, msgspec.Raw(msgspec.msgpack.encode(noted))) for number, noted in notes.items()]
    return msgspec.msgpack.encode(kept)


def _setup(instance: Instance, config: Config) -> tuple[str, str, object, str]:
    rule = instance.rule
    table = config.rule[int(instance.key[1])] if instance.key else None
    written = (table.scope, table.options) if table is not None else None
    day = rule.setup.today.isoformat() if instance.meta.dated else ""
    return instance.meta.code, rule.setup.id, written, day


def _note_type(instance: Instance) -> type[Noted]:
    rule = instance.rule
    assert isinstance(rule, (FileRule, SurveyRule))
    note: type[msgspec.Struct] = rule.note_type if isinstance(rule, SurveyRule) else Violation
    return tuple[note, ...]  # type: ignore[valid-type]
