"""Every mistake in a config is told at once, with file, line, key and what to write instead."""

from pathlib import Path

import pytest

from truthline.config.load import load
from truthline.config.problems import ConfigError, nearest

FLOW = '[flow.f]\nentry = ["m:f"]\n'
RULE = '[[rule]]\nid = "A"\nkind = "layers"\n'
EVIDENCE = '[evidence.e]\ntables = ["t"]\n'

MISTAKES = [
    # keys
    ('exclud = ["x"]', "1: exclud: unknown key; did you mean `exclude`?"),
    ("zzz = 1", "1: zzz: unknown key"),
    ('base = "x"', "1: base: unknown key"),
    ("[sql]\ndialekt = 'x'", "2: sql.dialekt: unknown key; did you mean `dialect`?"),
    (FLOW + 'must_reach = ["x"]', "3: flow.f.must_reach: unknown key; did you mean `must-read`?"),
    (FLOW + 'must_not_reach = ["x"]', "3: flow.f.must_not_reach: unknown key; did you mean `must-not-reach`?"),
    ('[state."a b"]\nmodule = 1\nmodules = ["m"]', '2: state."a b".module: unknown key; did you mean `modules`?'),
    ("[flow.f]\nlocked = true", "1: flow.f.entry: is missing: it must be a list of strings"),
    ("[[rule]]\nkind = 'x'", "1: rule[0].id: is missing: it must be a string"),
    (FLOW + "entry = []", "no valid TOML: Cannot overwrite a value"),
    ("[flow.f]\nentry = []", "2: flow.f.entry: must not be empty"),
    ("[flow.f]\nentry = ['']", "2: flow.f.entry[0]: an entry must not be empty"),
    # types
    ('roots = "backend"', '1: roots: must be a list of strings, not a string; write `["backend"]`'),
    ("roots = [1]", "1: roots[0]: must be a string, not a whole number"),
    ("roots = {a = 1}", "1: roots: must be a list of strings, not a table"),
    ("roots = []", "1: roots: must name at least one directory"),
    ("sql = 'postgres'", "1: sql: must be a table, not a string"),
    ("state = 3", "1: state: must be a table, not a whole number"),
    ("[state]\nx = 3", "2: state.x: must be a table, not a whole number"),
    ("rule = [1]", "1: rule[0]: must be a table, not a whole number"),
    ("[rule]\nid = 1", "1: rule: must be a list of tables, not a table"),
    (
        FLOW + 'locked = "true"',
        "3: flow.f.locked: must be true or false, not a string; write it without quotes, as `true`",
    ),
    (FLOW + "locked = 1", "3: flow.f.locked: must be true or false, not a whole number"),
    (FLOW + "log = { marker = ['a'] }", "3: flow.f.log.marker: must be a string, not a list; write one string"),
    (RULE + "message = true", "4: rule[0].message: must be a string, not true"),
    (RULE + "message = 1.5", "4: rule[0].message: must be a string, not a number"),
    (RULE + "message = 10:00:00", "4: rule[0].message: must be a string, not a time"),
    # values
    (FLOW + 'mode = "decides"', "3: flow.f.mode: `decides` is not one of `decide`, `reach`; did you mean `decide`?"),
    (FLOW + 'unknown = "x"', "3: flow.f.unknown: `x` is not one of `error`, `ignore`, `warn`"),
    ('sql = { dialect = "Postgres" }', "1: sql.dialect: `Postgres` is not one of"),
    (
        RULE + "severity = 'warn'",
        "4: rule[0].severity: `warn` is not one of `error`, `warning`; did you mean `warning`?",
    ),
    # declared names
    (
        FLOW + 'must-not-reach = ["x"]',
        "3: flow.f.must-not-reach[0]: no state `x` is declared; declare it as `[state.x]`",
    ),
    (
        FLOW + 'must-not-reach = [\n  "cache",\n  "cahce",\n]\n[state.cache]\nmodules = ["m"]',
        "5: flow.f.must-not-reach[1]: no state `cahce` is declared; did you mean `cache`?",
    ),
    (FLOW + 'must-read = ["x"]\n' + EVIDENCE, "3: flow.f.must-read[0]: no evidence `x` is declared"),
    (
        FLOW + EVIDENCE + '[flow.f.decision]\ncall = "m:d"\ninputs = { a = "e", b = "ee" }',
        "7: flow.f.decision.inputs.b: no evidence `ee` is declared; did you mean `e`?",
    ),
    (RULE + RULE, "5: rule[1].id: `A` is taken by `rule[0].id`; an id names one rule"),
    (RULE + '[aliases]\nTL201 = "A"', "5: aliases.TL201: `A` is taken by `rule[0].id`"),
    ('aliases = { TL201 = "TL9" }', "1: aliases.TL201: `TL9` would be taken for a code of truthline"),
    ('aliases = { TL201 = "a b" }', "1: aliases.TL201: `a b` cannot be typed after `--select`"),
    ('aliases = { TL201 = "" }', "1: aliases.TL201: must not be empty"),
    ('[flow." "]\nentry = ["m:f"]', '1: flow." ": a name must not be empty, and must be printable'),
    # references
    ('[flow.f]\nentry = ["a.b.f"]', "2: flow.f.entry[0]: `a.b.f` names no object; write `module:Qual.name`, here"),
    ('[state.s]\nmodules = ["a/b.py"]', "2: state.s.modules[0]: `a/b.py` is a path; write a module with dots"),
    ('[state.s]\nmodules = ["a.{x}"]', "2: state.s.modules[0]: `{x}` is not captured by every pattern of a `scope`"),
    (RULE + 'scope = ["/a/**"]', "4: rule[0].scope[0]: `/a/**`: write paths relative to the config file"),
    (RULE + 'scope = ["a/{x"]', "4: rule[0].scope[0]: a brace is left open in `{x`"),
    (FLOW + 'guards = ["tenants"]', "3: flow.f.guards[0]: `tenants` is no column; write `table.column`"),
    (EVIDENCE + 'migrations = "../x"', "3: evidence.e.migrations: `../x` leaves the directory of the config file"),
    (
        '[dispatch.o]\nregister = "m:r"\nexecute = "m:e"\nowner = { scope = "a/{d}/**", operation = "{x}.*" }',
        "4: dispatch.o.owner.operation[0]: `{x}` is not captured by every pattern of a `scope` here",
    ),
    (
        '[dispatch.o]\nregister = "m:r"\nexecute = "m:e"\nhandler-method = "a.b"',
        "4: dispatch.o.handler-method: `a.b` is no name",
    ),
    (
        '[docs.d]\nindex = "i"\nlinkage = "l"\ncase = "("',
        "4: docs.d.case: `(` is no regular expression: missing ), unterminated subpattern",
    ),
    # allowances
    (RULE + 'allow = [{ path = "a.py" }]', "4: rule[0].allow[0].reason: is missing: it must be a string"),
    (RULE + 'allow = [{ path = "a.py", reason = " " }]', "4: rule[0].allow[0].reason: an exception needs a reason"),
    (
        RULE + 'allow = [{ path = "a.py", reason = "r", until = "2026-12-31" }]',
        "4: rule[0].allow[0].until: must be a date, not a string; write it without quotes, as `2026-12-31`",
    ),
    (
        RULE + 'allow = [{ path = "a.py", reason = "r", until = 2026-12-31 10:00:00 }]',
        "4: rule[0].allow[0].until: must be a date, not a date and time; write `2026-12-31`",
    ),
    (RULE + 'allow = [{ path = "a.py", reason = "r", until = 2026-02-30 }]', "4: no valid TOML"),
    (
        RULE + 'scope = ["{x}/**"]\nallow = [{ path = "{x}/a.py", reason = "r" }]',
        "5: rule[0].allow[0].path: `{x}` is not",
    ),
    # logs
    (FLOW + "log = { fields = ['a'] }", "3: flow.f.log: names no marker; write `marker`"),
    (
        EVIDENCE + "log = { marker = 'a' }",
        "3: evidence.e.log.marker: has no meaning here; write `success` or `failure`",
    ),
    # paths
    ('roots = ["backnd"]', "1: roots[0]: there is no `backnd` beside the config file; did you mean `backend`?"),
    (
        'roots = ["backend/ap"]',
        "1: roots[0]: there is no `backend/ap` beside the config file; did you mean `backend/app`?",
    ),
    ('roots = ["backend/x.py"]', "1: roots[0]: `backend/x.py` is a file; an import root is a directory"),
    ('roots = ["../x"]', "1: roots[0]: `../x` leaves the directory of the config file"),
    ('roots = ["/tmp"]', "1: roots[0]: `/tmp` is absolute"),
    ('roots = ["C:/x"]', "1: roots[0]: `C:/x` is absolute"),
    ('roots = ["a\\\\b"]', "1: roots[0]: `a\\b`: write paths with `/`"),
    ('roots = ["a\\u0000b"]', "1: roots[0]: a path has no null character"),
    ('roots = ["outside"]', "1: roots[0]: `outside` leads out of the directory of the config file"),
    (f'roots = ["{"a" * 5000}"]', "1: roots[0]: there is no"),
    ('roots = ["no/such"]', "1: roots[0]: there is no `no/such`"),
    ('include = ["nowhere"]', "1: include[0]: there is no `nowhere`"),
    ('exclude = ["../x"]', "1: exclude[0]: `../x` leaves the directory"),
    ('exclude = [" "]', "1: exclude[0]: the pattern is empty"),
    # packs
    ('packs = ["no-such-pack"]', "1: packs[0]: no pack `no-such-pack` ships with truthline"),
    ('packs = ["rules/no.toml"]', "1: packs[0]: there is no pack at `rules/no.toml`"),
    ('packs = ["../x.toml"]', "1: packs[0]: `../x.toml` leaves the directory"),
    ("packs = [1]", "1: packs[0]: must be a string, not a whole number"),
    # TOML
    ("x = 1\ny = = 2", "2: no valid TOML: Invalid value (column 5)"),
    ("x = 1\n\n[a\n", "3: no valid TOML"),
    ("x = " + "[" * 50_000, "no valid TOML"),
    ("x = 1\nx = 2", "no valid TOML"),
]


@pytest.fixture(name="base")
def made_base(tmp_path: Path) -> Path:
    base = tmp_path / "base"
    (base / "backend" / "app").mkdir(parents=True)
    (base / "backend" / "x.py").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (base / "outside").symlink_to(tmp_path / "elsewhere")
    return base


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_place(base: Path, text: str, said: str) -> None:
    (base / "truthline.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(base)
    assert len(caught.value.problems) == 1, str(caught.value)
    told = str(caught.value)
    assert told.startswith("truthline.toml:")
    assert said in told


def test_all_mistakes_are_told_at_once_in_order_of_place(base: Path) -> None:
    texts = [
        'roots = ["backnd"]\nplugin = []\nwarn = "TL2"',
        '[state.s]\nmodules = ["m"]\nrole = "cach"\nobjects = ["m"]',
        '[flow.f]\nmust-not-reach = ["ss"]\nmust-read = ["e"]\nlocked = 1',
        "[flow.g]\nentry = 3\nmust-not-reach = ['t']",
        RULE + "allow = [{ path = '/x', until = 'x' }]\n[[rule]]\nid = 'A'",
    ]
    (base / "truthline.toml").write_text("\n".join(texts))
    with pytest.raises(ConfigError) as caught:
        load(base)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (1, "roots[0]"),
        (2, "plugin"),
        (3, "warn"),
        (6, "state.s.role"),
        (7, "state.s.objects[0]"),
        (8, "flow.f.entry"),
        (9, "flow.f.must-not-reach[0]"),
        (10, "flow.f.must-read[0]"),
        (11, "flow.f.locked"),
        (13, "flow.g.entry"),
        (14, "flow.g.must-not-reach[0]"),
        (18, "rule[0].allow[0].path"),
        (18, "rule[0].allow[0].reason"),
        (18, "rule[0].allow[0].until"),
        (19, "rule[1].kind"),
        (20, "rule[1].id"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a = 1\nb = '\xff'\n", "2: is not UTF-8"), ("x = 1".encode("utf-16"), "1: is not UTF-8")],
)
def test_a_config_that_is_no_text(base: Path, content: bytes, said: str) -> None:
    (base / "truthline.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        load(base)


@pytest.mark.parametrize("text", ["", "[sql]\n", "\ufeffroots = ['backend']\n", "rule = []\nselect = []\n"])
def test_a_small_config_is_sound(base: Path, text: str) -> None:
    (base / "truthline.toml").write_text(text, encoding="utf-8")
    assert load(base).base == str(base)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("exclud", ["include", "exclude"], "exclude"),
        ("MUST_READ", ["must-read", "mode"], "must-read"),
        ("x", ["abcdef"], None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(word: str, known: list[str], expected: str | None) -> None:
    assert nearest(word, known) == expected
