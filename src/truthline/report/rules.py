"""The list of rules, for people and for machines."""

from collections.abc import Sequence

from truthline.checking.protocol import Rule
from truthline.model.finding import Severity
from truthline.report.escape import printable
from truthline.report.json_report import Entry, Tool, document


class RuleEntry(Entry, frozen=True, kw_only=True):
    """One rule. `kind` says that it runs once for each `[[rule]]` of that kind; `pack` is where it comes from."""

    code: str
    name: str
    severity: Severity
    kind: bool
    fixable: bool
    pack: str
    summary: str


class RuleList(Entry, frozen=True, kw_only=True):
    """The whole document."""

    version: int = 1
    tool: Tool = Tool()
    rules: tuple[RuleEntry, ...]


def render_text(rules: Sequence[type[Rule]]) -> str:
    """One line for each rule."""
    entries = [_entry(rule) for rule in rules]
    width = max((len(entry.name) for entry in entries), default=0)
    return "".join(printable(f"{entry.code:<5}  {entry.name:<{width}}  {entry.summary}") + "\n" for entry in entries)


def render_json(rules: Sequence[type[Rule]]) -> str:
    """One JSON document."""
    return document(RuleList(rules=tuple(_entry(rule) for rule in rules)))


def _entry(rule: type[Rule]) -> RuleEntry:
    return RuleEntry(
        code=rule.meta.code,
        name=rule.meta.name,
        severity=rule.meta.severity,
        kind=rule.meta.kind,
        fixable=rule.meta.fixable,
        pack=rule.__module__.partition(".")[0],
        summary=(rule.__doc__ or "").strip().partition("\n")[0],
    )
