"""Which paths the user or git asked to leave out."""

from pathlib import Path

import msgspec
from pathspec import GitIgnoreSpec


class IgnoreRules(msgspec.Struct, frozen=True):
    """Patterns in gitignore syntax, and the directory (relative to the config file, "" for its own) they count from."""

    directory: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """True: left out; False: taken back by a `!` pattern; None: not mentioned. Directories end with `/`."""
        return self.spec.check_file(path[len(self.directory) + 1 :] if self.directory else path).include


def patterns(lines: tuple[str, ...], directory: str = "") -> tuple[IgnoreRules, ...]:
    """The rules of some lines; none where they hold no pattern."""
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return ()
    return (IgnoreRules(directory, GitIgnoreSpec.from_lines(lines)),)


def gitignore(base: Path, directory: str) -> tuple[IgnoreRules, ...]:
    """The rules of a directory's own `.gitignore`. One that cannot be read or parsed ignores nothing."""
    try:
        text = (base / directory / ".gitignore").read_text("utf-8", "surrogateescape")
        return patterns(tuple(text.splitlines()), directory)
    except (OSError, ValueError):
        return ()


def ignored(path: str, rules: tuple[IgnoreRules, ...]) -> bool:
    """Whether the innermost rules that mention the path leave it out. `rules` go from the outermost inwards."""
    for each in reversed(rules):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False
