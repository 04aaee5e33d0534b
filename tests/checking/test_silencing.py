"""Suppressions, allowances and locks: what silences a finding, and what is said of what silences nothing."""

from collections.abc import Callable
from datetime import date

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

NO_SOCKETS = """
aliases = { TL210 = "GONE" }
[[rule]]
id = "NO_SOCKETS"
kind = "forbid-import"
scope = ["app/**"]
forbid = ["socket"]
"""
IMPORT = "import socket"


def codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import socket\n", ["TL401"]),
        ("import socket  # truthline: allow[NO_SOCKETS] the probe needs it\n", []),
        ("import socket  # truthline: allow[TL401] the probe needs it\n", []),
        ("import socket  # truthline: allow[forbid-import] the probe needs it\n", []),
        ("import socket  # truthline: allow[TL210, TL401] the probe needs it\n", ["TL092"]),
        ("# truthline: allow[TL401] the probe needs it\nimport socket\n", []),
        ("# truthline: allow[TL401] the probe needs it\n\nimport socket\n", ["TL092", "TL401"]),
        (
            (
                "# truthline: allow[TL401] the probe needs it\n"
                "# truthline: allow[TL210] it is generated\n"
                "import socket, app.gone\n"
            ),
            [],
        ),
        ("from socket import (\n    socket,\n)  # truthline: allow[TL401] the probe needs it\n", []),
        ("from socket import (  # truthline: allow[TL401] the probe needs it\n    socket,\n)\n", []),
        ("import socket  # truthline: allow[TL401]\n", ["TL401", "TL091"]),
        ("import socket  # truthline: allow[TL401] --\n", ["TL401", "TL091"]),
        ("import socket  # truthline: allow[] the probe needs it\n", ["TL401", "TL091"]),
        ("import socket  # truthline: allow TL401\n", ["TL401", "TL091"]),
        ("import socket  # truthline: alow[TL401] the probe needs it\n", ["TL401", "TL091"]),
        ("import socket  # truthline: is told to leave this alone\n", ["TL401"]),
        ("import socket  # truthline: allow[TL40] the probe needs it\n", ["TL401", "TL092"]),
        ("import app.gone  # truthline: allow[GONE] it is generated\n", []),
        ("import json  # truthline: allow[TL401] the probe needs it\n", ["TL092"]),
        ("TEXT = '# truthline: allow[TL401] no comment'\nimport socket\n", ["TL401"]),
    ],
)
def test_suppressions(lint: Lint, text: str, found: list[str]) -> None:
    assert codes(lint({"app/__init__.py": "", "app/a.py": text}, NO_SOCKETS)) == found


def test_a_suppression_of_a_rule_that_did_not_run_is_not_unused(lint: Lint) -> None:
    text = "import json  # truthline: allow[TL401] the probe needs it\n"
    assert codes(lint({"app/a.py": text}, NO_SOCKETS, ignore=("TL401",))) == []


def test_suppressed_findings_are_counted(lint: Lint) -> None:
    text = "import socket  # truthline: allow[TL401] the probe needs it\n"
    assert lint({"app/a.py": text}, NO_SOCKETS).summary.suppressed == 1


def allow(entry: str) -> str:
    return f'{NO_SOCKETS}allow = [{{ path = "app/a.py", reason = "moves out"{entry} }}]\n'


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("", IMPORT, []),
        (", until = 2026-06-01", IMPORT, []),
        (", until = 2026-05-31", IMPORT, ["TL401"]),
        (', code = "TL401"', IMPORT, []),
        ("", "import json", ["TL090"]),
        (", until = 2026-05-31", "import json", ["TL090"]),
    ],
)
def test_allowances(lint: Lint, entry: str, text: str, found: list[str]) -> None:
    assert codes(lint({"app/a.py": text}, allow(entry), today=date(2026, 6, 1))) == found


def test_an_expired_allowance_is_told(lint: Lint) -> None:
    [finding] = lint({"app/a.py": IMPORT}, allow(", until = 2026-05-31"), today=date(2026, 6, 1)).findings
    assert finding.message == "`app.a` imports `socket` (allowed until 2026-05-31: moves out)"


def test_an_unused_allowance_stands_in_the_config(lint: Lint) -> None:
    [finding] = lint({"app/a.py": "import json"}, allow("")).findings
    assert (finding.location.file, finding.location.span.line) == ("truthline.toml", 8)


def test_an_allowance_of_a_rule_that_did_not_run_is_not_unused(lint: Lint) -> None:
    assert codes(lint({"app/a.py": "import json"}, allow(""), ignore=("NO_SOCKETS",))) == []


LOCKED = f"ignore = ['TL401']\nwarn = ['TL401']\n{NO_SOCKETS}locked = true\n"


def test_nothing_silences_what_is_locked(lint: Lint) -> None:
    text = "import socket  # truthline: allow[TL401] the probe needs it\n"
    outcome = lint({"app/a.py": text}, LOCKED, ignore=("NO_SOCKETS",), select=("TL092",))
    assert [(finding.code, finding.severity, finding.locked) for finding in outcome.findings] == [
        ("TL401", "error", True),
        ("TL092", "error", False),
    ]


@pytest.mark.parametrize(
    ("warn_in", "rule", "severities"),
    [
        ("app/int/**", NO_SOCKETS, ["error", "warning"]),
        ("app/**", NO_SOCKETS, ["warning", "warning"]),
        ("app", NO_SOCKETS, ["error", "error"]),
        ("app/**", f"{NO_SOCKETS}locked = true\n", ["error", "error"]),
    ],
)
def test_files_whose_findings_only_warn(lint: Lint, warn_in: str, rule: str, severities: list[str]) -> None:
    files = {"app/a.py": IMPORT, "app/int/a.py": IMPORT}
    outcome = lint(files, f"warn-in = ['{warn_in}']\n{rule}")
    assert [finding.severity for finding in outcome.findings] == severities


def test_warn_is_weaker_than_an_error(lint: Lint) -> None:
    outcome = lint({"app/a.py": IMPORT}, f"warn = ['NO_SOCKETS']\n{NO_SOCKETS}")
    assert (outcome.summary.errors, outcome.summary.warnings) == (0, 1)
