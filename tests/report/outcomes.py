"""Outcomes made by hand, for the tests of the reports."""

import msgspec

from truthline.model.finding import Finding, Step, StepKind
from truthline.model.flowgraph import FlowCall, FlowGraph, FlowNode, OpenCall
from truthline.model.location import FILE_START, Location, Span
from truthline.model.run import Outcome, RuleText, Silenced, Silencing, Summary
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

RULES = (
    RuleText("TL001", "unparsable-file", "error", "A file that cannot be read.\n\nWhat it does:\n    Reports it."),
    RuleText("TL002", "missing-entry", "error", "A reference that no longer holds."),
    RuleText(
        "TL103",
        "state-read",
        "error",
        (
            "A flow that reads state.\n\nWhat it does:\n    Reports each way to the read,\n    the shortest one.\n\n"
            "How to fix:\n    Ask the evidence."
        ),
    ),
    RuleText("TL305", "dynamic-operation", "warning", "An operation whose name cannot be determined."),
)
SILENCED = (
    Silenced(
        msgspec.structs.replace(DYNAMIC, severity="error", fingerprint="1"),
        Silencing("suppression", "names are checked"),
    ),
    Silenced(msgspec.structs.replace(DYNAMIC, fingerprint="2"), Silencing("allowance", "moves out")),
    Silenced(msgspec.structs.replace(STATE_READ, fingerprint="3"), Silencing("baseline", "known before")),
)

FULL = Outcome(
    summary=Summary(files=1642, errors=2, warnings=1, suppressed=2, baselined=1, unread=1),
    flows=(VIOLATED, UNDECIDED, CLEAN),
    findings=(UNREAD, DYNAMIC, STATE_READ),
    silenced=SILENCED,
    rules=RULES,
)
NOTHING = Outcome(summary=Summary(files=1, errors=0, warnings=0), flows=(CLEAN,), findings=())


def _node(symbol: str, *, is_entry: bool = False, state: str | None = None) -> FlowNode:
    return FlowNode(symbol, Location(FACADE, Span(1, 1, 1, 2)), is_entry, state)


_CALL = Location(FACADE, Span(2, 1, 2, 2))
GRAPH = FlowGraph(
    "onboarding-activation",
    (
        _node("app.a:decide", is_entry=True),
        _node("app.a:other"),
        _node("app.b:ask"),
        _node("app.cache:lookup", state="connector-cache"),
    ),
    (
        FlowCall("app.a:decide", "app.a:other", _CALL, "other()"),
        FlowCall("app.a:decide", "app.b:ask", _CALL, "ask()"),
        FlowCall("app.b:ask", "app.b:ask", _CALL, "ask()"),
        FlowCall("app.b:ask", "app.cache:lookup", _CALL, "lookup()"),
    ),
    (OpenCall("app.a:decide", _CALL, "handlers[name]()", "the key is not known"),),
)
THROUGH = (
    step("entry", FACADE, 1, "app.a:decide"),
    step("call", FACADE, 2, "app.a:decide"),
    step("call", FACADE, 2, "app.b:ask"),
    step("read", FACADE, 3, "app.cache:lookup"),
)
DRAWN = msgspec.structs.replace(
    FULL, findings=(*FULL.findings[:2], msgspec.structs.replace(STATE_READ, witness=THROUGH)), graphs=(GRAPH,)
)

HOSTILE_TEXT = "a\x1b[31mb\x9bc\u202ed\ne\rf\u2028g[bold]h[/bold] :smile: \x7f\udc80"
INJECTIONS = (
    "::error file=a.py::forged",
    "\n::warning::forged",
    "  ::add-mask::a",
    "##[error]forged ##vso[task.complete]x ##teamcity[x]",
    "%0A::error::forged",
    "a.py,line=9,title=b::forged",
    "]]></failure><testcase name='forged'/>",
    "</script><script>alert(1)</script><!--",
    "<img src=x onerror=alert(1)>",
    "'\"><svg onload=alert(1)>",
    "&lt;b&gt; &#27; &amp;",
    "[click](javascript:alert(1)) `x` {0}",
    "\x1b]8;;http://forged.example\x1b\\\\x\x1b]8;;\x1b\\\\",
)


def hostile(text: str) -> Outcome:
    """An outcome in which everything that may be anything is this."""
    place = Location(text, Span(1, 1, 1, 2))
    finding = Finding(
        code="TL103",
        id=text,
        name="state-read",
        severity="error",
        location=place,
        message=text,
        help=text,
        flow=text,
        state=text,
        witness=(Step(place, f"m:{text}", "entry", text), Step(place, text, "read", text)),
    )
    return Outcome(
        summary=Summary(files=1, errors=1, warnings=0, suppressed=1),
        flows=(FlowVerdict(text, "undecided", 1, 1, 0, (UnresolvedCall(text, 1, text, text),), (text,)),),
        findings=(finding,),
        silenced=(Silenced(finding, Silencing("suppression", text)),),
        rules=(RuleText("TL103", "state-read", "error", f"{text}\n\nHow to fix:\n    {text}"),),
        graphs=(
            FlowGraph(
                text,
                (FlowNode(text, place, is_entry=True), FlowNode(f"m:{text}", place, state=text)),
                (FlowCall(text, f"m:{text}", place, text),),
                (OpenCall(text, place, text, text),),
            ),
        ),
    )


HOSTILE = hostile(HOSTILE_TEXT)


def hostile_lines(_file: str) -> list[str]:
    return [HOSTILE_TEXT]
