"""SARIF as the standard's own schema wants it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.report.outcomes import FULL, INJECTIONS, NOTHING, STATE_READ, hostile, lines

from truthline.model.run import Outcome
from truthline.report.sarif import render
from truthline.report.style import Style

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-2.1.0.schema.json"


@cache
def validator() -> Any:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def run_of(outcome: Outcome) -> Any:
    """The one run of a report, after the schema has accepted it."""
    log = json.loads(render(outcome, lines, Style()))
    validator().validate(log)
    [run] = log["runs"]
    return run


@pytest.mark.parametrize("outcome", [FULL, NOTHING, *map(hostile, INJECTIONS)])
def test_the_schema_accepts_it(outcome: Outcome) -> None:
    run_of(outcome)


def test_the_schema_would_notice() -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"version": "2.1.0", "runs": [{"tool": {}}]})


def test_the_witness_is_a_code_flow() -> None:
    [result] = [each for each in run_of(FULL)["results"] if each["ruleId"] == "TL103" and not each["suppressions"]]
    [code_flow] = result["codeFlows"]
    [thread] = code_flow["threadFlows"]
    steps = [place["location"]["physicalLocation"] for place in thread["locations"]]
    assert [(step["artifactLocation"]["uri"], step["region"]["startLine"]) for step in steps] == [
        (step.location.file, step.location.span.line) for step in STATE_READ.witness
    ]
    assert [place["kinds"] for place in thread["locations"]] == [["entry"], ["call"], ["read"]]


def test_a_result_knows_its_rule_and_is_known_again() -> None:
    run = run_of(FULL)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["partialFingerprints"] for result in run["results"][:3]] == [
        {"truthline/v1": finding.fingerprint} for finding in FULL.findings
    ]


def test_a_rule_brings_its_help() -> None:
    rule = next(rule for rule in run_of(FULL)["tool"]["driver"]["rules"] if rule["id"] == "TL103")
    assert rule["shortDescription"]["text"] == "A flow that reads state."
    assert rule["fullDescription"]["text"] == "Reports each way to the read, the shortest one."
    assert "## How to fix\n\nAsk the evidence.\n" in rule["help"]["markdown"]


def test_silenced_findings_are_suppressed_results() -> None:
    suppressed = [result["suppressions"] for result in run_of(FULL)["results"]][3:]
    assert [(one["kind"], one["justification"]) for [one] in suppressed] == [
        ("inSource", "names are checked"),
        ("external", "moves out"),
        ("external", "known before"),
    ]


def test_a_path_is_a_uri_and_no_message_holds_a_link() -> None:
    [result, _] = run_of(hostile("a b/[c](javascript:d)?#%"))["results"]
    assert (
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "a%20b/%5Bc%5D%28javascript%3Ad%29%3F%23%25"
    )
    assert result["message"]["text"].count("\\[c](") == 3
