"""Outcomes made by hand, for the tests of the reports."""

from truthline.model.finding import Finding, Step, StepKind
from truthline.model.location import FILE_START, Location, Span
from truthline.model.run import Outcome, Summary
from truthline.model.verdict import FlowVerdict, UnresolvedCall

HANDLER = "backend/app/hoc/cus/hoc_spine/orchestrator/handlers/onboarding_handler.py"
MODULE = "app.hoc.cus.hoc_spine.orchestrator.handlers.onboarding_handler"
FACADE = "backend/app/connectors_facade.py"

SOURCES = {
    HANDLER: [
        "async def _check_activation_conditions(session, tenant_id):",
        "    connectors = get_facade().list_connectors(tenant_id)",
        "    return bool(connectors)",
    ],
    FACADE: [
        "class ConnectorsFacade:",
        "    def list_connectors(self, tenant_id):",
        "        return _connectors[tenant_id]",
    ],
}


def lines(file: str) -> list[str]:
    return SOURCES.get(file, [])


def step(kind: StepKind, file: str, line: int, symbol: str) -> Step:
    text = SOURCES[file][line - 1].strip() if file in SOURCES else ""
    return Step(Location(file, Span(line, 1, line, 2)), symbol, kind, text)


STATE_READ = Finding(
    code="TL103",
    id="state-read",
    name="state-read",
    severity="error",
    location=Location(FACADE, Span(3, 16, 3, 27)),
    message="flow onboarding-activation reads connector-cache, which may be remembered but must never decide",
    help="decide on durable evidence: read connector-validated instead",
    flow="onboarding-activation",
    state="connector-cache",
    witness=(
        step("entry", HANDLER, 1, f"{MODULE}:_check_activation_conditions"),
        step("call", HANDLER, 2, f"{MODULE}:_check_activation_conditions"),
        step("read", FACADE, 3, "app.connectors_facade:ConnectorsFacade.list_connectors"),
    ),
    fingerprint="0123456789abcdef",
)
UNREAD = Finding(
    code="TL001",
    id="unparsable-file",
    name="unparsable-file",
    severity="error",
    location=Location("backend/app/broken.py", FILE_START),
    message="the file is not text: it holds a null byte",
    fingerprint="fedcba9876543210",
)
DYNAMIC = Finding(
    code="TL305",
    id="DYNAMIC_NAME",
    name="dynamic-operation",
    severity="warning",
    location=Location(FACADE, Span(2, 9, 2, 24)),
    message="the operation's name cannot be determined",
    fingerprint="00112233445566aa",
)
UNRESOLVED = tuple(
    UnresolvedCall(FACADE, line, f"registry.get({line})", "the receiver is not known") for line in range(1, 9)
)
VIOLATED = FlowVerdict(
    "onboarding-activation", "violated", functions=1041, calls=212, resolved=204, unresolved=UNRESOLVED
)
CLEAN = FlowVerdict("billing", "clean", functions=3, calls=9, resolved=9)
UNDECIDED = FlowVerdict(
    "authorisation", "undecided", functions=1, calls=1, resolved=1, doubts=("backend/app/broken.py could not be read",)
)

FULL = Outcome(
    summary=Summary(files=1642, errors=2, warnings=1, suppressed=3, unread=1),
    flows=(VIOLATED, UNDECIDED, CLEAN),
    findings=(UNREAD, DYNAMIC, STATE_READ),
)
NOTHING = Outcome(summary=Summary(files=1, errors=0, warnings=0), flows=(CLEAN,), findings=())

HOSTILE_TEXT = "a\x1b[31mb\x9bc\u202ed\ne\rf\u2028g[bold]h[/bold] :smile: \x7f\udc80"
HOSTILE = Outcome(
    summary=Summary(files=1, errors=1, warnings=0),
    flows=(
        FlowVerdict(
            HOSTILE_TEXT,
            "undecided",
            1,
            1,
            0,
            (UnresolvedCall(HOSTILE_TEXT, 1, HOSTILE_TEXT, HOSTILE_TEXT),),
            (HOSTILE_TEXT,),
        ),
    ),
    findings=(
        Finding(
            code="TL103",
            id=HOSTILE_TEXT,
            name="state-read",
            severity="error",
            location=Location(HOSTILE_TEXT, Span(1, 1, 1, 2)),
            message=HOSTILE_TEXT,
            help=HOSTILE_TEXT,
            flow=HOSTILE_TEXT,
            state=HOSTILE_TEXT,
            witness=(Step(Location(HOSTILE_TEXT, Span(1, 1, 1, 2)), f"m:{HOSTILE_TEXT}", "entry", HOSTILE_TEXT),),
        ),
    ),
)


def hostile_lines(_file: str) -> list[str]:
    return [HOSTILE_TEXT]
