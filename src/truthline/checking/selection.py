"""Which rules run: `select` and `ignore`, by prefix, where the longest wins.

As in ruff, a layer that has a `select` starts afresh, one that has only an `ignore` refines the layer below it.
"""

from collections.abc import Iterable, Sequence

import msgspec

from truthline.checking.names import RuleName
from truthline.config.problems import did_you_mean
from truthline.errors import TruthlineError

EXACT = 1_000  # an exact name beats every prefix


class UsageError(TruthlineError):
    """A command line that names what does not exist."""


class Layer(msgspec.Struct, frozen=True):
    """The selectors of one source: the config, or the command line. `select` is None where it has none."""

    select: tuple[str, ...] | None
    ignore: tuple[str, ...] = ()


class Selection(msgspec.Struct, frozen=True):
    """Layers from weak to strong, and the selectors whose rules only warn."""

    layers: tuple[Layer, ...]
    warn: tuple[str, ...] = ()
    always: frozenset[str] = frozenset()
    """Codes that the config selects by naming their plugin; only `ignore`, or another layer, turns them off."""

    def runs(self, rule: RuleName) -> bool:
        """Whether the rule is selected."""
        chosen = rule.code in self.always
        for layer in self.layers:
            if layer.select is not None:
                chosen = _strength(layer.select, rule) > 0 or (layer is self.layers[0] and chosen)
            against = _strength(layer.ignore, rule)
            if against and against >= _strength(layer.select or (), rule):
                chosen = False
        return chosen

    def warns(self, rule: RuleName) -> bool:
        """Whether the rule's findings are reported without failing the run."""
        return _strength(self.warn, rule) > 0


def _strength(selectors: Iterable[str], rule: RuleName) -> int:
    """How strongly the selectors mean the rule: 0 not at all, else the length of the longest that does."""
    strengths = [0]
    for selector in selectors:
        if rule.is_called(selector):
            strengths.append(EXACT)
        elif selector == "ALL":
            strengths.append(1)
        elif rule.code.startswith(selector):
            strengths.append(1 + len(selector))
    return max(strengths)


def unknown_selectors(selectors: Sequence[str], rules: Sequence[RuleName]) -> list[tuple[int, str]]:
    """The selectors that mean no rule, by their index, each with a sentence about it."""
    known = {word for rule in rules for word in (rule.code, rule.name, rule.id)}
    return [
        (index, f"`{selector}` selects no rule{did_you_mean(selector, known)}")
        for index, selector in enumerate(selectors)
        if not any(_strength([selector], rule) for rule in rules)
    ]
