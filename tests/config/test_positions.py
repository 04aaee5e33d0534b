"""The scanner finds every key of every TOML document, however it is written."""

import time
from collections.abc import Iterator

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from truthline.config.positions import KeyPath, Place, parse_key, scan, written

CASES = [
    ("a = 1\nb = 2\n", {"a": 1, "b": 2}),
    ("# c\n\n[t]\n  x = 'a # b'\n", {"t": 3, "t.x": 4}),
    ("[t.u]\nx = 1\n[t]\ny = 2\n", {"t": 3, "t.u": 1, "t.u.x": 2, "t.y": 4}),
    ("[[rule]]\nid = 1\n[[rule]]\nid = 2\n", {"rule": 1, "rule[0].id": 2, "rule[1]": 3, "rule[1].id": 4}),
    ("[[a]]\n[a.b]\nx = 1\n[[a.c]]\ny = 1\n[[a.c]]\ny = 2\n", {"a[0].b.x": 3, "a[0].c[0].y": 5, "a[0].c[1].y": 7}),
    ("x = [\n  1, # one ]\n  'two',\n  [3,\n  4],\n]\ny = 1\n", {"x[0]": 2, "x[1]": 3, "x[2][1]": 5, "y": 7}),
    ('x = """\n[no]\na = 1\n"""\ny = 1\n', {"x": 1, "y": 5}),
    ("x = '''\n''' \ny = 1\n", {"y": 3}),
    ('x = """a\\"""b\n\\\\"""\ny = 1\n', {"y": 3}),
    ('x = """a"""""\ny = """"b"""\nz = 1\n', {"y": 2, "z": 3}),
    ("x = '''a'''''\nz = 1\n", {"z": 2}),
    ('x = "a\\"]}#"\ny = 1\n', {"y": 2}),
    ("x = {a = 1, b.c = [{d = 1}]}\ny = 1\n", {"x.a": 1, "x.b.c": 1, "x.b.c[0].d": 1, "y": 2}),
    ("a.b.c = 1\na . 'd e' = 2\n", {"a": 1, "a.b.c": 1, 'a."d e"': 2}),
    ('"q.r".s = 1\n"\\u00e9" = 2\n\'"\' = 3\n', {'"q.r".s': 1, '"é"': 2, '"\\""': 3}),
    ("[ 'a' . b ]\nx = 2026-12-31 10:00:00 # now\ny = 1\r\nz = 2\r\n", {"a.b.x": 2, "a.b.y": 3, "a.b.z": 4}),
    ("x = []\ny = {}\nz = [ ]\n[t]\n[[u]]\n", {"x": 1, "y": 2, "z": 3, "t": 4, "u[0]": 5}),
]


@pytest.mark.parametrize(("text", "lines"), CASES)
def test_keys_and_their_lines(text: str, lines: dict[str, int]) -> None:
    positions = scan(text, "t.toml")
    tomli.loads(text)
    assert {key: place.line if (place := positions.places.get(parse_key(key))) else None for key in lines} == lines


def test_a_place_is_exactly_the_key_or_the_entry() -> None:
    text = "[flow.a]\nentry = ['m:f' , 'n:g']\n  mode   = 'reach'\n"
    places = scan(text, "t.toml").places
    assert places[("flow", "a", "entry")] == Place("t.toml", 2, 1, 6)
    assert places[("flow", "a", "entry", 1)] == Place("t.toml", 2, 18, 23)
    assert places[("flow", "a", "mode")] == Place("t.toml", 3, 3, 7)
    assert places[("flow", "a")] == Place("t.toml", 1, 2, 8)


def test_what_is_not_written_stands_at_what_is_around_it() -> None:
    positions = scan("x = 1\n[flow.a]\nentry = []\n", "t.toml")
    assert positions.location("flow.a.entry[3]", "d.toml").span.line == 3
    assert positions.location("flow.a.mode", "d.toml").span.line == 2
    assert positions.location(("flow", "b"), "d.toml").span.line == 2
    assert positions.location("state.b", "d.toml").span.line == 1
    assert positions.location("state.b", "d.toml").file == "d.toml"
    assert positions.below(("flow",)).find(("a", "entry")) == Place("t.toml", 3, 1, 6)


@pytest.mark.parametrize("key", [("a", "b"), ("rule", 3, "scope", 0), ("a b", "c.d", 'e"f\\'), ("x", "", "é")])
def test_a_written_key_is_read_back(key: KeyPath) -> None:
    assert parse_key(written(key)) == key


def test_an_index_may_be_written_with_a_dot() -> None:
    assert parse_key("rule.3.allow.0") == ("rule", 3, "allow", 0)


NAMES = st.sampled_from(["a", "b-c", "1", "_", '"q.r"', '"x = [1]"', "'#'", '"\\"\\\\"', '"\\u0061b"', "'é'"])
PLAIN = [
    "1",
    "-0.5e3",
    "true",
    "2026-12-31",
    "1979-05-27 07:32:00",
    "0xff",
    "inf",
    '"a # b"',
    "'[x]'",
    '"\\"}"',
    "''",
    '""',
]
LONG = ['"""\nk = 1\n"""', "'''\n[t]\n'''", '"""x""""', '"""\\\\\n"""', '"""a"\n"b\\\n  c"""']
SCALARS = st.sampled_from([*PLAIN, *LONG])
VOIDS = st.sampled_from(["", " ", "\n", "\t# k = 'v'\n", "\r\n", "  # ]\n\n"])


class Draft:
    """A document in the making, which knows the line on which it wrote each key."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.text = ""
        self.lines: list[int] = []

    def write(self, text: str) -> None:
        self.text += text

    def name(self, taken: set[str]) -> None:
        name = self.data.draw(NAMES.filter(lambda each: each not in taken))
        taken.add(name)
        self.lines.append(self.text.count("\n") + 1)
        self.write(name)

    def value(self, depth: int) -> None:
        kind = self.data.draw(st.sampled_from(["scalar", "scalar", "array", "table"] if depth else ["scalar"]))
        if kind == "scalar":
            self.write(self.data.draw(SCALARS))
        elif kind == "array":
            self.array(depth)
        else:
            self.table(depth)

    def array(self, depth: int) -> None:
        self.write("[" + self.data.draw(VOIDS))
        count = self.data.draw(st.integers(0, 3))
        for index in range(count):
            self.value(depth - 1)
            last = index == count - 1
            self.write(self.data.draw(VOIDS) + ("" if last else ",") + self.data.draw(VOIDS))
        self.write("]")

    def table(self, depth: int) -> None:
        self.write("{ ")
        taken: set[str] = set()
        for index in range(self.data.draw(st.integers(0, 3))):
            self.write(", " if index else "")
            self.name(taken)
            self.write(" = ")
            self.value(depth - 1)
        self.write(" }")

    def pairs(self) -> None:
        taken: set[str] = set()
        for _ in range(self.data.draw(st.integers(0, 3))):
            self.write(self.data.draw(VOIDS))
            self.name(taken)
            self.write(self.data.draw(st.sampled_from([" = ", "=", "\t=  "])))
            self.value(3)
            self.write(self.data.draw(st.sampled_from(["\n", " # 'c\n", "\r\n"])))

    def document(self) -> None:
        self.pairs()
        for index in range(self.data.draw(st.integers(0, 3))):
            header = self.data.draw(st.sampled_from([f"[t{index}]", "[[list]]", f"[ t{index} . 'u.v' ]", "[[l.m]]"]))
            self.write(f"{header}\n")
            self.pairs()


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key and every list entry of a parsed document."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


def is_inner_key(path: KeyPath) -> bool:
    """Whether the path is a key that `Draft.name` wrote, and not a header or a list entry."""
    last = path[-1]
    return isinstance(last, str) and last not in {"t0", "t1", "t2", "u.v", "list", "l", "m"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_key_of_any_document_has_its_line(data: st.DataObject) -> None:
    draft = Draft(data)
    draft.document()
    places = scan(draft.text, "t.toml").places
    found = list(paths(tomli.loads(draft.text)))
    assert [path for path in found if path not in places] == []
    assert sorted(places[path].line for path in found if is_inner_key(path)) == sorted(draft.lines)


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab.=[]{}\"'#,\n\\ 1-"), max_size=40) | st.text(max_size=40))
def test_no_text_makes_the_scanner_raise(text: str) -> None:
    positions = scan(text, "t.toml")
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    assert set(paths(document)) <= set(positions.places)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 10_000,
        'x = "' + "\\" * 100_001,
        'x = """' + '"' * 100_000,
        "[" + "a." * 50_000,
        "x = 1 # " + "=" * 10**6,
    ],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    scan(text, "t.toml")
    assert time.perf_counter() - started < 5
