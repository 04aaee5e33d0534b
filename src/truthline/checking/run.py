"""One run: load, ask the rules, and keep what nothing allows."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from truthline.checking.allowances import Allowances
from truthline.checking.asking import BY_FILE, audited, file_violations, vacuities, violations
from truthline.checking.baseline import FILE, Baseline, Entry, Known, Stale, entry_of
from truthline.checking.changes import Before, Changes
from truthline.checking.first_look import job_of
from truthline.checking.judged import Judged, in_order, named
from truthline.checking.ledger import Ledger
from truthline.checking.messages import filled
from truthline.checking.options import CheckOptions
from truthline.checking.prepare import Prepared, prepare
from truthline.checking.protocol import Audit, Rule, Violation
from truthline.checking.registry import Instance
from truthline.checking.suppressions import Suppressions
from truthline.checking.view import View
from truthline.config.references import compile_scope
from truthline.config.schema import Config
from truthline.model.finding import Finding, Severity
from truthline.model.run import Outcome, RuleText, Silenced, Silencing, Summary
from truthline.program.load import load_modules
from truthline.program.modules import Modules
from truthline.program.program import Program
from truthline.syntax.pool import processors
from truthline.syntax.tree import Tree
from truthline.timings import Timings


class Checked(msgspec.Struct, frozen=True):
    """What was found, and everything that was looked at and looked for."""

    outcome: Outcome
    tree: Tree


class Standing(msgspec.Struct, frozen=True):
    """A program, and what nothing silences of what was found in it, in the order of a report."""

    program: Program
    judged: tuple[Judged, ...]
    was_looked_for: Callable[[str, str], bool]
    """Whether the rule of a code and id ran, or is known not to exist."""


def check(config: Config, options: CheckOptions | None = None, *, rules: Sequence[type[Rule]] = ()) -> Outcome:
    """Check the configured tree with the bundled rules, the config's plugins and further `rules`.

    Raises ConfigError, UsageError, PluginError and RuleError.
    """
    return _start(config, options or CheckOptions(), rules).outcome()


def checked(config: Config, options: CheckOptions, *, rules: Sequence[type[Rule]] = ()) -> Checked:
    """The same, with all that the answer rests on. Raises what `check` raises."""
    run = _start(config, options, rules)
    return Checked(run.outcome(), run.tree)


def standing(config: Config, options: CheckOptions, *, rules: Sequence[type[Rule]] = ()) -> Standing:
    """The same, as its rules see it: for what goes on to mend what they found. Raises what `check` raises."""
    return _start(config, options, rules).standing()


def _start(config: Config, options: CheckOptions, rules: Sequence[type[Rule]]) -> "_Run":
    timings = options.timings or Timings()
    with timings.stage("rules and plugins"):
        prepared = prepare(config, options, rules=rules)
    since = options.changed_since
    changes = Changes(config, since, deciding=(FILE,), unsaved=options.overlay) if since is not None else None
    jobs = options.jobs or processors()
    modules = load_modules(
        config,
        jobs,
        options.progress,
        timings,
        options.overlay,
        options.store,
        options.executor,
        partial(job_of, _that_may_find(prepared, config), config),
    )
    program = Program(config, modules, timings, changes.earlier if changes is not None else None)
    return _Run(program, prepared, options, timings, changes)


def exit_status(outcome: Outcome, *, exit_zero: bool = False) -> int:
    """1 where an error was found, else 0; warnings alone do not fail a run."""
    return int(outcome.summary.errors > 0 and not exit_zero)


class _Run:
    """The state of a run: what was found, and what silenced how much of it."""

    def __init__(
        self,
        program: Program,
        prepared: Prepared,
        options: CheckOptions,
        timings: Timings,
        changes: Changes | None = None,
    ) -> None:
        self._program = program
        self._prepared = prepared
        self._options = options
        self._timings = timings
        self._ran = {instance.name: _runs(instance, prepared) for instance in prepared.instances}
        self._allowances = Allowances(program.config, prepared.instances, options.day)
        self._suppressions = Suppressions()
        self._warned = compile_scope(program.config.warn_in)
        self._changes = changes
        self._view = View(program, options, self._changes, self._before)

    def judged(self) -> list[Judged]:
        """Ask every rule, then the audits."""
        for module in self._program.modules.by_file.values():
            if module.outline is not None and module.outline.comments:
                self._suppressions.read(module.file, module.outline.comments)
        judged = [*self._judged()]
        ledger = self._ledger()
        found = [*named((*judged, *self._audited(ledger, last=False)), self)]
        baseline = Baseline.read(self._program.tree) if self._options.baseline else Baseline()
        known = baseline.known(_entries(found), self._program.tree)
        marked = [_baselined(each, known.fingerprints) for each in found]
        ledger = msgspec.structs.replace(ledger, stale=tuple(self._stale(baseline, known, found)))
        closing = named(self._audited(ledger, last=True), self)
        return [each for each in in_order((*marked, *closing)) if self._view.shows(each.finding)]

    def standing(self) -> Standing:
        """The same, without what is silenced."""
        judged = tuple(each for each in self.judged() if each.silencing is None)
        return Standing(self._program, judged, self._was_looked_for)

    @property
    def tree(self) -> Tree:
        """All that was looked at so far."""
        return self._program.tree

    def outcome(self) -> Outcome:
        """The same, summed up."""
        judged = self.judged()
        findings = tuple(each.finding for each in judged if each.silencing is None)
        silenced = tuple(Silenced(each.finding, each.silencing) for each in judged if each.silencing is not None)
        flows = tuple(self._program.flow(flow).verdict for flow in sorted(self._flows()))
        with self._timings.stage("remember flows"):
            self._program.keep()
        return Outcome(
            summary=_summary(self._program.modules, findings, silenced),
            flows=flows,
            findings=findings,
            silenced=silenced,
            rules=self._rule_texts(findings),
            graphs=tuple(self._program.slice(flow) for flow in sorted(self._flows())) if self._options.graphs else (),
            stale=self._program.recorded.stale,
        )

    def _rule_texts(self, findings: Iterable[Finding]) -> tuple[RuleText, ...]:
        """Those that ran, and those of locked findings, which are reported although their rule does not run."""
        reported = {finding.code for finding in findings}
        texts = {
            instance.meta.code: RuleText(
                instance.meta.code,
                instance.meta.name,
                instance.meta.severity,
                inspect.getdoc(type(instance.rule)) or "",
            )
            for instance in self._prepared.instances
            if self._ran[instance.name] or instance.meta.code in reported
        }
        return tuple(texts[code] for code in sorted(texts))

    def _flows(self) -> Iterable[str]:
        return self._options.flows or self._program.config.flow

    def _before(self) -> Before:
        """What the same rules said of the files as they were."""
        assert self._changes is not None
        with self._timings.stage("before the changes"), self._changes.undone() as base:
            config = msgspec.structs.replace(self._program.config, base=str(base))
            options = CheckOptions(
                select=self._options.select, ignore=self._options.ignore, today=self._options.day, baseline=False
            )
            program = Program(config, load_modules(config, self._options.jobs or processors()))
            judged = _Run(program, self._prepared, options, Timings()).judged()
            return Before(
                frozenset(each.finding.fingerprint for each in judged),
                {flow: program.slice_files(flow) for flow in config.flow},
            )

    # -- rules

    def _judged(self) -> Iterator[Judged]:
        asked = _that_may_find(self._prepared, self._program.config)
        for instance in asked:
            if not isinstance(instance.rule, BY_FILE):
                with self._timings.stage(instance.stage):
                    found = [*violations(instance, self._program)]
                for violation in found:
                    yield from self._judge(instance, violation)
        by_file = [instance for instance in asked if isinstance(instance.rule, BY_FILE)]
        for instance, violation in file_violations(by_file, self._program, self._timings):
            yield from self._judge(instance, violation)

    def _judge(self, instance: Instance, violation: Violation) -> Iterator[Judged]:
        locked = self._locked(instance, violation)
        if not (self._ran[instance.name] or locked):
            return
        silencing, remark = self._allowances.judge(instance, violation)
        silencing = silencing or self._suppressions.silencing(violation.location, instance.name, locked=locked)
        finding = self._finding(instance, violation, remark, locked=locked)
        yield Judged(finding, instance, violation, silencing)

    def _locked(self, instance: Instance, violation: Violation) -> bool:
        config = self._program.config
        flow = config.flow.get(violation.flow or "")
        table = config.dispatch.get(violation.dispatch or "")
        return instance.locked or (flow is not None and flow.locked) or (table is not None and table.locked)

    def _finding(self, instance: Instance, violation: Violation, remark: str, *, locked: bool) -> Finding:
        return Finding(
            code=instance.meta.code,
            id=instance.name.id,
            name=instance.meta.name,
            severity=self._severity(instance, violation, locked=locked),
            location=violation.location,
            message=self._message(instance, violation) + remark,
            help=violation.help,
            flow=violation.flow,
            state=violation.state,
            witness=violation.witness,
            fixable=instance.meta.fixable and violation.fixable,
            locked=locked,
        )

    def _message(self, instance: Instance, violation: Violation) -> str:
        file = violation.location.file
        names = {"file": file, **(instance.rule.setup.scope.captures(file) or {})}
        return filled(instance.message, violation.message, violation.details, names)

    def _severity(self, instance: Instance, violation: Violation, *, locked: bool) -> Severity:
        """`warn` over what this one case weighs, over the rule's own severity; it does not soften what is locked."""
        softened = self._prepared.selection.warns(instance.name) or self._lies_where_all_warns(violation)
        if softened and not locked:
            return "warning"
        return violation.severity or instance.severity

    def _lies_where_all_warns(self, violation: Violation) -> bool:
        """Whether it stands in a file of `warn-in`; a flow's way is its own wherever it leads."""
        file = violation.location.file
        return violation.flow is None and any(pattern.matches(file) for pattern in self._warned)

    # -- audits

    def _audited(self, ledger: Ledger, *, last: bool) -> Iterator[Judged]:
        """What is stale. A run that was asked about one flow cannot tell."""
        for instance in self._prepared.instances:
            rule = instance.rule
            if not isinstance(rule, Audit) or rule.asked_last != last:
                continue
            if self._ran[instance.name] and not self._options.flows:
                with self._timings.stage(instance.stage):
                    stale = [*audited(instance, rule, ledger)]
                for violation in stale:
                    yield Judged(self._finding(instance, violation, "", locked=False), instance, violation)

    def _ledger(self) -> Ledger:
        ran = [instance for instance in self._prepared.instances if self._ran[instance.name]]
        names = [instance.name for instance in self._prepared.instances]
        return Ledger(
            config=self._program.config,
            vacuities=tuple(vacuity for instance in ran for vacuity in vacuities(instance, self._program)),
            allowances=tuple(self._allowances.uses(instance.name for instance in ran)),
            suppressions=tuple(self._suppressions.uses(names, self._ran, strict=self._prepared.strict)),
            reasonless=tuple(self._suppressions.reasonless),
        )

    # -- the baseline

    def _stale(self, baseline: Baseline, known: Known, found: Iterable[Judged]) -> Iterator[Stale]:
        """The entries that nothing needs, of rules that ran."""
        locked = {each.finding.fingerprint for each in found if each.finding.locked}
        for entry in known.rest:
            if self._was_looked_for(entry.code, entry.id):
                yield Stale(entry, baseline.location(entry), entry.fingerprint in locked)

    def _was_looked_for(self, code: str, id_: str) -> bool:
        ran = [ran for name, ran in self._ran.items() if (name.code, name.id) == (code, id_)]
        return any(ran) if ran else self._prepared.strict

    # -- what fingerprints rest on

    def module(self, file: str) -> str:
        """The name of a file as a module; the file itself where it is none."""
        module = self._program.modules.by_file.get(file)
        return module.name if module is not None else file

    def line_text(self, finding: Finding) -> str:
        """The line on which a finding stands; none of a file that could not be read, for opening it may be harmful."""
        modules = self._program.modules
        module = modules.by_file.get(finding.location.file)
        if module is not None and module.outline is None:
            return ""
        lines = modules.source_lines(finding.location.file)
        return lines[finding.location.span.line - 1] if finding.location.span.line <= len(lines) else ""


def _runs(instance: Instance, prepared: Prepared) -> bool:
    return instance.locked or prepared.selection.runs(instance.name)


def _that_may_find(prepared: Prepared, config: Config) -> list[Instance]:
    """The rules to ask: those that run; where something is locked all, for it cannot be silenced."""
    locked = any(flow.locked for flow in config.flow.values()) or any(each.locked for each in config.dispatch.values())
    rules = [each for each in prepared.instances if not isinstance(each.rule, Audit)]
    return [each for each in rules if locked or _runs(each, prepared)]


def _entries(found: Iterable[Judged]) -> list[Entry]:
    """What a baseline can hold: nothing locked, and nothing that is silenced already."""
    return [
        entry_of(each.finding, each.context) for each in found if each.silencing is None and not each.finding.locked
    ]


def _baselined(each: Judged, known: frozenset[str]) -> Judged:
    if each.silencing is not None or each.finding.locked or each.finding.fingerprint not in known:
        return each
    return msgspec.structs.replace(each, silencing=Silencing("baseline", f"it is in {FILE}"))


def _summary(modules: Modules, findings: Sequence[Finding], silenced: Sequence[Silenced]) -> Summary:
    return Summary(
        files=len(modules.by_file),
        errors=sum(finding.severity == "error" for finding in findings),
        warnings=sum(finding.severity == "warning" for finding in findings),
        suppressed=sum(each.silencing.by != "baseline" for each in silenced),
        baselined=sum(each.silencing.by == "baseline" for each in silenced),
        unread=len(modules.unread),
    )
