"""Edits of a concrete tree, and the one transform that carries them out and leaves every other byte as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

if TYPE_CHECKING:
    from libcst import CSTNode


class Edit(msgspec.Struct, frozen=True):
    """One change of a file's tree."""


class Replace(Edit, frozen=True):
    """Put another node in the place of one of the file's tree; `None` removes it.

    With an alias, an element or a small statement go its comma, and its line where nothing else stands on it; a block
    that is left empty becomes `pass`.
    """

    node: CSTNode
    by: CSTNode | None


class Prepend(Edit, frozen=True):
    """Put a statement before the first one of the file."""

    statement: cst.SimpleStatementLine


_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def rewrite(module: cst.Module, edits: Iterable[Edit]) -> cst.Module:
    """The module after the edits; of two that concern one node, the first holds."""
    replaced: dict[CSTNode, CSTNode | None] = {}
    first: list[cst.SimpleStatementLine] = []
    for edit in edits:
        if isinstance(edit, Prepend):
            first.append(edit.statement)
        elif isinstance(edit, Replace):
            replaced.setdefault(edit.node, edit.by)
    changed = module.visit(_Rewriter(replaced))
    return changed.with_changes(body=(*first, *_set_off(changed.body))) if first else changed


def _set_off(body: Sequence[_Statement]) -> Sequence[_Statement]:
    """The statements with an empty line above them."""
    if not body or body[0].leading_lines:
        return body
    return (body[0].with_changes(leading_lines=(cst.EmptyLine(indent=False),)), *body[1:])


class _Rewriter(cst.CSTTransformer):
    """Replaces nodes by identity, and mends what a removal leaves behind: commas, lines, empty blocks.

    What is to be mended is planned on the way down, for LibCST checks each node as it is made again on the way up.
    """

    def __init__(self, replaced: Mapping[CSTNode, CSTNode | None]) -> None:
        super().__init__()
        self._replaced = dict(replaced)
        self._above: dict[CSTNode, list[cst.EmptyLine]] = {}
        self._below: dict[CSTNode, list[cst.EmptyLine]] = {}

    def on_visit(self, node: CSTNode) -> bool:
        """What is replaced is not looked into."""
        return node not in self._replaced and super().on_visit(node)

    def on_leave(self, original_node: CSTNode, updated_node: CSTNode) -> object:  # type: ignore[override]
        """Replace a node, or give it the comments that stood above a line that is gone."""
        if original_node in self._replaced:
            by = self._replaced[original_node]
            return cst.RemoveFromParent() if by is None else by
        if original_node in self._above:
            lines = (*self._above[original_node], *getattr(updated_node, "leading_lines", ()))
            updated_node = updated_node.with_changes(leading_lines=lines)
        return super().on_leave(original_node, updated_node)

    def _is_gone(self, node: CSTNode) -> bool:
        return node in self._replaced and self._replaced[node] is None

    # -- lists

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        """Keep the layout of the end of the names."""
        if not isinstance(node.names, cst.ImportStar):
            self._mend_end(node.names)

    def visit_Import(self, node: cst.Import) -> None:
        """The same for `import a, b`."""
        self._mend_end(node.names)

    def visit_List(self, node: cst.List) -> None:
        """Keep the layout of the end of a list."""
        self._mend_end(node.elements)

    def visit_Set(self, node: cst.Set) -> None:
        """The same for a set."""
        self._mend_end(node.elements)

    def visit_Tuple(self, node: cst.Tuple) -> bool:
        """A tuple of one needs its comma, an empty one its parentheses."""
        kept = [each for each in node.elements if not self._is_gone(each)]
        if node.elements and not kept:
            brackets = {} if node.lpar else {"lpar": (cst.LeftParen(),), "rpar": (cst.RightParen(),)}
            self._replaced[node] = node.with_changes(elements=(), **brackets)
            return False
        self._mend_end(node.elements)
        if len(kept) == 1 and len(node.elements) > 1:
            last = self._replaced.get(kept[0]) or kept[0]
            if isinstance(last, cst.Element) and not isinstance(last.comma, cst.Comma):
                self._replaced[kept[0]] = last.with_changes(comma=cst.Comma())
        return True

    def _mend_end(self, items: Sequence[cst.ImportAlias] | Sequence[cst.BaseElement]) -> None:
        """Give the item that is last from now on the comma and the layout of the one that was."""
        kept = [item for item in items if not self._is_gone(item)]
        if kept and len(kept) < len(items) and kept[-1] is not items[-1]:
            last = kept[-1]
            comma = _remarked(items[-1].comma, last.comma)
            self._replaced.setdefault(last, last.with_changes(comma=comma))

    # -- lines

    def visit_Module(self, node: cst.Module) -> None:
        """Keep what stands above a line that goes."""
        self._plan_lines(node)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        """The same at the end of a file."""
        return updated_node.with_changes(footer=(*self._below.get(original_node, ()), *updated_node.footer))

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        """The same in a block."""
        self._plan_lines(node)

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """A block needs a statement."""
        below = self._below.get(original_node, [])
        if updated_node.body:
            return updated_node.with_changes(footer=(*below, *updated_node.footer))
        return updated_node.with_changes(body=(cst.SimpleStatementLine((cst.Pass(),), leading_lines=below),))

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        """Of several statements on one line, the last has no semicolon."""
        self._plan_statements(node)

    def visit_SimpleStatementSuite(self, node: cst.SimpleStatementSuite) -> None:
        """`try: import gone` needs a statement."""
        self._plan_statements(node)

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.SimpleStatementSuite:
        """The same."""
        return updated_node if updated_node.body else updated_node.with_changes(body=(cst.Pass(),))

    def _plan_lines(self, block: cst.Module | cst.IndentedBlock) -> None:
        above: list[cst.EmptyLine] = []
        for statement in block.body:
            if isinstance(statement, cst.SimpleStatementLine) and all(map(self._empties, statement.body)):
                above += statement.leading_lines
            elif above:
                self._above[statement] = above
                above = []
        self._below[block] = above

    def _plan_statements(self, line: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> None:
        for statement in line.body:
            if self._empties(statement):
                self._replaced[statement] = None
        kept = [each for each in line.body if not self._is_gone(each)]
        if kept and kept[-1] is not line.body[-1]:
            last = kept[-1]
            self._replaced.setdefault(last, last.with_changes(semicolon=line.body[-1].semicolon))

    def _empties(self, statement: cst.BaseSmallStatement) -> bool:
        """Whether a statement goes, or all that it imports."""
        if self._is_gone(statement):
            return True
        names = getattr(statement, "names", ()) if isinstance(statement, (cst.Import, cst.ImportFrom)) else ()
        return not isinstance(names, cst.ImportStar) and bool(names) and all(map(self._is_gone, names))


def _remarked(end: cst.Comma | cst.MaybeSentinel, own: cst.Comma | cst.MaybeSentinel) -> cst.Comma | cst.MaybeSentinel:
    """The end of a list, with the comment that stood behind the item that is last now."""
    if not isinstance(end, cst.Comma) or not isinstance(own, cst.Comma):
        return end
    space, beside = end.whitespace_after, own.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace) and isinstance(beside, cst.ParenthesizedWhitespace):
        return end.with_changes(whitespace_after=space.with_changes(first_line=beside.first_line))
    return end
