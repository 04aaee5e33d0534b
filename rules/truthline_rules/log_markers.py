"""Markers that flows and producers of evidence must log, with their fields (TL601, TL602)."""

from collections.abc import Iterable, Iterator

from truthline.api import Example, LackingFields, LogGaps, Meta, Program, Rule, UnloggedWay, Violation

_CONFIG = """\
[evidence.key-ready]
tables = ["api_keys"]

[flow.activation]
entry = ["app.activation:activate"]
log = { marker = "activation_evaluated", fields = ["tenant_id", "source"] }

[flow.activation.decision]
call = "app.activation:may_activate"
inputs = { has_key = "key-ready" }
"""
_HEAD = (
    "import logging\n\nlogger = logging.getLogger(__name__)\n\n\n"
    "def may_activate(has_key):\n    return has_key\n\n\n"
    "def activate(session, tenant):\n"
    '    found = session.execute("SELECT 1 FROM api_keys WHERE tenant = :t", {"t": tenant}).first()\n'
    "    passed = may_activate(found is not None)\n"
)
_LOGGED = Example(
    title="the marker stands on every way from the decision to the return",
    files={
        "app/activation.py": (
            _HEAD
            + '    logger.info("activation_evaluated", extra={"tenant_id": tenant, "source": "db"})\n'
            + "    if not passed:\n        return False\n    return True\n"
        )
    },
    config=_CONFIG,
)
_KINDS = {
    "decision": "after the decision ",
    "return": "",
    "success": "after the evidence was persisted ",
    "failure": "although the evidence was not persisted ",
}
"""When a marker is due; a flow without a decision has to log it before each return."""


class LogMarkerMissing(Rule):
    """A decision, or the outcome of persisting evidence, leaves no trace in the log.

    What it does:
        Follows every way from the call of a flow's decision to where its entry returns, through early returns, loops,
        caught exceptions (of what is called, and those that a clause is written for) and what is called, and reports
        a return that is reached without a log or metric call that
        names the `marker`. A flow without `decision` must log it before each return. Of evidence, the producers in
        `written-by` must log `success` where they return after a write, and `failure` where the write raises (past
        the handler, if there is one) and where they return a false value. The witness is such a way, line by line.
    Why it is bad:
        Whoever looks into an incident finds nothing of just the case that went wrong.
    How to fix:
        Log the marker directly after the decision or write, before the ways part; in `except` too.
    How to allow:
        `allow` the file in the flow, with a reason and a date; of evidence, suppress it where it stands.
    """

    meta = Meta(
        code="TL601",
        name="log-marker-missing",
        subject="flow",
        valid=(_LOGGED,),
        invalid=(
            Example(
                title="an early return comes before the log call",
                files={
                    "app/activation.py": (
                        _HEAD
                        + "    if not passed:\n        return False\n"
                        + '    logger.info("activation_evaluated", extra={"tenant_id": tenant, "source": "db"})\n'
                        + "    return True\n"
                    )
                },
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow and each piece of evidence for the ways without their marker."""
        for flow, gaps in _of_flows(program):
            when = "decision" if program.config.flow[flow].decision is not None else "return"
            yield from (self._violation(way, _KINDS[when], flow) for way in gaps.unlogged)
        for _, gaps in _of_evidence(program):
            yield from (self._violation(way, _KINDS[way.kind], None) for way in gaps.unlogged)

    def _violation(self, way: UnloggedWay, when: str, flow: str | None) -> Violation:
        return Violation(
            location=way.location,
            message=f"`{way.function}` can be left here {when}without having logged `{way.marker}`",
            help=f"log `{way.marker}` on every way to this line",
            symbol=f"{way.function}:{way.marker}",
            flow=flow,
            witness=way.steps,
        )


class LogFieldMissing(Rule):
    """A marker is logged without a field that it must carry.

    What it does:
        Looks at every log or metric call that names a marker of a `log` table, and reports `fields` that it does not
        certainly carry: as keywords, in `extra`, by a LoggerAdapter, by `bind` or context variables, as a metric's
        labels or attributes. A dict is followed to where it was made and filled, also through helpers; a key that is
        only sometimes put in does not count. Processors of structlog, filters, record factories and loguru's patchers
        count with what they put in and take out. What cannot be known is not reported.
    Why it is bad:
        The event cannot be found by its tenant, or told from one that rests on something else.
    How to fix:
        Pass the field with the call, or bind the logger to it.
    How to allow:
        `allow` the file in the flow, with a reason and a date; of evidence, suppress it where it stands.
    """

    meta = Meta(
        code="TL602",
        name="log-field-missing",
        subject="flow",
        valid=(
            _LOGGED,
            Example(
                title="a bound logger carries a field to all its calls",
                files={
                    "app/activation.py": (
                        _HEAD.replace("import logging", "import structlog").replace(
                            "logging.getLogger(__name__)", "structlog.get_logger()"
                        )
                        + "    log = logger.bind(tenant_id=tenant)\n"
                        + '    log.info("activation_evaluated", source="db")\n'
                        + "    return passed\n"
                    )
                },
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="the event does not say what the decision rests on",
                files={
                    "app/activation.py": (
                        _HEAD
                        + '    logger.info("activation_evaluated", extra={"tenant_id": tenant})\n'
                        + "    return passed\n"
                    )
                },
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow and each piece of evidence for markers without their fields."""
        for flow, gaps in _of_flows(program):
            yield from (self._violation(lacking, flow) for lacking in gaps.lacking)
        for _, gaps in _of_evidence(program):
            yield from (self._violation(lacking, None) for lacking in gaps.lacking)

    def _violation(self, lacking: LackingFields, flow: str | None) -> Violation:
        names = ", ".join(f"`{name}`" for name in lacking.fields)
        return Violation(
            location=lacking.location,
            message=f"`{lacking.marker}` is logged without {names}",
            help=f"pass {names} with the call",
            symbol=f"{lacking.function}:{lacking.marker}",
            flow=flow,
        )


def _of_flows(program: Program) -> Iterable[tuple[str, LogGaps]]:
    for name in sorted(program.config.flow):
        if program.config.flow[name].log is not None:
            yield name, program.flow_log(name)


def _of_evidence(program: Program) -> Iterable[tuple[str, LogGaps]]:
    for name in sorted(program.config.evidence):
        if program.config.evidence[name].log is not None:
            yield name, program.evidence_log(name)
