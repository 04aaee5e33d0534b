"""A sample of the reads of evidence that truthline sees in a code base, for checking by hand.

`python benchmarks/evidence_sample.py DIRECTORY [--root ROOT] [--count N] [--seed N]` goes through the functions in an
order that the seed decides, looks for the queries that each of them executes itself, and prints each read: where it is,
its source, the tables that it reads and the columns that it constrains.
"""

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

from truthline.config.schema import Config
from truthline.facts.code import Attr, Register
from truthline.program.engine.values import Context
from truthline.program.evidence.executed import Queries
from truthline.program.load import load_modules
from truthline.program.program import Program
from truthline.program.slices import Slice

TELLING = frozenset(
    (
        "execute",
        "scalar",
        "scalars",
        "query",
        "filter",
        "filter_by",
        "objects",
        "first",
        "all",
        "one",
        "count",
        "exists",
    )
)
"""Only functions that name one of these are looked at: most others have no query."""


class Own(Slice):
    """One function, without what it calls."""

    def edges(self, context: Context) -> Iterable[tuple[Register, Context]]:
        """Nothing is followed."""
        return ()


def reads(program: Program, seed: int, skipped: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """The reads, in the order that a seed decides: their place, and what is said of them."""
    units = [
        unit
        for module in sorted(program.modules.by_name)
        if not any(part in skipped for part in module.split("."))
        for unit in program.bodies.units(module)
        if unit.is_function and any(attribute.name in TELLING for _, attribute in unit.find(Attr))
    ]
    random.Random(seed).shuffle(units)  # noqa: S311 -- the same sample for the same seed
    for unit in units:
        queries = Queries(Own(program.engine, [program.engine.ambient(unit)]), program.sql_texts)
        for executed in queries.all():
            query = executed.query
            if query.reads or query.unread:
                location = program.places.location(unit, executed.register)
                place = f"{location.file}:{location.span.line} {unit.code.qualname}"
                tables = ", ".join(map(str, sorted(query.reads))) or f"not read: {'; '.join(sorted(query.unread))}"
                columns = ", ".join(sorted(f"{one.table}.{one.name}" for one in query.constrained))
                text = " ".join(program.places.passage(unit, executed.register).split())
                yield place, f"    {text}\n    -> {tables} [{columns}]"


def main() -> None:
    """Print the sample."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--root", default=".")
    arguments.add_argument("--count", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=4)
    given = arguments.parse_args()
    config = Config(base=str(given.directory.resolve()), roots=(given.root,), include=(given.root,))
    program = Program(config, load_modules(config, 2))
    found: dict[str, str] = {}
    for place, said in reads(program, given.seed, ("tests", "migrations", "alembic")):
        if place not in found:
            found[place] = said
            print(f"{len(found)}. {place}\n{said}", flush=True)
        if len(found) == given.count:
            break


if __name__ == "__main__":
    main()
