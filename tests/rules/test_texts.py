"""The kinds that look at text: `forbid-text`, `header`, `expiry`."""

from collections.abc import Callable
from datetime import date

import pytest

from truthline.config import ConfigError
from truthline.model.run import Outcome

Lint = Callable[..., Outcome]


def found(outcome: Outcome) -> list[str]:
    return [f"{each.location.span.line}:{each.location.span.column} {each.message}" for each in outcome.findings]


def rule(kind: str, more: str) -> str:
    return f'select = ["R", "TL001"]\n[[rule]]\nid = "R"\nkind = "{kind}"\n{more}\n'


# -- forbid-text


SESSION = '''\
"""No session.execute(."""
# session.execute(
x = "session.execute("
def f(session):
    session.execute(
        1)  # session . execute(
    return f"{session.execute(2)} session.execute("
'''


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ('["code"]', [5, 7]),
        ('["comments"]', [2]),
        ('["strings"]', [3, 7]),
        ('["docstrings"]', [1]),
        ('["strings", "docstrings"]', [1, 3, 7]),
        ('["code", "comments", "strings", "docstrings"]', [1, 2, 3, 5, 7, 7]),
    ],
)
def test_each_part_is_selected_by_itself(lint: Lint, parts: str, lines: list[int]) -> None:
    config = rule("forbid-text", f"text = 'session\\.execute\\('\nin = {parts}")
    assert [each.location.span.line for each in lint({"a.py": SESSION}, config).findings] == lines


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("x = a\\\n  .b()\n", r"text = 'a\s*\\?\s*\.b\('", ["1:5 a\\ .b("]),
        ("x = (a  # why\n  .b())\n", "text = 'a\\s*\\.b\\('\nin = ['code']", ["1:6 a # why .b("]),
        ("x = 'a' 'b'\n", "text = 'ab'", []),
        ("é = 'x'; L3 = 1\n", "text = 'L3'", ["1:10 L3"]),
        ("foo = 1\nbar = 2\n", "text = ['^bar', '^foo']", ["1:1 foo", "2:1 bar"]),
        ("foo = 1\n", "text = 'FOO'", []),
        ("foo = 1\n", "text = 'FOO'\nignore-case = true", ["1:1 foo"]),
        ("has_foo = 1\nfoo = 1\n", "text = 'foo'\nexcept = ['has_\\w+']", ["2:1 foo"]),
        ("x = 1 \n", "text = '[ ]+$'", ["1:6  "]),
        ("# c\nx = 1\n", "text = '^\\s*$'\nin = ['code']", []),
        ("x = 1\n", "text = 'x?'", ["1:1 x"]),
        ("import flag\nfoo = 1\n", "text = 'foo'\nunless = 'flag'", []),
        ("foo = 1\n", "text = 'foo'\nwhen = '^import'", []),
        ("import a\nfoo = 1\n", "text = 'foo'\nwhen = '^import'", ["2:1 foo"]),
        ("x = r'''\nDROP\nTABLE'''\n", "text = 'DROP\\s+TABLE'\nin = ['strings']", ["2:1 DROP TABLE"]),
        ("x = b'secret'\n", "text = 'secret'\nin = ['strings']", ["1:7 secret"]),
        ("class C:\n  'sec'\n  x = 'sec'\n", "text = 'sec'\nin = ['docstrings']", ["2:4 sec"]),
        ("\ufeff# secret\r\n# secret\r\n", "text = 'secret'", ["1:3 secret", "2:3 secret"]),
    ],
)  # fmt: skip
def test_what_is_forbidden(lint: Lint, text: str, keys: str, expected: list[str]) -> None:
    messages = found(lint({"a.py": text}, rule("forbid-text", keys)))
    assert messages == [f"{place} `{shown}` is forbidden here" for place, _, shown in map(_parted, expected)]


def _parted(expected: str) -> tuple[str, str, str]:
    return expected.partition(" ")


def test_a_team_says_it_in_its_own_words(lint: Lint) -> None:
    config = rule(
        "forbid-text", "text = 'L3_\\w+'\nscope = ['app/{part}/**']\nmessage = \"{text} is gone from {part}\""
    )
    assert found(lint({"app/web/a.py": "import L3_adapters\n"}, config)) == ["1:8 L3_adapters is gone from web"]


def test_a_suppression_on_the_line_of_a_match(lint: Lint) -> None:
    text = "x = L3  # truthline: allow[R] until the move\ny = L3\n"
    assert found(lint({"a.py": text}, rule("forbid-text", "text = 'L3'"))) == ["2:5 `L3` is forbidden here"]


def test_a_pattern_that_is_none_is_a_mistake(lint: Lint) -> None:
    with pytest.raises(ConfigError, match=r"rule\[0\].text\[0\]: `\(` is no regular expression"):
        lint({}, rule("forbid-text", "text = ['(']"))


# -- header


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("# Layer: L4\n", "{ Layer = 'L4' }", []),
        ("#Layer : L4\n", "{ Layer = 'L4' }", []),
        ("#!/usr/bin/env python\n# Layer: L4\n", "{ Layer = 'L4' }", []),
        ("# Layer: L45\n", "{ Layer = 'L4' }", ["1:3 `Layer: L45` does not match `L4`"]),
        ("# layer: L4\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("# SubLayer: L4\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("x = 1  # Layer: L4\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("'''# Layer: L4'''\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("# Layer:\nx = 1\n", "{ Layer = '.*' }", ["1:3 `Layer:` says nothing"]),
        ("# Layer:\n#   L4\n", "{ Layer = 'L4' }", []),
        ("# Layer: L4\n# more\n", "{ Layer = 'L4' }", []),
        ("# Layer: L4\n\n#   more\n", "{ Layer = 'L4' }", []),
        ("# Temporal:\n#   Trigger: ci\n", "{ Trigger = 'ci', Temporal = '.+' }", []),
        ("x = 1\n", "{ Layer = { required = false } }", []),
        ("# Layer: no\n", "{ Layer = { required = false, value = 'L4' } }", ["1:3 `Layer: no` does not match `L4`"]),
        ("", "{ Layer = 'L4' }", []),
        ("\n\n", "{ Layer = 'L4' }", []),
        ("# By: a, b,\n", "{ By = { min-items = 2, max-items = 2 } }", []),
        ("# By: a\n", "{ By = { min-items = 2 } }", ["1:3 `By:` lists 1, fewer than 2"]),
        ("# By: a, b, c\n", "{ By = { max-items = 2 } }", ["1:3 `By:` lists 3, more than 2"]),
        ("# By: a; b\n", "{ By = { min-items = 2, separator = ';' } }", []),
        ("# By: a, B\n", "{ By = { item = '[a-z]' } }", ["1:3 `B` in `By:` does not match `[a-z]`"]),
        ("# Layer: L4\n# Layer: L5\n", "{ Layer = 'L4' }", ["2:3 `Layer: L5` does not match `L4`"]),
        ("import os\n# Layer: L4\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("@f\n# Layer: L4\ndef g(): ...\n", "{ Layer = 'L4' }", ["1:1 the head of the file has no `Layer:`"]),
        ("# A+B: 1\n", "{ 'A+B' = '1' }", []),
    ],
)
def test_the_head_of_a_file(lint: Lint, text: str, fields: str, expected: list[str]) -> None:
    assert found(lint({"a.py": text}, rule("header", f"fields = {fields}"))) == expected


DOCUMENTED = '# Layer: L4\nr"""Layer: L5\n\n    Role: reads\n    """\n'


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("comments", ["1:1 the head of the file has no `Role:`", "1:3 `Layer: L4` does not match `L6`"]),
        ("docstring", ["2:5 `Layer: L5` does not match `L6`", "4:5 `Role: reads` does not match `writes`"]),
        (
            "either",
            [
                "1:3 `Layer: L4` does not match `L6`",
                "2:5 `Layer: L5` does not match `L6`",
                "4:5 `Role: reads` does not match `writes`",
            ],
        ),
    ],
)
def test_a_docstring_is_a_head_too(lint: Lint, where: str, expected: list[str]) -> None:
    config = rule("header", f"fields = {{ Layer = 'L6', Role = 'writes' }}\nwhere = '{where}'")
    assert found(lint({"a.py": DOCUMENTED}, config)) == expected


def test_only_so_many_lines_are_looked_at(lint: Lint) -> None:
    config = rule("header", "fields = { Layer = 'L4' }\nlines = 2")
    assert found(lint({"a.py": "#\n# Layer: L4\n", "b.py": "#\n#\n# Layer: L4\n"}, config)) == [
        "1:1 the head of the file has no `Layer:`"
    ]


def test_a_field_that_contradicts_itself_is_a_mistake(lint: Lint) -> None:
    with pytest.raises(ConfigError, match="field `By` has fewer `max-items` than `min-items`"):
        lint({}, rule("header", "fields = { By = { min-items = 3, max-items = 2 } }"))


# -- expiry


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# EXPIRES: 2026-06-01\n", []),
        ("# EXPIRES: 2026-05-31\n", ["1:3 `EXPIRES` ran out on 2026-05-31"]),
        ("# EXPIRES=2026-05-31, or so\n", ["1:3 `EXPIRES` ran out on 2026-05-31"]),
        ("x = 1  # see (EXPIRES 2026-05-31)\n", ["1:15 `EXPIRES` ran out on 2026-05-31"]),
        ("# EXPIRES(2026-05-31)\n", ["1:3 `EXPIRES` ran out on 2026-05-31"]),
        ("# EXPIRES: soon\n", ["1:3 `soon` after `EXPIRES` is no date; write YYYY-MM-DD"]),
        ("# EXPIRES:\n", ["1:3 `` after `EXPIRES` is no date; write YYYY-MM-DD"]),
        ("# EXPIRES: 2026-13-01\n", ["1:3 `2026-13-01` after `EXPIRES` is no date; write YYYY-MM-DD"]),
        ("# EXPIRES: 20260531\n", ["1:3 `20260531` after `EXPIRES` is no date; write YYYY-MM-DD"]),
        ("# EXPIRES is read by CI\n", []),
        ("# NEVER_EXPIRES: 2026-05-31\n", []),
        ("x = 'EXPIRES: 2026-05-31'\n", []),
        ("'''EXPIRES: 2026-05-31'''\n", []),
        ("EXPIRES: 2026 - 5\n", []),
        ("# EXPIRES: 2026-06-03\n", ["1:3 `EXPIRES` runs out in 2 days, after 2026-06-03"]),
        ("# EXPIRES: 2026-06-04\n", []),
        ("# EXPIRES: 2027-06-01\n", []),
        ("# EXPIRES: 2027-06-02\n", ["1:3 `EXPIRES` runs until 2027-06-02, more than 365 days ahead"]),
        ("# EXPIRES: 2026-05-31 EXPIRES: 2026-05-30\n",
         ["1:3 `EXPIRES` ran out on 2026-05-31", "1:23 `EXPIRES` ran out on 2026-05-30"]),
    ],
)  # fmt: skip
def test_dates_run_out(lint: Lint, text: str, expected: list[str]) -> None:
    keys = "marker = 'EXPIRES'\nmax-days = 365"
    if "06-03" in text or "06-04" in text:
        keys += "\nwarn-days = 3"
    assert found(lint({"a.py": text}, rule("expiry", keys), today=date(2026, 6, 1))) == expected


def test_what_is_about_to_run_out_warns(lint: Lint) -> None:
    config = rule("expiry", "marker = 'EXPIRES'\nwarn-days = 1")
    [finding] = lint({"a.py": "# EXPIRES: 2026-06-01\n"}, config, today=date(2026, 6, 1)).findings
    assert (finding.severity, finding.message) == ("warning", "`EXPIRES` runs out today, after 2026-06-01")


def test_a_message_of_ones_own_can_say_how_long_ago_it_ran_out(lint: Lint) -> None:
    config = rule("expiry", "marker = 'EXPIRES'\nmessage = '{marker} {date} {days}'")
    [finding] = lint({"a.py": "# EXPIRES: 2026-05-29\n"}, config, today=date(2026, 6, 1)).findings
    assert finding.message == "EXPIRES 2026-05-29 3"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (r"pattern = 'until (\S+)'", ["1:3 `until` ran out on 2026-05-31"]),
        ("marker = ['until', 'by']", ["1:3 `until` ran out on 2026-05-31", "2:3 `by` ran out on 2026-05-30"]),
        ("marker = ['x']", []),
    ],
)
def test_patterns_of_ones_own(lint: Lint, keys: str, expected: list[str]) -> None:
    text = "# until 2026-05-31\n# by 2026-05-30\n"
    outcome = lint({"a.py": text}, rule("expiry", keys), today=date(2026, 6, 1))
    assert found(outcome) == expected


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ("", "an `expiry` rule needs `marker` or `pattern`, and not both"),
        ("marker = 'a'\npattern = '(b)'", "an `expiry` rule needs `marker` or `pattern`, and not both"),
        ("pattern = 'b'", "`pattern` needs a group for the date"),
        ("marker = 'a'\nwarn-days = -1", "must be 0 or more, not -1"),
    ],
)
def test_mistakes(lint: Lint, keys: str, mistake: str) -> None:
    with pytest.raises(ConfigError, match=mistake.replace("(", r"\(")):
        lint({}, rule("expiry", keys))
