"""The rules that the config at hand knows, and by what names."""

from pathlib import Path

import msgspec

from truthline.checking.names import RuleName
from truthline.checking.prepare import available_rules
from truthline.checking.protocol import Rule
from truthline.checking.registry import instances
from truthline.cli.complaints import UnusableError
from truthline.config import did_you_mean, load_or_default


class Rulebook(msgspec.Struct, frozen=True):
    """Every rule in order of its code; `names` are those of the rules at work, an id of a `[[rule]]` among them."""

    rules: tuple[type[Rule], ...]
    names: tuple[RuleName, ...]

    @classmethod
    def open(cls, cwd: Path, config_file: Path | None, *, no_plugins: bool) -> "Rulebook":
        """The rules under the config that holds in `cwd`, or, where there is none, those that ship with truthline."""
        config = load_or_default(cwd, config_file)
        rules = available_rules(config, no_plugins=no_plugins)
        at_work, _ = instances(rules, config, strict=False)
        return cls(rules, tuple(instance.name for instance in at_work))

    def find(self, word: str) -> tuple[type[Rule], tuple[RuleName, ...]]:
        """The rule of this code, name or id, with the names that it has here. Raises `UnusableError`."""
        for rule in self.rules:
            names = tuple(name for name in self.names if name.code == rule.meta.code)
            if word in (rule.meta.code, rule.meta.name) or any(name.is_called(word) for name in names):
                return rule, names
        known = {rule.meta.code for rule in self.rules} | {name for each in self.names for name in (each.name, each.id)}
        raise UnusableError(f"there is no rule `{word}`{did_you_mean(word, known)}; `truthline rules` lists them all")
