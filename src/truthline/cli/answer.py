"""One `check`, from the command line to its reports: from memory where nothing has changed, else by a run."""

import os
import sys
import time
from contextlib import closing, redirect_stdout
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from truthline.cli.given import below_base, selectors, tell_of_unread_paths
from truthline.cli.outputs import Target, targets, write_file
from truthline.cli.terminal import PIPE_WIDTH, ColorChoice, style, write
from truthline.report.formats import DRAWN
from truthline.report.style import Style
from truthline.syntax.looks import digest_of
from truthline.syntax.overlay import NOTHING, Overlay
from truthline.timings import Timings

if TYPE_CHECKING:
    from truthline.checking.options import CheckOptions
    from truthline.checking.remembered import Answer, Answers
    from truthline.checking.run import Checked
    from truthline.config.schema import Config
    from truthline.facts.store.directory import StoreDirectory
    from truthline.model.run import Outcome

Report = tuple[Target, Style]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the user typed behind `check`."""

    paths: tuple[Path, ...]
    config_file: Path | None
    packs: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    flows: tuple[str, ...]
    output_format: str
    output_files: tuple[str, ...]
    changed_since: str | None
    stdin_filename: Path | None
    statistics: bool
    quiet: bool
    verbose: bool
    color: ColorChoice
    exit_zero: bool
    no_plugins: bool
    no_cache: bool
    cache_dir: Path | None
    executor: str
    jobs: int | None
    today: datetime | None

    @property
    def reports(self) -> list[Report]:
        """Every report that is asked for, and how it is printed."""
        shown = style(self.color, quiet=self.quiet, verbose=self.verbose, statistics=self.statistics)
        in_file = msgspec.structs.replace(shown, width=PIPE_WIDTH, color=self.color == "always")
        wanted = targets(self.output_format, self.output_files)
        return [(target, shown if target.file is None else in_file) for target in wanted]

    @property
    def draws(self) -> bool:
        """Whether a report shows the slices of the flows."""
        return any(target.format in DRAWN for target in targets(self.output_format, self.output_files))

    @property
    def rests_on_files(self) -> bool:
        """Whether nothing but the files decides: neither what another process writes, nor git's history."""
        return self.stdin_filename is None and self.changed_since is None

    def question(self, base: Path, config_name: str) -> bytes:
        """What is asked, apart from how the answer is printed and found: an answer to it answers another like it."""
        day = self.today.date() if self.today else date.today()  # noqa: DTZ011  # the user's own day is meant
        asked = (self.draws, config_name, self.packs, self.select, self.ignore, self.flows, self.no_plugins, str(day))
        return repr((asked, [below_base(path, base) for path in self.paths])).encode()


def answer(request: Request, clock: Timings) -> int:
    """Print the reports and return the exit status."""
    from truthline.checking.remembered import Answers
    from truthline.cli.caching import store_directory
    from truthline.config.load import locate

    with clock.stage("last answer"):
        config_file = locate(Path.cwd(), request.config_file)
        base = Path(os.path.abspath(config_file.parent)) if config_file else Path.cwd()  # noqa: PTH100
        can_answer = config_file is not None or request.packs
        directory = store_directory(base, request.cache_dir, no_cache=request.no_cache) if can_answer else None
        answers = Answers(directory, base) if directory is not None and request.rests_on_files else None
        question = request.question(base, config_file.name if config_file else "")
        known = answers.recall(question) if answers is not None else None
    if known is None:
        return _found_out(request, clock, directory, answers, question)
    with clock.stage("report"):
        further = _print_known(request, base, known)
        if further and answers is not None:
            answers.keep_reports(question, known, known.whole(), further)
    return 0 if request.exit_zero else known.status


def _print_known(request: Request, base: Path, known: "Answer") -> dict[str, str]:
    """Print the reports, and return those that were not printed before."""
    further: dict[str, str] = {}
    for report in request.reports:
        text = known.reports.get(_name(report))
        if text is None:
            text = further[_name(report)] = _render(report, known.whole(), base, NOTHING)
        _put(report[0], text)
    return further


def _found_out(
    request: Request, clock: Timings, directory: "StoreDirectory | None", answers: "Answers | None", question: bytes
) -> int:
    """The same by a run, which is remembered."""
    from truthline.checking.prepare import mistakes
    from truthline.checking.run import exit_status
    from truthline.config import load
    from truthline.config.packs import local_packs

    reports = request.reports
    started, before = time.time_ns(), _digest(request.config_file)
    with clock.stage("config"):
        further = partial(mistakes, no_plugins=request.no_plugins)
        with redirect_stdout(sys.stderr):  # loading a plugin runs it
            config = load(Path.cwd(), request.config_file, packs=request.packs, further=further)
    options = _options(request, config, clock, directory)
    with redirect_stdout(sys.stderr):  # a plugin that prints must not spoil a report
        checked = _run(config, options, request)
    complained = tell_of_unread_paths(config, request.paths)
    with clock.stage("report"):
        texts = [_render(report, checked.outcome, Path(config.base), options.overlay) for report in reports]
        for report, text in zip(reports, texts, strict=True):
            _put(report[0], text)
    if answers is not None and not complained and not options.runs_plugins(config):
        with clock.stage("remember"):
            if config.file is not None:
                checked.tree.held(config.file, before)
            checked.tree.was_read_at(started, local_packs((*config.packs, *request.packs)))
            answers.keep(
                question, checked, exit_status(checked.outcome), dict(zip(map(_name, reports), texts, strict=True))
            )
    return exit_status(checked.outcome, exit_zero=request.exit_zero)


def _digest(config_file: Path | None) -> bytes | None:
    """The digest of the config file as it is before it is read."""
    from truthline.config.load import locate

    found = locate(Path.cwd(), config_file)
    return digest_of(found.parent, found.name) if found is not None else None


def _options(request: Request, config: "Config", clock: Timings, directory: "StoreDirectory | None") -> "CheckOptions":
    from truthline.checking.options import CheckOptions
    from truthline.facts.store.store import Store

    base = Path(config.base)
    return CheckOptions(
        select=selectors(request.select, "--select"),
        ignore=selectors(request.ignore, "--ignore"),
        flows=request.flows,
        paths=tuple(below_base(path, base) for path in request.paths),
        changed_since=request.changed_since,
        today=request.today.date() if request.today else None,
        overlay=_standard_input(request.stdin_filename, base) if request.stdin_filename else NOTHING,
        graphs=request.draws,
        no_plugins=request.no_plugins,
        jobs=request.jobs,
        timings=clock,
        store=Store(directory),
    )


def _standard_input(path: Path, base: Path) -> dict[str, bytes]:
    """What stands in for a file."""
    name = below_base(path, base, "--stdin-filename")
    if not name.endswith(".py"):
        raise click.BadParameter(f"{path} is no name of a Python file", param_hint="--stdin-filename")
    return {name: sys.stdin.buffer.read()}


def _run(config: "Config", options: "CheckOptions", request: Request) -> "Checked":
    from truthline.checking.run import checked
    from truthline.cli.complaints import no_files
    from truthline.cli.executors import executor_of
    from truthline.cli.progress import progress_bar
    from truthline.facts.store.store import Store

    with (
        closing(options.store or Store()),
        executor_of(request.executor) as executor,
        progress_bar("reading", quiet=request.quiet) as progress,
    ):
        result = checked(config, msgspec.structs.replace(options, progress=progress, executor=executor))
    if not (result.outcome.summary.files or result.outcome.summary.unread):
        raise no_files(config)
    return result


def _name(report: Report) -> str:
    """By what the text of a report is known."""
    return f"{report[0].format} {report[1]}"


def _render(report: Report, outcome: "Outcome", base: Path, overlay: Overlay) -> str:
    from truthline.report.formats import render
    from truthline.report.sources import source_lines

    return render(report[0].format, outcome, source_lines(base, overlay), report[1])


def _put(target: Target, text: str) -> None:
    if target.file is None:
        write(text)
    else:
        write_file(target.file, text)
