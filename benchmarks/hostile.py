"""What truthline and its peers do with bad input, each kind alone in a tree with one sound file.

    python benchmarks/hostile.py [--all] [--only PROGRAM...] [--peers RUFF MYPY LINT_IMPORTS BANDIT]

prints a table in Markdown: one row a kind of `tests/hostile/inputs.py`, one column a program. A cell says how it ended:
`named` (it says the file's name and why it does not read it), `read` (it has nothing to say), `silent` (no word of a
file that is not read), a signal, or `hangs` after the time limit; then the exit status. The sound file beside it holds
a mistake that each program finds; `stops` means that it was not reported.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.hostile.inputs import ODD, READ, TEXTS, Write  # noqa: E402

SECONDS = 20
MEMORY = 4_000_000_000
CHOSEN = (
    "parens_1400", "nots_50000", "ternaries_5000", "ifs_99", "ifs_101", "elifs_20000", "patterns_nested",
    "operands_2900", "operands_100000", "compares_100000", "attributes_5000", "calls_chained_5000",
    "strings_joined_100000", "line_20_megabytes", "functions_100000", "nul", "latin_without_cookie",
    "utf7_hides_an_import", "cookie_bogus", "utf16", "carriage_returns_only", "python_2", "conflict_markers",
    "type_parameters", "template_string", "except_without_parentheses", "lazy_import",
    "fifo.py", "socket.py", "loop.py", "dangling.py", "device.py", "new\nline.py", "escape\x1b[31m.py",
    os.fsdecode(b"bytes\xff\xfe.py"),
)  # fmt: skip
SOUND = "from app.state import nothing\nimport app.state as unused\nx: int = 'text'\nassert x, eval('x')\n"
CONFIG = """\
roots = ["."]
[state.s]
modules = ["app.state"]
[flow.f]
entry = ["app.sound:x"]
must-not-reach = ["s"]
"""
IMPORTLINTER = """\
[importlinter]
root_package = app
[importlinter:contract:1]
name = sound
type = forbidden
source_modules =
    app.sound
forbidden_modules =
    app.state
"""
FOUND = {"truthline": "TL211", "ruff": "F401", "mypy": "sound.py:3", "import-linter": "BROKEN", "bandit": "B307"}


def commands(peers: Sequence[str]) -> dict[str, list[str]]:
    """How each program is called."""
    return {
        "truthline": [sys.executable, "-m", "truthline", "check", "--no-cache", "--output-format", "concise"],
        "ruff": [peers[0], "check", "--no-cache", "--output-format", "concise", "."],
        "mypy": [peers[1], "--no-incremental", "--cache-dir", os.devnull, "app"],
        "import-linter": [peers[2], "--no-cache"],
        "bandit": [peers[3], "-r", "app", "-f", "txt"],
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", help="every kind, not only the telling ones")
    parser.add_argument("--only", nargs="+", help="these columns alone")
    parser.add_argument("--peers", nargs=4, default=["ruff", "mypy", "lint-imports", "bandit"])
    args = parser.parse_args()
    kinds = {**{f"{stem}.py": made for stem, made in TEXTS.items()}, **ODD}
    chosen = {name: made for name, made in kinds.items() if args.all or name in CHOSEN or name[:-3] in CHOSEN}
    programs = {name: command for name, command in commands(args.peers).items() if name in (args.only or FOUND)}
    print("| input | " + " | ".join(programs) + " |\n|" + " --- |" * (len(programs) + 1))
    for name, (write, outcome) in chosen.items():
        cells = [_ended(program, command, name, write, outcome) for program, command in programs.items()]
        shown = name.removesuffix(".py").encode("unicode_escape", "surrogateescape").decode()
        print(f"| `{shown}` | {' | '.join(cells)} |", flush=True)


def _ended(program: str, command: list[str], name: str, write: Write, outcome: str) -> str:
    base = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        (base / "app").mkdir()
        for file, text in {"app/__init__.py": "", "app/state.py": "s = {}\n", "app/sound.py": SOUND}.items():
            (base / file).write_text(text)
        (base / "truthline.toml").write_text(CONFIG)
        (base / ".importlinter").write_text(IMPORTLINTER)
        write(base / "app" / name)
        return _told(program, command, base, name, outcome)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _told(program: str, command: list[str], base: Path, name: str, outcome: str) -> str:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'rules'}:{base}"}
    process = subprocess.Popen(
        ["prlimit", f"--as={MEMORY if program != 'ruff' else 'unlimited'}", "--", *command],  # its threads reserve more
        cwd=base,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output = process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"hangs ({SECONDS} s)"
    text = output.decode("utf-8", "replace")
    if process.returncode < 0 or process.returncode >= 128:
        return signal.Signals(-process.returncode if process.returncode < 0 else process.returncode - 128).name
    said = [_verdict(text, name, outcome)]
    if FOUND[program] not in text:
        said.append("stops")
    if "Traceback" in text or "panicked" in text:
        said.append("traceback")
    if "\x1b" in text:
        said.append("prints the escape")
    return f"{', '.join(said)} ({process.returncode})"


def _verdict(text: str, name: str, outcome: str) -> str:
    stem = name.removesuffix(".py").split("\n")[0].split("\x1b")[0].split("\udcff")[0]
    if stem in text:
        return "named"
    return "read" if outcome == READ else "silent"


if __name__ == "__main__":
    main()
