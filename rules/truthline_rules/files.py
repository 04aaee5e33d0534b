"""What keeps the analysis from seeing anything: files, references and scopes (TL001 to TL003)."""

from collections.abc import Iterable

from truthline.api import Audit, Example, Ledger, Location, Meta, Program, Rule, Violation


class UnparsableFile(Rule):
    """A file that cannot be read.

    What it does:
        Reports each file of the analysed code that no parser accepts, that is too large or no regular file,
        that cannot be decoded, or that a parser dies of. The analysis goes on without it.
    Why it is bad:
        What stands in such a file is not checked by any rule. A flow that may depend on it is not `clean`.
    How to fix:
        Make it parse, or name it under `exclude` if it is no source code.
    How to allow:
        `ignore = ["TL001"]`. The verdicts of the flows stay as careful as before.
    """

    meta = Meta(
        code="TL001",
        name="unparsable-file",
        valid=(Example(title="a file that parses", files={"app/a.py": "x = 1\n"}),),
        invalid=(Example(title="a syntax error", files={"app/a.py": "def f(:\n"}),),
    )

    def check(self, program: Program) -> Iterable[Violation]:
        """Report what the program could not read."""
        for unread in program.modules.unread:
            yield Violation(
                location=Location(unread.file, unread.span),
                message=f"this file was not analysed: {unread.reason}",
                help="make it parse, or name it under `exclude`",
            )


class MissingEntry(Rule):
    """A reference of the config into the code that no longer holds.

    What it does:
        Reports an entry of a flow, a module or object of a state, a producer of evidence, or the `register` and
        `execute` of a dispatch table that does not exist in the code. It stands at the key in the config.
    Why it is bad:
        After a rename, the guardrail guards nothing, and everything looks fine.
    How to fix:
        Write the new name.
    How to allow:
        It cannot be allowed; remove the reference.
    """

    meta = Meta(
        code="TL002",
        name="missing-entry",
        subject="config",
        valid=(
            Example(
                title="the entry exists",
                files={"app/decide.py": "def decide():\n    return True\n"},
                config='[flow.activation]\nentry = ["app.decide:decide"]\n',
            ),
        ),
        invalid=(
            Example(
                title="the entry was renamed",
                files={"app/decide.py": "def decide_activation():\n    return True\n"},
                config='[flow.activation]\nentry = ["app.decide:decide"]\n',
            ),
        ),
    )

    def check(self, program: Program) -> Iterable[Violation]:
        """Report each reference that the program could not find."""
        for missing in program.missing_references():
            near = f"; did you mean `{missing.near}`?" if missing.near else ""
            yield Violation(
                location=program.config.locate(missing.key),
                message=f"`{missing.key}` names `{missing.reference}`, which does not exist{near}",
                help="write its new name, or remove the reference",
                symbol=f"{missing.key}={missing.reference}",
                flow=next((flow for flow in program.config.flow if missing.key.startswith(f"flow.{flow}.")), None),
            )


class VacuousScope(Audit):
    """A rule with nothing to look at.

    What it does:
        Reports a `[[rule]]` whose scope matches no file, a layer that names no module, and an owner's scope of a
        dispatch table that matches no file.
    Why it is bad:
        A check that has silently nothing to look at is the commonest way for a guardrail to die.
    How to fix:
        Write the scope as the directories are called now.
    How to allow:
        `may-be-empty = true` in the rule.
    """

    meta = Meta(
        code="TL003",
        name="vacuous-scope",
        subject="config",
        valid=(
            Example(
                title="the scope matches",
                files={"app/web/views.py": "import os\n"},
                config='[[rule]]\nid = "NO_DB"\nkind = "forbid-import"\nscope = ["app/web/**"]\nforbid = ["sqlite3"]\n',
            ),
            Example(
                title="it may be empty",
                files={"app/web/views.py": "import os\n"},
                config=(
                    '[[rule]]\nid = "NO_DB"\nkind = "forbid-import"\nscope = ["app/ui/**"]\nforbid = ["sqlite3"]\n'
                    "may-be-empty = true\n"
                ),
            ),
        ),
        invalid=(
            Example(
                title="the directory was renamed",
                files={"app/web/views.py": "import os\n"},
                config='[[rule]]\nid = "NO_DB"\nkind = "forbid-import"\nscope = ["app/ui/**"]\nforbid = ["sqlite3"]\n',
            ),
        ),
    )

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Report what the other rules found to be empty."""
        for vacuity in ledger.vacuities:
            yield Violation(
                location=ledger.at(vacuity.key),
                message=vacuity.message,
                help="write it as the code is called now, or say `may-be-empty = true`",
                symbol=vacuity.message,
            )
