"""What must shrink: allowances, suppressions and the baseline (TL090 to TL093)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from truthline.api import Audit, Example, Ledger, Location, Meta, Program, Violation

if TYPE_CHECKING:
    from truthline.fixing import ConcreteFile, Edit

_NO_SOCKETS = '[[rule]]\nid = "NO_SOCKETS"\nkind = "forbid-import"\nscope = ["app/**"]\nforbid = ["socket"]\n'
_ALLOWED = 'allow = [{ path = "app/a.py", reason = "moves out with the next release" }]\n'


class UnusedAllowance(Audit):
    """An allowance that nothing needs.

    What it does:
        Reports an entry of an `allow` list, at its place in the config, when no finding matches it. One whose rule
        did not run in this run is passed over.
    Why it is bad:
        Allow-lists only shrink if what is no longer needed is removed. A forgotten entry silences the next mistake.
    How to fix:
        Remove the entry; `truthline fix` does.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL090"]`.
    """

    meta = Meta(
        code="TL090",
        fixable=True,
        name="unused-allowance",
        subject="config",
        valid=(
            Example(
                title="a finding needs it",
                files={"app/a.py": "import socket\n"},
                config=_NO_SOCKETS + _ALLOWED,
            ),
        ),
        invalid=(
            Example(
                title="the import is gone",
                files={"app/a.py": "import json\n"},
                config=_NO_SOCKETS + _ALLOWED,
            ),
        ),
    )

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Report the allowances that were not used."""
        for use in ledger.allowances:
            if not use.used:
                expired = f" (it expired on {use.allowance.until})" if use.expired else ""
                what = "".join(
                    f", {label} `{value}`"
                    for label, value in (("code", use.allowance.code), ("operation", use.allowance.operation))
                    if value
                )
                yield Violation(
                    location=ledger.at(use.key),
                    message=f"nothing needs this allowance of {use.owner} for `{use.allowance.path}`{what}{expired}",
                    help="remove it",
                    symbol=f"{use.owner} {use.allowance.path}",
                )

    def stale_entries(self, violations: Sequence[Violation]) -> Iterable[Location]:
        """All of them can go."""
        return (each.location for each in violations)


class ReasonlessSuppression(Audit):
    """A suppression without a reason.

    What it does:
        Reports a `# truthline: allow[...]` comment that names no rule or gives no reason. Such a comment silences
        nothing.
    Why it is bad:
        Whoever reads the line later cannot tell whether the exception still holds.
    How to fix:
        Write the reason behind the bracket: `# truthline: allow[TL301] moves with the next release`.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL091"]`.
    """

    meta = Meta(
        code="TL091",
        name="reasonless-suppression",
        valid=(
            Example(
                title="it says why",
                files={"app/a.py": "import socket  # truthline: allow[NO_SOCKETS] the health probe needs it\n"},
                config=_NO_SOCKETS,
            ),
        ),
        invalid=(
            Example(
                title="it does not say why",
                files={"app/a.py": "import socket  # truthline: allow[NO_SOCKETS]\n"},
                config=_NO_SOCKETS,
            ),
        ),
    )

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Report the comments that silence nothing for want of a reason."""
        for comment in ledger.reasonless:
            lack = "cannot be read" if comment.malformed else "gives no reason, so it silences nothing"
            yield Violation(
                location=comment.location,
                message=f"this suppression {lack}: `{comment.text}`",
                help="write it as `# truthline: allow[CODE] reason`",
                symbol=comment.text,
            )


class UnusedSuppression(Audit):
    """A suppression that silences nothing.

    What it does:
        Reports each name in a `# truthline: allow[...]` comment that matches no finding at its place, that no rule
        has, or whose finding is locked. A name whose rule did not run is passed over.
    Why it is bad:
        It would silence the next mistake on this line, for a reason that was meant for another.
    How to fix:
        Remove the name or the comment; `truthline fix` does.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL092"]`.
    """

    meta = Meta(
        code="TL092",
        fixable=True,
        name="unused-suppression",
        valid=(
            Example(
                title="a finding needs it",
                files={"app/a.py": "import socket  # truthline: allow[NO_SOCKETS] the health probe needs it\n"},
                config=_NO_SOCKETS,
            ),
        ),
        invalid=(
            Example(
                title="the import is gone",
                files={"app/a.py": "import json  # truthline: allow[NO_SOCKETS] the health probe needs it\n"},
                config=_NO_SOCKETS,
            ),
            Example(
                title="no rule has that name",
                files={"app/a.py": "import socket  # truthline: allow[NO_SOCKET] the health probe needs it\n"},
                config=_NO_SOCKETS,
            ),
        ),
    )

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Report the names that silenced nothing."""
        for use in ledger.suppressions:
            if use.outcome == "unused":
                message = f"nothing is found here that `{use.name}` would have to allow"
            elif use.outcome == "unknown":
                near = f"; did you mean `{use.near}`?" if use.near else ""
                message = f"no rule is called `{use.name}`{near}"
            elif use.outcome == "locked":
                message = f"`{use.name}` is locked here: no comment can silence it"
            else:
                continue
            yield Violation(
                location=use.location,
                message=message,
                help="remove it from the comment",
                symbol=use.name,
                fixable=use.outcome == "unused",
            )

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterator["Edit"]:
        """Take the names out of their comments, and comments away that have none left."""
        from truthline.fixing import Replace

        unused: dict[Location, set[str]] = {}
        for each in violations:
            unused.setdefault(each.location, set()).add(each.symbol)
        for location, names in unused.items():
            comment = file.comment_at(location.span.line, location.span.column)
            if comment is not None:
                kept = _without(comment.value, names)
                yield Replace(comment, comment.with_changes(value=kept)) if kept else file.removal(comment)


def _without(comment: str, names: set[str]) -> str:
    """A suppression comment without these names; empty where none is left."""
    before, _, rest = comment.partition("[")
    listed, _, after = rest.partition("]")
    kept = [name for name in listed.split(",") if name.strip() not in names]
    return f"{before}[{','.join(kept).strip()}]{after}" if any(name.strip() for name in kept) else ""


_KNOWN = """\
{
  "version": 1,
  "findings": [
    {"file": "app/a.py", "code": "TL401", "id": "NO_SOCKETS",
     "fingerprint": "3bfc1d2ffc198b04", "context": "716d3631a39af874"}
  ]
}
"""


class StaleBaseline(Audit):
    """An entry of the baseline that no longer occurs.

    What it does:
        Reports each entry of `truthline-baseline.json` that matches no finding any more, or whose finding is locked. An
        entry whose rule did not run is passed over.
    Why it is bad:
        The baseline is a debt that only shrinks if what is paid is struck out. A forgotten entry hides the same mistake
        when it is made again.
    How to fix:
        `truthline baseline --prune` removes such entries and adds none.
    How to allow:
        It cannot be allowed, except by `ignore = ["TL093"]`.
    """

    asked_last = True
    meta = Meta(
        code="TL093",
        name="stale-baseline",
        subject="config",
        valid=(
            Example(
                title="the finding is still there",
                files={"app/a.py": "import socket\n", "truthline-baseline.json": _KNOWN},
                config=_NO_SOCKETS,
            ),
        ),
        invalid=(
            Example(
                title="the import is gone",
                files={"app/a.py": "import json\n", "truthline-baseline.json": _KNOWN},
                config=_NO_SOCKETS,
            ),
        ),
    )

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Report the entries that nothing needs."""
        for stale in ledger.stale:
            entry = stale.entry
            lack = "is locked: no baseline can hold it" if stale.locked else "is in the baseline, but no longer occurs"
            yield Violation(
                location=stale.location,
                message=f"`{entry.code}[{entry.id}]` of {entry.file} {lack}",
                help="strike it out with `truthline baseline --prune`",
                symbol=entry.fingerprint,
            )
