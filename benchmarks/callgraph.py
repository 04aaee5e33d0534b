"""Scores the call graphs of a directory of cases in PyCG's format: `<category>/<case>/main.py` and `callgraph.json`.

    python benchmarks/callgraph.py SUITE_DIR [--misses]

A case is complete when no edge is found that its truth lacks, sound when none is missing, exact when it is both.
Precision and recall count edges over all cases of a category.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from truthline.config.schema import Config
from truthline.facts.lower import lower
from truthline.program.bodies import BodyStore
from truthline.program.callgraph import call_graph
from truthline.program.engine.engine import Engine
from truthline.program.load import load_modules
from truthline.syntax.parse import parse

Edge = tuple[str, str]


@dataclass
class Score:
    """Counts over cases and edges."""

    cases: int = 0
    complete: int = 0
    sound: int = 0
    exact: int = 0
    right: int = 0
    found: int = 0
    true: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, name: str, found: set[Edge], true: set[Edge]) -> None:
        """Takes in one case."""
        self.cases += 1
        self.complete += found <= true
        self.sound += true <= found
        self.exact += found == true
        self.right += len(found & true)
        self.found += len(found)
        self.true += len(true)
        self.misses += [f"{name}: {a} -> {b} is not found" for a, b in sorted(true - found)]
        self.misses += [f"{name}: {a} -> {b} is found, and not true" for a, b in sorted(found - true)]

    def add(self, other: Score) -> None:
        """Takes in another score."""
        for name in ("cases", "complete", "sound", "exact", "right", "found", "true", "misses"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, name: str) -> str:
        """One line of the table."""
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.true if self.true else 1.0
        counts = f"{self.cases:5} {self.complete:8} {self.sound:5} {self.exact:5}"
        return f"{name:16} {counts} {precision:9.3f} {recall:6.3f}"


def edges_of(graph: dict[str, Iterable[str]]) -> set[Edge]:
    """The edges of a graph in PyCG's format."""
    return {(caller, callee) for caller, callees in graph.items() for callee in callees}


def graph_of(case: Path) -> dict[str, Iterable[str]]:
    """The graph that truthline finds of a case's files: its `main.py` imports the others, so their bodies run too."""
    modules = load_modules(Config(base=str(case), roots=(".",)), 1)
    bodies = BodyStore(modules, lambda file: lower(parse((case / file).read_bytes())))
    return dict(call_graph(Engine(modules, bodies), [module.file for module in modules.by_name.values()]))


def score(suite: Path) -> dict[str, Score]:
    """The score of each category."""
    scores: dict[str, Score] = {}
    for truth in sorted(suite.glob("*/*/callgraph.json")):
        case = truth.parent
        found = edges_of(graph_of(case))
        true = edges_of(json.loads(truth.read_text("utf-8")))
        scores.setdefault(case.parent.name, Score()).count(f"{case.parent.name}/{case.name}", found, true)
    return scores


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=Path, help="the directory that holds the categories")
    parser.add_argument("--misses", action="store_true", help="list every edge that is wrong")
    options = parser.parse_args()
    scores = score(options.suite)
    if not scores:
        parser.error(f"{options.suite} holds no <category>/<case>/callgraph.json")
    total = Score()
    print(f"{'category':16} cases complete sound exact precision recall")
    for name, one in scores.items():
        print(one.row(name))
        total.add(one)
    print(total.row("all"))
    if options.misses:
        print(*total.misses, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
