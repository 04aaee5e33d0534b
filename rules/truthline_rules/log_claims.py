"""What a record claims about where a decision's inputs come from (TL605)."""

from collections.abc import Iterator

from truthline.api import Example, FalseClaim, Meta, Program, Rule, Violation

_CONFIG = """\
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.activation:activate"]
log = { marker = "activation_evaluated" }

[flow.activation.decision]
call = "app.activation:may_activate"
inputs = { has_key = "key-ready" }

[logging]
sources = { db_only = "evidence" }
"""
_BODY = """\
import logging

logger = logging.getLogger(__name__)


def may_activate(has_key):
    return has_key


def activate(session, tenant):
    found = session.execute("SELECT 1 FROM api_keys WHERE tenant = :t", {"t": tenant}).first()
    passed = may_activate(%s)
    logger.info("activation_evaluated", extra={"source": "db_only"})
    return passed
"""
_KINDS = {"constant": "the constant {}", "caller": "`{}`, as the caller passed it"}


class LogSourceContradicted(Rule):
    """A log record claims a source of the decision's inputs, and the data flow says otherwise.

    What it does:
        Looks at the `source` field of a flow's marker (of all its log calls, where it has no marker). Where
        `[logging]` says in `sources` what a value claims of every input of the decision, it is held against what the
        inputs rest on (see TL112 to TL114): a constant, a caller's word or a state in place of the evidence
        contradicts it. What cannot be known contradicts nothing. The witness leads from the source to the decision.
    Why it is bad:
        The log is what an auditor believes; a literal beside the decision proves nothing.
    How to fix:
        Let the input rest on what the record claims, or let the record say what it rests on.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    meta = Meta(
        code="TL605",
        name="log-source-contradicted",
        subject="flow",
        valid=(
            Example(
                title="the input rests on a query",
                files={"app/activation.py": _BODY % "found is not None"},
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="the input is a constant",
                files={"app/activation.py": _BODY % "True"},
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow with a decision for claims that do not hold."""
        for flow in sorted(program.config.flow):
            for claim in program.false_claims(flow):
                yield self._violation(flow, claim)

    def _violation(self, flow: str, claim: FalseClaim) -> Violation:
        source, location = claim.source, claim.source.location
        what = _KINDS.get(source.kind, f"{source.kind} `{{}}`").format(source.name)
        return Violation(
            location=claim.location,
            message=(
                f'the record claims `"{claim.value}"` ({claim.claimed}) of every input, '
                f"but `{claim.input}` is {what} ({location.file}:{location.span.line})"
            ),
            help=f"let `{claim.input}` rest on what the record claims, or say what it rests on",
            symbol=f"{claim.function}:{claim.input}",
            flow=flow,
            witness=claim.steps,
        )
