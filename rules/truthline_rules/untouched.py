"""Use cases that say what they said before, although the code of their flow has changed (a part of TL703)."""

from collections.abc import Callable, Iterator

import msgspec

from truthline.api import ChangedCode, FlowNode, Program, Step, Violation
from truthline_rules.cases import Case, UsecaseDocument, documents, read_usecases
from truthline_rules.references import References

_SHOWN = 10  # changed places in a witness


class _Book(msgspec.Struct, frozen=True):
    """The use cases of a pair of documents: where they stand, what they refer to, and whether they were touched."""

    cases: dict[str, tuple[Case, ...]]
    references: References
    was_touched: Callable[[str], bool]

    def linked(self, functions: list[FlowNode]) -> list[str]:
        """The use cases that name one of these functions."""
        return [name for name in self.cases if any(self._names(name, each) for each in functions)]

    def _names(self, name: str, function: FlowNode) -> bool:
        symbol = function.symbol.partition(":")[2]
        references = (text for case in self.cases[name] for text in case.references)
        return any(self.references.means(text, function.location.file, symbol) for text in references)


def untouched(program: Program) -> Iterator[Violation]:
    """Report the use cases of every flow that has changed; nothing where the run compares with no commit."""
    if program.earlier is None or not program.config.docs:
        return
    books = [_book(program, name) for name in documents(program)]
    for flow in sorted(program.config.flow):
        changed = program.changed_code(flow)
        if changed:
            functions = list(program.slice(flow).nodes)
            entries = [each for each in functions if each.is_entry]
            for book in books:
                for name in book.linked(entries) or book.linked(functions):
                    if not book.was_touched(name):
                        yield _violation(flow, name, book.cases[name], changed)


def _book(program: Program, name: str) -> _Book:
    docs, (index, linkage) = program.config.docs[name], documents(program)[name]
    known = sorted(linkage.cases.keys() | index.cases.keys())
    cases = {each: (*linkage.cases.get(each, ()), *index.cases.get(each, ())) for each in known}
    pairs = [(each, _before(program, each, docs.case)) for each in (index, linkage)]

    def was_touched(case: str) -> bool:
        return any(_said(now, case) != _said(before, case) for now, before in pairs)

    return _Book(cases, References(program, docs.roots), was_touched)


def _before(program: Program, document: UsecaseDocument, case: str) -> UsecaseDocument:
    """A document as it was; without any use case where there was none."""
    assert program.earlier is not None
    if document.path not in program.earlier.files:
        return document
    return read_usecases(document.path, program.earlier.read(document.path) or b"", case)


def _said(document: UsecaseDocument, case: str) -> list[str]:
    return [each.text for each in document.cases.get(case, ())]


def _violation(flow: str, name: str, cases: tuple[Case, ...], changed: tuple[ChangedCode, ...]) -> Violation:
    first = changed[0]
    further = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    where = f"{first.location.file}:{first.location.span.line}"
    return Violation(
        location=cases[0].location,
        message=(
            f"flow `{flow}` has changed, and its use case {name} was not touched: "
            f"`{first.symbol}` ({where}){further} is not as it was"
        ),
        help="bring the use case up to date, or write down that it was verified again",
        symbol=f"{name} {flow}",
        flow=flow,
        witness=tuple(Step(each.location, each.symbol, "value", each.text) for each in changed[:_SHOWN]),
    )
