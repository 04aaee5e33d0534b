"""What a flow does with state (TL101 to TL106): the engine's ways, put in words."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from truthline.api import Depth, Example, Meta, Program, Rule, Severity, Violation, Way

_CACHE = (
    "_connectors = {}\n\n\ndef lookup(tenant):\n    return _connectors.get(tenant)\n\n\n"
    "def remember(tenant, connector):\n    _connectors[tenant] = connector\n"
)
_CONFIG = """\
[state.connector-cache]
{role}modules = ["app.cache"]

[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["connector-cache"]
"""
_ROLE_CACHE = _CONFIG.format(role="")
_ROLE_FORBIDDEN = _CONFIG.format(role='role = "forbidden"\n')
_DECIDING = _ROLE_CACHE + 'mode = "decide"\n'
_SOUND = Example(
    title="the flow asks the database",
    files={
        "app/cache.py": _CACHE,
        "app/decide.py": (
            "def decide(session, tenant):\n"
            '    rows = session.execute("SELECT 1 FROM connectors WHERE tenant = ?", [tenant])\n'
            "    return bool(rows.first())\n"
        ),
    },
    config=_ROLE_CACHE,
)


class _StateReached(Rule):
    """Yields the ways of every flow that end at one depth."""

    depth: ClassVar[Depth]
    verb: ClassVar[str]
    help: ClassVar[str]

    def check(self, program: Program) -> Iterable[Violation]:
        """Ask each flow for its ways into the state it must not reach."""
        for flow in sorted(program.config.flow):
            for way in program.flow(flow).ways:
                if way.depth == self.depth:
                    yield self._violation(flow, way)

    def _violation(self, flow: str, way: Way) -> Violation:
        return Violation(
            location=way.location,
            message=self._message(flow, way),
            help=self.help,
            symbol=way.target,
            flow=flow,
            state=way.state,
            witness=way.steps,
        )

    def _message(self, flow: str, way: Way) -> str:
        """What is reached and whose it is; the state alone where no object of it is known."""
        if way.target == way.state:
            return f"flow `{flow}` {self.verb.format(target=f'state `{way.state}`')}"
        return f"flow `{flow}` {self.verb.format(target=f'`{way.target}`')}, which belongs to state `{way.state}`"


class StateImported(_StateReached):
    """A flow imports the module of a state that it must not reach.

    What it does:
        Reports an import that code of the flow executes, or whose name it uses, of a state's module. Lazy,
        dynamic and re-exported forms count; imports for type checking and `harmless` names do not.
    Why it is bad:
        What is at hand will be used: the next change reads the cache and decides by it.
    How to fix:
        Remove the import; take what the decision needs from its evidence.
    How to allow:
        Name types and constants as `harmless` in the state, or `allow` the file in the flow, with a reason.
    """

    depth = "import"
    verb = "imports {target}"
    help = "remove the import; a decision must rest on evidence"
    meta = Meta(
        code="TL101",
        name="state-imported",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="a lazy import of the cache's module",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": "def decide(tenant):\n    import app.cache\n\n    return bool(tenant)\n",
                },
                config=_ROLE_CACHE,
            ),
        ),
    )


class StateCalled(_StateReached):
    """A flow calls into the module of a state that it must not reach.

    What it does:
        Reports a call by which code of the flow reaches a function, method or class of the state's module that is
        not `harmless`, through any number of steps. Calls that only write to a cache are no finding.
    Why it is bad:
        The answer comes from memory, which is empty after a restart and differs from process to process.
    How to fix:
        Ask the evidence instead, and leave the cache to code that decides nothing.
    How to allow:
        Name what holds no state as `harmless`, or `allow` the file in the flow, with a reason.
    """

    depth = "call"
    verb = "calls {target}"
    help = "ask the evidence instead; what memory remembers must not decide"
    meta = Meta(
        code="TL102",
        name="state-called",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="a call into the state's module that touches no declared object",
                files={
                    "app/cache.py": "_connectors = {}\n\n\ndef backend_name(tenant):\n    return 'memory:' + tenant\n",
                    "app/decide.py": (
                        "from app.cache import backend_name\n\n\ndef decide(tenant):\n"
                        "    return bool(backend_name(tenant))\n"
                    ),
                },
                config=_ROLE_CACHE,
            ),
        ),
    )


class StateRead(_StateReached):
    """A flow reads a state that it must not reach.

    What it does:
        Reports a way on which the value of a state object is observed: by subscript, iteration, membership, length
        or truth, or by passing it on to what does so, whatever its alias. The witness shows every step.
    Why it is bad:
        A cache may be remembered but must never decide: after a restart, or on another worker, it says something else.
    How to fix:
        Replace the read by a query of the evidence.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    depth = "read"
    verb = "reads {target}"
    help = "replace the read by a query of the evidence"
    meta = Meta(
        code="TL103",
        name="state-read",
        subject="flow",
        valid=(
            _SOUND,
            Example(
                title="the flow only writes to the cache",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": (
                        "from app.cache import remember\n\n\ndef decide(session, tenant):\n"
                        '    row = session.execute("SELECT id FROM connectors WHERE tenant = ?", [tenant]).first()\n'
                        "    remember(tenant, row)\n"
                        "    return bool(row)\n"
                    ),
                },
                config=_ROLE_CACHE,
            ),
        ),
        invalid=(
            Example(
                title="the flow decides by what the cache holds",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": (
                        "from app.cache import lookup\n\n\ndef decide(tenant):\n    return lookup(tenant) is not None\n"
                    ),
                },
                config=_ROLE_CACHE,
            ),
        ),
    )


class StateDecides(_StateReached):
    """A value read from a state can influence what a flow decides.

    What it does:
        Of flows with `mode = "decide"`, reports each place at which a state is read and the value has an influence on
        what the flow returns or raises, writes durably or does: through names, containers, attributes, calls, and
        through tests that choose between such things. What is only logged, measured or stored back into the state is
        no finding, nor is a value that is overwritten before it is used. The witness shows the value's way.
    Why it is bad:
        A cache may be remembered but must never decide: after a restart, or on another worker, it says something else.
    How to fix:
        Let the decision rest on a query of the evidence, and use what the cache says for logs at most.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    depth = "decide"
    verb = "lets {target} decide"
    help = "let the decision rest on a query of the evidence"
    meta = Meta(
        code="TL104",
        name="state-decides",
        subject="flow",
        valid=(
            Example(
                title="what the cache says is only logged",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": (
                        "import logging\n\nfrom app.cache import lookup\n\n\ndef decide(session, tenant):\n"
                        "    if lookup(tenant) is None:\n        logging.info('not in the cache')\n"
                        '    row = session.execute("SELECT id FROM connectors WHERE tenant = ?", [tenant]).first()\n'
                        "    return row is not None\n"
                    ),
                },
                config=_DECIDING,
            ),
        ),
        invalid=(
            Example(
                title="the cache has a say",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": (
                        "from app.cache import lookup\n\n\ndef decide(session, tenant):\n"
                        "    if lookup(tenant):\n        return True\n"
                        '    row = session.execute("SELECT id FROM connectors WHERE tenant = ?", [tenant]).first()\n'
                        "    return row is not None\n"
                    ),
                },
                config=_DECIDING,
            ),
        ),
    )


class StateWritten(_StateReached):
    """A flow writes a state whose role is "forbidden".

    What it does:
        Reports a way on which the flow stores into, deletes from or clears an object of such a state.
    Why it is bad:
        The state was declared to be none of the flow's business in either direction.
    How to fix:
        Remove the write, or declare `role = "cache"` if the flow may remember there.
    How to allow:
        `allow` the file in the flow, with a reason and a date.
    """

    depth = "write"
    verb = "writes {target}"
    help = 'remove the write, or declare the state with `role = "cache"` if the flow may write it'
    meta = Meta(
        code="TL106",
        name="state-written",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="the flow fills a forbidden registry",
                files={
                    "app/cache.py": _CACHE,
                    "app/decide.py": (
                        "from app.cache import remember\n\n\ndef decide(tenant):\n"
                        "    remember(tenant, object())\n    return True\n"
                    ),
                },
                config=_ROLE_FORBIDDEN,
            ),
        ),
    )


class StatePossiblyReached(Rule):
    """An unresolved call of a flow could reach a state that it must not reach.

    What it does:
        Reports a call whose targets are not all known, where a callable that fits it in name, arity and what is
        known of the receiver reaches the state. Its severity is the flow's `unknown`: "ignore", "warn" or "error".
    Why it is bad:
        The flow may be sound, but that is not proven: its verdict is `undecided`.
    How to fix:
        Make the receiver known, by an annotation or by constructing it where it is seen.
    How to allow:
        `unknown = "ignore"` in the flow, or `allow` the file there, with a reason.
    """

    meta = Meta(
        code="TL105",
        name="state-possibly-reached",
        severity="warning",
        subject="flow",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="nothing is known of the receiver",
                files={
                    "app/cache.py": (
                        "class Cache:\n    def __init__(self):\n        self._connectors = {}\n\n"
                        "    def find_connector(self, tenant):\n        return self._connectors.get(tenant)\n"
                    ),
                    "app/decide.py": (
                        "def decide(tenant, registry):\n    return registry.find_connector(tenant) is not None\n"
                    ),
                },
                config=_ROLE_CACHE,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask each flow for the calls that could be ways."""
        for flow, contract in sorted(program.config.flow.items()):
            if contract.unknown == "ignore":
                continue
            severity: Severity = "error" if contract.unknown == "error" else "warning"
            for possible in program.flow(flow).possible:
                fits = ", ".join(f"`{name}`" for name in possible.candidates[:3])
                yield Violation(
                    location=possible.location,
                    message=(
                        f"this call could take flow `{flow}` to state `{possible.state}`: {possible.reason}"
                        + (f"; it fits {fits}" if fits else "")
                    ),
                    help="make the receiver known: annotate it, or construct it where it is seen",
                    severity=severity,
                    symbol=possible.text,
                    flow=flow,
                    state=possible.state,
                    witness=possible.steps,
                )
