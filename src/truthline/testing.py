"""For those who write rules: run the examples of a rule as tests.

@pytest.mark.parametrize("example", [*MyRule.meta.valid, *MyRule.meta.invalid], ids=lambda each: each.title)
def test_examples(example, tmp_path):
    assert bool(findings_of(MyRule, example, tmp_path)) == (example in MyRule.meta.invalid)
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from truthline.checking.options import CheckOptions
from truthline.checking.prepare import mistakes
from truthline.checking.protocol import Example, Rule
from truthline.checking.run import check
from truthline.config import load
from truthline.model.finding import Finding
from truthline.model.run import Outcome


def findings_of(rule: type[Rule], example: Example, folder: Path) -> tuple[Finding, ...]:
    """What a rule finds in an example that is written to a folder; the bundled rules run beside it."""
    outcome = check_files(example.files, example.config, folder, rules=[rule])
    return tuple(finding for finding in outcome.findings if finding.code == rule.meta.code)


def check_files(
    files: Mapping[str, str],
    config: str,
    folder: Path,
    options: CheckOptions | None = None,
    *,
    rules: Sequence[type[Rule]] = (),
) -> Outcome:
    """Write a small code base and its config to a folder, and check it with the bundled rules and these."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "truthline.toml").write_text(config, encoding="utf-8")
    options = options or CheckOptions(jobs=1)
    further = partial(mistakes, rules=rules, no_plugins=options.no_plugins)
    loaded = load(folder, folder / "truthline.toml", further=further)
    return check(loaded, options, rules=rules)
