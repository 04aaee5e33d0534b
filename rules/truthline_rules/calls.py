"""Which calls a rule speaks of: patterns of calls, and the functions inside or outside of which they stand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from truthline.api import (
    CallPattern,
    CallSite,
    MalformedPattern,
    ObjectPattern,
    Program,
    Setup,
    SourceModule,
    Violation,
)


class Functions:
    """Functions and classes by `Qual.name` or `module:Qual.name`; what is inside one is meant too.

    Raises MalformedPattern.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._patterns = tuple(ObjectPattern.compile(text if ":" in text else f"**:{text}") for text in texts)

    @property
    def captures(self) -> frozenset[str]:
        """The captures that a scope must bind."""
        return frozenset[str]().union(*(pattern.captures for pattern in self._patterns))

    def hold(self, symbol: str, captures: Mapping[str, str]) -> bool:
        """Whether a function (`module:Qual.name`) is one of them or inside one."""
        module, _, qualname = symbol.partition(":")
        parts = qualname.split(".") if qualname else []
        around = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        return any(pattern.matches(module, name, captures) for pattern in self._patterns for name in around)

    def name(self, symbol: str, captures: Mapping[str, str]) -> bool:
        """Whether a function is one of them itself."""
        module, _, qualname = symbol.partition(":")
        return any(pattern.matches(module, qualname, captures) for pattern in self._patterns)


def sites(
    program: Program, module: SourceModule, patterns: Sequence[CallPattern], captures: Mapping[str, str]
) -> tuple[CallSite, ...]:
    """The calls of a module that match a pattern."""
    return program.call_sites.of(module.name, patterns, captures) if module.outline is not None else ()


def cut(program: Program, setup: Setup) -> Iterator[Violation]:
    """A warning where the analysis was cut, so that nobody takes silence for an answer."""
    if program.call_sites.is_cut:
        yield Violation(
            location=program.config.locate(setup.key),
            message=f"the analysis of receivers was cut: calls of rule `{setup.id}` may have been missed",
            help="narrow its scope, or write patterns without a colon",
            symbol=setup.id,
            severity="warning",
        )


def call_problems(calls: Iterable[str], functions: Iterable[str], bound: frozenset[str]) -> Iterator[str]:
    """What is wrong with patterns of calls and of functions in a rule whose scope binds the given captures."""
    for texts, used in ((calls, _call_captures), (functions, _function_captures)):
        for text in texts:
            try:
                unbound = used(text) - bound
            except MalformedPattern as error:
                yield str(error)
                continue
            for name in sorted(unbound):
                yield f"`{text}` uses `{{{name}}}`, which the scope does not capture"


def _call_captures(text: str) -> frozenset[str]:
    return CallPattern(text).captures


def _function_captures(text: str) -> frozenset[str]:
    return Functions([text]).captures
