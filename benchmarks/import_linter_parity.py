"""Hold the import kinds against import-linter: same trees, same contracts, same verdicts.

    python benchmarks/import_linter_parity.py PATH/TO/lint-imports [--trees N]

`lint-imports` is the command of import-linter, from any environment. Each tree is made from its number, so that a
disagreement can be looked at again.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from truthline.checking.options import CheckOptions
from truthline.testing import check_files

AREAS = ("api", "engine", "store", "model")
DOMAINS = ("logs", "rules", "users")

IMPORT_LINTER = """\
[importlinter]
root_package = app
include_external_packages = False

[importlinter:contract:LAYERS]
name = LAYERS
type = layers
layers =
    api
    engine : store
    (gone)
    model
containers =
    app.logs
    app.rules

[importlinter:contract:SIBLINGS]
name = SIBLINGS
type = layers
layers =
    app.users
    app.logs | app.rules

[importlinter:contract:EXHAUSTIVE]
name = EXHAUSTIVE
type = layers
containers = app
layers =
    users
    logs
exhaustive = True
exhaustive_ignores =
    __main__
    shared

[importlinter:contract:INDEPENDENT]
name = INDEPENDENT
type = independence
modules =
    app.logs
    app.rules
    app.users

[importlinter:contract:PROTECTED]
name = PROTECTED
type = protected
protected_modules = app.*.store
allowed_importers = app.*.engine

[importlinter:contract:CYCLES]
name = CYCLES
type = acyclic_siblings
ancestors = app

[importlinter:contract:FORBIDDEN]
name = FORBIDDEN
type = forbidden
source_modules = app.logs.api
forbidden_modules = app.users.store
"""

TRUTHLINE = """\
[[rule]]
id = "LAYERS"
kind = "layers"
layers = ["api", "engine : store", "(gone)", "model"]
containers = ["app.logs", "app.rules"]

[[rule]]
id = "SIBLINGS"
kind = "layers"
layers = ["app.users", "app.logs | app.rules"]

[[rule]]
id = "EXHAUSTIVE"
kind = "layers"
containers = ["app"]
layers = ["users", "logs"]
exhaustive = true
exhaustive-ignores = ["app.shared"]

[[rule]]
id = "INDEPENDENT"
kind = "independent"
modules = ["app.logs", "app.rules", "app.users"]

[[rule]]
id = "PROTECTED"
kind = "protected"
protected-modules = ["app.*.store"]
allowed-importers = ["app.*.engine"]

[[rule]]
id = "CYCLES"
kind = "no-cycles"
ancestors = ["app"]

[[rule]]
id = "FORBIDDEN"
kind = "forbid-import"
scope = ["app/logs/api/**"]
forbid = ["app.users.store.**"]
transitive = true
"""


def main() -> int:
    """Compare, print each disagreement, and return 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lint_imports")
    parser.add_argument("--trees", type=int, default=20)
    options = parser.parse_args()
    verdicts = disagreements = broken = 0
    for number in range(options.trees):
        files = tree(number)
        theirs, ours = import_linter(options.lint_imports, files), truthline(files)
        for contract, is_broken in theirs.items():
            verdicts += 1
            broken += is_broken
            if is_broken != (contract in ours):
                disagreements += 1
                print(f"tree {number}: {contract} is {'broken' if is_broken else 'kept'} by import-linter alone")
    print(f"{verdicts} verdicts on {options.trees} trees, {broken} of them broken; {disagreements} disagreements")
    return 1 if disagreements else 0


def tree(number: int) -> dict[str, str]:
    """A package of three domains with four areas each, and imports of many forms, more of them in later trees."""
    dice = random.Random(number)  # noqa: S311
    modules = [f"app.{domain}.{area}.{leaf}" for domain in DOMAINS for area in AREAS for leaf in ("one", "two")]
    modules += ["app.shared"]
    lines: dict[str, list[str]] = {name: [] for name in modules}
    for _ in range(1 + number % 12):
        importer, imported = dice.sample(modules, 2)
        lines[importer].append(written(dice, importer, imported))
    files = {f"{name.replace('.', '/')}.py": "".join(lines[name]) for name in modules}
    files |= {f"{package}/__init__.py": "" for file in files for package in _packages(file)}
    return files


def written(dice: random.Random, importer: str, imported: str) -> str:
    """One way to write an import."""
    package, _, leaf = imported.rpartition(".")
    dots = "." * importer.count(".")
    return dice.choice(
        [
            f"import {imported}\n",
            f"from {package} import {leaf}\n",
            f"from {imported} import something\n",
            f"def later():\n    import {imported} as name\n",
            f"from {dots}{imported.removeprefix('app.')} import something\n",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {imported}\n",
        ]
    )


def import_linter(command: str, files: Mapping[str, str]) -> dict[str, bool]:
    """Each contract, and whether import-linter calls it broken."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in {**files, ".importlinter": IMPORT_LINTER}.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run(
            [command, "--no-cache"], cwd=place, capture_output=True, text=True, env={"PYTHONPATH": place}, check=False
        )
    found = dict(re.findall(r"^(\w+)\s+(KEPT|BROKEN)", run.stdout, re.MULTILINE))
    if not found:
        sys.exit(f"import-linter told no verdicts:\n{run.stdout}{run.stderr}")
    return {name: verdict == "BROKEN" for name, verdict in found.items()}


def truthline(files: Mapping[str, str]) -> frozenset[str]:
    """The contracts of which truthline has a finding."""
    with tempfile.TemporaryDirectory() as place:
        ids = tuple(re.findall(r'^id = "(\w+)"', TRUTHLINE, re.MULTILINE))
        outcome = check_files(files, TRUTHLINE, Path(place), CheckOptions(jobs=1, select=ids))
    return frozenset(finding.id for finding in outcome.findings)


def _packages(file: str) -> list[str]:
    parts = file.split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]


if __name__ == "__main__":
    sys.exit(main())
