"""Hold the pack `hoc` against the script that it replaces, commit by commit.

    python benchmarks/hoc_parity.py REPO --commits C1 C2 ... [--work DIR] [--list]

REPO is a clone of github:Xuniverzadmin/agenticverz_2.0, or its git directory. On the tree of each commit (`backend/`
only) run the script `check_init_hygiene.py` of HEAD, its date frozen, and `truthline check --pack hoc`. For each
category the findings of both are compared by file and line. A difference is counted under its explanation; one that
has none fails the comparison. `--work` keeps trees and what the script said, so that a second run takes them from
there; `--list` prints every difference.
"""

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

SCRIPT = "backend/scripts/ci/check_init_hygiene.py"
TODAY = "2026-02-21"
RUN_SCRIPT = """\
import contextlib, datetime, io, json, os, sys, types
source, root = sys.argv[1:]
module = types.ModuleType("hygiene")
module.__file__ = os.path.join(root, "backend/scripts/ci/check_init_hygiene.py")
exec(compile(open(source).read(), source, "exec"), module.__dict__)
module.date = type("date", (datetime.date,), {"today": classmethod(lambda cls: cls(2026, 2, 21))})
seen = []
keep = module.Violation.__init__
module.Violation.__init__ = lambda self, *args: (keep(self, *args), seen.append(self))[0]
sys.argv = sys.argv[:1]
with contextlib.redirect_stdout(io.StringIO()):
    module.main()
told = [[each.category, os.path.relpath(each.file, root), each.line, each.is_known_exception] for each in seen]
lists = {name: sorted(map(str, value)) for name, value in vars(module).items() if name.endswith("ALLOWLIST")}
print(json.dumps([told, lists]))
"""
CATEGORY = {
    "MAIN_HOC_ROUTER_CALL": "MAIN_HOC_ROUTER_DIRECTORY",
    "ACTIVATION_CACHE_CALLED": "ACTIVATION_CACHE_BOUNDARY",
    "ACTIVATION_CACHE_READ": "ACTIVATION_CACHE_BOUNDARY",
}
"""Ids of the pack that are one category of the script."""
ALLOW_LISTS = {
    "L5_SESSION_EXECUTE": "L5_SESSION_EXECUTE_ALLOWLIST",
    "L5_SESSION_PARAM": "L5_SESSION_PARAM_ALLOWLIST",
    "L5_CROSS_DOMAIN_L6": "L5_LAZY_CROSS_DOMAIN_ALLOWLIST",
    "L5_SESSION_SYMBOL": "L5_SESSION_SYMBOL_ALLOWLIST",
    "L5_SELECT_IMPORT": "L5_SELECT_IMPORT_ALLOWLIST",
    "L5_DB_MODULE": "L5_DB_MODULE_ALLOWLIST",
    "L2_BYPASS_L4": "_L2_BYPASS_ALLOWLIST",
    "L5_CROSS_DOMAIN_L5": "_L5_CROSS_DOMAIN_L5_ALLOWLIST",
    "DRIVER_L5_ENGINE": "_DRIVER_L5_ALLOWLIST",
    "SCHEMA_ADMISSION": "SCHEMA_ADMISSION_ALLOWLIST",
    "LEGACY_SERVICES_NEW_FILE": "LEGACY_SERVICES_ALLOWLIST",
}
MOVED = {"SCHEMA_BEHAVIOR", "UTILITY_PURITY", "BRIDGE_SIZE", "SCHEMA_ADMISSION"}
BY_FILE = {
    "TOMBSTONE_EXPIRY",
    "ANALYTICS_ENGINE_EXCLUSIVITY",
    "STUB_ENGINE_IMPORTED",
    "TOMBSTONE_ZERO_DEPS",
    "EVENT_SCHEMA_CONTRACT",
}
"""Categories of which the script only tells the file; it puts them in line 1 or 0."""

Place = tuple[str, int]
Found = Mapping[str, frozenset[Place]]


class Verdict(NamedTuple):
    """One category at one commit."""

    both: int
    script: Mapping[Place, str]
    truthline: Mapping[Place, str]


def main() -> int:
    """Compare, print the table, and return 1 where a difference has no explanation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commits", nargs="+", required=True)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        work = options.work or Path(spare)
        repository = Repository(options.repository, work)
        compared = [(commit, compare(repository, commit)) for commit in options.commits]
    if options.list:
        print("\n".join(differences(compared)), end="\n\n")
    print("\n".join(table(compared)))
    return int(any(reason == UNEXPLAINED for _, one in compared for reason in reasons(one.values())))


class Repository:
    """The trees of commits, and what the script of HEAD says of them."""

    def __init__(self, path: Path, work: Path) -> None:
        self._git = path / ".git" if (path / ".git").exists() else path
        self._work = work
        work.mkdir(parents=True, exist_ok=True)
        self._script = work / "check_init_hygiene.py"
        self._script.write_bytes(self._run("show", f"HEAD:{SCRIPT}"))

    def tree(self, commit: str) -> Path:
        """`backend/` at a commit, in a directory of its own."""
        place = self._work / commit
        if not place.exists():
            place.mkdir()
            archive = self._run("archive", commit, "backend")
            subprocess.run(["tar", "x", "-C", str(place)], input=archive, check=True)
        return place

    def script_says(self, commit: str) -> tuple[list[list[object]], dict[str, list[str]]]:
        """The script's findings on a commit's tree, and its allow-lists."""
        kept = self._work / f"{commit}.script.json"
        if not kept.exists():
            command = [sys.executable, "-c", RUN_SCRIPT, str(self._script), str(self.tree(commit).absolute())]
            kept.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        told, lists = json.loads(kept.read_text())
        return told, lists

    def _run(self, *args: str) -> bytes:
        return subprocess.run(["git", f"--git-dir={self._git}", *args], check=True, stdout=subprocess.PIPE).stdout


def compare(repository: Repository, commit: str) -> dict[str, Verdict]:
    """Each category that anybody finds at a commit."""
    tree = repository.tree(commit)
    told, lists = repository.script_says(commit)
    script = by_category((str(category), str(file), int(str(line))) for category, file, line, _ in told)
    ours = truthline_says(tree)
    files = Files(tree)
    verdicts = {}
    for category in sorted(script.keys() | (ours.keys() & KNOWN)):
        mine, theirs = ours.get(category, frozenset()), script.get(category, frozenset())
        if category == "L5_SESSION_PARAM":
            mine = frozenset((file, files[file].function_at(line)) for file, line in mine)
        if category in BY_FILE:
            mine, theirs = (frozenset((file, 1) for file, _ in each) for each in (mine, theirs))
        verdicts[category] = Verdict(
            both=len(mine & theirs),
            script={place: script_reason(category, files, place) for place in sorted(theirs - mine)},
            truthline={place: our_reason(category, files, place, lists) for place in sorted(mine - theirs)},
        )
    return verdicts


def truthline_says(tree: Path) -> Found:
    """What `truthline check --pack hoc` finds in a tree; not what it finds in the pack: entries that nothing needs."""
    command = [sys.executable, "-m", "truthline", "check", "--pack", "hoc", "--today", TODAY, "--output-format", "json"]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"truthline failed on {tree}:\n{run.stderr}")
    found = (each for each in json.loads(run.stdout)["findings"] if each["file"].startswith("backend/"))
    return by_category((CATEGORY.get(each["id"], each["id"]), each["file"], each["line"]) for each in found)


def by_category(found: Iterator[tuple[str, str, int]]) -> Found:
    """Findings by category, once each."""
    places: defaultdict[str, set[Place]] = defaultdict(set)
    for category, file, line in found:
        places[category].add((file, line))
    return {category: frozenset(each) for category, each in places.items()}


class Files:
    """The files of a tree, read when they are asked for."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._texts: dict[str, Source] = {}

    def __getitem__(self, file: str) -> "Source":
        if file not in self._texts:
            path = self._tree / file
            self._texts[file] = Source(path.read_text(encoding="utf-8", errors="replace") if path.exists() else "")
        return self._texts[file]


class Source:
    """A file's text and tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines()

    def line(self, number: int) -> str:
        """A line of it, without its indentation."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node; none where it cannot be parsed."""
        try:
            return list(ast.walk(ast.parse(self.text)))
        except SyntaxError:
            return []

    def at(self, line: int, *kinds: type[ast.AST]) -> list[ast.AST]:
        """The nodes of these kinds that begin in a line."""
        return [node for node in self.nodes if isinstance(node, kinds) and getattr(node, "lineno", 0) == line]

    def function_at(self, line: int) -> int:
        """The line of the `def` in whose head a line stands."""
        functions = [node for node in self.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        starts = [
            node.lineno for node in functions if node.lineno <= line < node.body[0].lineno + (node.lineno == line)
        ]
        return max(starts, default=line)

    def in_string(self, line: int) -> bool:
        """Whether a line lies within a text, and no import or call begins in it."""
        texts = (node for node in self.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
        inside = any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in texts)
        return inside and not self.at(line, ast.Import, ast.ImportFrom)


UNEXPLAINED = "UNEXPLAINED"
KNOWN = frozenset(
    "STALE_REEXPORT L6_L7_BOUNDARY ABOLISHED_PATH L6_CROSS_DOMAIN L6_L5_ENGINE SCHEMA_BEHAVIOR UTILITY_PURITY "
    "L5_SESSION_EXECUTE L5_SESSION_PARAM L5_CROSS_DOMAIN_L6 NEGATIVE_IMPORT_SPACE LEGACY_SERVICES_NEW_FILE "
    "TOMBSTONE_ZERO_DEPS STUB_ENGINE_IMPORTED FROZEN_QUARANTINE FROZEN_IMPORT_BAN L5_SESSION_SYMBOL BRIDGE_SIZE "
    "PROTOCOL_SURFACE_CREEP SCHEMA_ADMISSION ANALYTICS_ENGINE_EXCLUSIVITY L5_SELECT_IMPORT TOMBSTONE_EXPIRY "
    "L5_DB_MODULE L3_ZOMBIE L2_BYPASS_L4 L5_CROSS_DOMAIN_L5 DRIVER_L5_ENGINE SINGLE_FACADE LEGACY_SERVICES_IMPORT "
    "MAIN_HOC_ROUTER_DIRECTORY L2_DOMAIN_OWNERSHIP ACTIVATION_CACHE_BOUNDARY EVENT_SCHEMA_CONTRACT "
    "UC-MON-AUTHORITY".split()
)


def script_reason(category: str, files: Files, place: Place) -> str:
    """Why the script alone finds something."""
    file, line = place
    source = files[file]
    if not source.text:
        return "the file does not exist: the rule's scope is reported instead (TL003)"
    if category == "L5_SESSION_PARAM":
        return "another type, whose name contains Session"
    if category in BY_FILE and line == 1:
        return "a mention in a comment or a text, no import"
    if source.in_string(line):
        return "a docstring or another text"
    return UNEXPLAINED


def our_reason(category: str, files: Files, place: Place, lists: Mapping[str, Sequence[str]]) -> str:
    """Why the pack alone finds something."""
    file, line = place
    source = files[file]
    if file.rpartition("/")[2] in lists.get(ALLOW_LISTS.get(category, ""), ()):
        return "allowed by base name, where the pack allows exact paths"
    if category in MOVED:
        return "the script looks where the directory was"
    explain = {
        "L5_SESSION_PARAM": _unseen_session,
        "L2_DOMAIN_OWNERSHIP": _unseen_dispatch,
        "STALE_REEXPORT": _unseen_reexport,
        "L5_SESSION_EXECUTE": _unseen_execute,
    }.get(category, _unseen_import)
    return explain(source, line)


def _unseen_session(source: Source, line: int) -> str:
    for node in source.at(line, ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        written = [ast.unparse(each.annotation) for each in arguments if each.annotation is not None]
        if any("Session" in each for each in written):
            return "sessions in a union, an Optional or a text under TYPE_CHECKING are not seen"
        return "sessions without annotation, or with Any, are not seen"
    return UNEXPLAINED


def _unseen_dispatch(source: Source, line: int) -> str:
    if "TOMBSTONE_EXPIRY" in source.text:
        return "files with a tombstone are passed over"
    written = source.line(line)
    if "registry.execute(" in written and 'registry.execute("' not in written:
        return "the script reads line by line: the operation stands on the next one"
    return UNEXPLAINED if 'registry.execute("' in written else "another name for the registry is not seen"


def _unseen_reexport(source: Source, line: int) -> str:
    for node in source.at(line, ast.ImportFrom):
        assert isinstance(node, ast.ImportFrom)
        if not node.level:
            return "absolute re-exports are not seen"
        return "only the first part of a relative name is looked at"
    return UNEXPLAINED


def _unseen_execute(source: Source, line: int) -> str:
    written = source.line(line)
    return "`session.exec` is not seen" if ".exec(" in written else UNEXPLAINED


def _unseen_import(source: Source, line: int) -> str:
    for node in source.at(line, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            return "`import a.b` is not seen"
        if isinstance(node, ast.ImportFrom) and node.level:
            return "relative imports are not seen"
        return "`from package import module` is not seen"
    written = source.line(line)
    return "dynamic imports are not seen" if "__import__(" in written or "import_module(" in written else UNEXPLAINED


def differences(compared: Sequence[tuple[str, Mapping[str, Verdict]]]) -> Iterator[str]:
    """Every difference, one a line."""
    for commit, verdicts in compared:
        for category, verdict in verdicts.items():
            for who, places in (("script", verdict.script), ("truthline", verdict.truthline)):
                for (file, line), reason in places.items():
                    yield f"{commit} {category} {who} alone: {file}:{line} ({reason})"


def reasons(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """The explanations of every difference."""
    for verdict in verdicts:
        yield from (*verdict.script.values(), *verdict.truthline.values())


def table(compared: Sequence[tuple[str, Mapping[str, Verdict]]]) -> Iterator[str]:
    """All commits together: what both find, what one finds alone, and why."""
    both: Counter[str] = Counter()
    alone: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for _, verdicts in compared:
        for category, verdict in verdicts.items():
            both[category] += verdict.both
            alone[category].update(("script", reason) for reason in verdict.script.values())
            alone[category].update(("truthline", reason) for reason in verdict.truthline.values())
    yield "| category | both | script alone | truthline alone | why |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for category in sorted(both):
        counts = {
            who: sum(n for (one, _), n in alone[category].items() if one == who) for who in ("script", "truthline")
        }
        why = "; ".join(f"{who} {n}: {reason}" for (who, reason), n in sorted(alone[category].items()))
        yield f"| {category} | {both[category]} | {counts['script']} | {counts['truthline']} | {why} |"


if __name__ == "__main__":
    sys.exit(main())
