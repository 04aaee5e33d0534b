"""truthline on packages that nobody here wrote: every file is read or named, and no run fails.

    python benchmarks/ecosystem.py [--keep DIRECTORY] [--more] [--against FILE] [--write FILE] [PACKAGE...]

downloads pinned wheels with pip (wheels, because pip runs the build of a source distribution before it hands it
over), unpacks each, and runs `check`, with `--more` also `discover` and `graph calls`. Prints a table in Markdown.
`--write` keeps what was found, by package; `--against` tells what is found now and was not found then, and
the other way round, so that a change in verdicts is seen before a release.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SECONDS = 600
PINNED = (
    "aiohttp==3.11.11", "alembic==1.14.0", "ansible-core==2.17.7", "attrs==24.3.0", "black==24.10.0",
    "celery==5.4.0", "click==8.1.8", "Django==5.1.4", "fastapi==0.115.6", "Flask==3.1.0", "httpx==0.28.1",
    "Jinja2==3.1.5", "lark==1.2.2", "mypy==1.14.0", "networkx==3.4.2", "pip==24.3.1", "pydantic==2.10.4",
    "pytest==8.3.4", "requests==2.32.3", "rich==13.9.4", "setuptools==75.6.0", "SQLAlchemy==2.0.36",
    "sqlglot==26.0.1", "starlette==0.41.3", "sympy==1.13.3", "tornado==6.4.2", "Twisted==24.11.0", "Werkzeug==3.1.3",
)  # fmt: skip
_FURTHER = (("discover",), ("graph", "calls", "--format", "json"))
Found = dict[str, list[str]]


def main() -> int:
    """Run, print the table and the changes; 1 where a run failed or a verdict changed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("packages", nargs="*", default=PINNED, help="NAME==VERSION")
    parser.add_argument("--keep", type=Path, help="where the packages lie, or will lie")
    parser.add_argument("--more", action="store_true", help="also `discover`, and the call graph of each whole package")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--against", type=Path)
    args = parser.parse_args()
    keep = args.keep or Path(tempfile.mkdtemp(prefix="ecosystem-"))
    print("| package | files | lines | not read | findings | CPU seconds per 100,000 lines | MB | failures |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    found: Found = {}
    failures: list[str] = []
    for package in args.packages:
        failures += _examine(package, keep, found, more=args.more)
    if args.write:
        args.write.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    changes = list(_changes(json.loads(args.against.read_text()), found)) if args.against else []
    print("\n".join(["", *failures, *changes]))
    return int(bool(failures or changes))


def _examine(package: str, keep: Path, found: Found, *, more: bool) -> list[str]:
    """Print the row of one package, add to what was found, and return what failed."""
    tree = _unpacked(package, keep)
    lines = sum(file.read_bytes().count(b"\n") for file in tree.rglob("*.py"))
    (tree / "truthline.toml").write_text('roots = ["."]\n')
    seconds, memory, status, out, err = _run(tree, "check", "--no-cache", "--output-format", "json")
    failures = [] if status in (0, 1) else [f"{package}: check exits {status}: {err.strip()[-300:]}"]
    report: dict[str, Any] = json.loads(out) if not failures else {"summary": {"files": 0, "unread": 0}, "findings": []}
    for command in _FURTHER if more else ():
        _, _, status, _, err = _run(tree, *command)
        if status not in (0, 1):
            failures.append(f"{package}: {' '.join(command)} exits {status}: {err.strip()[-300:]}")
    found[package] = sorted(f"{each['code']} {each['file']} {each['message']}" for each in report["findings"])
    failures += [f"{package}: {each}" for each in found[package] if "truthline itself fail" in each]
    summary = report["summary"]
    print(
        f"| {package} | {summary['files']} | {lines:,} | {summary['unread']} | {len(found[package])} |"
        f" {seconds * 100_000 / max(lines, 1):.1f} | {memory} | {len(failures) or '-'} |",
        flush=True,
    )
    return failures


def _unpacked(package: str, keep: Path) -> Path:
    tree = keep / package
    if not tree.exists():
        wheels = keep / "wheels" / package
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest")
        subprocess.run([*pip, str(wheels), package], check=True)
        [wheel] = wheels.iterdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tree)  # the standard library takes `..` out of names
    return tree


def _run(tree: Path, *command: str) -> tuple[float, int, int, str, str]:
    """Seconds of processor time, the megabytes of the largest process, the exit status, and both outputs."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "rules")])
    call = [sys.executable, "-c", _MEASURED, sys.executable, "-m", "truthline", *command]
    done = subprocess.run(
        call,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    err, _, used = done.stderr.rpartition("used ")
    memory, seconds = used.split()
    return float(seconds), int(memory) // 1024, done.returncode, done.stdout, err


_MEASURED = (
    "import resource, subprocess, sys; status = subprocess.call(sys.argv[1:]);"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print('used', used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr); sys.exit(status)"
)


def _changes(before: Found, after: Found) -> Iterable[str]:
    for package in sorted(before.keys() & after.keys()):
        yield from (f"{package}: new: {each}" for each in _without(after[package], before[package]))
        yield from (f"{package}: gone: {each}" for each in _without(before[package], after[package]))


def _without(these: Sequence[str], those: Sequence[str]) -> list[str]:
    known = set(those)
    return [each for each in these if each not in known]


if __name__ == "__main__":
    sys.exit(main())
