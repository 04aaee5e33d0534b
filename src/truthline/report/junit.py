"""JUnit's XML, which most build servers show as tests.

A rule that found nothing and a flow that is clean are tests that pass. Each error is a test that fails, each
silenced finding one that is skipped. A warning fails no run, so it is a test that passes and says something.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from truthline.model.finding import Finding
from truthline.model.run import Outcome, Silenced
from truthline.report.escape import printable
from truthline.report.flows import proof
from truthline.report.style import SourceLines, Style
from truthline.report.witness import where

NAME = "truthline"


def render(outcome: Outcome, lines: SourceLines, style: Style) -> str:
    """One document, in plain ASCII."""
    root = Element("testsuites", {"name": NAME})
    _add_suite(root, "rules", _rules(outcome))
    if outcome.flows:
        _add_suite(root, "flows", _flows(outcome))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="us-ascii").decode("ascii")}\n'


def _add_suite(root: Element, name: str, cases: Sequence[Element]) -> None:
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": 0,
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = SubElement(root, "testsuite", {"name": f"{NAME}.{name}", **{key: str(n) for key, n in counts.items()}})
    suite.extend(cases)


def _rules(outcome: Outcome) -> list[Element]:
    spoken = {finding.code for finding in outcome.findings} | {each.finding.code for each in outcome.silenced}
    quiet = [_case(f"{NAME}.rules", f"{rule.code}[{rule.name}]") for rule in outcome.rules if rule.code not in spoken]
    return [*map(_found, outcome.findings), *map(_silenced, outcome.silenced), *quiet]


def _flows(outcome: Outcome) -> list[Element]:
    """Their findings fail already; what is not proven is skipped, and not passed."""
    cases = []
    for flow in outcome.flows:
        case = _case(f"{NAME}.flows", flow.flow)
        if flow.verdict != "clean":
            SubElement(case, "skipped", {"message": f"{flow.verdict}: {proof(flow)}"})
        cases.append(case)
    return cases


def _found(finding: Finding) -> Element:
    case = _of(finding)
    message = {"message": printable(finding.message)}
    if finding.severity == "error":
        SubElement(case, "failure", {**message, "type": printable(finding.code)}).text = _told(finding)
    else:
        SubElement(case, "system-out").text = f"warning: {_told(finding)}"
    return case


def _silenced(each: Silenced) -> Element:
    case = _of(each.finding)
    reason = printable(f"{each.silencing.by}: {each.silencing.reason}")
    SubElement(case, "skipped", {"message": reason}).text = _told(each.finding)
    return case


def _of(finding: Finding) -> Element:
    span = finding.location.span
    case = _case(f"{finding.code}[{finding.id}]", f"{finding.location.file}:{span.line}:{span.column}")
    case.set("file", printable(finding.location.file))
    case.set("line", str(span.line))
    return case


def _case(class_name: str, name: str) -> Element:
    return Element("testcase", {"classname": printable(class_name), "name": printable(name), "time": "0"})


def _told(finding: Finding) -> str:
    span = finding.location.span
    rows = [f"{finding.location.file}:{span.line}:{span.column}: {finding.message}"]
    for number, step in enumerate(finding.witness, start=1):
        place = f"{step.location.file}:{step.location.span.line}"
        rows.append(f"{number}. {place} {step.kind} {where(step)}: {step.text}")
    if finding.help:
        rows.append(f"help: {finding.help}")
    return "\n".join(map(printable, rows))
