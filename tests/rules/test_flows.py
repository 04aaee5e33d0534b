"""TL002, TL101 to TL106: what a flow's ways become, and what the config says about them."""

from collections.abc import Callable

import pytest

from truthline.model.finding import Finding
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

CACHE = """
_connectors = {}


def lookup(tenant):
    return _connectors.get(tenant)
"""
DECIDE = """
from app.cache import lookup


def decide(tenant):
    return lookup(tenant) is not None
"""
STATE = '[state.cache]\nmodules = ["app.cache"]\n'
FLOW = '[flow.activation]\nentry = ["app.decide:decide"]\nmust-not-reach = ["cache"]\n'


def check(lint: Lint, config: str = STATE + FLOW, decide: str = DECIDE, **options: object) -> tuple[Finding, ...]:
    return lint({"app/__init__.py": "", "app/cache.py": CACHE, "app/decide.py": decide}, config, **options).findings


def test_one_way_is_one_finding_with_its_whole_witness(lint: Lint) -> None:
    [finding] = check(lint)
    assert (finding.code, finding.flow, finding.state) == ("TL103", "activation", "cache")
    assert (finding.location.file, finding.location.span.line) == ("app/decide.py", 6)
    assert finding.message == "flow `activation` reads `app.cache:_connectors`, which belongs to state `cache`"
    assert [step.kind for step in finding.witness] == ["entry", "call", "read"]


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ('allow = [{ path = "app/decide.py", reason = "moves" }]\n', []),
        ('allow = [{ path = "app/decide.py", reason = "moves", code = "TL103" }]\n', []),
        ('allow = [{ path = "app/decide.py", reason = "moves", code = "TL101" }]\n', ["TL090", "TL103"]),
        ('allow = [{ path = "app/other.py", reason = "moves" }]\n', ["TL090", "TL103"]),
    ],
)
def test_allowances_of_a_flow(lint: Lint, more: str, codes: list[str]) -> None:
    assert sorted(finding.code for finding in check(lint, STATE + FLOW + more)) == codes


SUPPRESSED = DECIDE.replace("is not None", "is not None  # truthline: allow[TL103] moves")


def test_a_way_is_suppressed_where_it_stands(lint: Lint) -> None:
    assert check(lint, decide=SUPPRESSED) == ()


def test_a_locked_flow_cannot_be_silenced(lint: Lint) -> None:
    config = "ignore = ['TL1']\n" + STATE + FLOW + "locked = true\n"
    found = check(lint, config, SUPPRESSED)
    assert [(finding.code, finding.locked) for finding in found] == [("TL103", True), ("TL092", False)]


def test_the_verdict_does_not_depend_on_what_is_silenced(lint: Lint) -> None:
    files = {"app/__init__.py": "", "app/cache.py": CACHE, "app/decide.py": SUPPRESSED}
    [verdict] = lint(files, STATE + FLOW).flows
    assert verdict.verdict == "violated"


OTHER = '[flow.billing]\nentry = ["app.decide:decide"]\nmust-not-reach = ["cache"]\n'


def test_only_one_flow(lint: Lint) -> None:
    text = DECIDE + "import app.gone\n"
    assert {finding.flow for finding in check(lint, STATE + FLOW + OTHER, text)} == {"activation", "billing", None}
    assert {finding.flow for finding in check(lint, STATE + FLOW + OTHER, text, flows=("billing",))} == {"billing"}


@pytest.mark.parametrize(
    ("config", "line", "message"),
    [
        (
            STATE + FLOW.replace("app.decide:decide", "app.decide:decided"),
            4,
            "names `app.decide:decided`, which does not exist; did you mean `app.decide:decide`?",
        ),
        (
            STATE.replace("app.cache", "app.cash") + FLOW,
            2,
            "names `app.cash`, which does not exist; did you mean `app.cache`?",
        ),
    ],
)
def test_a_reference_that_no_longer_holds(lint: Lint, config: str, line: int, message: str) -> None:
    [finding] = check(lint, config, select=("TL002",))
    assert (finding.location.file, finding.location.span.line) == ("truthline.toml", line)
    assert message in finding.message


@pytest.mark.parametrize(("unknown", "severities"), [("ignore", []), ("warn", ["warning"]), ("error", ["error"])])
def test_the_flow_says_how_much_an_unresolved_call_weighs(lint: Lint, unknown: str, severities: list[str]) -> None:
    files = {
        "app/__init__.py": "",
        "app/cache.py": (
            "class Cache:\n    def __init__(self):\n        self._connectors = {}\n\n"
            "    def find_connector(self, tenant):\n        return self._connectors.get(tenant)\n"
        ),
        "app/decide.py": "def decide(tenant, registry):\n    return registry.find_connector(tenant) is not None\n",
    }
    outcome = lint(files, f'{STATE}{FLOW}unknown = "{unknown}"\n')
    assert [finding.severity for finding in outcome.findings if finding.code == "TL105"] == severities
