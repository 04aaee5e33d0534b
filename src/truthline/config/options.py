"""The keys of a `[[rule]]` that belong to its kind, typed by the kind."""

from typing import TypeVar

import msgspec

from truthline.config.decode import captures_of, decode
from truthline.config.problems import Problem, Problems
from truthline.config.schema import DEFAULT_FILE, Config

T = TypeVar("T", bound=msgspec.Struct)


def read_options(config: Config, index: int, kind: type[T]) -> tuple[T, tuple[Problem, ...]]:
    """The options of the rule at `index` as a `kind`, with everything that is wrong with them.

    The field types of `truthline.config.forms` are checked too, and a pattern may use what the rule's scope
    captures. Where something is wrong, harmless values stand in its place.
    """
    rule = config.rule[index]
    problems = Problems(config.positions, config.file or DEFAULT_FILE)
    options = decode(kind, rule.options, ("rule", index), problems, captures_of(rule.scope))
    return options, problems.all()
