"""The rules of a run, each made ready as the config asks for it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from truthline.checking.messages import MESSAGE, template_problems
from truthline.checking.names import RuleName, shown_id
from truthline.checking.plugins import PluginError
from truthline.checking.protocol import Meta, Rule, Setup
from truthline.checking.scope import Scope
from truthline.config.options import read_options
from truthline.config.positions import KeyPath, written
from truthline.config.problems import did_you_mean
from truthline.config.schema import Allowance, Config
from truthline.config.schema import Rule as RuleTable
from truthline.model.finding import Severity


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """A rule at work: of a `[[rule]]`, or of its code alone."""

    rule: Rule
    name: RuleName
    severity: Severity
    key: KeyPath = ()
    message: str | None = None
    allow: tuple[Allowance, ...] = ()
    locked: bool = False

    @property
    def meta(self) -> Meta:
        """The metadata of its rule."""
        return self.rule.meta

    @property
    def stage(self) -> str:
        """What its part of a run is called where its time is told."""
        return f"rule {self.meta.code} {self.name.id}"


class Mistake(msgspec.Struct, frozen=True):
    """Something wrong in the config, at a key as a person writes it."""

    key: str
    message: str


def unique(rules: Iterable[type[Rule]]) -> tuple[type[Rule], ...]:
    """The rules, after making sure that no two share a code or a name."""
    taken: dict[str, type[Rule]] = {}
    for rule in rules:
        for word in (rule.meta.code, rule.meta.name):
            other = taken.setdefault(word, rule)
            if other is not rule:
                raise PluginError(f"rules `{other.__name__}` and `{rule.__name__}` share the name `{word}`")
    return tuple(dict.fromkeys(rules_in(taken)))


def rules_in(taken: Mapping[str, type[Rule]]) -> tuple[type[Rule], ...]:
    """The rules of an index by name, in order of their codes."""
    return tuple(sorted(taken.values(), key=lambda rule: rule.meta.code))


def instances(
    rules: Sequence[type[Rule]], config: Config, *, strict: bool, today: date = date.max
) -> tuple[tuple[Instance, ...], tuple[Mistake, ...]]:
    """Every rule at work, and every mistake in the `[[rule]]` tables.

    `today` is the day of the run, for which they may be asked. Where not `strict`, plugins were left out, so a kind
    that nobody knows may be theirs and is passed over.
    """
    ready = [_alone(rule, config, today) for rule in rules if not rule.meta.kind]
    kinds = {rule.meta.name: rule for rule in rules if rule.meta.kind}
    mistakes: list[Mistake] = []
    for index, table in enumerate(config.rule):
        if table.kind in kinds:
            setup = _setup(kinds[table.kind], config, index, today)
            if isinstance(setup, Setup):
                ready.append(_of_kind(kinds[table.kind], table, setup))
            else:
                mistakes.extend(setup)
        elif strict:
            sentence = f"unknown kind `{table.kind}`{did_you_mean(table.kind, kinds)}"
            mistakes.append(Mistake(written(("rule", index, "kind")), sentence))
    return tuple(ready), tuple(mistakes)


def _alone(rule: type[Rule], config: Config, today: date) -> Instance:
    meta = rule.meta
    name = RuleName(meta.code, meta.name, shown_id(meta.code, meta.name, config.aliases))
    setup = Setup(id=name.id, scope=Scope(), options=rule.options_type(), today=today)
    return Instance(rule=rule(setup), name=name, severity=meta.severity)


def _setup(rule: type[Rule], config: Config, index: int, today: date) -> Setup | tuple[Mistake, ...]:
    """The setup of a kind from its table, or what is wrong there."""
    table, key = config.rule[index], ("rule", index)
    options, problems = read_options(config, index, rule.options_type)
    mistakes = [Mistake(problem.key, problem.message) for problem in problems]
    setup = Setup(
        id=table.id,
        scope=Scope(table.scope),
        options=options,
        key=key,
        may_be_empty=table.may_be_empty,
        today=today,
    )
    if not mistakes:
        mistakes.extend(Mistake(written(key), sentence) for sentence in rule.problems(setup))
    known = {*rule.meta.placeholders, *setup.scope.captured_names, "file", MESSAGE}
    mistakes.extend(
        Mistake(written((*key, "message")), sentence)
        for sentence in template_problems(table.message or "", frozenset(known))
    )
    return tuple(mistakes) or setup


def _of_kind(rule: type[Rule], table: RuleTable, setup: Setup) -> Instance:
    return Instance(
        rule=rule(setup),
        name=RuleName(rule.meta.code, rule.meta.name, table.id),
        severity=table.severity,
        key=setup.key,
        message=table.message,
        allow=table.allow,
        locked=table.locked,
    )
