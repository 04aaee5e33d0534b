"""The list of rules, for people and for machines."""

from collections.abc import Sequence

from truthline.checking.protocol import Rule
from truthline.model.finding import Severity
from truthline.report.json_report import Entry, Tool, document
from truthline.report.page import Page
from truthline.report.style import Style

BUNDLED = "truthline_rules"
"""Where rules come from of which the list need not say it."""


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


def render_text(rules: Sequence[type[Rule]], style: Style) -> str:
    """A line for each rule, broken where it is too long, and what the marks mean."""
    page = Page(style)
    for entry in map(_entry, rules):
        head = f"{entry.code:<5}  {_marks(entry)}  "
        origin = f" ({entry.pack})" if entry.pack != BUNDLED else ""
        page.wrap(f"{head}{entry.name}: {entry.summary}{origin}", hang=len(head))
    page.blank()
    page.wrap("W: warns. K: a kind, runs once for each `[[rule]]` that names it. F: `truthline fix` mends it.")
    return page.text()


def _marks(entry: RuleEntry) -> str:
    return f"{'W' if entry.severity == 'warning' else ' '}{'K' if entry.kind else ' '}{'F' if entry.fixable else ' '}"


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
