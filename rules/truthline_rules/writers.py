"""Who writes what only a flow may decide (TL115, TL116)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, OutsideWrite, Override, Program, Rule, Violation

_POLICY = "def may_activate(has_key):\n    return has_key is not None\n"
_CONFIG = """\
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.activation:activate"]
guards = ["tenants.state"]

[flow.activation.decision]
call = "app.policy:may_activate"
inputs = { has_key = "key-ready" }
"""
_WRITE = "session.execute(\"UPDATE tenants SET state = 'active' WHERE id = ?\", [tenant])"


def _example(title: str, *body: str) -> Example:
    head = (
        "from app.policy import may_activate\n\n\ndef activate(session, tenant, trigger):\n"
        '    row = session.execute("SELECT 1 FROM api_keys WHERE tenant = ?", [tenant]).first()\n'
    )
    lines = "".join(f"    {line}\n" for line in body)
    return Example(title=title, files={"app/policy.py": _POLICY, "app/activation.py": head + lines}, config=_CONFIG)


class DecisionOverridden(Rule):
    """A guarded write goes ahead although the decision said no, or nobody asked it.

    What it does:
        Follows the ways from each call of the flow's decision, through returns, calls and exceptions, and reports a
        write of a column that the flow `guards` where one comes to it after the decision returned false, or after its
        result was not tested; where the other side of an `or` lets it through (`force or may_activate(...)`); and a
        write to which no way leads from the decision at all. The message names the condition that lets the write
        through. An UPDATE, an upsert and an assigned attribute of a mapped object count; inserting a row does not.
    Why it is bad:
        A decision that can be passed by decides nothing.
    How to fix:
        Leave before the write where the decision says no.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    meta = Meta(
        code="TL116",
        name="decision-overridden",
        subject="flow",
        valid=(
            _example("the write needs a yes", "if not may_activate(row):", "    return False", _WRITE, "return True"),
        ),
        invalid=(
            _example("a condition passes it by", "if not may_activate(row):",
                     '    if not trigger.startswith("force:"):', "        return False", _WRITE, "return True"),
            _example("an `or` passes it by", "if trigger or may_activate(row):", f"    {_WRITE}"),
            _example("nobody looks at the answer", "allowed = may_activate(row)", _WRITE, "return allowed"),
        ),
    )  # fmt: skip

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for the guarded writes that go ahead."""
        for flow in sorted(program.config.flow):
            for override in program.flow(flow).overrides:
                yield Violation(
                    location=override.location,
                    message=f"flow `{flow}` writes `{override.guard}` {_why(override)}",
                    help="leave before the write where the decision says no",
                    symbol=f"{override.symbol}:{override.guard}",
                    flow=flow,
                    witness=override.steps,
                )


def _why(override: Override) -> str:
    through = f": `{override.condition}` lets it through" if override.condition else ""
    if override.answer == "no":
        return f"after the decision said no{through}"
    if override.answer == "open":
        return f"although nothing tests what the decision said{through}"
    return f"without asking the decision{through}"


_GUARDED = """\
[flow.activation]
entry = ["app.activation:activate"]
guards = ["tenants.state"]
"""
_ACTIVATION = """\
from app.tenants import set_state


def activate(session, tenant):
    if session.execute("SELECT 1 FROM api_keys WHERE tenant = ?", [tenant]).first():
        set_state(session, tenant, "active")
"""
_TENANTS = """\
def set_state(session, tenant, state):
    session.execute("UPDATE tenants SET state = ? WHERE id = ?", [state, tenant])
"""


def _outsider(title: str, imported: str, *body: str) -> Example:
    job = f"{imported}\n\n\ndef repair(session, tenant):\n" + "".join(f"    {line}\n" for line in body)
    files = {"app/tenants.py": _TENANTS, "app/activation.py": _ACTIVATION, "app/job.py": job}
    return Example(title=title, files=files, config=_GUARDED)


class UndeclaredWriter(Rule):
    """Code outside a flow writes a column that only the flow may write.

    What it does:
        Looks through the whole program for writes of a column that a flow `guards`: SQL, constructs of SQLAlchemy,
        Django's updates, and assigned attributes of mapped objects that are committed. Reported are the write, where
        its function is none of the flow's, and each call from outside the flow of a function of the flow that writes
        the column without asking the decision itself. Calling an entry of the flow is no such call, and inserting a
        row no such write.
    Why it is bad:
        A decision that is proven, beside a second door that nobody guards, proves nothing about what is stored.
    How to fix:
        Call an entry of the flow instead, or make the writer one, so that its decision is proven too.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    meta = Meta(
        code="TL115",
        name="undeclared-writer",
        subject="flow",
        valid=(
            _outsider("the flow is called", "from app.activation import activate", "activate(session, tenant)"),
            _outsider("a row is only read", "import logging", 'session.execute("SELECT state FROM tenants")'),
        ),
        invalid=(
            _outsider("a second writer", "import logging", "session.execute(\"UPDATE tenants SET state = 'active'\")"),
            _outsider("the flow's own writer, past the flow", "from app.tenants import set_state",
                      'set_state(session, tenant, "active")'),
        ),
    )  # fmt: skip

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for who else writes what it guards."""
        for flow in sorted(program.config.flow):
            for write in program.flow(flow).outside_writes:
                yield Violation(
                    location=write.location,
                    message=f"`{write.guard}` is written outside flow `{flow}`, which guards it{_through(write)}",
                    help="call an entry of the flow, or declare this function as one",
                    symbol=f"{write.symbol}:{write.guard}",
                    flow=flow,
                    witness=write.steps,
                )


def _through(write: OutsideWrite) -> str:
    if write.callee is not None:
        return f": `{write.callee}` is called past its decision"
    if write.asks:
        return ": the decision is asked, but nothing proves what it is told"
    return ""
