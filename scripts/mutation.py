"""Mutation testing: a seeded sample of small changes to the code, each with the tests that run the changed line.

    coverage data, once (20 minutes on two cores; every test is a context of its own):
        python -m pytest -n 2 --cov --cov-context=test --cov-report= tests
    the sample (needs `pip install mutmut`, whose operators are used; hours):
        python scripts/mutation.py run RESULTS --coverage .coverage --seed 10 --number 500
    the survivors once more, with more tests each, or with tests that were written since:
        python scripts/mutation.py again RESULTS --coverage .coverage --tests 600 [--also TEST...]
    one room alone, with a measurement of its own tests (minutes):
        python scripts/mutation.py run RESULTS --coverage .coverage --within src/truthline/program/logs --number 40
    what came of it, as tables in Markdown:
        python scripts/mutation.py report RESULTS

mutmut itself copies every function once for each of its mutants and has no sample: it would make modules of several
hundred thousand lines. cosmic-ray runs one and the same command for every mutant. So mutmut's operators are taken
as a library, and this file chooses mutants and tests. Nothing is changed in the tree at hand: the commit that is
checked out is cloned to a temporary directory, with the tests and fixtures as they stand here.

A mutant is killed when a test fails that passes without it, or when its tests do not end. The tests of a line are
asked in an order: those that run the fewest lines, then the others as they come by chance, `--tests` at most; the
first failure ends it. So few tests make the result too strict and never too lenient. `models/` is left out: the
engine reads it, and nothing runs it.
"""

import argparse
import ast
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
ROOMS = ("src/truthline/program", "rules")
UNRUN = "src/truthline/program/models"
SPECIFIC = 25
"""So many of a line's tests are taken for running few lines."""
SECONDS = 240
"""Of processor time, for one mutant and 60 tests; in proportion for more."""
MEMORY = 4 << 30
Result = dict[str, Any]


class Mutant(NamedTuple):
    """The change `number` of those that the operators make of a file."""

    file: str
    number: int


class Change(NamedTuple):
    """A mutant's text, and where it differs."""

    text: str
    line: int
    diff: str


class Coverage:
    """Which tests run which line."""

    def __init__(self, path: Path) -> None:
        from coverage import CoverageData

        self._data = CoverageData(str(path))
        self._data.read()
        names = self._data.measured_files()
        self._files = {name.partition("/src/")[2] or name.partition("/rules/")[2]: name for name in names}

    def tests(self, file: str, line: int) -> set[str]:
        """The tests that run the statement in which a line stands."""
        measured = self._files.get(file.partition("/")[2])
        by_line = self._data.contexts_by_lineno(measured) if measured else {}
        start = max((one for one in _statements(file) if one <= line), default=line)
        names = {name for one in range(start, line + 1) for name in by_line.get(one, ())}
        return {name.rpartition("|")[0] for name in names if name.endswith("|run")}

    @cached_property
    def weights(self) -> Counter[str]:
        """How many lines each test runs."""
        weights: Counter[str] = Counter()
        for measured in self._files.values():
            for names in self._data.contexts_by_lineno(measured).values():
                weights.update(name.rpartition("|")[0] for name in names)
        return weights

    def ordered(self, tests: set[str], limit: int, chance: random.Random) -> list[str]:
        """The most specific first, then as they come."""
        by_weight = sorted(tests, key=lambda test: (self.weights[test], test))
        rest = by_weight[SPECIFIC:]
        chance.shuffle(rest)
        return (by_weight[:SPECIFIC] + rest)[:limit]


class Workshop:
    """A clone of the checked out commit, in which one file at a time is changed."""

    def __init__(self, place: Path) -> None:
        self._tree = place / "tree"
        self._place = place
        subprocess.run(["git", "clone", "--quiet", "--local", str(ROOT), str(self._tree)], check=True)
        for name in ("tests", "fixtures"):
            shutil.copytree(ROOT / name, self._tree / name, dirs_exist_ok=True)
        # Two texts of one size within a second would share a compiled file that goes by times.
        compiled = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
        subprocess.run([sys.executable, *compiled, "src", "rules", "tests", "fixtures"], cwd=self._tree, check=False)

    def outcome(self, mutant: Mutant, text: str, tests: Sequence[str]) -> tuple[str, str]:
        """`killed`, `hangs` or `survived`, and the last line of pytest's report."""
        path = self._tree / mutant.file
        before = path.read_text("utf-8")
        path.write_text(text, "utf-8")
        try:
            return self._tested(tests)
        finally:
            path.write_text(before, "utf-8")

    def _tested(self, tests: Sequence[str]) -> tuple[str, str]:
        seconds = SECONDS * max(len(tests), 60) // 60
        base = self._place / "pytest"
        shutil.rmtree(base, ignore_errors=True)
        options = [
            "-q",
            "-x",
            "--no-header",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            f"--basetemp={base}",
        ]
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self._tree,
            env={**os.environ, "PYTHONPATH": "src:rules:.", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: _limit(seconds),  # noqa: PLW1509  # this process has no threads
        ) as running:
            try:
                out, _ = running.communicate(timeout=seconds * 3)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, 9)
                return "hangs", "time limit"
        last = next((line for line in reversed(out.splitlines()) if line.startswith(("FAILED", "ERROR"))), "")
        if running.returncode < 0:
            return "hangs", f"signal {-running.returncode}"
        if running.returncode not in (0, 1, 2):
            raise SystemExit(f"pytest exits with {running.returncode}:\n{out[-2000:]}")
        return ("killed" if running.returncode else "survived"), last


@cache
def _statements(file: str) -> list[int]:
    """The lines on which a statement begins."""
    return [node.lineno for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if isinstance(node, ast.stmt)]


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def sources() -> Iterator[str]:
    """The files that are mutated."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not path.is_relative_to(ROOT / UNRUN):
                yield path.relative_to(ROOT).as_posix()


def _mutations(file: str) -> tuple[Any, list[Any]]:
    """A file's tree, and what the operators make of it inside functions."""
    from libcst import FunctionDef
    from mutmut.mutation.file_mutation import create_mutations

    module, mutations, _, _ = create_mutations(file, (ROOT / file).read_text("utf-8"))
    return module, [each for each in mutations if isinstance(each.contained_by_top_level_function, FunctionDef)]


def population(within: Sequence[str]) -> list[Mutant]:
    """Every mutant of every file whose path begins in one of these ways."""
    files = [file for file in sources() if file.startswith(tuple(within))]
    return [Mutant(file, number) for file in files for number in range(len(_mutations(file)[1]))]


def changed(mutant: Mutant) -> Change:
    """What a mutant does to its file."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    module, mutations = _mutations(mutant.file)
    mutation = mutations[mutant.number]
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    place = places.get(mutation.original_node)
    text = module.deep_replace(mutation.original_node, mutation.mutated_node).code
    before, after = module.code.splitlines(), text.splitlines()
    diff = list(unified_diff(before, after, lineterm="", n=0))[2:]
    start = int(diff[0].split()[1].lstrip("-").partition(",")[0])
    return Change(text, place.start.line if place else start, "\n".join(diff))


def run(args: argparse.Namespace, place: Path) -> None:
    """Try the sample; a mutant that stands in the results already is not tried again."""
    coverage, workshop = Coverage(args.coverage), Workshop(place)
    everything = population(args.within)
    print(f"{len(everything)} mutants in {len({each.file for each in everything})} files", flush=True)
    sample = random.Random(args.seed).sample(everything, args.number)  # noqa: S311
    done = {(each["file"], each["number"]) for each in _read(args.results)}
    for mutant in sample:
        if mutant not in done:
            _write(args.results, _tried(mutant, coverage, workshop, args))


def again(args: argparse.Namespace, place: Path) -> None:
    """Try the survivors once more."""
    coverage, workshop = Coverage(args.coverage), Workshop(place)
    for each in _read(args.results):
        if each["outcome"] == "survived":
            _write(args.results, _tried(Mutant(each["file"], each["number"]), coverage, workshop, args))


def _tried(mutant: Mutant, coverage: Coverage, workshop: Workshop, args: argparse.Namespace) -> Result:
    change = changed(mutant)
    covering = coverage.tests(mutant.file, change.line)
    tests = [*args.also, *coverage.ordered(covering, args.tests, random.Random(args.seed))]  # noqa: S311
    outcome, by = workshop.outcome(mutant, change.text, tests) if tests else ("survived", "no test runs it")
    result = {
        **mutant._asdict(),
        "line": change.line,
        "diff": change.diff,
        "covering": len(covering),
        "tests": len(tests),
        "outcome": outcome,
        "by": by,
    }
    print(outcome, mutant.file, change.line, f"{len(tests)} of {len(covering)} tests", by, flush=True)
    return result


def _read(results: Path) -> list[Result]:
    """The last word on each mutant."""
    lines = results.read_text("utf-8").splitlines() if results.exists() else []
    return list({(each["file"], each["number"]): each for each in map(json.loads, lines)}.values())


def _write(results: Path, result: Result) -> None:
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")


def report(args: argparse.Namespace, _: Path) -> None:
    """Print the table by room, and the survivors."""
    results = _read(args.results)
    rooms: dict[str, Counter[str]] = {}
    for each in results:
        for room in (_room(each["file"]), "all"):
            rooms.setdefault(room, Counter()).update([each["outcome"]])
    print("| room | mutants | killed | of these without end | % |\n| --- | ---: | ---: | ---: | ---: |")
    for room, counts in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        number, killed = counts.total(), counts["killed"] + counts["hangs"]
        print(f"| {room} | {number} | {killed} | {counts['hangs']} | {killed * 100 / number:.0f} |")
    for each in sorted(results, key=lambda each: (each["file"], each["line"])):
        if each["outcome"] == "survived":
            print(f"\n{each['file']}:{each['line']} ({each['tests']} of {each['covering']} tests)\n{each['diff']}")


def _room(file: str) -> str:
    parts = Path(file).parts
    return "rules" if parts[0] == "rules" else "/".join(["program", *parts[3:-1]])


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    for command in (run, again, report):
        each = commands.add_parser(command.__name__, help=command.__doc__)
        each.set_defaults(command=command)
        each.add_argument("results", type=Path, help="one mutant a line, as JSON")
        if command is not report:
            each.add_argument("--coverage", type=Path, required=True)
            each.add_argument("--seed", type=int, default=10)
            each.add_argument("--tests", type=int, default=60, help="for one mutant, at most")
            each.add_argument("--also", nargs="*", default=[], help="tests that every mutant is held against")
        if command is run:
            each.add_argument("--number", type=int, default=500)
            each.add_argument("--within", nargs="*", default=[""], help="beginnings of the paths that are mutated")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutation-") as place:
        args.command(args, Path(place))


if __name__ == "__main__":
    main()
