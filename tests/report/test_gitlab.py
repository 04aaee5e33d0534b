"""GitLab's code quality report, with the fields that it asks for."""

import json

import pytest
from tests.report.outcomes import FULL, INJECTIONS, NOTHING, hostile, lines

from truthline.report.gitlab import render
from truthline.report.style import Style


def test_every_field_that_gitlab_asks_for_is_there() -> None:
    issues = json.loads(render(FULL, lines, Style()))
    assert [issue["fingerprint"] for issue in issues] == [finding.fingerprint for finding in FULL.findings]
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1


def test_nothing_found_is_an_empty_list() -> None:
    assert json.loads(render(NOTHING, lines, Style())) == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_description_is_one_printable_line(text: str) -> None:
    [issue] = json.loads(render(hostile(text), lines, Style()))
    assert issue["description"].isprintable()
    assert issue["location"]["path"] == text
