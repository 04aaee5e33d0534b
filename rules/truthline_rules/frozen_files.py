"""The kind `frozen-files` (TL507): a set of files that may only shrink."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from truthline.api import (
    FILE_START,
    Example,
    GitError,
    Glob,
    Location,
    MalformedPattern,
    Meta,
    Options,
    PathPattern,
    Program,
    RelativePath,
    Rule,
    Setup,
    Span,
    Unparsable,
    Violation,
)

_CONFIG = """\
[[rule]]
id = "LEGACY_SERVICES"
kind = "frozen-files"
scope = ["app/services/**"]
files = ["app/services/__init__.py", "app/services/billing.py"]
"""


class FrozenFilesOptions(Options, frozen=True, kw_only=True):
    """The keys of a `frozen-files` rule."""

    files: tuple[Glob, ...] = ()
    listing: RelativePath | None = None
    revision: str | None = None
    unchanged: bool = False


class FrozenFiles(Rule):
    """A new file in a place that may only shrink.

    What it does:
        Reports each file in `scope` that is neither in `files`, nor in the listing, nor in the git revision. An entry
        of the list that no file matches any more is reported where it is written: the list shrinks with the files. With
        `unchanged`, the files must also be as they are in the revision, and all of them must be there.
    Why it is bad:
        What is to be abandoned must not grow, and what others rest on must not move.
    How to fix:
        Put the new file where new code belongs; take the entry of a removed file off the list.
    How to allow:
        `allow = [{ path = "...", reason = "...", until = 2026-12-31 }]` in the rule, or a suppression.
    Options:
        scope: the files that are frozen. Default: all.
        files: paths, or path patterns, of the files that may be there.
        listing: a file with such a path in each line; `#` begins a comment.
        revision: a git revision (`main`, `v2.0`, a commit): what is in its tree may be there.
        unchanged: whether the files must be as they are in the revision, too. Default: false.
    """

    options_type = FrozenFilesOptions
    options: FrozenFilesOptions
    meta = Meta(
        code="TL507",
        name="frozen-files",
        kind=True,
        valid=(
            Example(
                title="what was there",
                files={"app/services/__init__.py": "", "app/services/billing.py": "", "app/other.py": ""},
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="a new file",
                files={"app/services/__init__.py": "", "app/services/billing.py": "", "app/services/fresh.py": ""},
                config=_CONFIG,
            ),
            Example(
                title="a file that is gone, and still on the list",
                files={"app/services/__init__.py": ""},
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Nothing to compare with."""
        options = setup.options
        assert isinstance(options, FrozenFilesOptions)
        if not options.files and options.listing is None and options.revision is None:
            yield "a `frozen-files` rule needs `files`, `listing` or `revision`"
        if options.unchanged and options.revision is None:
            yield "`unchanged` needs a `revision` to compare with"

    def check(self, program: Program) -> Iterator[Violation]:
        """Compare the files in scope with those that may be there."""
        modules = program.modules
        every = sorted({*modules.by_file, *(unread.file for unread in modules.unread)})
        frozen = {file: captures for file in every if (captures := self.setup.scope.captures(file)) is not None}
        listed, mistakes = self._listed(program)
        before, further = self._revision(program)
        yield from (*mistakes, *further)
        if mistakes or further:
            return
        for file, captures in frozen.items():
            if file not in before and not any(pattern.matches(file, captures) for pattern, _ in listed):
                yield Violation(
                    location=Location(file, FILE_START), message=f"`{file}` is new where nothing may be added"
                )
        for pattern, place in listed:
            if not any(pattern.matches(file, captures) for file, captures in frozen.items()):
                sentence = f"`{pattern.text}` matches no file of rule `{self.setup.id}` any more; take it off the list"
                yield Violation(location=place, message=sentence, symbol=pattern.text)
        if self.options.unchanged:
            yield from self._moved(program, frozen, before)

    def _listed(self, program: Program) -> tuple[list[tuple[PathPattern, Location]], list[Violation]]:
        """The patterns of the list, each with the place where it is written, and what is wrong with them."""
        given = self.setup.scope.captured_names
        key = self.setup.key
        listed = [
            (PathPattern.compile(text, given=given), program.config.locate((*key, "files", index)))
            for index, text in enumerate(self.options.files)
        ]
        mistakes = []
        if self.options.listing is not None:
            try:
                text = program.tree.read(self.options.listing).decode("utf-8", "replace")
            except Unparsable as error:
                sentence = f"rule `{self.setup.id}`: {self.options.listing} {error.reason}"
                mistakes.append(Violation(location=program.config.locate((*key, "listing")), message=sentence))
                text = ""
            for path, place in _lines(self.options.listing, text):
                try:
                    listed.append((PathPattern.compile(path, given=given), place))
                except MalformedPattern as error:
                    mistakes.append(Violation(location=place, message=f"rule `{self.setup.id}`: {error}"))
        return listed, mistakes

    def _revision(self, program: Program) -> tuple[Mapping[str, str], list[Violation]]:
        """The files of the revision with their objects, and what is wrong with it."""
        revision = self.options.revision
        if revision is None:
            return {}, []
        try:
            return program.tree.revision(revision), []
        except GitError as error:
            place = program.config.locate((*self.setup.key, "revision"))
            return {}, [Violation(location=place, message=f"rule `{self.setup.id}`: {error}")]

    def _moved(self, program: Program, frozen: Iterable[str], before: Mapping[str, str]) -> Iterator[Violation]:
        """The files that are no longer as they were."""
        present = set(frozen)
        for file in present & before.keys():
            try:
                content = program.tree.read(file)
            except Unparsable:
                continue  # TL001 says so
            if not _is_object(content, before[file]):
                sentence = f"`{file}` is frozen, and not as it is at `{self.options.revision}`"
                yield Violation(location=Location(file, FILE_START), message=sentence)
        place = program.config.locate((*self.setup.key, "revision"))
        for file in before.keys() - present:
            if self.setup.scope.captures(file) is not None and file.endswith(".py"):
                sentence = f"`{file}` is frozen, and was removed since `{self.options.revision}`"
                yield Violation(location=place, message=sentence, symbol=file)


def _lines(listing: str, text: str) -> Iterator[tuple[str, Location]]:
    """The paths of a listing, each with its place."""
    for number, line in enumerate(text.splitlines(), 1):
        path = line.partition("#")[0].strip()
        if path:
            column = line.index(path) + 1
            yield path, Location(listing, Span(number, column, number, column + len(path)))


def _is_object(content: bytes, name: str) -> bool:
    """Whether git would store this content under this name, whatever the line ends of the working tree."""
    made = hashlib.sha1 if len(name) == 40 else hashlib.sha256
    return any(
        made(b"blob %d\0" % len(each) + each, usedforsecurity=False).hexdigest() == name
        for each in (content, content.replace(b"\r\n", b"\n"))
    )
