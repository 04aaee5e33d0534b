"""What rules that look at one file at a time have said before of the same file, and still would."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from truthline.checking.plugins import BUNDLED
from truthline.checking.protocol import FileRule, SurveyRule, Violation
from truthline.checking.registry import Instance
from truthline.config.schema import Config
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
        setups = [_setup(instance, program.config) for instance in instances]
        self._own = [setup is not None for setup in setups]
        self._question = msgspec.msgpack.encode(setups)

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
                kept = [(number, msgspec.Raw(msgspec.msgpack.encode(noted))) for number, noted in own.items()]
                self._store.put("answers", self._key(module), msgspec.msgpack.encode(kept))

    def _asked(self, concerned: Sequence[bool]) -> list[bool]:
        return [own and is_concerned for own, is_concerned in zip(self._own, concerned, strict=True)]

    def _key(self, module: SourceModule) -> bytes:
        place = f"{module.file}\0{module.name}\0".encode("utf-8", "surrogateescape")
        return digest(place + (module.digest or b"") + self._question)


def _setup(instance: Instance, config: Config) -> tuple[str, str, object, str] | None:
    """All that decides what a rule says of a file; None of a rule that is not truthline's own."""
    rule = instance.rule
    if type(rule).__module__.partition(".")[0] not in BUNDLED:
        return None
    table = config.rule[int(instance.key[1])] if instance.key else None
    written = (table.scope, table.options) if table is not None else None
    day = rule.setup.today.isoformat() if instance.meta.dated else ""
    return instance.meta.code, rule.setup.id, written, day


def _note_type(instance: Instance) -> type[Noted]:
    rule = instance.rule
    assert isinstance(rule, (FileRule, SurveyRule))
    note: type[msgspec.Struct] = rule.note_type if isinstance(rule, SurveyRule) else Violation
    return tuple[note, ...]  # type: ignore[valid-type]
