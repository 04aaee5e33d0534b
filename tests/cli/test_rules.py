"""`truthline rules`, end to end."""

import json
from pathlib import Path

from tests.cli.projects import truthline


def test_every_rule_is_a_line(tmp_path: Path) -> None:
    result = truthline(tmp_path, "rules")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines == sorted(lines)
    assert any(line.startswith("TL103  state-read ") for line in lines)


def test_json_says_what_is_a_kind(tmp_path: Path) -> None:
    report = json.loads(truthline(tmp_path, "rules", "--format", "json").out)
    rules = {rule["code"]: rule for rule in report["rules"]}
    assert set(rules["TL103"]) == {"code", "name", "severity", "kind", "fixable", "pack", "summary"}
    assert rules["TL401"]["kind"]
    assert not rules["TL103"]["kind"]
    assert rules["TL105"]["severity"] == "warning"
