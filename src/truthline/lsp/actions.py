"""What can be done about a finding: mend it, or allow it where it stands."""

import ast
import difflib
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from lsprotocol import types
from pygls.workspace import PositionCodec

from truthline.checking.fix import mended, without_stale_entries
from truthline.checking.judged import Judged
from truthline.checking.protocol import Audit
from truthline.errors import TruthlineError
from truthline.lsp.diagnostics import diagnostic
from truthline.lsp.look import Look
from truthline.lsp.places import Places
from truthline.model.finding import Finding
from truthline.syntax.comments import comments
from truthline.syntax.source import encoding
from truthline.syntax.unread import Unparsable

QUICK_FIX = types.CodeActionKind.QuickFix
FIX_ALL = types.CodeActionKind.SourceFixAll


class _Offer(msgspec.Struct, frozen=True):
    """What an action is called, which findings it concerns, and the text that it leads to."""

    title: str
    judged: Sequence[Judged]
    after: str


def actions(
    look: Look, file: str, text: str, asked: types.CodeActionParams, places: Places, codec: PositionCodec
) -> Iterator[types.CodeAction]:
    """What is offered at a range of an open document whose text is the one that was checked."""
    here = [judged for judged in look.judged if judged.finding.location.file == file]
    touched = [judged for judged in here if _touches(places.range(judged.finding.location), asked.range)]
    for kind, offers in ((QUICK_FIX, _quick_fixes(look, file, text, touched)), (FIX_ALL, _fix_all(look, file, here))):
        for offer in offers if _is_wanted(kind, asked.context.only) else ():
            yield types.CodeAction(
                title=offer.title,
                kind=kind,
                diagnostics=[diagnostic(each.finding, places) for each in offer.judged],
                edit=types.WorkspaceEdit(changes={asked.text_document.uri: list(edits(text, offer.after, codec))}),
            )


def _quick_fixes(look: Look, file: str, text: str, touched: Iterable[Judged]) -> Iterator[_Offer]:
    for judged in touched:
        after = fixed(look, file, [judged])
        if after is not None:
            yield _Offer(f"Fix {_named(judged.finding)}", [judged], after)
        after = allowed(text, judged) if look.is_readable(file) else None
        if after is not None:
            yield _Offer(f"Allow {_named(judged.finding)} here (say why behind it)", [judged], after)


def _fix_all(look: Look, file: str, here: Iterable[Judged]) -> Iterator[_Offer]:
    mendable = [judged for judged in here if judged.finding.fixable]
    after = fixed(look, file, mendable)
    if after is not None:
        yield _Offer("Fix all that truthline can fix in this file", mendable, after)


def _is_wanted(kind: types.CodeActionKind, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Kinds form a hierarchy: `source` asks for `source.fixAll` too."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _touches(stretch: types.Range, at: types.Range) -> bool:
    """Whether they share a line: the cursor need not stand on the very word."""
    return stretch.start.line <= at.end.line and at.start.line <= stretch.end.line


def _named(finding: Finding) -> str:
    return finding.code if finding.id == finding.name else f"{finding.code} ({finding.id})"


def fixed(look: Look, file: str, judged: Sequence[Judged]) -> str | None:
    """The text after the fixes of these findings of a file; None where they can only be mended by hand."""
    mendable = tuple(each for each in judged if each.finding.fixable)
    if look.standing is None or look.config is None or not mendable:
        return None
    program = look.standing.program
    try:
        if file == look.config_file:
            state = msgspec.structs.replace(look.standing, judged=mendable)
            change, _ = without_stale_entries(look.config, state)
            return change.after.decode("utf-8-sig") if change is not None else None
        if file not in program.modules.by_file:
            return None
        before, after = program.modules.source(file), mended(program, file, mendable)
        return _text(after) if after != before else None
    except (Unparsable, TruthlineError):
        return None
    finally:
        program.modules.store.close()


def allowed(text: str, judged: Judged) -> str | None:
    """The text with a comment that will allow a finding once it has a reason; None where none may.

    It is put behind the finding's first line, else above it: where Python reads it as a comment and nothing else.
    """
    finding = judged.finding
    if finding.locked or isinstance(judged.instance.rule, Audit) or not finding.location.file.endswith(".py"):
        return None
    lines = _lines(text)
    number = finding.location.span.line
    if number > len(lines):
        return None
    line = lines[number - 1]
    body = line.rstrip("\r\n")
    comment, end = f"# truthline: allow[{finding.code}]", line[len(body) :]
    indent = body[: len(body) - len(body.lstrip())]
    behind = [f"{body.rstrip()}  {comment}{end}"]
    above = [f"{indent}{comment}{end or chr(10)}", line]
    for place, instead in ((number, behind), (number, above)):
        after = "".join([*lines[: number - 1], *instead, *lines[number:]])
        if _is_comment_only(text, after, place):
            return after
    return None


def _is_comment_only(before: str, after: str, line: int) -> bool:
    """Whether the code is the same, and a comment to truthline stands on the line."""
    try:
        same = ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
        return same and any(each.line == line for each in comments(_plain(after)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(source: bytes) -> str:
    """The text with its own line ends, which `decode` would make equal."""
    unmarked, codec = encoding(source)
    return unmarked.decode(codec)


def _lines(text: str) -> list[str]:
    """The lines with their ends, as the protocol and Python count them."""
    return list(io.StringIO(text, newline=""))


def edits(before: str, after: str, codec: PositionCodec) -> Iterable[types.TextEdit]:
    """The changes of whole lines that lead from one text to another."""
    old, new = _lines(before), _lines(after)
    for tag, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            stretch = types.Range(_line_start(old, start, codec), _line_start(old, end, codec))
            yield types.TextEdit(stretch, "".join(new[first:last]))


def _line_start(lines: Sequence[str], number: int, codec: PositionCodec) -> types.Position:
    """The start of a line counted from 0; the end of the text where there is no such line."""
    if number < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return types.Position(number, 0)
    return types.Position(number - 1, codec.client_num_units(lines[-1]))
