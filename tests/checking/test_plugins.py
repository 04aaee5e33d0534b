"""Rules of the user's own, and what is said when they fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from truthline.checking.asking import RuleError
from truthline.checking.plugins import PluginError
from truthline.config import ConfigError
from truthline.model.run import Outcome
from truthline.testing import check_files, findings_of

Lint = Callable[..., Outcome]

RULE = '''
from truthline.api import FILE_START, Example, Location, Meta, Rule, Violation


class NoUtils(Rule):
    """A module called utils.

    What it does:
        Reports it.
    """

    meta = Meta(
        code="OUR001",
        name="no-utils",
        valid=(Example(title="named for what it does", files={"app/parse.py": ""}),),
        invalid=(Example(title="named for nothing", files={"app/utils.py": ""}),),
    )

    def check(self, program):
        for file in sorted(program.modules.by_file):
            if file.endswith("/utils.py"):
                yield Violation(location=Location(file, FILE_START), message="say what it is")
'''
TREE = {"app/utils.py": "", "rules/ours.py": RULE}
CONFIG = 'include = ["app"]\nplugins = ["rules/ours.py"]\n'


def test_a_plugin_runs_because_the_config_names_it(lint: Lint) -> None:
    [finding] = lint(TREE, CONFIG).findings
    assert (finding.code, finding.id, finding.message) == ("OUR001", "no-utils", "say what it is")


@pytest.mark.parametrize("ignore", ["OUR", "OUR001", "no-utils"])
def test_a_plugin_can_be_ignored_like_any_rule(lint: Lint, ignore: str) -> None:
    assert lint(TREE, CONFIG, ignore=(ignore,)).findings == ()


def test_without_plugins_their_names_are_no_mistake(lint: Lint) -> None:
    config = CONFIG + 'ignore = ["OUR002"]\n[[rule]]\nid = "X"\nkind = "of-a-plugin"\n'
    comment = "x = 1  # truthline: allow[OUR001] not now\n"
    assert lint({**TREE, "app/utils.py": comment}, config, no_plugins=True).findings == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def broken(:\n", "plugin `rules/ours.py` cannot be loaded: SyntaxError: "),
        ("1 / 0\n", "plugin `rules/ours.py` cannot be loaded: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)\n", "plugin `rules/ours.py` cannot be loaded: SystemExit: 3"),
        ("x = 1\n", "plugin `rules/ours.py` defines no rule: it needs a subclass of `truthline.api.Rule`"),
        (
            "from truthline.api import Rule\nclass R(Rule): ...\nRULES = [R]\n",
            "plugin `rules/ours.py`: rule `R` has no `meta`",
        ),
        (RULE.replace("OUR001", "TL201"), "rules `StaleReexportModule` and `NoUtils` share the name `TL201`"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises((ConfigError, PluginError)) as raised:
        check_files({**TREE, "rules/ours.py": text}, CONFIG, tmp_path)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return 1 / 0", "rule OUR001 (no-utils) failed: ZeroDivisionError: division by zero (ours.py, line 20)"),
        ("yield 3", "rule OUR001 (no-utils) failed: TypeError: it yielded int, not Violation"),
        ("return None", "rule OUR001 (no-utils) failed: TypeError: "),
        ("raise SystemExit", "rule OUR001 (no-utils) failed: SystemExit (ours.py, line 20)"),
    ],
)
def test_a_rule_that_raises_is_named(lint: Lint, body: str, sentence: str) -> None:
    text = RULE[: RULE.index("        for file")] + f"        {body}\n"
    with pytest.raises(RuleError) as raised:
        lint({**TREE, "rules/ours.py": text}, CONFIG)
    assert sentence in str(raised.value)


def test_a_missing_plugin_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises((ConfigError, PluginError), match="cannot be loaded: there is no such file"):
        check_files({"app/a.py": ""}, 'plugins = ["gone.py"]', tmp_path)


def test_an_entry_point_that_nobody_installed(tmp_path: Path) -> None:
    with pytest.raises((ConfigError, PluginError), match="no installed package has an entry point"):
        check_files({"app/a.py": ""}, 'plugins = ["ours"]', tmp_path)


def test_a_writer_of_rules_can_test_their_examples(tmp_path: Path) -> None:
    namespace: dict[str, object] = {}
    exec(compile(RULE, "ours.py", "exec"), namespace)
    rule = namespace["NoUtils"]
    assert len(findings_of(rule, rule.meta.invalid[0], tmp_path)) == 1  # type: ignore[arg-type,attr-defined]
