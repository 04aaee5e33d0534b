"""The kind `require-call` (TL502): files or functions must call certain functions, perhaps before others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from truthline.api import (
    FILE_START,
    CallPattern,
    CallSite,
    Example,
    FunctionBody,
    Location,
    Meta,
    Options,
    Program,
    Rule,
    Setup,
    SourceModule,
    Vacuity,
    Violation,
    is_always_called,
    is_preceded,
)
from truthline_rules.calls import Functions, call_problems, cut, sites

_BEFORE = """\
[[rule]]
id = "CHECK_FIRST"
kind = "require-call"
scope = ["app/jobs.py"]
call = ["app.auth:check"]
before = [".execute"]
"""
_INSIDE = """\
[[rule]]
id = "VALIDATED"
kind = "require-call"
scope = ["app/jobs.py"]
inside = ["*.emit"]
call = ["app.auth:check"]
"""
_AUTH = {"app/auth.py": "def check(user): ...\n"}


class RequireCallOptions(Options, frozen=True, kw_only=True):
    """The keys of a `require-call` rule."""

    call: tuple[str, ...]
    one_of: bool = False
    inside: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    every_path: bool = False


class RequireCall(Rule):
    """A call that must be there, and is not.

    What it does:
        Reports each file of `scope` that calls not all that `call` names; with `inside`, each such function that does
        not; with `before`, each call of something in `before` to which a path leads, from the start of its function,
        that did not call all of `call` first. Patterns of calls are those of `forbid-call`: followed through aliases
        and receivers' types, by name, and with literal arguments.
    Why it is bad:
        That is for the team to say: write it as `message`.
    How to fix:
        Call it, on every path: in both branches, and not only in one handler of an exception.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression where the finding
        stands: at the file's first line, at the `def`, or at the later call.
    Options:
        scope: the files that the rule looks at; `{name}` captures a segment. Default: all.
        call: patterns of calls; only what surely matches counts.
        one-of: whether one of them is enough. Default: false.
        inside: functions (`Qual.name` or `module:Qual.name`, patterns) that must call it, themselves or in a function
            inside them; with `before`, the functions that are looked at.
        before: patterns of calls that must come after it.
        every-path: of `inside`, whether every path that returns must have called it. Default: false.
    """

    options_type = RequireCallOptions
    options: RequireCallOptions
    meta = Meta(
        code="TL502",
        name="require-call",
        kind=True,
        placeholders=("call", "function"),
        valid=(
            Example(
                title="checked on every path",
                files={
                    **_AUTH,
                    "app/jobs.py": (
                        "from app.auth import check as allowed\n\n\ndef run(user, db, fast):\n"
                        "    if fast:\n        allowed(user)\n    else:\n        allowed(user.owner)\n"
                        "    return db.execute('q')\n"
                    ),
                },
                config=_BEFORE,
            ),
            Example(
                title="every emitter checks",
                files={
                    **_AUTH,
                    "app/jobs.py": "import app.auth\n\n\nclass Job:\n    def emit(self): app.auth.check(self)\n",
                },
                config=_INSIDE,
            ),
        ),
        invalid=(
            Example(
                title="one path does not check",
                files={
                    **_AUTH,
                    "app/jobs.py": (
                        "from app.auth import check\n\n\ndef run(user, db, fast):\n"
                        "    if not fast:\n        check(user)\n    return db.execute('q')\n"
                    ),
                },
                config=_BEFORE,
            ),
            Example(
                title="an emitter that does not check",
                files={**_AUTH, "app/jobs.py": "class Job:\n    def emit(self):\n        return 'check(self)'\n"},
                config=_INSIDE,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Malformed patterns, captures that the scope does not bind, and keys that do not go together."""
        options = setup.options
        assert isinstance(options, RequireCallOptions)
        if not options.call:
            yield "`call` names nothing"
        if options.every_path and not options.inside:
            yield "`every-path` needs `inside`: the functions that must call it"
        yield from call_problems((*options.call, *options.before), options.inside, setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._calls = tuple(CallPattern(text) for text in self.options.call)
        self._before = tuple(CallPattern(text) for text in self.options.before)
        self._inside = Functions(self.options.inside)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at the calls of each file in scope."""
        for module, captures in self.setup.scope.modules(program):
            if module.outline is None:
                continue
            found = [
                [site for site in sites(program, module, [each], captures) if site.certain] for each in self._calls
            ]
            required = [[site for one in found for site in one]] if self.options.one_of else found
            if self._before:
                yield from self._late(program, module, captures, required)
            elif self.options.inside:
                yield from self._without(program, module, captures, required)
            else:
                missing = self._missing([bool(one) for one in required])
                yield from self._violations(Location(module.file, FILE_START), module.name, missing, "does not call")
        yield from cut(program, self.setup)

    def _late(
        self,
        program: Program,
        module: SourceModule,
        captures: Mapping[str, str],
        required: Sequence[Sequence[CallSite]],
    ) -> Iterator[Violation]:
        """The calls that come too early."""
        for site in sites(program, module, self._before, captures):
            if site.certain and (not self.options.inside or self._inside.hold(site.symbol, captures)):
                missing = self._missing([is_preceded(site, first) for first in required])
                yield from self._violations(
                    site.location, site.symbol, missing, f"calls `{site.callee}` on a path that has not called"
                )

    def _without(
        self,
        program: Program,
        module: SourceModule,
        captures: Mapping[str, str],
        required: Sequence[Sequence[CallSite]],
    ) -> Iterator[Violation]:
        """The functions that do not call what they must."""
        for function in program.call_sites.functions(module.name):
            if self._inside.name(function.symbol, captures):
                missing = self._missing([self._is_called(function, one) for one in required])
                can = "can return without calling" if self.options.every_path else "does not call"
                yield from self._violations(function.location, function.symbol, missing, can)

    def _is_called(self, function: FunctionBody, calls: Sequence[CallSite]) -> bool:
        if self.options.every_path:
            return is_always_called(function, calls)
        return any(function.holds(site) for site in calls)

    def _missing(self, present: Sequence[bool]) -> list[str]:
        """What is missing, in backticks, by what is there."""
        if self.options.one_of:
            return [] if present[0] else [" or ".join(f"`{each.text}`" for each in self._calls)]
        return [f"`{each.text}`" for each, there in zip(self._calls, present, strict=True) if not there]

    def _violations(self, location: Location, symbol: str, missing: Sequence[str], what: str) -> Iterator[Violation]:
        for text in missing:
            yield Violation(
                location=location,
                message=f"`{symbol}` {what} {text}",
                symbol=f"{symbol}->{text}",
                details={"call": text, "function": symbol},
            )

    def vacuities(self, program: Program) -> Iterator[Vacuity]:
        """An empty scope, or functions of `inside` that no file in scope has."""
        yield from super().vacuities(program)
        if self.setup.may_be_empty or not self.options.inside:
            return
        modules = [each for each in self.setup.scope.modules(program) if each[0].outline is not None]
        functions = (
            (f"{module.name}:{each.qualname}", captures)
            for module, captures in modules
            for each in (module.outline.definitions if module.outline else ())
            if each.kind == "function"
        )
        if modules and not any(self._inside.hold(symbol, captures) for symbol, captures in functions):
            yield Vacuity((*self.setup.key, "inside"), f"`inside` of rule `{self.setup.id}` names no function")
