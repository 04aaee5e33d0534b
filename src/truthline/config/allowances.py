"""Which files an allowance speaks of, and until when."""

from datetime import date
from functools import lru_cache

from truthline.config.references import PathPattern
from truthline.config.schema import Allowance


def is_void(allowance: Allowance, today: date) -> bool:
    """Whether the last day of the allowance has passed."""
    return allowance.until is not None and today > allowance.until


def applies(allowance: Allowance, path: str, today: date) -> bool:
    """Whether the allowance holds today for the file at `path`, relative to the config file."""
    return not is_void(allowance, today) and _compiled(allowance.path).matches(path)


@lru_cache(maxsize=4096)
def _compiled(path: str) -> PathPattern:
    return PathPattern.compile(path)
