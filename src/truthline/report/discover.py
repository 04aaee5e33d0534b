"""What `truthline discover` shows."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from truthline.program.inventory import Inventory, Remembered
from truthline.report.page import Page
from truthline.report.starter import SHOWN_TABLES
from truthline.report.style import Style
from truthline.report.summary import counted

NAMED = 4
"""Functions that are named before the rest is counted."""


def render_text(inventory: Inventory, style: Style) -> str:
    """What is kept in memory, file by file, then the sums and what is proposed."""
    page = Page(style)
    for file, several in groupby(inventory.remembered, key=lambda each: each.file):
        found = list(several)
        page.whole(f"{file} ({_users(found[0])})")
        for each in found:
            _print(each, page)
        page.blank()
    for sentence in (*_summary(inventory), *_proposals(inventory)):
        page.wrap(sentence)
    return page.text()


def render_json(inventory: Inventory) -> str:
    """One document, with everything."""
    document = {
        "version": 1,
        "remembered": [
            {
                "object": each.reference,
                "kind": each.holding.kind,
                "process-wide": each.process_wide,
                "file": each.file,
                "line": each.holding.span.line,
                "writers": list(each.holding.writers),
                "readers": list(each.holding.readers),
                "users": list(each.users),
            }
            for each in inventory.remembered
        ],
        "states": {
            state.name: {"modules": [state.module], "objects": list(state.objects)} for state in inventory.states
        },
        "flows": {flow.name: {"entry": list(flow.entries)} for flow in inventory.flows},
        "tables": list(inventory.tables),
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _print(each: Remembered, page: Page) -> None:
    holding = each.holding
    lives = "" if each.process_wide else ", as long as its object"
    page.wrap(f"{holding.span.line}: {holding.qualname} ({holding.kind}{lives})", indent=2, hang=4)
    for what, names in (("read by", holding.readers), ("written by", holding.writers)):
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            page.wrap(f"{what} {', '.join(names[:NAMED])}{more}", indent=6, hang=4)


def _users(each: Remembered) -> str:
    return f"{counted(len(each.users), 'module imports', 'modules import')} it"


def _summary(inventory: Inventory) -> Iterator[str]:
    kinds = Counter(each.holding.kind for each in inventory.remembered)
    if not kinds:
        yield "Nothing is kept in memory."
        return
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
    wide = sum(each.process_wide for each in inventory.remembered)
    places = counted(len(inventory.remembered), "place keeps", "places keep")
    yield f"{places} something in memory ({listed}); {counted(wide, 'lives', 'live')} as long as the process."


def _proposals(inventory: Inventory) -> Iterator[str]:
    if inventory.states:
        yield f"Worth declaring as states: {', '.join(state.module for state in inventory.states)}."
    if inventory.flows:
        entries = [entry for flow in inventory.flows for entry in flow.entries]
        yield f"Flows, by their names: {', '.join(entries)}."
    if inventory.tables:
        more = f" and {len(inventory.tables) - SHOWN_TABLES} more" if len(inventory.tables) > SHOWN_TABLES else ""
        yield f"Tables of mapped classes, which may be evidence: {', '.join(inventory.tables[:SHOWN_TABLES])}{more}."
    yield "Next: `truthline init` writes a first truthline.toml from this."
