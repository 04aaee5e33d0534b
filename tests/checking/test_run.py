"""A run as a whole: order, fingerprints, views, exit status, and mistakes in the config."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from truthline.checking.options import CheckOptions
from truthline.checking.run import check, exit_status
from truthline.checking.selection import UsageError
from truthline.config import ConfigError, load
from truthline.model.run import Outcome
from truthline.testing import check_files

Lint = Callable[..., Outcome]

GONE = "import app.gone\n"
TREE = {"app/__init__.py": "", "app/b.py": GONE + "import app.lost\n", "app/a.py": GONE}


def places(outcome: Outcome) -> list[tuple[str, int]]:
    return [(finding.location.file, finding.location.span.line) for finding in outcome.findings]


def test_findings_come_in_the_order_of_files_and_lines(lint: Lint) -> None:
    assert places(lint(TREE)) == [("app/a.py", 1), ("app/b.py", 1), ("app/b.py", 2)]


def test_the_same_tree_gives_the_same_outcome(tmp_path: Path) -> None:
    first = check_files(TREE, "", tmp_path)
    assert msgspec.json.encode(first) == msgspec.json.encode(check_files(TREE, "", tmp_path))


def fingerprints(outcome: Outcome) -> set[str]:
    return {finding.fingerprint for finding in outcome.findings}


def test_a_fingerprint_survives_line_moves(lint: Lint) -> None:
    before = lint({**TREE, "app/a.py": GONE})
    after = lint({**TREE, "app/a.py": "x = 1\n\n\n" + GONE})
    assert fingerprints(before) == fingerprints(after)


def test_a_fingerprint_tells_repetitions_apart_and_keeps_the_earlier_ones(lint: Lint) -> None:
    once = lint({**TREE, "app/a.py": GONE})
    twice = lint({**TREE, "app/a.py": GONE * 2})
    assert fingerprints(once) < fingerprints(twice)
    assert len(fingerprints(twice)) == len(twice.findings)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("app/a.py",), [("app/a.py", 1)]),
        (("app",), [("app/a.py", 1), ("app/b.py", 1), ("app/b.py", 2)]),
        (("app/",), [("app/a.py", 1), ("app/b.py", 1), ("app/b.py", 2)]),
        ((".",), [("app/a.py", 1), ("app/b.py", 1), ("app/b.py", 2)]),
        (("ap",), []),
        (("app/a.py", "app/c.py"), [("app/a.py", 1)]),
    ],
)
def test_paths_leave_only_what_touches_them(
    lint: Lint, paths: tuple[str, ...], expected: list[tuple[str, int]]
) -> None:
    assert places(lint(TREE, paths=paths)) == expected


@pytest.mark.parametrize(
    ("text", "config", "status"),
    [
        ("", "", 0),
        (GONE, "", 1),
        (GONE, 'warn = ["TL210"]', 0),
        ("def f(:\n", "", 1),
    ],
)
def test_exit_status(lint: Lint, text: str, config: str, status: int) -> None:
    outcome = lint({"app/__init__.py": "", "app/a.py": text}, config)
    assert exit_status(outcome) == status
    assert exit_status(outcome, exit_zero=True) == 0


def test_files_that_could_not_be_read_are_counted(lint: Lint) -> None:
    summary = lint({"app/a.py": "def f(:\n", "app/b.py": ""}).summary
    assert (summary.files, summary.unread, summary.errors) == (2, 1, 1)


RULE = '[[rule]]\nid = "X"\nkind = "forbid-import"\n'


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ('select = ["TL2", "TLX"]', ["truthline.toml:1: select[1]: `TLX` selects no rule"]),
        ('ignore = ["dangling-imports"]', ["did you mean `dangling-import`?"]),
        ('aliases = { TL299 = "OURS" }', ["aliases.TL299: `TL299` is no rule's code"]),
        (
            '[[rule]]\nid = "X"\nkind = "forbid-imports"\n',
            ["unknown kind `forbid-imports`; did you mean `forbid-import`?"],
        ),
        (
            RULE + "forbids = ['a']\n",
            ["rule[0].forbids: unknown key; did you mean `forbid`?", "rule[0].forbid: is missing"],
        ),
        (RULE + "forbid = 'a'\n", ["rule[0].forbid: must be a list of strings"]),
        (RULE + "forbid = ['a..b']\n", ["`a..b`"]),
        (RULE + "scope = ['app/{d}/**']\nforbid = ['app.{!e}.**']\n", ["`app.{!e}.**` uses `{e}`"]),
        ('[[rule]]\nid = "X"\nkind = "layers"\nlayers = ["app"]\n', ["`layers` needs at least two layers"]),
        (
            'select = ["TLX"]\nignore = ["TLY"]\n' + RULE + "forbid = [3]\n",
            ["`TLX` selects no rule", "`TLY` selects no rule", "rule[0].forbid[0]: must be a string"],
        ),
    ],
)
def test_mistakes_in_the_config_are_told_all_at_once(tmp_path: Path, config: str, sentences: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        check_files({"app/a.py": ""}, config, tmp_path)
    assert all(sentence in str(raised.value) for sentence in sentences), str(raised.value)


def test_a_config_that_was_loaded_without_asking_the_rules_is_refused_by_the_run(tmp_path: Path) -> None:
    (tmp_path / "truthline.toml").write_text('select = ["TLX"]')
    with pytest.raises(ConfigError, match="`TLX` selects no rule"):
        check(load(tmp_path), CheckOptions(jobs=1))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"select": ("TL21O",)}, "--select: `TL21O` selects no rule; did you mean `TL21"),
        ({"ignore": ("stale",)}, "--ignore: `stale` selects no rule"),
        ({"flows": ("activation",)}, "--flow: there is no flow `activation`"),
    ],
)
def test_a_name_on_the_command_line_that_does_not_exist(
    lint: Lint, options: dict[str, tuple[str]], sentence: str
) -> None:
    with pytest.raises(UsageError) as raised:
        lint(TREE, **options)
    assert sentence in str(raised.value)


def test_an_alias_is_shown_and_selects(lint: Lint) -> None:
    outcome = lint(TREE, 'aliases = { TL210 = "GONE" }', select=("GONE",))
    assert {(finding.code, finding.id, finding.name) for finding in outcome.findings} == {
        ("TL210", "GONE", "dangling-import")
    }


def test_progress_is_told(lint: Lint) -> None:
    told: list[tuple[int, int]] = []
    lint(TREE, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (3, 3)
