"""`allow = [...]` in the config: exceptions with a reason, which may expire."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from truthline.checking.ledger import AllowanceUse
from truthline.checking.names import RuleName
from truthline.checking.protocol import Violation
from truthline.checking.registry import Instance
from truthline.config.allowances import is_void
from truthline.config.positions import KeyPath
from truthline.config.references import NamePattern, OperationPattern, PathPattern
from truthline.config.schema import Allowance, Config
from truthline.model.run import Silencing


class Entry(msgspec.Struct, frozen=True):
    """One allowance, where it stands, and whose it is."""

    key: KeyPath
    owner: str
    allowance: Allowance
    path: PathPattern
    operation: OperationPattern | None
    symbol: NamePattern | None


class Allowances:
    """All allowances of the config, with a note of which were needed."""

    def __init__(self, config: Config, instances: Iterable[Instance], today: date) -> None:
        self._today = today
        self._instances = tuple(instances)
        self._of: dict[KeyPath, tuple[Entry, ...]] = {}
        self._used: set[KeyPath] = set()
        for instance in self._instances:
            if instance.key:
                self._add(instance.key, f"rule `{instance.name.id}`", instance.allow)
        for name, flow in config.flow.items():
            self._add(("flow", name), f"flow `{name}`", flow.allow)
        for name, table in config.dispatch.items():
            self._add(("dispatch", name), f"dispatch table `{name}`", table.allow)

    def _add(self, key: KeyPath, owner: str, allow: tuple[Allowance, ...]) -> None:
        self._of[key] = tuple(
            Entry(
                (*key, "allow", index),
                owner,
                allowance,
                PathPattern.compile(allowance.path),
                OperationPattern.compile(allowance.operation) if allowance.operation else None,
                NamePattern.compile(allowance.symbol) if allowance.symbol else None,
            )
            for index, allowance in enumerate(allow)
        )

    def judge(self, instance: Instance, violation: Violation) -> tuple[Silencing | None, str]:
        """The allowance that covers the violation; if only an expired one does, a remark about that."""
        remark = ""
        for entry in self._candidates(instance, violation):
            if not _covers(entry, instance, violation):
                continue
            self._used.add(entry.key)
            if not self._expired(entry):
                return Silencing("allowance", entry.allowance.reason), ""
            remark = f" (allowed until {entry.allowance.until}: {entry.allowance.reason})"
        return None, remark

    def _candidates(self, instance: Instance, violation: Violation) -> Iterator[Entry]:
        yield from self._of.get(instance.key, ())
        if violation.flow is not None:
            yield from self._of.get(("flow", violation.flow), ())
        if violation.dispatch is not None:
            yield from self._of.get(("dispatch", violation.dispatch), ())

    def _expired(self, entry: Entry) -> bool:
        return is_void(entry.allowance, self._today)

    def uses(self, ran: Iterable[RuleName]) -> Iterator[AllowanceUse]:
        """What became of each allowance, of those whose every rule ran."""
        names = set(ran)
        for key in self._of:
            for entry in self._of[key]:
                if all(instance.name in names for instance in self._instances if _concerns(entry, key, instance)):
                    yield AllowanceUse(
                        entry.key, entry.owner, entry.allowance, entry.key in self._used, self._expired(entry)
                    )


def _covers(entry: Entry, instance: Instance, violation: Violation) -> bool:
    if entry.allowance.code is not None and not instance.name.is_called(entry.allowance.code):
        return False
    if entry.operation is not None and not (violation.operation and entry.operation.matches(violation.operation)):
        return False
    if entry.symbol is not None and not entry.symbol.matches(violation.symbol):
        return False
    return entry.path.matches(violation.location.file)


def _concerns(entry: Entry, key: KeyPath, instance: Instance) -> bool:
    """Whether a finding of the rule may need the allowance."""
    if entry.allowance.code is not None and not instance.name.is_called(entry.allowance.code):
        return False
    return instance.key == key or instance.meta.subject == key[0]
