"""The kind `forbid-call` (TL501): the files of a scope may not call certain functions."""

from collections.abc import Iterable, Iterator
from typing import Literal

from truthline.api import CallPattern, CallSite, Example, Meta, Options, Program, Rule, Setup, Severity, Violation
from truthline_rules.calls import Functions, call_problems, cut, sites

_NO_EXECUTE = """\
[[rule]]
id = "NO_EXECUTE"
kind = "forbid-call"
scope = ["app/engines/*.py"]
call = ["app.db:Session.execute", "*session.execute"]
"""
_ENFORCE = """\
[[rule]]
id = "NO_ENFORCE"
kind = "forbid-call"
scope = ["app/proposals.py"]
call = ['app.registry:Registry.execute("policies.enforce")']
"""
_DB = {"app/db.py": "class Session:\n    def execute(self, query): ...\n    def close(self): ...\n"}
_REGISTRY = {"app/registry.py": "class Registry:\n    def execute(self, operation, context=None): ...\n"}


class ForbidCallOptions(Options, frozen=True, kw_only=True):
    """The keys of a `forbid-call` rule."""

    call: tuple[str, ...]
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    unknown: Literal["ignore", "warn", "error"] = "ignore"


class ForbidCall(Rule):
    """A call that the scope forbids.

    What it does:
        Reports each call in a file of `scope` that a pattern of `call` matches. `module:name` is a function, a class
        (its construction) or a method (`module:Class.method`, also one that overrides it), whatever it is called
        there: `import as`, re-exports, assigned names and the receiver's type (annotations, constructors, and where
        these say nothing, what callers pass) are followed by the value engine. Without a colon a pattern is what is
        written: `print` a plain call, `.execute` a method of anything, `session.execute` also of `self.session`,
        `*session.execute` also of `self._session`; a local variable that was assigned the method counts. Arguments
        may follow: `execute("policies.*", force=True, ...)` asks for these literals at these places, `*` being any
        part of a text, `...` anything; names of constants count as their values.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Call what the team offers instead.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at; `{name}` captures a segment. Default: all.
        call: patterns of calls.
        inside: functions or classes (`Qual.name` or `module:Qual.name`, patterns); only calls inside them count.
        outside: functions or classes; calls inside them do not count.
        unknown: what a call is that may match, because nothing is known of its receiver or of an argument:
            "ignore", "warn" or "error". Default: "ignore". A call through a container, or of a function that was
            passed as an argument, is not looked at. Common method names over a whole code base cost much; where the
            analysis is cut for that, a warning says so.
    """

    options_type = ForbidCallOptions
    options: ForbidCallOptions
    meta = Meta(
        code="TL501",
        name="forbid-call",
        kind=True,
        placeholders=("call", "function"),
        valid=(
            Example(
                title="another method, and an `execute` of something else",
                files={
                    **_DB,
                    "app/engines/run.py": (
                        "from app.db import Session\n\n\n"
                        "def run(session: Session, plan):\n    session.close()\n    return plan.execute()\n"
                    ),
                },
                config=_NO_EXECUTE,
            ),
            Example(
                title="another operation",
                files={
                    **_REGISTRY,
                    "app/proposals.py": (
                        "from app.registry import Registry\n\n\n"
                        'def propose(registry: Registry):\n    registry.execute("policies.read")\n'
                    ),
                },
                config=_ENFORCE,
            ),
        ),
        invalid=(
            Example(
                title="by the type of the receiver, under another name",
                files={
                    **_DB,
                    "app/engines/run.py": (
                        "from app import db\n\n\ndef run():\n    query = db.Session().execute\n    return query('q')\n"
                    ),
                },
                config=_NO_EXECUTE,
            ),
            Example(
                title="by what is written",
                files={
                    **_DB,
                    "app/engines/run.py": "class Engine:\n    def run(self):\n        self._session.execute('q')\n",
                },
                config=_NO_EXECUTE,
            ),
            Example(
                title="by a literal argument",
                files={
                    **_REGISTRY,
                    "app/proposals.py": (
                        'from app.registry import Registry\n\nOPERATION = "policies.enforce"\n\n\n'
                        "def propose(registry: Registry):\n    registry.execute(operation=OPERATION)\n"
                    ),
                },
                config=_ENFORCE,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, and captures that the scope does not bind."""
        options = setup.options
        assert isinstance(options, ForbidCallOptions)
        yield from call_problems(options.call, (*options.inside, *options.outside), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._calls = tuple(CallPattern(text) for text in self.options.call)
        self._inside = Functions(self.options.inside)
        self._outside = Functions(self.options.outside)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the calls of each file in scope."""
        for module, captures in self.setup.scope.modules(program):
            for site in sites(program, module, self._calls, captures):
                if not site.certain and self.options.unknown == "ignore":
                    continue
                if self.options.inside and not self._inside.hold(site.symbol, captures):
                    continue
                if not self._outside.hold(site.symbol, captures):
                    yield self._violation(site)
        yield from cut(program, self.setup)

    def _violation(self, site: CallSite) -> Violation:
        severity: Severity | None = "warning" if not site.certain and self.options.unknown == "warn" else None
        return Violation(
            location=site.location,
            message=f"`{site.symbol}` {'calls' if site.certain else 'may call'} `{site.callee}`",
            symbol=f"{site.symbol}->{site.callee}",
            severity=severity,
            details={"call": site.callee, "function": site.symbol},
        )
