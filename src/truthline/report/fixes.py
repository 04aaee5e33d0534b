"""What `truthline fix` says: a diff, and one sentence."""

from collections.abc import Iterator
from difflib import unified_diff

from truthline.checking.fix import Change, Fixes
from truthline.report.escape import printable
from truthline.report.style import Style
from truthline.report.summary import counted
from truthline.syntax.source import encoding

_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
_END = "\x1b[0m"


def render_diff(fixes: Fixes, style: Style) -> str:
    """The changes as one unified diff."""
    lines = (line for change in fixes.changes for line in _diff(change))
    return "".join(f"{_shown(line, style)}\n" for line in lines)


def render_summary(fixes: Fixes, *, written: bool) -> str:
    """What was done, or would be, and what is left; no line for a file that could not be rewritten is missing."""
    mended, files = counted(fixes.mended, "finding"), counted(len(fixes.changes), "file")
    done = f"{'Mended' if written else 'Would mend'} {mended} in {files}" if fixes.changes else "Nothing to mend"
    left = f"; {counted(fixes.by_hand, 'finding')} left for a person" if fixes.by_hand else ""
    return "\n".join([*(printable(sentence) for sentence in fixes.refused), f"{done}{left}."])


def _diff(change: Change) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    for line in unified_diff(before, after, f"a/{change.path}", f"b/{change.path}"):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(content: bytes) -> list[str]:
    unmarked, codec = encoding(content)
    text = unmarked.decode(codec, "backslashreplace").replace("\r\n", "\n")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]


def _shown(line: str, style: Style) -> str:
    text = "\t".join(map(printable, line.split("\t")))
    color = _COLORS.get(text[:1]) if style.color and not text.startswith(("+++", "---")) else None
    return f"{color}{text}{_END}" if color else text
