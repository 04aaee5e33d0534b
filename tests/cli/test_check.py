"""`truthline check`, end to end."""

import json
import re
from pathlib import Path

import pytest
from tests.cli.projects import CLEAN, CONFIG, READS, VIOLATED, process, project, truthline


def test_a_way_is_shown_step_by_step_and_fails_the_run(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "check")
    assert (result.status, result.err) == (1, "")
    assert "error TL103[state-read]" in result.out
    assert "1 app/decide.py:4" in result.out
    assert "entry in decide" in result.out
    assert "flow activation: violated" in result.out
    assert "Next: truthline why activation connector-cache" in result.out


def test_a_clean_flow_passes_with_its_count(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CLEAN), "check")
    assert (result.status, result.err) == (0, "")
    assert "flow activation: clean" in result.out
    assert "No findings in 2 files." in result.out


def test_a_path_of_which_nothing_is_analysed_is_told_each_time(tmp_path: Path) -> None:
    tree = project(
        tmp_path, {**CLEAN, "old/a.py": "", "README.md": "", "truthline.toml": f'exclude = ["/old"]\n{CONFIG}'}
    )
    for _ in range(2):  # the second could be a remembered answer
        result = truthline(tree, "check", "app", "old", "README.md", "old/a.py")
        assert result.status == 0
        assert re.findall("warning: nothing of (.+) is analysed", result.err) == ["old", "old/a.py"]


def test_json_keeps_the_promise_of_its_keys(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "check", "--output-format", "json")
    report = json.loads(result.out)
    assert result.status == 1
    assert list(report) == ["version", "tool", "summary", "flows", "findings"]
    assert {"files", "errors", "warnings", "suppressed", "baselined"} <= set(report["summary"])
    assert {"flow", "verdict", "functions", "calls", "resolved", "unresolved"} <= set(report["flows"][0])
    promised = "code id name severity file line column end-line end-column message help flow state witness"
    assert set(report["findings"][0]) == {*promised.split(), "fingerprint", "fixable"}
    assert set(report["findings"][0]["witness"][0]) == {"file", "line", "symbol", "step", "text"}


def test_concise_is_a_line_for_each_finding_and_a_summary(tmp_path: Path) -> None:
    first, last = truthline(project(tmp_path, VIOLATED), "check", "--output-format", "concise").out.splitlines()
    assert re.match(r"app/decide\.py:\d+:\d+: TL103\[state-read\] ", first)
    assert last.startswith("1 error in 2 files.")


@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_the_same_tree_gives_the_same_bytes(tmp_path: Path, format_: str) -> None:
    project(tmp_path, VIOLATED)
    outputs = {
        process(tmp_path, "check", "--output-format", format_, "--jobs", jobs, PYTHONHASHSEED=seed, COLUMNS="40").out
        for jobs, seed in (("1", "1"), ("2", "2"))
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ([], 1),
        (["--exit-zero"], 0),
        (["--ignore", "TL1"], 0),
        (["--select", "TL2,TL3"], 0),
        (["--select", "TL103"], 1),
        (["--flow", "activation"], 1),
        (["--no-plugins", "--jobs", "2", "--today", "2026-01-31"], 1),
        (["app"], 1),
        (["app/cache.py"], 1),  # the way passes through it
        (["truthline.toml"], 0),
        (["."], 1),
    ],
)
def test_the_exit_status_says_whether_an_error_was_reported(tmp_path: Path, args: list[str], status: int) -> None:
    assert truthline(project(tmp_path, VIOLATED), "check", *args).status == status


@pytest.mark.parametrize("path", ["..", "../..", ".", "app/..", "app/../app"])
def test_a_path_around_the_code_leaves_nothing_out(tmp_path: Path, path: str) -> None:
    base = project(tmp_path / "a" / "b", VIOLATED)
    assert truthline(base, "check", path, "--output-format", "concise").status == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--output-file", "json="], "--output-file: it names no file"),
        (["--output-file", ""], "--output-file: it names no file"),
        (["--output-file", "json=a", "--output-file", "sarif=a"], "two reports cannot both be a"),
        (["--select", " , "], "--select: it names no rule"),
        (["--ignore", ""], "--ignore: it names no rule"),
        (["--stdin-filename", "../x.py"], "--stdin-filename: "),
        (["../other"], "PATH: "),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_reported(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "other").mkdir()
    result = truthline(project(tmp_path / "code", VIOLATED), "check", *arguments)
    assert (result.status, result.out) == (2, "")
    assert says in result.err


def test_a_path_is_read_from_the_working_directory(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    assert truthline(tmp_path / "app", "check", "decide.py").status == 1
    outside = truthline(tmp_path / "app", "check", "/")
    assert outside.status == 1  # everything lies below it
    elsewhere = tmp_path.parent / "elsewhere.py"
    elsewhere.touch()
    assert "does not lie below" in truthline(tmp_path / "app", "check", str(elsewhere)).err


def test_colour_only_when_asked_for_in_a_pipe(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    assert "\x1b[" in truthline(tmp_path, "check", "--color", "always").out
    assert "\x1b[" not in truthline(tmp_path, "check", "--color", "never").out
    assert "\x1b[" not in truthline(tmp_path, "check").out
    assert "\x1b[" in truthline(tmp_path, "check", FORCE_COLOR="1").out
    assert "\x1b[" not in truthline(tmp_path, "check", FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in truthline(tmp_path, "check", "--color", "never", FORCE_COLOR="1").out


def test_standard_input_stands_in_for_a_file(tmp_path: Path) -> None:
    project(tmp_path, CLEAN)
    assert truthline(tmp_path, "check").status == 0
    text = READS.replace("def decide", "# not saved yet\ndef decide")
    result = truthline(tmp_path / "app", "check", "--stdin-filename", "decide.py", stdin=text.encode())
    assert result.status == 1
    assert "    5 | def decide(tenant):\n    6 |     return lookup(tenant) is not None\n" in result.out


def test_standard_input_may_be_one_file_more(tmp_path: Path) -> None:
    project(tmp_path, {**CLEAN, "app/__init__.py": ""})
    result = truthline(tmp_path, "check", "--stdin-filename", "app/new.py", stdin=b"import app.gone\n")
    assert "app/new.py\n" in result.out
    assert "TL210" in result.out
    assert "1 error in 4 files." in result.out


def test_quiet_says_nothing_about_sound_code(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CLEAN), "check", "--quiet")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_statistics_count_by_code(tmp_path: Path) -> None:
    assert "      1  TL103[state-read]\n" in truthline(project(tmp_path, VIOLATED), "check", "--statistics").out


def test_several_reports_come_from_one_run(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    result = truthline(tmp_path, "check", "--output-file", "json=report.json", "--output-file", "concise=report.txt")
    assert "flow activation: violated" in result.out
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["findings"][0]["code"] == "TL103"
    assert (tmp_path / "report.txt").read_text(encoding="utf-8").startswith("app/decide.py:")


def test_a_plain_output_file_takes_the_place_of_standard_output(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "check", "--output-file", "report.txt")
    assert (result.status, result.out) == (1, "")
    assert "TL103" in (tmp_path / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--flow", "activaton"], "did you mean `activation`?"),
        (["--select", "TL999"], "TL999"),
        (["--config", "missing.toml"], "missing.toml"),
        (["--changed-since", "nowhere"], "truthline: --changed-since: git "),
        (["--stdin-filename", "notes.txt"], "notes.txt is no name of a Python file"),
        (["--stdin-filename", "/elsewhere.py"], "does not lie below the config's directory"),
        (["--output-file", "jsn=report"], "did you mean 'json'?"),
        (["--output-file", "no/such/directory/report"], "no/such/directory/report"),
    ],
)
def test_what_does_not_exist_is_one_sentence(tmp_path: Path, args: list[str], says: str) -> None:
    result = truthline(project(tmp_path, VIOLATED), "check", *args)
    assert (result.status, result.out) == (2, "")
    assert says in result.err
    assert "Traceback" not in result.err


def test_all_mistakes_of_a_config_are_told_at_once(tmp_path: Path) -> None:
    broken = CONFIG.replace("must-not-reach", "must-not-reech").replace('roots = ["."]', "rots = 3")
    result = truthline(project(tmp_path, {**VIOLATED, "truthline.toml": broken}), "check")
    assert (result.status, result.out) == (2, "")
    assert re.search(r"^truthline\.toml:1: rots: ", result.err, re.MULTILINE)
    assert re.search(r"^truthline\.toml:8: flow\.activation\.must-not-reech: ", result.err, re.MULTILINE)


def test_without_a_config_it_says_where_it_looked(tmp_path: Path) -> None:
    project(tmp_path, {"app/a.py": ""})
    result = truthline(tmp_path, "check")
    assert result.status == 2
    assert "no config" in result.err


def test_an_empty_tree_does_not_pass(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, {"truthline.toml": 'include = ["app"]\n', "app/readme.txt": ""}), "check")
    assert (result.status, result.out) == (2, "")
    assert "there is no Python file to analyse: `include` of truthline.toml names app" in result.err


def test_files_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, {**CLEAN, "app/broken.py": "def (:\n"}), "check")
    assert result.status == 1
    assert "TL001[unparsable-file]" in result.out
    assert "1 file could not be read (TL001)." in result.out


def test_a_failing_rule_is_named_and_is_no_mistake_of_the_users(tmp_path: Path) -> None:
    rule = (
        '"""Rules of ours."""\nfrom truthline.api import Meta, Rule\n\n\n'
        'class Broken(Rule):\n    """It breaks."""\n\n'
        '    meta = Meta(code="OUR1", name="our-rule", valid=(), invalid=())\n\n'
        "    def check(self, program):\n        raise ValueError('\\x1b[31m')\n"
    )
    config = CONFIG.replace('roots = ["."]', 'roots = ["."]\nexclude = ["ours.py"]\nplugins = ["ours.py"]')
    result = truthline(project(tmp_path, {**CLEAN, "truthline.toml": config, "ours.py": rule}), "check")
    assert result.status == 3
    assert "OUR1" in result.err
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    assert truthline(tmp_path, "check", "--no-plugins").status == 0


def test_shown_files_are_those_that_are_analysed(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, VIOLATED), "check", "--show-files")
    assert (result.status, result.out) == (0, "app/cache.py\napp/decide.py\n")


def test_shown_settings_are_the_config_with_its_defaults(tmp_path: Path) -> None:
    settings = json.loads(truthline(project(tmp_path, VIOLATED), "check", "--show-settings").out)
    assert settings["flow"]["activation"]["must-not-reach"] == ["connector-cache"]
    assert settings["flow"]["activation"]["mode"] == "reach"


def test_timings_name_stages_flows_and_rules_and_leave_the_report_alone(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    plain = truthline(tmp_path, "check")
    timed = truthline(tmp_path, "check", "--timings", "--no-cache")
    assert (timed.status, timed.out) == (plain.status, plain.out)
    stages = [line.split(" s  ", 1)[1] for line in timed.err.splitlines()]
    assert [stages[0], *stages[-2:]] == ["last answer", "everything else", "all"]
    assert {"config", "find files", "read files", "flow activation", "rule TL103 state-read", "report"} <= set(stages)


def test_a_pack_needs_no_config(tmp_path: Path) -> None:
    tree = project(tmp_path, {"app/a.py": "import socket\n"})
    rule = '[[rule]]\nid = "NO_SOCKETS"\nkind = "forbid-import"\nforbid = ["socket"]\n'
    (tree / "ours.toml").write_text(rule, encoding="utf-8")
    result = truthline(tree, "check", "--pack", "./ours.toml", "--output-format", "concise")
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("app/a.py:1:1: TL401[NO_SOCKETS]")


def test_a_pack_that_does_not_exist(tmp_path: Path) -> None:
    result = truthline(project(tmp_path, CLEAN), "check", "--pack", "hic")
    assert result.status == 2
    assert "no pack `hic` ships with truthline; a local one is named by its path; did you mean `hoc`?" in result.err
