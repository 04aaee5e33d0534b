"""The names under which rules can be selected and suppressed."""

from collections.abc import Mapping

import msgspec


class RuleName(msgspec.Struct, frozen=True):
    """All names of one rule at work: its code, its name, and its `id` (from a `[[rule]]` or an alias)."""

    code: str
    name: str
    id: str

    def is_called(self, word: str) -> bool:
        """Whether `word` names exactly this rule."""
        return word in (self.code, self.name, self.id)


def shown_id(code: str, name: str, aliases: Mapping[str, str]) -> str:
    """The `id` of a rule that has no `[[rule]]` of its own: the team's alias, else its name."""
    return aliases.get(code) or aliases.get(name) or name
