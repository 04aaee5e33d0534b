"""The baseline: what is in it is silent, what is new is not, and what is gone is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from truthline.checking.accept import accept, prune
from truthline.checking.baseline import FILE, BaselineError
from truthline.checking.options import CheckOptions
from truthline.config import load
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

RULE = '[[rule]]\nid = "NO_SOCKETS"\nkind = "forbid-import"\nscope = ["app/**"]\nforbid = ["socket"]\n'
SOCKET, TWICE, NONE = "import socket\n", "import socket\nimport socket as s\nimport socket\n", "import json\n"


def accepted(lint: Lint, tree: Path, files: dict[str, str], config: str = RULE) -> Outcome:
    """Write the files, accept what is found in them, and check again."""
    lint(files, config)
    (tree / FILE).write_text(accept(load(tree), CheckOptions(jobs=1)).text, encoding="utf-8")
    return lint(files, config)


def pruned(tree: Path) -> list[str]:
    """The files of the entries after `--prune`."""
    (tree / FILE).write_text(prune(load(tree), CheckOptions(jobs=1)).text, encoding="utf-8")
    return [entry["file"] for entry in json.loads((tree / FILE).read_text(encoding="utf-8"))["findings"]]


def codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_what_was_there_is_counted_and_no_longer_reported(lint: Lint, tmp_path: Path) -> None:
    outcome = accepted(lint, tmp_path, {"app/a.py": SOCKET, "app/b.py": SOCKET})
    assert codes(outcome) == []
    assert (outcome.summary.errors, outcome.summary.baselined, outcome.summary.suppressed) == (0, 2, 0)
    assert {each.silencing.by for each in outcome.silenced} == {"baseline"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (SOCKET, f"# moved\n\n\n{SOCKET}", []),
        (SOCKET, "import   socket # spelled another way\n", ["TL401", "TL093"]),
        (SOCKET, SOCKET + "import socket as other\n", ["TL401"]),
        (SOCKET, SOCKET + SOCKET, ["TL401"]),
        (SOCKET + SOCKET, SOCKET + SOCKET, []),
        (SOCKET + SOCKET, SOCKET, ["TL093"]),
        (SOCKET + SOCKET, NONE, ["TL093", "TL093"]),
        (TWICE, f"x = 1\n{TWICE}", []),
        (SOCKET, NONE, ["TL093"]),
        (SOCKET, f"{SOCKET[:-1]}  # truthline: allow[TL401] the probe needs it\n", ["TL093"]),
        (NONE, SOCKET, ["TL401"]),
    ],
)
def test_only_what_is_new_is_reported(before: str, after: str, found: list[str], lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": before})
    outcome = lint({"app/a.py": after}, RULE)
    assert sorted(codes(outcome), reverse=True) == found


def test_a_stale_entry_stands_in_the_baseline(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET, "app/b.py": SOCKET})
    [finding] = lint({"app/b.py": NONE}, RULE).findings
    assert (finding.location.file, finding.location.span.line, finding.severity) == (FILE, 5, "error")
    assert finding.message == "`TL401[NO_SOCKETS]` of app/b.py is in the baseline, but no longer occurs"


def test_the_findings_of_a_renamed_file_are_known(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET + SOCKET})
    (tmp_path / "app/a.py").rename(tmp_path / "app/moved.py")
    assert codes(lint({}, RULE)) == []
    assert codes(lint({"app/copy.py": SOCKET}, RULE)) == ["TL401"]  # there were two, and both have moved
    (tmp_path / "app/copy.py").unlink()
    assert pruned(tmp_path) == ["app/moved.py", "app/moved.py"]
    assert codes(lint({}, RULE)) == []


def test_a_copy_of_a_known_file_is_new(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET})
    assert codes(lint({"app/copy.py": SOCKET}, RULE)) == ["TL401"]


def test_pruning_adds_nothing_and_removes_what_is_gone(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET, "app/b.py": SOCKET})
    lint({"app/a.py": NONE, "app/c.py": SOCKET}, RULE)
    assert pruned(tmp_path) == ["app/b.py"]
    assert codes(lint({}, RULE)) == ["TL401"]


def test_a_rule_that_did_not_run_leaves_its_entries_alone(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET})
    assert codes(lint({"app/a.py": NONE}, RULE, ignore=("NO_SOCKETS",))) == []
    lint({}, f"ignore = ['TL401']\n{RULE}")
    assert pruned(tmp_path) == ["app/a.py"]


def test_the_entries_of_a_rule_that_is_gone_are_stale(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/a.py": SOCKET})
    assert codes(lint({}, "")) == ["TL093"]


def test_the_findings_of_audits_can_be_accepted_but_not_its_own(lint: Lint, tmp_path: Path) -> None:
    files = {"app/a.py": "import json  # truthline: allow[TL401] no reason left\n"}
    assert codes(lint(files, RULE)) == ["TL092"]
    assert codes(accepted(lint, tmp_path, files)) == []
    lint({"app/a.py": NONE}, RULE)
    assert codes(accepted(lint, tmp_path, {})) == []
    assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["findings"] == []


def test_the_same_findings_are_the_same_bytes(lint: Lint, tmp_path: Path) -> None:
    accepted(lint, tmp_path, {"app/b.py": SOCKET, "app/a.py": TWICE})
    first = (tmp_path / FILE).read_bytes()
    accepted(lint, tmp_path, {})
    assert (tmp_path / FILE).read_bytes() == first
    assert first.count(b"\n") == 5 + 4  # a line an entry


LOCKED = f"{RULE}locked = true\n"
FLOW = """\
[state.seen]
modules = ["app.cache"]
[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["seen"]
"""
WAY = {
    "app/cache.py": "_seen = {}\n\n\ndef lookup(key):\n    return _seen.get(key)\n",
    "app/decide.py": "from app.cache import lookup\n\n\ndef decide(key):\n    return lookup(key)\n",
}


@pytest.mark.parametrize(
    ("files", "open_", "locked", "code"),
    [
        ({"app/a.py": SOCKET}, RULE, LOCKED, "TL401"),
        (WAY, FLOW, FLOW + "locked = true\n", "TL103"),
    ],
)
def test_nothing_silences_what_is_locked(
    files: dict[str, str], open_: str, locked: str, code: str, lint: Lint, tmp_path: Path
) -> None:
    accepted(lint, tmp_path, files, open_)
    assert codes(lint({}, open_)) == []
    outcome = lint({}, locked)
    assert sorted(codes(outcome)) == ["TL093", code]
    assert "is locked: no baseline can hold it" in next(f.message for f in outcome.findings if f.code == "TL093")
    assert codes(accepted(lint, tmp_path, files, locked)) == [code]
    assert codes(lint({}, f"ignore = ['{code}', 'TL']\n{locked}")) == [code]
    assert codes(lint({}, f"select = ['TL2']\nwarn = ['{code}']\n{locked}", ignore=(code,))) == [code]
    assert lint({}, f"warn = ['{code}']\n{locked}").summary.errors == 1


def test_the_verdict_does_not_depend_on_it(lint: Lint, tmp_path: Path) -> None:
    [flow] = accepted(lint, tmp_path, WAY, FLOW).flows
    assert flow.verdict == "violated"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no baseline"),
        ("[]", "is no baseline"),
        ("[" * 5_000, "is no baseline"),
        ('{"version": 1}', "is no baseline"),
        ('{"version": 2, "findings": []}', "is of version 2, and this truthline reads version 1"),
        ('{"version": 1, "findings": [{"file": 3}]}', "is no baseline"),
        ("\0", "contains NUL bytes"),
    ],
)
def test_a_damaged_baseline_is_one_sentence(text: str, says: str, lint: Lint, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=f"^{FILE} {says}"):
        lint({"app/a.py": SOCKET}, RULE)
