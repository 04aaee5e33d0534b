"""`truthline why`, end to end."""

import json
from pathlib import Path

import pytest
from tests.cli.projects import ASKS, CLEAN, READS, VIOLATED, project, truthline

TWO_WAYS = READS.replace("    return", "    if tenant:\n        print(lookup('other'))\n    return")
BESIDE_A_HOLE = ASKS.replace("    return", "    import app.broken\n\n    return")


def test_every_distinct_way_is_shown(tmp_path: Path) -> None:
    result = truthline(
        project(tmp_path, {**VIOLATED, "app/decide.py": TWO_WAYS}), "why", "activation", "connector-cache"
    )
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("There is a way from activation to connector-cache: 2 ways.\n")
    assert "Way 1 reads" in result.out
    assert "Way 2 reads" in result.out


def test_a_limit_says_that_there_is_more(tmp_path: Path) -> None:
    project(tmp_path, {**VIOLATED, "app/decide.py": TWO_WAYS})
    result = truthline(tmp_path, "why", "activation", "connector-cache", "--limit", "1")
    assert "1 way here, more with --limit." in " ".join(result.out.split())
    assert "Way 2" not in result.out


def test_the_absence_of_a_way_is_proven_in_numbers(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CLEAN), "why", "activation", "connector-cache")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("There is no way from activation to connector-cache.\n1 function visited, ")


def test_nothing_is_proven_beside_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    project(tmp_path, {**CLEAN, "app/decide.py": BESIDE_A_HOLE, "app/broken.py": "def (:\n"})
    result = truthline(tmp_path, "why", "activation", "connector-cache")
    assert result.status == 1
    assert result.out.startswith("No way from activation to connector-cache was found, but that is not proven.\n")
    assert "doubt: " in result.out


def test_nothing_is_proven_where_the_entry_is_gone(tmp_path: Path) -> None:
    project(tmp_path, {**CLEAN, "app/decide.py": "def other():\n    pass\n"})
    result = truthline(tmp_path, "why", "activation", "connector-cache")
    assert result.status == 1
    assert "app.decide:decide" in result.out


def test_json_holds_the_same(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    answer = json.loads(truthline(tmp_path, "why", "activation", "connector-cache", "--output-format", "json").out)
    assert (answer["answer"], answer["more"]) == ("way", False)
    assert answer["ways"][0]["depth"] == "read"
    assert answer["ways"][0]["witness"][0]["step"] == "entry"


@pytest.mark.parametrize(
    ("flow", "state", "says"),
    [
        ("activaton", "connector-cache", "there is no flow `activaton`; did you mean `activation`?"),
        ("activation", "conector-cache", "there is no state `conector-cache`; did you mean `connector-cache`?"),
    ],
)
def test_a_name_that_is_not_declared_proves_nothing(tmp_path: Path, flow: str, state: str, says: str) -> None:
    result = truthline(project(tmp_path, CLEAN), "why", flow, state)
    assert (result.status, result.out, result.err) == (2, "", f"truthline: {says}\n")


ACTIVATION = {
    "truthline.toml": (
        '[evidence.key-ready]\ntables = ["api_keys"]\n\n[flow.activation]\nentry = ["app.flow:activate"]\n\n'
        '[flow.activation.decision]\ncall = "app.policy:check"\n'
        'inputs = { has_project = "key-ready", has_key = "key-ready" }\n'
    ),
    "app/policy.py": "def check(has_project, has_key):\n    return has_project and has_key\n",
    "app/flow.py": (
        "from app.policy import check\n\n\ndef activate(session, tenant):\n"
        '    row = session.execute("SELECT 1 FROM api_keys WHERE tenant = ?", [tenant]).first()\n'
        "    return check(True, row is not None)\n"
    ),
}


def test_without_a_state_the_sources_of_the_decision_are_shown(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, ACTIVATION), "why", "activation")
    assert (result.status, result.err) == (1, "")
    assert result.out.splitlines() == [
        "activation: 1 of 2 inputs not proven.",
        "",
        "app/flow.py:6 app.policy:check",
        "  input        provenance          from",
        "  has_project  constant True       app/flow.py:6",
        "  has_key      evidence:key-ready  app/flow.py:5",
    ]


def test_the_sources_are_told_in_json(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, ACTIVATION), "why", "activation", "--output-format", "json")
    told = json.loads(result.out)
    assert [(one["input"], one["proven"]) for one in told["inputs"]] == [("has_project", False), ("has_key", True)]
    (source,) = told["inputs"][1]["sources"]
    assert (source["provenance"], source["file"], source["line"]) == ("evidence:key-ready", "app/flow.py", 5)
    assert source["witness"][-1]["step"] == "call"


def test_a_proven_decision_exits_with_zero(tmp_path: Path) -> None:
    proven = {**ACTIVATION, "app/flow.py": ACTIVATION["app/flow.py"].replace("check(True,", "check(row,")}
    assert truthline(project(tmp_path, proven), "why", "activation").status == 0


def test_a_flow_without_a_decision_has_nothing_to_show(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CLEAN), "why", "activation")
    assert result.status == 2
    assert "declares no decision" in result.err
