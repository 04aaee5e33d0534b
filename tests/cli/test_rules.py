"""`truthline rules`, end to end."""

import json
from pathlib import Path

from tests.cli.projects import truthline

from truthline_rules import RULES


def test_every_rule_begins_a_line_and_no_line_is_too_long(tmp_path: Path) -> None:
    result = truthline(tmp_path, "rules")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= 80
    codes = [line[:5] for line in lines if line.startswith("TL")]
    assert codes == sorted({rule.meta.code for rule in RULES})


def test_marks_say_what_warns_what_is_a_kind_and_what_can_be_mended(tmp_path: Path) -> None:
    lines = truthline(tmp_path, "rules").out.splitlines()
    marks = {line.split()[0]: "".join(line[7:10].split()) for line in lines if line.startswith("TL")}
    assert [marks[code] for code in ("TL103", "TL105", "TL202", "TL401")] == ["", "W", "F", "K"]


def test_json_says_what_is_a_kind(tmp_path: Path) -> None:
    report = json.loads(truthline(tmp_path, "rules", "--format", "json").out)
    rules = {rule["code"]: rule for rule in report["rules"]}
    assert set(rules["TL103"]) == {"code", "name", "severity", "kind", "fixable", "pack", "summary"}
    assert rules["TL401"]["kind"]
    assert not rules["TL103"]["kind"]
    assert rules["TL105"]["severity"] == "warning"
