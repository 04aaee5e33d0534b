"""Operations that are registered and dispatched by name: who may, and do both ends exist (TL301 to TL305)."""

from collections import defaultdict
from collections.abc import Iterable

from truthline.api import (
    DispatchSites,
    Example,
    Execution,
    Location,
    Meta,
    OperationPattern,
    Program,
    Registration,
    Rule,
    Scope,
    Severity,
    Vacuity,
    Violation,
)

_REGISTRY = (
    "class Registry:\n    def __init__(self):\n        self._handlers = {}\n\n"
    "    def register(self, name, handler):\n        self._handlers[name] = handler\n\n"
    "    def execute(self, name, context):\n        return self._handlers[name].execute(context)\n\n\n"
    "registry = Registry()\n"
)
_HANDLERS = (
    "from app.registry import registry\n\n\n"
    "class Capture:\n    def execute(self, context):\n        return context\n\n\n"
    "def register_all():\n"
)
_CONFIG = """\
[dispatch.operations]
register = "app.registry:Registry.register"
execute = "app.registry:Registry.execute"
owner = { scope = ["app/api/{domain}/**"], operation = "{domain}.*" }
"""


def _tree(caller: str, registrations: str, operation: str) -> dict[str, str]:
    return {
        "app/registry.py": _REGISTRY,
        "app/handlers.py": _HANDLERS + registrations,
        caller: (
            f"from app.registry import registry\n\n\ndef call(name):\n    return registry.execute({operation}, {{}})\n"
        ),
    }


_REGISTER = '    registry.register("logs.capture", Capture())\n'
_SOUND = Example(
    title="a domain dispatches its own operation",
    files=_tree("app/api/logs/views.py", _REGISTER, '"logs.capture"'),
    config=_CONFIG,
)


class _DispatchRule(Rule):
    """Asks every dispatch table of the config for its sites."""

    def check(self, program: Program) -> Iterable[Violation]:
        """Ask each table."""
        for table in sorted(program.config.dispatch):
            yield from self.judge(program, table, program.dispatch(table))

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Look at the sites of one table."""
        raise NotImplementedError


def _at(
    site: Registration | Execution, table: str, message: str, help_text: str, severity: Severity | None = None
) -> Violation:
    return Violation(
        location=site.location,
        message=message,
        help=help_text,
        severity=severity,
        symbol=f"{site.symbol} {site.operation}",
        dispatch=table,
        operation=site.operation,
    )


def _unread_mentions(program: Program, operation: str) -> bool:
    """Whether a file that could not be read holds the name: it may be registered there."""
    unread = (line for each in program.modules.unread for line in program.modules.source_lines(each.file))
    return any(operation in line for line in unread)


def _place(location: Location) -> str:
    return f"{location.file}:{location.span.line}"


class ForeignOperation(_DispatchRule):
    """Code of one domain dispatches another domain's operation.

    What it does:
        For each `execute` in a file of the `owner`'s scope, compares the operation with the pattern that the
        file's captures give: `owner = { scope = ["api/{domain}/**"], operation = "{domain}.*" }`.
    Why it is bad:
        The domain gets a second way into another's internals, past the API that the other one answers for.
    How to fix:
        Call the other domain's API, or let the orchestrator dispatch the operation.
    How to allow:
        `allow = [{ path = "...", operation = "...", reason = "..." }]` in the dispatch table, or a suppression.
    """

    meta = Meta(
        code="TL301",
        name="foreign-operation",
        subject="dispatch",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="policies dispatches an operation of logs",
                files=_tree("app/api/policies/views.py", _REGISTER, '"logs.capture"'),
                config=_CONFIG,
            ),
        ),
    )

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Compare each executed operation with what the owner of its file may execute."""
        owner = program.config.dispatch[table].owner
        if owner is None:
            return
        scope, own = Scope(owner.scope), tuple(OperationPattern.compile(text) for text in owner.operation)
        for site in sites.executed:
            captures = scope.captures(site.location.file)
            if captures is None or site.operation is None:
                continue
            if not any(pattern.matches(site.operation, captures) for pattern in own):
                domain = ", ".join(f"{name} `{value}`" for name, value in sorted(captures.items()))
                yield _at(
                    site,
                    table,
                    f"operation `{site.operation}` does not belong to {domain or 'this scope'}",
                    "call the owner's API, or dispatch it where several domains may meet",
                )

    def vacuities(self, program: Program) -> Iterable[Vacuity]:
        """An owner's scope that matches no file."""
        for name, table in sorted(program.config.dispatch.items()):
            if table.owner and not Scope(table.owner.scope).matches_any(program):
                sentence = f"the owner's scope of dispatch table `{name}` matches no file"
                yield Vacuity(("dispatch", name, "owner"), sentence)


class UnknownOperation(_DispatchRule):
    """An operation is dispatched but never registered.

    What it does:
        Compares the names that are executed with those that are registered. Where a registration has a name that
        cannot be determined (TL305), it may be the missing one, so the finding is a warning.
    Why it is bad:
        The call fails when it is made, and only then.
    How to fix:
        Correct the name, or register a handler for it.
    How to allow:
        `allow` with path and operation in the dispatch table, or a suppression.
    """

    meta = Meta(
        code="TL302",
        name="unknown-operation",
        subject="dispatch",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="the name is misspelt",
                files=_tree("app/api/logs/views.py", _REGISTER, '"logs.captured"'),
                config=_CONFIG,
            ),
        ),
    )

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Look each executed name up among the registered ones."""
        registered = {site.operation for site in sites.registered}
        for site in sites.executed:
            if site.operation is None or site.operation in registered or _unread_mentions(program, site.operation):
                continue
            yield _at(
                site,
                table,
                f"operation `{site.operation}` is never registered"
                + (", unless by a registration whose name cannot be determined" if None in registered else ""),
                "correct the name, or register a handler for it",
                severity="warning" if None in registered else None,
            )


class UnusedOperation(_DispatchRule):
    """An operation is registered but never dispatched.

    What it does:
        Reports, at its first registration, a name that no `execute` site of the analysed code uses.
    Why it is bad:
        Its handler is dead code, or it is dispatched in a way that the call graph does not see.
    How to fix:
        Remove the registration and its handler.
    How to allow:
        `allow` with path and operation in the dispatch table, or a suppression.
    """

    meta = Meta(
        code="TL303",
        name="unused-operation",
        severity="warning",
        subject="dispatch",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="nobody dispatches logs.purge",
                files=_tree(
                    "app/api/logs/views.py",
                    _REGISTER + '    registry.register("logs.purge", Capture())\n',
                    '"logs.capture"',
                ),
                config=_CONFIG,
            ),
        ),
    )

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Look each registered name up among the executed ones."""
        executed = {site.operation for site in sites.executed}
        for operation, places in _by_operation(sites.registered).items():
            if operation not in executed:
                dynamic = ", unless by a dispatch whose name cannot be determined" if None in executed else ""
                yield _at(
                    places[0],
                    table,
                    f"operation `{operation}` is registered but never dispatched{dynamic}",
                    "remove the registration and its handler",
                )


class DuplicateOperation(_DispatchRule):
    """An operation is registered twice.

    What it does:
        Reports every registration of a name after the first one, in order of file and line.
    Why it is bad:
        Which handler answers depends on the order in which modules happen to be imported.
    How to fix:
        Keep one of them.
    How to allow:
        `allow` with path and operation in the dispatch table, or a suppression.
    """

    meta = Meta(
        code="TL304",
        name="duplicate-operation",
        subject="dispatch",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="two handlers for one name",
                files=_tree("app/api/logs/views.py", _REGISTER * 2, '"logs.capture"'),
                config=_CONFIG,
            ),
        ),
    )

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Report what is registered again."""
        for operation, places in _by_operation(sites.registered).items():
            for place in places[1:]:
                yield _at(
                    place,
                    table,
                    f"operation `{operation}` is registered already at {_place(places[0].location)}",
                    "keep one of the two",
                )


class DynamicOperation(_DispatchRule):
    """The name of an operation cannot be determined.

    What it does:
        Reports a `register` or an `execute` whose operation is no constant on every way to it.
    Why it is bad:
        Neither ownership nor the handler can be checked, and a flow that passes here may be undecided.
    How to fix:
        Write the name as a literal at the call.
    How to allow:
        `allow` with path in the dispatch table, or a suppression.
    """

    meta = Meta(
        code="TL305",
        name="dynamic-operation",
        severity="warning",
        subject="dispatch",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="the name is a parameter that nobody passes",
                files=_tree("app/api/logs/views.py", _REGISTER, "name"),
                config=_CONFIG,
            ),
        ),
    )

    def judge(self, program: Program, table: str, sites: DispatchSites) -> Iterable[Violation]:
        """Report the sites without a name."""
        every: tuple[Registration | Execution, ...] = (*sites.registered, *sites.executed)
        for site in every:
            if site.operation is None:
                verb = "registered" if isinstance(site, Registration) else "dispatched"
                yield _at(
                    site,
                    table,
                    f"the name of the operation that is {verb} here cannot be determined",
                    "write the name as a literal at the call",
                )


def _by_operation(registered: Iterable[Registration]) -> dict[str, list[Registration]]:
    places: defaultdict[str, list[Registration]] = defaultdict(list)
    for site in sorted(registered, key=_order):
        if site.operation is not None:
            places[site.operation].append(site)
    return dict(places)


def _order(site: Registration) -> tuple[str, int, int]:
    return site.location.file, site.location.span.line, site.location.span.column
