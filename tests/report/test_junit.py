"""JUnit's XML as a build server reads it."""

import pytest
from junitparser import JUnitXml, TestCase
from tests.report.outcomes import FULL, HOSTILE_TEXT, INJECTIONS, NOTHING, hostile, lines

from truthline.model.run import Outcome
from truthline.report.escape import printable
from truthline.report.junit import render
from truthline.report.style import Style


def read(outcome: Outcome) -> JUnitXml:
    return JUnitXml.fromstring(render(outcome, lines, Style()).encode())


def cases(outcome: Outcome, suite: str) -> list[TestCase]:
    return [case for each in read(outcome) if each.name == f"truthline.{suite}" for case in each]


def test_the_counts_are_those_of_the_cases() -> None:
    whole = read(FULL)
    assert (whole.tests, whole.failures, whole.errors, whole.skipped) == (10, 2, 0, 5)


def test_errors_fail_warnings_pass_and_what_is_silenced_is_skipped() -> None:
    found = [(case.classname, [type(one).__name__ for one in case.result]) for case in cases(FULL, "rules")]
    assert found == [
        ("TL001[unparsable-file]", ["Failure"]),
        ("TL305[DYNAMIC_NAME]", []),
        ("TL103[state-read]", ["Failure"]),
        ("TL305[DYNAMIC_NAME]", ["Skipped"]),
        ("TL305[DYNAMIC_NAME]", ["Skipped"]),
        ("TL103[state-read]", ["Skipped"]),
        ("truthline.rules", []),
    ]


def test_a_failure_tells_the_way() -> None:
    [failure] = cases(FULL, "rules")[2].result
    assert "3. backend/app/connectors_facade.py:3 read in ConnectorsFacade.list_connectors" in failure.text


def test_a_flow_passes_only_where_it_is_clean() -> None:
    assert [(case.name, case.is_passed) for case in cases(FULL, "flows")] == [
        ("onboarding-activation", False),
        ("authorisation", False),
        ("billing", True),
    ]


def test_a_run_without_findings_passes() -> None:
    assert read(NOTHING).failures == 0


@pytest.mark.parametrize("text", [*INJECTIONS, HOSTILE_TEXT, "\ufffe\uffff\x00\ud800"])
def test_whatever_the_text_is_it_stays_text(text: str) -> None:
    [found, skipped] = cases(hostile(text), "rules")
    shown = printable(text)
    assert found.name == f"{shown}:1:1"
    [failure] = found.result
    assert failure.message == shown
    assert failure.text.startswith(f"{shown}:1:1: {shown}\n1. ")
    assert skipped.result[0].message == f"suppression: {shown}"
