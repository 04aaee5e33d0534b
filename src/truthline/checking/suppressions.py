"""`# truthline: allow[TL301] reason`: what stands in the code to silence a finding."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from truthline.checking.ledger import ReasonlessSuppression, SuppressionUse, UseOutcome
from truthline.checking.names import RuleName
from truthline.config.problems import nearest
from truthline.facts.outline import Comment
from truthline.model.location import Location, Span
from truthline.model.run import Silencing

_ALLOW = re.compile(r"allow\s*\[(?P<names>[^\]]*)\]\s*(?P<reason>.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"allow\b|\w+\s*\[")  # what was meant as a suppression, if not written as one
_REASON = re.compile(r"\w")


class Suppression(msgspec.Struct, frozen=True):
    """A well-formed suppression comment and the line that it speaks of."""

    location: Location
    names: tuple[str, ...]
    line: int
    reason: str


class Suppressions:
    """All suppressions of the run, with a note of which were used."""

    def __init__(self) -> None:
        self._by_line: dict[tuple[str, int], list[Suppression]] = {}
        self._used: set[tuple[Suppression, str]] = set()
        self._locked: set[tuple[Suppression, str]] = set()
        self.reasonless: list[ReasonlessSuppression] = []

    def read(self, file: str, comments: Iterable[Comment]) -> None:
        """Take in the `# truthline:` comments of a file."""
        ordered = sorted(comments, key=lambda comment: comment.line)
        alone = {comment.line for comment in ordered if comment.alone}
        for comment in ordered:
            location = Location(file, _span(comment))
            match = _ALLOW.match(comment.text.strip())
            if match is None:
                if _DIRECTIVE.match(comment.text.strip()):
                    self.reasonless.append(ReasonlessSuppression(location, comment.text.strip(), malformed=True))
                continue
            names = tuple(name.strip() for name in match["names"].split(",") if name.strip())
            if not names or not _REASON.search(match["reason"]):
                self.reasonless.append(ReasonlessSuppression(location, comment.text.strip(), malformed=not names))
                continue
            line = _line_below(comment.line, alone) if comment.alone else comment.line
            self._by_line.setdefault((file, line), []).append(
                Suppression(location, names, line, match["reason"].strip())
            )

    def silencing(self, location: Location, rule: RuleName, *, locked: bool) -> Silencing | None:
        """The comment that silences the rule at this place; a locked finding is never silenced.

        The comment may stand at the end of the first or of the last line of the finding's span (formatters move it
        there), or alone above the first.
        """
        found = None
        for line in sorted({location.span.line, location.span.end_line}):
            for suppression in self._by_line.get((location.file, line), ()):
                for name in filter(rule.is_called, suppression.names):
                    (self._locked if locked else self._used).add((suppression, name))
                    found = found or suppression
        return Silencing("suppression", found.reason) if found and not locked else None

    def uses(self, rules: Sequence[RuleName], ran: Mapping[RuleName, bool], *, strict: bool) -> list[SuppressionUse]:
        """What came of each name of each comment; where not `strict`, an unknown name may be an absent plugin's."""
        known = {word for rule in rules for word in (rule.code, rule.name, rule.id)}
        found = []
        for suppression in (each for several in self._by_line.values() for each in several):
            for name in suppression.names:
                outcome = self._outcome(suppression, name, rules, ran, strict=strict)
                near = nearest(name, known) if outcome == "unknown" else None
                found.append(SuppressionUse(suppression.location, name, outcome, near))
        return found

    def _outcome(
        self,
        suppression: Suppression,
        name: str,
        rules: Sequence[RuleName],
        ran: Mapping[RuleName, bool],
        *,
        strict: bool,
    ) -> UseOutcome:
        if (suppression, name) in self._used:
            return "used"
        if (suppression, name) in self._locked:
            return "locked"
        meant = [rule for rule in rules if rule.is_called(name)]
        if not meant:
            return "unknown" if strict else "skipped"
        return "unused" if all(ran[rule] for rule in meant) else "skipped"


def _span(comment: Comment) -> Span:
    end = comment.column + len("# truthline: ") + len(comment.text)
    return Span(comment.line, comment.column, comment.line, end)


def _line_below(line: int, alone: set[int]) -> int:
    """The line that a comment alone on its line speaks of: the next one that is not such a comment itself."""
    line += 1
    while line in alone:
        line += 1
    return line
