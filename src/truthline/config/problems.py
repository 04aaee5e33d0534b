"""What is wrong with a config: collected as a whole, then raised once."""

from collections.abc import Iterable

import msgspec

from truthline.config.positions import KeyPath, Positions, written
from truthline.errors import TruthlineError

MOST = 200
"""Mistakes."""


class Problem(msgspec.Struct, frozen=True, order=True):
    """One mistake; `file` is relative to the directory of the config, `key` is empty where no key is to blame."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(TruthlineError):
    """A config that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """A growing list of mistakes, each at a key."""

    def __init__(self, positions: Positions, file: str) -> None:
        self._positions = positions
        self._file = file
        self._found: dict[KeyPath, list[Problem]] = {}
        self._count = 0

    def add(self, key: KeyPath, message: str) -> None:
        """Note a mistake at a key, or at the nearest table around it where the key is not written down.

        Raises ConfigError where there are more than anybody mends at once.
        """
        place = self._positions.location(key, self._file)
        problem = Problem(place.file, place.span.line, written(key), message)
        self._found.setdefault(key, []).append(problem)
        self._count += 1
        if self._count > MOST:
            end = f"has more than {MOST} mistakes; what follows was not looked at"
            raise ConfigError((*self.all(), Problem(self._file, problem.line, "", end)))

    def add_unless_known(self, key: KeyPath, message: str) -> None:
        """The same, unless the key, or one around or below it, has a mistake already that may have led to this one."""
        if not any(known[: len(key)] == key[: len(known)] for known in self._found):
            self.add(key, message)

    def all(self) -> tuple[Problem, ...]:
        """Everything found so far, in order of place."""
        return tuple(sorted(problem for problems in self._found.values() for problem in problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` most likely meant, whatever its case and its dashes."""
    from difflib import get_close_matches

    folded = {_folded(name): name for name in sorted(known, reverse=True)}
    close = get_close_matches(_folded(word), list(folded), n=1)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: a suggestion where there is one, else nothing."""
    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def _folded(name: str) -> str:
    return name.casefold().replace("_", "-")
