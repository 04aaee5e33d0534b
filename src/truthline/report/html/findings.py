"""Findings as cards that can be searched, filtered and grouped."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from truthline.model.finding import Finding, Step
from truthline.model.run import Outcome, RuleText, Silenced
from truthline.report.html.frames import frame
from truthline.report.html.markup import Markup, joined, prose, tag
from truthline.report.style import SourceLines
from truthline.report.summary import by_urgency, counted
from truthline.report.witness import where

Key = Callable[[Finding], str]
OPEN = 12
"""With more findings than this, the ways are folded at first."""


def rule_of(finding: Finding) -> str:
    """The rule as it is shown."""
    return f"{finding.code}[{finding.id}]"


def domain_of(finding: Finding) -> str:
    """The directory in which a finding stands."""
    return finding.location.file.rpartition("/")[0] or "."


def findings_section(outcome: Outcome, lines: SourceLines) -> Markup:
    """All findings, grouped by rule until the reader groups them otherwise."""
    ordered = by_urgency(outcome.findings)
    if not ordered:
        return tag("section", tag("h2", "Findings"), tag("p", "Nothing was found.", class_="empty"), id="findings")
    groups = [_group(rule, some, lines, unfold=len(ordered) <= OPEN) for rule, some in _grouped(ordered, rule_of)]
    return tag(
        "section",
        tag("h2", "Findings"),
        _overview(ordered),
        _filters(ordered),
        tag("p", class_="shown", id="shown", aria_live="polite"),
        tag("div", joined(groups), id="groups"),
        id="findings",
    )


def silenced_section(silenced: Sequence[Silenced]) -> Markup:
    """What does not count, and why not."""
    if not silenced:
        return Markup("")
    rows = [
        tag(
            "tr",
            tag("td", rule_of(each.finding)),
            tag("td", tag("code", _place(each.finding.location.file, each.finding.location.span.line))),
            tag("td", prose(each.finding.message)),
            tag("td", f"{each.silencing.by}: {each.silencing.reason}"),
        )
        for each in silenced
    ]
    heads = tag("tr", *(tag("th", name) for name in ("rule", "place", "finding", "silenced by")))
    table = tag("table", tag("thead", heads), tag("tbody", joined(rows)))
    label = counted(len(silenced), "silenced finding")
    folded = tag("details", tag("summary", label), tag("div", table, class_="scroll"))
    return tag("section", tag("h2", "Silenced"), folded, id="silenced")


def rules_section(rules: Iterable[RuleText], findings: Iterable[Finding]) -> Markup:
    """What the rules that found something say of themselves."""
    codes = {finding.code for finding in findings}
    told = [rule for rule in rules if rule.code in codes]
    if not told:
        return Markup("")
    return tag("section", tag("h2", "Rules"), joined(_rule(rule) for rule in told), id="rules")


def _rule(rule: RuleText) -> Markup:
    summary = tag("summary", tag("b", rule.code), f" {rule.name}")
    return tag("details", summary, tag("pre", rule_text(rule.doc), class_="doc"), id=f"rule-{rule.code}")


def rule_text(doc: str) -> Markup:
    """A docstring line by line: an escaped newline would be no newline."""
    return Markup("\n".join(tag("span", line) for line in doc.splitlines()))


def _grouped(findings: Iterable[Finding], key: Key) -> list[tuple[str, list[Finding]]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.items())


# -- above the cards


def _overview(findings: Sequence[Finding]) -> Markup:
    return tag(
        "div",
        _counts("By rule", "rule", findings, rule_of),
        _counts("By domain", "domain", findings, domain_of),
        class_="overview",
    )


def _counts(title: str, filter_: str, findings: Sequence[Finding], key: Key) -> Markup:
    """A bar for each value; a click leaves only its findings."""
    counts = sorted(Counter(map(key, findings)).items(), key=lambda item: (-item[1], item[0]))
    most = counts[0][1]
    rows = [
        tag(
            "button",
            tag("span", value, class_="name"),
            tag("meter", value=number, max=most, min=0),
            tag("b", number),
            type="button",
            data_set=filter_,
            data_value=value,
        )
        for value, number in counts
    ]
    return tag("div", tag("h3", title), joined(rows), class_="counts")


def _filters(findings: Sequence[Finding]) -> Markup:
    flows = sorted({finding.flow for finding in findings if finding.flow})
    return tag(
        "form",
        tag("input", type="search", id="search", placeholder="Search  ( / )", aria_label="Search the findings"),
        _choice("severity", "every severity", sorted({finding.severity for finding in findings})),
        _choice("rule", "every rule", sorted(set(map(rule_of, findings)))),
        _choice("domain", "every domain", sorted(set(map(domain_of, findings)))),
        _choice("flow", "every flow", flows) if flows else "",
        tag(
            "label",
            "group by ",
            tag("select", *(tag("option", name) for name in ("rule", "domain", "file", "flow")), id="group"),
        ),
        tag("button", "Clear", type="reset"),
        id="filters",
        role="search",
    )


def _choice(name: str, everything: str, values: Iterable[str]) -> Markup:
    options = [tag("option", everything, value=""), *(tag("option", value, value=value) for value in values)]
    return tag("select", joined(options), data_filter=name, aria_label=name)


# -- cards


def _group(rule: str, findings: Sequence[Finding], lines: SourceLines, *, unfold: bool) -> Markup:
    heading = tag("h3", tag("span", rule), " ", tag("b", len(findings)))
    return tag("section", heading, joined(_card(each, lines, unfold) for each in findings), class_="group")


def _card(finding: Finding, lines: SourceLines, unfold: bool) -> Markup:
    location = finding.location
    return tag(
        "article",
        tag(
            "header",
            tag("span", finding.severity, class_=f"pill {finding.severity}"),
            tag("a", rule_of(finding), href=f"#rule-{finding.code}", class_="rule"),
            tag("code", _place(location.file, location.span.line, location.span.column), class_="place"),
        ),
        tag("p", prose(finding.message), class_="message"),
        frame(location, lines),
        _way(finding, lines, unfold),
        tag("p", tag("b", "help: "), prose(finding.help), class_="help") if finding.help else "",
        tag("footer", *_footer(finding)),
        id=f"f-{finding.fingerprint}",
        tabindex=-1,
        data_severity=finding.severity,
        data_rule=rule_of(finding),
        data_domain=domain_of(finding),
        data_file=location.file,
        data_flow=finding.flow or "",
        class_=f"card {finding.severity}",
    )


def _way(finding: Finding, lines: SourceLines, unfold: bool) -> Markup:
    if not finding.witness:
        return Markup("")
    summary = tag("summary", f"The way there, {counted(len(finding.witness), 'step')}")
    steps = tag("ol", joined(_step(step, lines) for step in finding.witness), class_="steps")
    return tag("details", summary, steps, open=unfold)


def _step(step: Step, lines: SourceLines) -> Markup:
    shown = frame(step.location, lines, around=1) or tag("pre", tag("code", step.text), class_="frame")
    head = tag(
        "div",
        tag("span", step.kind, class_=f"kind {step.kind}"),
        tag("span", where(step), class_="where"),
        tag("code", _place(step.location.file, step.location.span.line), class_="place"),
        class_="step",
    )
    return tag("li", head, shown)


def _footer(finding: Finding) -> Iterable[Markup]:
    yield tag("code", f"truthline explain {finding.code}")
    if finding.flow and finding.witness:
        yield tag("a", "show in the picture", href=f"#flow-{finding.flow}", data_picture=finding.fingerprint)


def _place(file: str, line: int, column: int | None = None) -> str:
    return f"{file}:{line}" if column is None else f"{file}:{line}:{column}"
