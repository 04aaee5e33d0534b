"""The kind `marker-dependents` (TL510): marked modules that must, or must not, be imported."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from truthline.api import (
    Example,
    FileView,
    ImportEdge,
    Location,
    Meta,
    OneOrMore,
    Options,
    Part,
    Program,
    Regex,
    Scope,
    ScopeGlob,
    Setup,
    SourceModule,
    Span,
    SurveyRule,
    Violation,
)
from truthline_rules.literals import Literals

_TOMBSTONE = """\
[[rule]]
id = "TOMBSTONE_ZERO_DEPS"
kind = "marker-dependents"
scope = ["app/**"]
marker = '^# TOMBSTONE'
dependents = "required"
"""
_STUB = """\
[[rule]]
id = "STUB_ENGINE_IMPORTED"
kind = "marker-dependents"
scope = ["app/engines/**"]
marker = "STUB_ENGINE: True"
dependents = "forbidden"
from = ["app/**", "!app/handlers/**"]
unless = "FEATURE_FLAG"
"""


class MarkerDependentsOptions(Options, frozen=True, kw_only=True):
    """The keys of a `marker-dependents` rule."""

    marker: Annotated[tuple[Regex, ...], OneOrMore]
    dependents: Literal["required", "forbidden"]
    parts: tuple[Part, ...] = msgspec.field(default=("comments", "docstrings"), name="in")
    importers: Annotated[tuple[ScopeGlob, ...], OneOrMore] = msgspec.field(default=(), name="from")
    unless: Regex | None = None
    type_checking: bool = True


class Marked(msgspec.Struct, frozen=True):
    """Where a file carries the marker, and what it says there."""

    span: Span
    text: str


class MarkerDependents(SurveyRule):
    """A marked module that is imported and must not be, or is not and must.

    What it does:
        Looks for a marker in the comments and docstrings of the files in `scope`. With `dependents = "forbidden"`, each
        import of a marked module by another is reported; with `"required"`, each marked module that no other imports
        is reported at its marker. Imports of every form count, `from package import module` and lazy ones too; that a
        package is run because of a module below it does not.
    Why it is bad:
        A tombstone that nobody needs is clutter, and a stub that somebody uses is a defect that waits.
    How to fix:
        Remove the module, or the import.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that are searched for the marker. Default: all.
        marker: regular expressions (one or more); `^` and `$` match at each line.
        dependents: `required` or `forbidden`.
        in: where markers are looked for: `comments`, `docstrings`, `strings`, `code`. Default: comments and docstrings.
        from: path patterns (one or more): only these files count as importers; `!` in front takes files out again.
            Default: all.
        unless: a regular expression; files in whose text it is found do not count as importers.
        type-checking: whether imports for type checking count. Default: true.
    """

    options_type = MarkerDependentsOptions
    options: MarkerDependentsOptions
    note_type = Marked
    meta = Meta(
        code="TL510",
        name="marker-dependents",
        kind=True,
        placeholders=("marker", "module", "importer"),
        valid=(
            Example(
                title="a tombstone that is still needed",
                files={
                    "app/old.py": "# TOMBSTONE: moved to app.fresh\nfrom app.fresh import run\n",
                    "app/fresh.py": "def run(): ...\n",
                    "app/main.py": "def main():\n    from app import old\n",
                },
                config=_TOMBSTONE,
            ),
            Example(
                title="a stub behind a flag",
                files={
                    "app/engines/guess.py": '"""Guesses.\n\nSTUB_ENGINE: True\n"""\n',
                    "app/main.py": "import os\n\nif os.environ['FEATURE_FLAG']:\n    import app.engines.guess\n",
                },
                config=_STUB,
            ),
        ),
        invalid=(
            Example(
                title="a tombstone that nobody needs",
                files={"app/old.py": "# TOMBSTONE: moved to app.fresh\n", "app/main.py": "import app\n"},
                config=_TOMBSTONE,
            ),
            Example(
                title="a stub in use",
                files={
                    "app/engines/guess.py": "# STUB_ENGINE: True\n",
                    "app/main.py": "from .engines.guess import run\n",
                },
                config=_STUB,
            ),
        ),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._patterns = [re.compile(text, re.MULTILINE) for text in self.options.marker]
        self._literals = Literals(self.options.marker, re.MULTILINE)
        self._importers = Scope(self.options.importers)
        self._unless = re.compile(self.options.unless, re.MULTILINE) if self.options.unless else None

    def survey(self, file: FileView) -> Iterator[Marked]:
        """The first marker of a file."""
        if not self._literals.may_match(file.text):
            return
        text = file.text_of(frozenset(self.options.parts))
        matches = [match for pattern in self._patterns if (match := pattern.search(text)) and match[0].strip()]
        if matches:
            first = min(matches, key=lambda match: match.start())
            yield Marked(file.stretch(*first.span()), " ".join(first[0].split()))

    def judge(self, program: Program, notes: Mapping[str, tuple[Any, ...]]) -> Iterator[Violation]:
        """Look at who imports the marked modules."""
        marked = {file: found[0] for file, found in notes.items() if found}
        names = {program.modules.by_file[file].name: file for file in marked}
        edges: dict[str, list[ImportEdge]] = {file: [] for file in marked}
        for edge in program.modules.edges() if marked else ():
            if edge.imported in names and self._counts(program, edge):
                edges[names[edge.imported]].append(edge)
        for file, mark in marked.items():
            module = program.modules.by_file[file]
            if self.options.dependents == "forbidden":
                yield from self._imported(program, module, mark, edges[file])
            elif not edges[file]:
                sentence = f"`{module.name}` is marked `{mark.text}`, and no module imports it"
                yield _violation(Location(file, mark.span), sentence, mark, module.name, "")

    def _counts(self, program: Program, edge: ImportEdge) -> bool:
        """Whether an import makes its module a dependent."""
        if edge.implied or (edge.imp.kind == "type-checking" and not self.options.type_checking):
            return False
        file = program.modules.by_name[edge.importer].file
        if self._importers.captures(file) is None:
            return False
        return self._unless is None or not self._unless.search("\n".join(program.modules.source_lines(file)))

    def _imported(
        self, program: Program, module: SourceModule, mark: Marked, edges: Iterable[ImportEdge]
    ) -> Iterator[Violation]:
        """Each import of a module, once for each statement."""
        places = {Location(program.modules.by_name[edge.importer].file, edge.imp.statement): edge for edge in edges}
        for place, edge in places.items():
            sentence = f"`{edge.importer}` imports `{module.name}`, which is marked `{mark.text}`"
            yield _violation(place, sentence, mark, module.name, edge.importer)


def _violation(location: Location, sentence: str, mark: Marked, module: str, importer: str) -> Violation:
    return Violation(
        location=location,
        message=sentence,
        symbol=f"{importer}->{module}" if importer else module,
        details={"marker": mark.text, "module": module, "importer": importer},
    )
