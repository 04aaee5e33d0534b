"""Run truthline and its peers on the same tree in turn, several times, and print medians and their ratios.

    python benchmarks/run.py TREE [--config FILE] [--rounds N] [--flow NAME] [--pack NAME] [--work DIR]
        [--lint-imports COMMAND --package DIRECTORY] [--script FILE] [--semgrep COMMAND --rule FILE]

TREE holds a truthline config. It is copied first, because ten files of it are changed between runs. Peers run where
they are named: `lint-imports` of import-linter on the package in DIRECTORY, a script that is run in the tree without
arguments, and semgrep with one rule file. Times include the processes that a command starts; memory is that of the
largest of them. On a busy machine wall times say little: compare CPU.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

CHANGED = 10
LINTER_CONFIG = """\
[importlinter]
root_package = {package}

[importlinter:contract:one]
name = one
type = forbidden
source_modules = {package}
forbidden_modules = {package}.no_such_module_of_any_name
"""


class Cost(NamedTuple):
    """What one run took: seconds, seconds of processors, and megabytes."""

    wall: float
    cpu: float
    memory: float


class Case(NamedTuple):
    """A command in one situation: what is done before it is measured, and where it runs."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None]
    directory: Path


def main() -> None:
    """Measure, and print the tables."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        tree = work / "tree"
        if not tree.exists():
            shutil.copytree(
                options.tree, tree, ignore=shutil.ignore_patterns(".git", ".truthline_cache"), symlinks=True
            )
        cases = [*truthline_cases(options, tree), *peer_cases(options, tree)]
        costs: dict[str, list[Cost]] = {case.name: [] for case in cases}
        for _ in range(options.rounds):
            for case in cases:
                case.prepare()
                costs[case.name].append(measured(case))
    print_table(costs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--config", default="truthline.toml")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flow")
    parser.add_argument("--pack")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--lint-imports")
    parser.add_argument("--package", type=Path)
    parser.add_argument("--script")
    parser.add_argument("--semgrep")
    parser.add_argument("--rule", type=Path)
    return parser.parse_args()


def truthline_cases(options: argparse.Namespace, tree: Path) -> Iterator[Case]:
    """Every situation that a user meets."""
    check = [sys.executable, "-m", "truthline", "check", "--quiet", "--config", options.config]
    store = tree / ".truthline_cache"

    def forget() -> None:
        shutil.rmtree(store, ignore_errors=True)

    def know() -> None:
        subprocess.run(check, cwd=tree, capture_output=True, check=False)

    yield Case("truthline cold", check, forget, tree)
    yield Case("truthline warm, nothing changed", check, know, tree)
    yield Case("truthline warm, ten files changed", check, lambda: (know(), change(tree))[0], tree)
    if options.flow:
        yield Case("truthline cold, one flow", [*check, "--flow", options.flow, "--select", "TL1"], forget, tree)
    if options.pack:
        yield Case(f"truthline cold, pack {options.pack}", [*check, "--pack", options.pack], forget, tree)


def peer_cases(options: argparse.Namespace, tree: Path) -> Iterator[Case]:
    """The peers that are named."""
    if options.lint_imports and options.package:
        yield from _linter_cases(options.lint_imports, tree / options.package)
    if options.script:
        yield Case("script", [sys.executable, str(tree / options.script)], lambda: None, tree)
    if options.semgrep and options.rule:
        command = [options.semgrep, "scan", "--metrics=off", "--quiet", "--config", str(options.rule.absolute()), "."]
        yield Case("semgrep, one rule", command, lambda: None, tree)


def _linter_cases(program: str, package: Path) -> Iterator[Case]:
    directory = package.parent
    (directory / ".importlinter").write_text(LINTER_CONFIG.format(package=package.name), encoding="utf-8")

    def forget() -> None:
        shutil.rmtree(directory / ".import_linter_cache", ignore_errors=True)

    def know() -> None:
        subprocess.run([program], cwd=directory, capture_output=True, check=False)

    yield Case("import-linter cold", [program], forget, directory)
    yield Case("import-linter warm, nothing changed", [program], know, directory)
    yield Case("import-linter warm, ten files changed", [program], lambda: (know(), change(package))[0], directory)


def change(tree: Path) -> None:
    """Add a comment to the end of ten files, others each time."""
    files = sorted(path for path in tree.rglob("*.py") if path.stat().st_size > 0)
    for path in random.sample(files, min(CHANGED, len(files))):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"# changed {time.time_ns()}\n")


def measured(case: Case) -> Cost:
    """One run. Whether it finds anything does not matter; a command that is not there stops everything."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        case.command, cwd=case.directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    return Cost(
        wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
    )


def print_table(costs: dict[str, list[Cost]]) -> None:
    """Medians of each case, then the ratios of truthline's to its peers'."""
    medians = {name: Cost(*(median(column) for column in zip(*runs, strict=True))) for name, runs in costs.items()}
    width = max(map(len, medians))
    print(f"{'':{width}}  {'wall s':>8}  {'CPU s':>8}  {'MB':>6}")
    for name, cost in medians.items():
        print(f"{name:{width}}  {cost.wall:8.2f}  {cost.cpu:8.2f}  {cost.memory:6.0f}")
    print("\nratios of medians: wall, CPU, memory")
    for name, cost in medians.items():
        for peer, other in medians.items():
            if name.startswith("truthline") and not peer.startswith("truthline"):
                ratios = "  ".join(f"{mine / theirs:6.2f}" for mine, theirs in zip(cost, other, strict=True))
                print(f"{ratios}  {name} / {peer}")


if __name__ == "__main__":
    main()
