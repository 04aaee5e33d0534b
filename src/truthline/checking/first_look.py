"""Asking rules of a file when it is read for the first time, by whoever reads it, while its tree is at hand."""

from collections.abc import Iterable, Sequence
from datetime import date
from importlib import import_module

import msgspec

from truthline.checking.asking import BY_FILE, RuleError, noted
from truthline.checking.names import RuleName
from truthline.checking.noted import encoded, is_own, key_of, question_of
from truthline.checking.patience import FIRST_LOOK, TookTooLong, limited
from truthline.checking.protocol import Rule, Setup
from truthline.checking.registry import Instance
from truthline.checking.scope import Scope
from truthline.config.schema import Config
from truthline.facts.reading import Parsed, Reading, file_and_module
from truthline.facts.view import FileView
from truthline.syntax.depth import deep_recursion
from truthline.syntax.unread import Unparsable


class _AtWork(msgspec.Struct, frozen=True, array_like=True):
    """A rule as another process can set it up again; `number` is its place among those that are asked."""

    number: int
    rule: str
    id: str
    scope: tuple[str, ...]
    options: bytes
    key: tuple[str | int, ...]
    today: date

    def instance(self) -> Instance:
        """The rule, ready to be asked."""
        module, _, name = self.rule.partition(":")
        rule: type[Rule] = getattr(import_module(module), name)
        options = msgspec.msgpack.decode(self.options, type=rule.options_type)
        setup = Setup(id=self.id, scope=Scope(self.scope), options=options, key=self.key, today=self.today)
        name_of_rule = RuleName(rule.meta.code, rule.meta.name, self.id)
        return Instance(rule=rule(setup), name=name_of_rule, severity=rule.meta.severity)


class _Settings(msgspec.Struct, frozen=True, array_like=True):
    words: bytes
    question: bytes
    rules: tuple[_AtWork, ...]


class FirstLook(Reading):
    """The job: the facts of a file, and what the rules that ship with truthline note of it.

    A rule that fails or takes long is none of a reader's business: then nothing is noted, and the run asks again.
    """

    def __init__(self, settings: bytes) -> None:
        own = msgspec.msgpack.decode(settings, type=_Settings)
        super().__init__(own.words)
        self.settings = settings
        self._question = own.question
        self.rules = [(rule.number, rule.instance()) for rule in own.rules]

    def further(self, file: Parsed, label: bytes) -> Iterable[tuple[bytes, bytes]]:
        """The notes on a file."""
        path, module = file_and_module(label)
        asked = [(number, each) for number, each in self.rules if each.rule.setup.scope.captures(path) is not None]
        if not asked:
            return ()
        view = FileView(path, module, file.source, file.outline, file.tree)
        try:
            with limited(FIRST_LOOK, path), deep_recursion():
                notes = encoded({number: noted(each, view) for number, each in asked})
        except (RuleError, Unparsable, TookTooLong, TypeError, ValueError, OverflowError):
            return ()
        return ((key_of(label, file.digest, self._question), notes),)


def job_of(instances: Sequence[Instance], config: Config, words: bytes) -> FirstLook:
    """The job that reads files for a run of these rules; `words` are those by which it will ask for bodies."""
    asked = [each for each in instances if isinstance(each.rule, BY_FILE)]
    rules = [_at_work(number, each, config) for number, each in enumerate(asked) if is_own(each)]
    told = tuple(rule for rule in rules if rule is not None)
    return FirstLook(msgspec.msgpack.encode(_Settings(words, question_of(asked, config), told)))


def _at_work(number: int, instance: Instance, config: Config) -> _AtWork | None:
    """None of a rule whose options would not come back as they are."""
    rule, setup = type(instance.rule), instance.rule.setup
    scope = config.rule[int(instance.key[1])].scope if instance.key else ()
    try:
        options = msgspec.msgpack.encode(setup.options)
        if msgspec.msgpack.decode(options, type=rule.options_type) != setup.options:
            return None
    except (TypeError, ValueError, OverflowError):
        return None
    name = f"{rule.__module__}:{rule.__qualname__}"
    return _AtWork(number, name, setup.id, tuple(scope), options, instance.key, setup.today)
