"""Guarded columns: which condition lets a write through, and who is an outsider."""

from collections.abc import Mapping
from pathlib import Path

from truthline.config.load import load
from truthline.program.flows import FlowAnalysis
from truthline.program.load import load_modules
from truthline.program.program import Program

CONTRACT = """
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.flow:activate"]
guards = ["tenants.state"]

[flow.activation.decision]
call = "app.flow:may_activate"
inputs = { has_key = "key-ready" }
"""
FLOW = """\
import logging


def may_activate(has_key):
    return has_key is not None


def is_ready(session, tenant):
    row = session.execute("SELECT 1 FROM api_keys WHERE tenant = :t", {"t": tenant}).first()
    ready = may_activate(row)
    logging.info("asked for %s", row.tenant if row else None)
    return ready


def activate(session, tenant, trigger):
    if not is_ready(session, tenant) and trigger != "forced":
        return False
    session.execute("UPDATE tenants SET state = 'active' WHERE id = :t", {"t": tenant})
    return True
"""
SOUND = FLOW.replace(' and trigger != "forced"', "")
WRITE = "session.execute(\"UPDATE tenants SET state = 'active'\")"


def analysed(directory: Path, files: Mapping[str, str]) -> FlowAnalysis:
    """What is known of the flow."""
    for name, text in {"app/__init__.py": "", "truthline.toml": CONTRACT, **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = load(directory, None)
    return Program(config, load_modules(config, 1, None)).flow("activation")


def test_the_condition_is_the_one_that_lets_the_write_through(tmp_path: Path) -> None:
    """A test that follows on the decision, and whose ways meet again, is none."""
    (override,) = analysed(tmp_path, {"app/flow.py": FLOW}).overrides
    assert override.answer == "no"
    assert override.condition == 'trigger != "forced"'


def test_the_flow_itself_is_no_outsider(tmp_path: Path) -> None:
    job = "from app.flow import activate\n\n\ndef run(session):\n    activate(session, 1, None)\n"
    found = analysed(tmp_path, {"app/flow.py": SOUND, "app/job.py": job})
    assert (found.outside_writes, found.verdict.verdict) == ((), "clean")


def test_two_flows_may_guard_one_column(tmp_path: Path) -> None:
    """Neither is an outsider to the other."""
    second = (
        CONTRACT.replace('[evidence.key-ready]\ntables = ["api_keys"]\n', "")
        .replace("activation", "repair")
        .replace("app.flow:activate", "app.job:run")
    )
    job = FLOW.replace("def activate", "def run").replace(' and trigger != "forced"', "")
    found = analysed(tmp_path, {"app/flow.py": SOUND, "app/job.py": job, "truthline.toml": CONTRACT + second})
    assert (found.outside_writes, found.verdict.verdict) == ((), "clean")


def test_a_script_writes_where_it_is_imported(tmp_path: Path) -> None:
    script = f"from app.store import session\n\n{WRITE}\n"
    (write,) = analysed(
        tmp_path, {"app/flow.py": SOUND, "app/store.py": "session = object()\n", "app/script.py": script}
    ).outside_writes
    assert (write.symbol, write.location.span.line, write.callee) == ("app.script", 3, None)


def test_an_outsider_that_asks_is_one_all_the_same(tmp_path: Path) -> None:
    """What it tells the decision is proven by nobody, unless it is declared as an entry."""
    job = (
        "from app.flow import may_activate\n\n\ndef run(session):\n"
        f"    if may_activate(True):\n        {WRITE}\n"
    )  # fmt: skip
    (write,) = analysed(tmp_path, {"app/flow.py": SOUND, "app/job.py": job}).outside_writes
    assert (write.symbol, write.asks) == ("app.job:run", True)
