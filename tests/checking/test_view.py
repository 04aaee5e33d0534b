"""What a run that was asked about some files reports: what those files can affect."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

TREE = {
    "app/__init__.py": "",
    "app/cache.py": "_seen = {}\n\n\ndef lookup(key):\n    return _seen.get(key)\n",
    "app/norm.py": "def normal(key):\n    return key.strip()\n",
    "app/decide.py": (
        "from app.cache import lookup\nfrom app.norm import normal\n\n\n"
        "def decide(key):\n    return lookup(normal(key))\n"
    ),
    "app/other.py": "import app.gone\n",
}
CONFIG = """\
[state.seen]
modules = ["app.cache"]
[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["seen"]
"""


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ((), ["TL103", "TL210"]),
        (("app",), ["TL103", "TL210"]),
        (("app/decide.py",), ["TL103"]),
        (("app/cache.py",), ["TL103"]),
        (("app/norm.py",), ["TL103"]),  # no step of the witness, but in the slice
        (("app/other.py",), ["TL210"]),
        (("app/__init__.py",), []),
        (("app/oth",), []),
    ],
)
def test_a_finding_is_shown_where_a_path_can_affect_it(lint: Lint, paths: tuple[str, ...], found: list[str]) -> None:
    assert [finding.code for finding in lint(TREE, CONFIG, paths=paths).findings] == found


def test_fingerprints_do_not_depend_on_what_was_asked_for(lint: Lint) -> None:
    whole = {finding.fingerprint for finding in lint(TREE, CONFIG).findings}
    parts = [lint(TREE, CONFIG, paths=(path,)).findings for path in ("app/decide.py", "app/other.py")]
    assert {finding.fingerprint for part in parts for finding in part} == whole


def test_a_suppressed_finding_keeps_its_twins_name(lint: Lint) -> None:
    both = lint({"app/a.py": "import app.gone\nimport app.gone\n", "app/__init__.py": ""}).findings
    text = "# truthline: allow[TL210] generated\nimport app.gone\nimport app.gone\n"
    outcome = lint({"app/a.py": text, "app/__init__.py": ""})
    assert [finding.fingerprint for finding in outcome.findings] == [both[1].fingerprint]
    [silenced] = outcome.silenced
    assert (silenced.finding.fingerprint, silenced.silencing.reason) == (both[0].fingerprint, "generated")
