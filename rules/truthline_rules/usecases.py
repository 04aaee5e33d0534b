"""Use case documents that agree with each other and with the code (TL701 to TL703)."""

import re
from collections.abc import Iterator

from truthline.api import FILE_START, Example, Location, Meta, Program, Rule, Violation
from truthline_rules.cases import FIELDS, Case, UsecaseDocument, documents
from truthline_rules.references import References
from truthline_rules.untouched import untouched

_ABOUT_OPERATIONS = re.compile(r"\b(?:operations?|registered|registry|dispatch(?:es|ed)?)\b", re.IGNORECASE)

_INDEX = """# Use cases

| ID | Usecase | Audience | Status |
| --- | --- | --- | --- |
| UC-001 | Onboarding | `cust` | `GREEN` |
"""
_LINKAGE = """# Linkage

## UC-001: Onboarding
- Audience: `cust`
- Status: `GREEN`
- Code: `app/onboarding.py::activate`
"""
_CODE = "def activate():\n    return False\n"
_CONFIG = '[docs.usecases]\nindex = "docs/INDEX.md"\nlinkage = "docs/LINKAGE.md"\ncase = \'UC-\\d+\'\n'
_SOUND = Example(
    title="both documents and the code agree",
    files={"docs/INDEX.md": _INDEX, "docs/LINKAGE.md": _LINKAGE, "app/onboarding.py": _CODE},
    config=_CONFIG,
)


class DeadReference(Rule):
    """A reference in a use case document that leads nowhere.

    What it does:
        Looks at the code spans of the index and of the linkage of each `[docs.*]` table. Reports files and directories
        that do not exist, `file::symbol` where the file does not define the symbol, lines behind the end of a file,
        and operations of a dispatch table that are not registered or that nothing executes. A path may start at any
        of the `roots`, or be written by its last parts alone. Fenced code is no reference.
    Why it is bad:
        The document says that the code does something, and points at code that is not there.
    How to fix:
        Point at where the code is now, or remove the claim.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL701"]`.
    """

    meta = Meta(
        code="TL701",
        name="docs-dead-reference",
        subject="config",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="the function was renamed",
                files={**_SOUND.files, "app/onboarding.py": "def advance(): ...\n"},
                config=_CONFIG,
            ),
            Example(
                title="the file was moved",
                files={"docs/INDEX.md": _INDEX, "docs/LINKAGE.md": _LINKAGE, "app/steps/onboard.py": _CODE},
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Look every reference up."""
        for name, pair in documents(program).items():
            references = References(program, program.config.docs[name].roots)
            for document in dict.fromkeys(each.path for each in pair):
                yield from self._dead(references, next(each for each in pair if each.path == document))

    def _dead(self, references: References, document: UsecaseDocument) -> Iterator[Violation]:
        if document.content is None:
            yield Violation(
                location=Location(document.path, FILE_START),
                message=f"the document {document.reason}",
                help="write its path as it is now in the config",
                symbol=document.path,
            )
            return
        for each in document.content.spans:
            about = bool(_ABOUT_OPERATIONS.search(document.lines[each.span.line - 1]))
            complaint = references.complaint(each.text.strip(), about_operations=about)
            if complaint:
                yield Violation(
                    location=Location(document.path, each.span),
                    message=f"dead reference: {complaint}",
                    help="point at where the code is now, or remove the claim",
                    symbol=each.text,
                )


class MissingCase(Rule):
    """A use case that stands in one of the two documents only.

    What it does:
        Compares the use cases of the index with those of the linkage: table rows with a use case in a cell of its own,
        and sections whose heading begins with one. Reports each that the other document lacks, where it stands.
    Why it is bad:
        A use case without a section is a promise without code; a section without an entry is never looked for.
    How to fix:
        Write the row or the section that is missing.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL702"]`.
    """

    meta = Meta(
        code="TL702",
        name="docs-missing-entry",
        subject="config",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="a section that the index lacks",
                files={**_SOUND.files, "docs/LINKAGE.md": _LINKAGE + "\n## UC-002: Billing\n- Status: `RED`\n"},
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Look every use case up in the other document."""
        for index, linkage in documents(program).values():
            if index.content is None or linkage.content is None:
                continue
            for here, there in ((index, linkage), (linkage, index)):
                for case in here.cases.keys() - there.cases.keys():
                    yield Violation(
                        location=here.cases[case][0].location,
                        message=f"use case {case} is missing in {there.path}",
                        help="write it there too, or remove it here",
                        symbol=case,
                    )


class CaseMismatch(Rule):
    """A use case of which the two documents say different things, or that stayed as it was when its flow changed.

    What it does:
        Compares name, audience and status of each use case that stands in both documents, and reports at the linkage
        what differs, or what only the index says. Case, blanks and code marks do not count.
        With `--changed-since`, reports each use case of a flow whose code has changed while both documents say of the
        use case what they said before. The use cases of a flow are those that name an entry of it: its file, its
        `file::symbol`, or an operation that it handles; where none does, those that name another function of its
        slice. Comments, docstrings and layout of the code do not count, nor does the layout of the documents.
    Why it is bad:
        One of them is wrong, and people read the other. And what a use case claims was verified of code that is gone.
    How to fix:
        Find out what holds, and write it in both. Bring the use case up to date with the flow, or write down that it
        was verified again.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL703"]`.
    """

    meta = Meta(
        code="TL703",
        name="docs-status-mismatch",
        subject="config",
        valid=(_SOUND,),
        invalid=(
            Example(
                title="green there, red here",
                files={**_SOUND.files, "docs/LINKAGE.md": _LINKAGE.replace("GREEN", "RED")},
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Compare what both say, and what they say now with what they said."""
        yield from untouched(program)
        for index, linkage in documents(program).values():
            for case in sorted(index.cases.keys() & linkage.cases.keys()):
                for one in index.cases[case]:
                    for other in linkage.cases[case]:
                        yield from self._differences(case, one, other)

    def _differences(self, case: str, index: Case, linkage: Case) -> Iterator[Violation]:
        where = f"{index.location.file}:{index.location.span.line}"
        said, found = {"name": index.name, **index.fields}, {"name": linkage.name, **linkage.fields}
        for field in ("name", *FIELDS):
            one, other = said.get(field, ""), found.get(field, "")
            if _plain(one) == _plain(other) or (field == "name" and not (one and other)):
                continue
            yield Violation(
                location=linkage.location,
                message=f"the {field} of use case {case} is {_shown(other)} here and {_shown(one)} in {where}",
                help="write the same in both",
                symbol=f"{case} {field}",
            )


def _shown(value: str) -> str:
    return f"`{value}`" if value else "not said"


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").replace(",", " ").casefold().split())
