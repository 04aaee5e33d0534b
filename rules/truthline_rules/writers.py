"""Who writes what only a flow may decide (TL116)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, Override, Program, Rule, Violation

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
        result was not tested; and a write of an entry on whose ways nobody asks the decision. The message names the
        condition that lets the write through. An UPDATE, an upsert and an assigned attribute of a mapped object count;
        inserting a row does not.
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
    return "without asking the decision"
