"""What a rule is: metadata, options, examples, and one method that asks the program.

The built-in rules use exactly this, through `truthline.api`, as a stranger's plugin does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from truthline.checking.ledger import Ledger, Vacuity
from truthline.checking.scope import Scope
from truthline.config.positions import KeyPath
from truthline.facts.view import FileView
from truthline.model.finding import Severity, Step
from truthline.model.location import Location
from truthline.program.program import Program

if TYPE_CHECKING:
    from truthline.checking.concrete import ConcreteFile
    from truthline.checking.rewriting import Edit

Subject = Literal["file", "flow", "dispatch", "config"]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A small code base, `{path: text}`, with the config it is checked under.

    Of a VALID example the rule must say nothing, of an INVALID one it must find something;
    both are run as tests and printed by `truthline explain`.
    """

    title: str
    files: dict[str, str]
    config: str = ""


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule is called and how it behaves by default; the prose stands in the rule's docstring.

    `subject` says where an allowance for it stands: with a "flow", with a "dispatch" table, or
    ("file", "config") nowhere but in the `[[rule]]` itself. A `kind` runs once for each `[[rule]]`
    of that kind; every other rule runs once. `placeholders` are the details that its violations carry, for the
    `message` of a `[[rule]]`. `dated` says that the answer depends on the day.
    """

    code: str
    name: str
    valid: tuple[Example, ...]
    invalid: tuple[Example, ...]
    severity: Severity = "error"
    subject: Subject = "file"
    kind: bool = False
    fixable: bool = False
    placeholders: tuple[str, ...] = ()
    dated: bool = False


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Base of a kind's options; a rule without options of its own uses this one as it is."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule yields: a place, and a sentence about it.

    `severity` overrides the rule's own where this one case weighs less or more. `symbol` is the function
    or name that is concerned: it keeps the fingerprint stable when lines move. `flow` and `state`,
    or `dispatch` and `operation`, name the tables of the config whose allowances and lock apply.
    `details` are the values of the rule's `placeholders`. `fixable` is False where a rule that can fix others cannot
    fix this one.
    """

    location: Location
    message: str
    help: str = ""
    severity: Severity | None = None
    symbol: str = ""
    flow: str | None = None
    state: str | None = None
    dispatch: str | None = None
    operation: str | None = None
    witness: tuple[Step, ...] = ()
    details: dict[str, str] = {}
    fixable: bool = True


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How the config sets a rule up: the `id` under which it is shown, where it looks, and its options.

    `key` is the place of the rule in the config, `("rule", 3)`; it is empty for a rule that needs no `[[rule]]`.
    `today` is the day of the run.
    """

    id: str
    scope: Scope
    options: Options
    key: KeyPath = ()
    may_be_empty: bool = False
    today: date = date.max


class Rule:
    """A question that is put to the program.

    A subclass sets `meta`, narrows `options_type` and `options` if it has any, explains itself in its docstring
    (see docs/writing-rules.md for the sections), and implements `check`.
    """

    meta: ClassVar[Meta]
    options_type: ClassVar[type[Options]] = Options
    options: Options

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.options = setup.options

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Mistakes in the config that types cannot express, each one sentence; it is asked before `__init__`."""
        return ()

    def check(self, program: Program) -> Iterable[Violation]:
        """Ask the program, and yield what is wrong."""
        raise NotImplementedError

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterable["Edit"]:
        """Edits that mend these violations, all of one file, and change nothing else; a rule with `fixable` has some.

        What a rule cannot mend safely it leaves. `truthline.fixing` has the edits.
        """
        return ()

    def captures(self, file: str) -> Mapping[str, str]:
        """What the path of a file in scope captures."""
        return self.setup.scope.captures(file) or {}

    def vacuities(self, program: Program) -> Iterable[Vacuity]:
        """What of this rule's config has nothing to look at (TL003); the scope, unless a rule knows more."""
        if self.setup.scope.patterns and not self.setup.may_be_empty and not self.setup.scope.matches_any(program):
            yield Vacuity(self.setup.key, f"the scope of rule `{self.setup.id}` matches no file")


class FileRule(Rule):
    """A rule that looks at one file at a time, and knows nothing of the others.

    What it says of a file follows from the file's path, its module's name and its bytes, from the rule's setup and,
    where `meta.dated`, from the day: so it may be asked in another process, and its answer may be remembered. Files
    that cannot be read are passed over; TL001 stands there.
    """

    def check(self, program: Program) -> Iterable[Violation]:
        """Look at every file in scope. A run asks its file rules together instead, so that they share each tree."""
        for module, _ in self.setup.scope.modules(program):
            if module.outline is not None:
                yield from self.check_file(program.view(module.file))

    def check_file(self, file: FileView) -> Iterable[Violation]:
        """Look at one file, and yield what is wrong there."""
        raise NotImplementedError


class SurveyRule(Rule):
    """A rule that notes something of each file by itself, and judges all notes together.

    `survey` is bound as `FileRule.check_file` is; what it yields are `note_type`s, values that may be stored.
    """

    note_type: ClassVar[type[msgspec.Struct]]

    def check(self, program: Program) -> Iterable[Violation]:
        """Survey every file in scope, then judge. A run surveys for its rules together instead, to share each tree."""
        files = [module.file for module, _ in self.setup.scope.modules(program) if module.outline is not None]
        yield from self.judge(program, {file: tuple(self.survey(program.view(file))) for file in files})

    def survey(self, file: FileView) -> Iterable[msgspec.Struct]:
        """Note of one file what `judge` needs."""
        raise NotImplementedError

    def judge(self, program: Program, notes: Mapping[str, tuple[Any, ...]]) -> Iterable[Violation]:
        """What is wrong, from the notes of each file in scope that could be read, in the order of their paths."""
        raise NotImplementedError


class Audit(Rule):
    """A rule about the run itself: it is asked after all others, with what they used and did not use.

    One that is `asked_last` comes after the other audits too, when it is known which findings are in the baseline; its
    own are in none.
    """

    asked_last: ClassVar[bool] = False

    def check(self, program: Program) -> Iterable[Violation]:
        """An audit asks nothing of the program alone."""
        return ()

    def audit(self, ledger: Ledger) -> Iterable[Violation]:
        """Look at what the run used, and yield what is stale."""
        raise NotImplementedError

    def stale_entries(self, violations: Sequence[Violation]) -> Iterable[Location]:
        """The entries of lists in the config, by their places, whose removal mends these violations."""
        return ()
