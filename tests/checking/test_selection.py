"""`select` and `ignore`: the longest prefix wins, and the command line starts afresh."""

import pytest

from truthline.checking.names import RuleName
from truthline.checking.selection import Layer, Selection, unknown_selectors

STALE = RuleName("TL201", "stale-reexport-module", "STALE_REEXPORT")
DANGLING = RuleName("TL210", "dangling-import", "dangling-import")
OURS = RuleName("OUR001", "our-rule", "our-rule")
SIBLINGS = RuleName("TL401", "forbid-import", "SIBLINGS")


def config(select: tuple[str, ...] = ("TL",), ignore: tuple[str, ...] = ()) -> Layer:
    return Layer(select, ignore)


@pytest.mark.parametrize(
    ("layers", "rule", "runs"),
    [
        ([config()], STALE, True),
        ([config()], OURS, False),
        ([config(("ALL",))], OURS, True),
        ([config(ignore=("TL2",))], STALE, False),
        ([config(("TL201",), ("TL2",))], STALE, True),
        ([config(("TL2",), ("TL201",))], STALE, False),
        ([config(("TL2",), ("TL2",))], STALE, False),
        ([config(("TL",), ("STALE_REEXPORT",))], STALE, False),
        ([config(("stale-reexport-module",), ("TL2",))], STALE, True),
        ([config(("TL4",), ("SIBLINGS",))], SIBLINGS, False),
        ([config(("SIBLINGS",), ("TL401",))], SIBLINGS, False),
        ([config(("TL3",)), Layer(("TL2",))], STALE, True),
        ([config(("TL2",), ("TL201",)), Layer(("TL2",))], STALE, True),
        ([config(("TL2",)), Layer(("TL3",))], STALE, False),
        ([config(("TL2",)), Layer(None, ("TL201",))], STALE, False),
        ([config(("TL2",)), Layer(None, ("TL201",))], DANGLING, True),
        ([config(("TL201",)), Layer(None, ("TL2",))], STALE, False),
    ],
)
def test_which_rules_run(layers: list[Layer], rule: RuleName, runs: bool) -> None:
    assert Selection(tuple(layers)).runs(rule) is runs


def test_a_plugin_that_the_config_names_runs_unless_it_is_ignored_or_the_command_line_selects() -> None:
    always = frozenset({"OUR001"})
    assert Selection((config(),), always=always).runs(OURS)
    assert not Selection((config(ignore=("OUR",)),), always=always).runs(OURS)
    assert not Selection((config(), Layer(("TL2",))), always=always).runs(OURS)


def test_an_unknown_selector_is_told_with_what_it_may_have_meant() -> None:
    assert unknown_selectors(("TL2", "dangling-imports"), [STALE, DANGLING]) == [
        (1, "`dangling-imports` selects no rule; did you mean `dangling-import`?")
    ]
