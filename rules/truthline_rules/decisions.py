"""What the inputs of a decision rest on (TL112, TL113, TL114)."""

from collections.abc import Iterator
from typing import ClassVar

from truthline.api import Example, InputProvenance, InputSource, Meta, Program, Rule, SourceKind, Violation

_POLICY = "def may_activate(has_key):\n    return has_key\n"
_CONFIG = """\
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.activation:activate"]

[flow.activation.decision]
call = "app.policy:may_activate"
inputs = { has_key = "key-ready" }
"""


def _example(title: str, *body: str) -> Example:
    lines = "".join(f"    {line}\n" for line in body)
    head = "from app.policy import may_activate\n\n\ndef activate(session, tenant, params):\n"
    return Example(title=title, files={"app/policy.py": _POLICY, "app/activation.py": head + lines}, config=_CONFIG)


_QUERY = 'row = session.execute("SELECT 1 FROM api_keys WHERE tenant = ?", [tenant]).first()'
_SOUND = _example(
    "the input is what a query of the evidence says, or false",
    "has_key = False",
    "if tenant:",
    f"    {_QUERY}",
    "    has_key = row is not None",
    "return may_activate(has_key)",
)


class _InputRule(Rule):
    """Yields the inputs of decisions that have a source of one kind."""

    kind: ClassVar[SourceKind]
    says: ClassVar[str]
    help: ClassVar[str]

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for the sources of its decision's inputs."""
        for flow in sorted(program.config.flow):
            for one in program.flow(flow).inputs:
                for source in one.of_kind(self.kind):
                    yield self.violation(flow, one, source)

    def violation(self, flow: str, one: InputProvenance, source: InputSource) -> Violation:
        """What is to be said of one source."""
        return Violation(
            location=source.location,
            message=f"input `{one.input}` of the decision of flow `{flow}` {self.says.format(name=source.name)}, "
            f"where evidence `{one.due}` is due",
            help=self.help,
            symbol=f"{one.input}:{source.name}",
            flow=flow,
            witness=(*one.steps[:1], *source.steps),
        )


class InputConstant(_InputRule):
    """An input of a flow's decision is a constant where evidence is due.

    What it does:
        Reports a true literal that reaches an input of the decision on some path: through names, defaults, fields,
        dicts and returned values. A literal that is only taken where a test of evidence leads to it stands for
        that evidence, and a false default that evidence may overwrite is sound.
    Why it is bad:
        The decision looks as if it asked for this evidence, and nobody does.
    How to fix:
        Query the evidence.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    kind = "constant"
    says = "is the constant `{name}`"
    help = "query the evidence"
    meta = Meta(
        code="TL112",
        name="input-constant",
        subject="flow",
        valid=(
            _SOUND,
            _example("evidence leads to the literal", _QUERY, "return may_activate(True if row else False)"),
        ),
        invalid=(
            _example("nobody asks", "has_key = True", "return may_activate(has_key)"),
            _example("a true default", "has_key = True", "if tenant:", f"    {_QUERY}", "    has_key = row is not None",
                     "return may_activate(has_key)"),
        ),
    )  # fmt: skip


class InputFromCaller(_InputRule):
    """An input of a flow's decision is whatever the caller of the flow passed.

    What it does:
        Reports an input that comes from a parameter of the flow's entry, or out of one, where nothing in the flow
        compares that parameter with evidence. Tests of type, truth or None do not count.
    Why it is bad:
        Whoever calls the flow decides.
    How to fix:
        Query the evidence instead of believing the caller.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    kind = "caller"
    says = "is what the caller passes as `{name}`"
    help = "query the evidence instead of believing the caller"
    meta = Meta(
        code="TL113",
        name="input-from-caller",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            _example("the caller says so", 'return may_activate(params.get("has_key"))'),
            _example("the caller says so beside the evidence", _QUERY, 'return may_activate(row or params["force"])'),
        ),
    )


class InputUnproven(_InputRule):
    """An input of a flow's decision comes from where truthline cannot see.

    What it does:
        Reports an input with a source that is none of the declared evidence, no state, constant or parameter: an
        unresolved call, the environment, another table, a query that cannot be read; and an input whose own evidence
        is not among its sources. The flow is undecided.
    Why it is bad:
        What cannot be seen is not proven.
    How to fix:
        Query the evidence that is due, with a statement that can be read; or declare the table as evidence.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    kind = "unknown"
    says = "is not proven: {name}"
    help = "query the evidence that is due, with a statement that can be read"
    meta = Meta(
        code="TL114",
        name="input-unproven",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            _example("nobody knows what is asked", "return may_activate(session.has_key(tenant))"),
            _example(
                "another table",
                'row = session.execute("SELECT 1 FROM tenants WHERE id = ?", [tenant]).first()',
                "return may_activate(row is not None)",
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Besides what is unknown: inputs that rest on something, but not on what is due."""
        yield from super().check(program)
        for flow in sorted(program.config.flow):
            for one in program.flow(flow).inputs:
                if one.lacks_evidence:
                    yield self._lacking(flow, one)

    def _lacking(self, flow: str, one: InputProvenance) -> Violation:
        rests = (
            ", ".join(dict.fromkeys(f"`{source.text}`" for source in one.sources)) or "nothing that could satisfy it"
        )
        return Violation(
            location=one.call,
            message=f"input `{one.input}` of the decision of flow `{flow}` does not rest on evidence `{one.due}`, "
            f"but on {rests}",
            help=self.help,
            symbol=one.input,
            flow=flow,
            witness=one.steps,
        )
