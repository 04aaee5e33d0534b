"""The kind `unique-file` (TL508): one file of a name, or of a place."""

from collections.abc import Iterator
from typing import Annotated, Literal

from truthline.api import (
    FILE_START,
    Example,
    Glob,
    Location,
    Meta,
    OneOrMore,
    Options,
    PathPattern,
    Program,
    Rule,
    Scope,
    ScopeGlob,
    Setup,
    Violation,
)

_CONFIG = """\
[[rule]]
id = "SINGLE_FACADE"
kind = "unique-file"
scope = ["app/**/activity_facade.py"]
canonical = "app/activity/engines/activity_facade.py"
"""
_EACH = """\
[[rule]]
id = "ONE_REGISTER"
kind = "unique-file"
scope = ["app/{domain}/**/register.py"]
for-each = ["app/{domain}/**"]
"""

Group = tuple[tuple[str, str], ...]


class UniqueFileOptions(Options, frozen=True, kw_only=True):
    """The keys of a `unique-file` rule."""

    canonical: Glob | None = None
    by: Literal["scope", "name"] = "scope"
    for_each: Annotated[tuple[ScopeGlob, ...], OneOrMore] = ()


class UniqueFile(Rule):
    """A second file where one may be, or none where one must be.

    What it does:
        Files in `scope` belong together if the scope captures the same of their paths; one of them may be there.
        The one is `canonical`, or else the first in the order of their paths; every other one is reported.
    Why it is bad:
        Of two files for one purpose, sooner or later each is right about something.
    How to fix:
        Merge the files.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that are counted; `{name}` captures a segment, and then each value of it is counted by itself.
            Default: all.
        canonical: the path of the one file that is right; `{name}` may be used. If it is missing, that is reported too.
        by: `scope`, or `name`: of all files in the scope, those with the same base name belong together. Default:
            scope.
        for-each: path patterns (one or more) with the captures of the scope: every value that occurs in them must
            have its file.
    """

    options_type = UniqueFileOptions
    options: UniqueFileOptions
    meta = Meta(
        code="TL508",
        name="unique-file",
        kind=True,
        placeholders=("other", "count"),
        valid=(
            Example(
                title="the one where it belongs",
                files={"app/activity/engines/activity_facade.py": "", "app/logs/facade.py": ""},
                config=_CONFIG,
            ),
            Example(
                title="one for each domain",
                files={"app/logs/register.py": "", "app/policies/web/register.py": "", "app/policies/a.py": ""},
                config=_EACH,
            ),
        ),
        invalid=(
            Example(
                title="a second one",
                files={"app/activity/engines/activity_facade.py": "", "app/api/activity_facade.py": ""},
                config=_CONFIG,
            ),
            Example(
                title="a domain without one",
                files={"app/logs/register.py": "", "app/policies/a.py": ""},
                config=_EACH,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterator[str]:
        """Captures that `for-each` and the scope do not have in common."""
        options = setup.options
        assert isinstance(options, UniqueFileOptions)
        if options.for_each and Scope(options.for_each).captured_names != setup.scope.captured_names:
            yield "`for-each` must capture what the scope captures"
        if options.for_each and options.by == "name":
            yield "`for-each` says nothing of names; leave it or `by` out"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        canonical, names = self.options.canonical, setup.scope.captured_names
        self._canonical = PathPattern.compile(canonical, given=names) if canonical is not None else None

    def check(self, program: Program) -> Iterator[Violation]:
        """Count the files that belong together."""
        groups: dict[Group, list[str]] = {}
        for file in _files(program):
            captures = self.setup.scope.captures(file)
            if captures is not None:
                name = (("", file.rpartition("/")[2]),) if self.options.by == "name" else ()
                groups.setdefault((*sorted(captures.items()), *name), []).append(file)
        for group, files in groups.items():
            yield from self._judged(dict(group), files)
        yield from self._missing(program, groups)

    def _judged(self, captures: dict[str, str], files: list[str]) -> Iterator[Violation]:
        """The files that are one too many."""
        right = files[0]
        if self._canonical is not None:
            right = next((file for file in files if self._canonical.matches(file, captures)), "")
        kept = f"`{right}`" if right else f"`{self.options.canonical}`, which is missing,"
        for file in files:
            if file != right:
                sentence = f"`{file}` is another; only {kept} may be"
                yield _violation(Location(file, FILE_START), sentence, right, len(files))

    def _missing(self, program: Program, groups: dict[Group, list[str]]) -> Iterator[Violation]:
        """A canonical file that is not there, and values of captures without a file, each where it first occurs."""
        if self._canonical is not None and self._canonical.is_literal and not groups:
            place = program.config.locate((*self.setup.key, "canonical"))
            yield _violation(place, f"rule `{self.setup.id}`: there is no `{self.options.canonical}`", "", 0)
        scope = Scope(self.options.for_each)
        wanted: dict[Group, str] = {}
        for file in _files(program) if self.options.for_each else ():
            captures = scope.captures(file)
            if captures is not None:
                wanted.setdefault(tuple(sorted(captures.items())), file)
        for group, file in wanted.items():
            if group not in groups:
                said = ", ".join(f"{name} `{value}`" for name, value in group) or "this place"
                yield _violation(Location(file, FILE_START), f"there is no file for {said}", "", 0)


def _files(program: Program) -> list[str]:
    """Every file, readable or not, in the order of their paths."""
    return sorted({*program.modules.by_file, *(unread.file for unread in program.modules.unread)})


def _violation(location: Location, message: str, other: str, count: int) -> Violation:
    return Violation(location=location, message=message, details={"other": other, "count": str(count)})
