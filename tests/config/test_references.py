"""References: what patterns match, what they capture, and what is said of malformed ones."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truthline.config.references import (
    ModulePattern,
    ObjectPattern,
    OperationPattern,
    PathPattern,
    captured,
    common_captures,
    compile_modules,
    compile_objects,
    compile_scope,
)
from truthline.config.segments import MalformedPattern

DOMAIN = {"domain": "policies"}


@pytest.mark.parametrize(
    ("pattern", "name", "captures", "expected"),
    [
        ("a.b.c", "a.b.c", {}, True),
        ("a.b.c", "a.b", {}, False),
        ("a.b.c", "a.b.c.d", {}, False),
        ("a.b.c", "A.b.c", {}, False),
        ("a.*.c", "a.x.c", {}, True),
        ("a.*.c", "a.c", {}, False),
        ("a.*.c", "a.x.y.c", {}, False),
        ("a.**", "a", {}, True),
        ("a.**", "a.b.c.d", {}, True),
        ("a.**", "ab.c", {}, False),
        ("a.**.z", "a.z", {}, True),
        ("a.**.z", "a.b.z.c.z", {}, True),
        ("**.z", "z", {}, True),
        ("**", "anything.at.all", {}, True),
        ("a.**.**.b", "a.b", {}, True),
        ("a.*_driver", "a.registry_driver", {}, True),
        ("a.*_driver", "a._driver", {}, True),
        ("a.*_driver", "a.driver", {}, False),
        ("a.x*y*z", "a.xyz", {}, True),
        ("a.x*y*z", "a.x1y2z", {}, True),
        ("a.x*y*z", "a.xzy", {}, False),
        ("a.aba*aba", "a.aba", {}, False),
        ("a.{domain}.b", "a.policies.b", DOMAIN, True),
        ("a.{domain}.b", "a.logs.b", DOMAIN, False),
        ("a.{!domain}.**", "a.logs", DOMAIN, True),
        ("a.{!domain}.**", "a.logs.x.y", DOMAIN, True),
        ("a.{!domain}.**", "a.policies.x", DOMAIN, False),
        ("a.{!domain}.**", "a", DOMAIN, False),
        ("a.{domain}_engine", "a.policies_engine", DOMAIN, True),
        ("a.{!domain}_engine", "a.logs_engine", DOMAIN, True),
        ("a.{!domain}_engine", "a._engine", DOMAIN, False),
        ("größe.*", "größe.x", {}, True),
    ],
)
def test_module_patterns(pattern: str, name: str, captures: dict[str, str], expected: bool) -> None:
    assert ModulePattern.compile(pattern).matches(name, captures) is expected


@pytest.mark.parametrize(
    ("pattern", "module", "qualname", "expected"),
    [
        ("a.b:C.m", "a.b", "C.m", True),
        ("a.b:C.m", "a.b", "C", False),
        ("a.**:*.enable", "a.x.y", "Connector.enable", True),
        ("a.**:*.enable", "a.x.y", "enable", False),
        ("a.**:**.enable", "a.x.y", "enable", True),
        ("a:f.<locals>.g", "a", "f.<locals>.g", True),
        ("a:f.<lambda>", "a", "f.<lambda>", True),
        ("a:_check_*", "a", "_check_activation", True),
        ("a.{domain}:f", "a.policies", "f", True),
        ("a.{domain}:f", "a.logs", "f", False),
        ("a:{domain}_f", "a", "policies_f", True),
    ],
)
def test_object_patterns(pattern: str, module: str, qualname: str, expected: bool) -> None:
    assert ObjectPattern.compile(pattern).matches(module, qualname, DOMAIN) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/b.py", "a/b.py", {}),
        ("./a/b.py", "a/b.py", {}),
        ("a/b.py", "a/c.py", None),
        ("a/*.py", "a/c.py", {}),
        ("a/*.py", "a/x/c.py", None),
        ("a/**", "a/x/c.py", {}),
        ("a/**/*.py", "a/c.py", {}),
        ("**/test_*.py", "test_x.py", {}),
        ("**/test_*.py", "a/b/test_x.py", {}),
        ("A/**", "a/x.py", None),
        ("a/{domain}/L6/**", "a/policies/L6/x.py", {"domain": "policies"}),
        ("a/{domain}/L6/**", "a/L6/x.py", None),
        ("a/{domain}_handler.py", "a/logs_handler.py", {"domain": "logs"}),
        ("**/{domain}/x.py", "a/b/x.py", {"domain": "b"}),
        ("**/{domain}/**/x.py", "a/b/c/x.py", {"domain": "a"}),
        ("{a}/{b}/{a}.py", "x/y/x.py", {"a": "x", "b": "y"}),
        ("{a}/{b}/{a}.py", "x/y/z.py", None),
        ("**/{a}/**/{a}.py", "x/y/z/y.py", {"a": "y"}),
        ("{a}/{!a}/*.py", "x/y/f.py", {"a": "x"}),
        ("{a}/{!a}/*.py", "x/x/f.py", None),
    ],
)
def test_path_patterns_and_their_captures(pattern: str, path: str, expected: dict[str, str] | None) -> None:
    compiled = PathPattern.compile(pattern)
    assert compiled.match(path) == expected
    assert compiled.matches(path) is (expected is not None)


def test_a_path_pattern_uses_what_was_captured_before() -> None:
    pattern = PathPattern.compile("docs/{domain}/{!domain}.md", given=["domain"])
    assert pattern.matches("docs/policies/logs.md", DOMAIN)
    assert not pattern.matches("docs/policies/policies.md", DOMAIN)
    assert not pattern.matches("docs/logs/x.md", DOMAIN)


@pytest.mark.parametrize(
    ("pattern", "operation", "expected"),
    [
        ("{domain}.*", "policies.read", True),
        ("{domain}.*", "policies.read.all", True),
        ("{domain}.*", "policies", False),
        ("{domain}.*", "logs.read", False),
        ("{!domain}.*", "logs.read", True),
        ("logs.capture", "logs.capture", True),
        ("logs.*.all", "logs.read.all", True),
        ("shared-*.x", "shared-things.x", True),
    ],
)
def test_operation_patterns(pattern: str, operation: str, expected: bool) -> None:
    assert OperationPattern.compile(pattern).matches(operation, DOMAIN) is expected


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (ModulePattern, "", "it is empty"),
        (ModulePattern, "a..b", "between dots is empty"),
        (ModulePattern, ".a", "between dots is empty"),
        (ModulePattern, "a.b-c", "`b-c` cannot be part of a name"),
        (ModulePattern, "a b", "cannot be part of a name"),
        (ModulePattern, "a:b", "cannot be part of a name"),
        (ModulePattern, "a/b.py", "is a path"),
        (ModulePattern, "a.**b", "`**` must stand alone"),
        (ModulePattern, "a.{b", "a brace is left open"),
        (ModulePattern, "a.b}", "a brace is left open"),
        (ModulePattern, "a.{}", "is no capture"),
        (ModulePattern, "a.{!}", "is no capture"),
        (ModulePattern, "a.{b c}", "is no capture"),
        (ModulePattern, "a.{b}{c}", "one of them in a segment"),
        (ModulePattern, "a.{b}*", "one of them in a segment"),
        (ObjectPattern, "a.b.C", "write `module:Qual.name`, here perhaps `a.b:C`"),
        (ObjectPattern, "a", "write `module:Qual.name`"),
        (ObjectPattern, "a:", "it is empty"),
        (ObjectPattern, ":a", "it is empty"),
        (ObjectPattern, "a:b:c", "cannot be part of a name"),
        (PathPattern, "", "it is empty"),
        (PathPattern, " a", "padded with blanks"),
        (PathPattern, "/a/b", "without a leading `/`"),
        (PathPattern, "a\\b", "write paths with `/`"),
        (PathPattern, "../a", "leaves the directory"),
        (PathPattern, "a/../b", "leaves the directory"),
        (PathPattern, "a//b", "empty segment"),
        (PathPattern, "a/", "write `a/**` for all files below"),
        (PathPattern, "a/b?.py", "no meaning"),
        (PathPattern, "a/[bc].py", "no meaning"),
        (PathPattern, "a/**.py", "`**` must stand alone"),
        (PathPattern, "a/*.{py,pyi}", "is no capture"),
        (PathPattern, "a/{!b}/**", "has no `{b}` before it"),
        (OperationPattern, "", "is no operation"),
        (OperationPattern, "a..b", "is no operation"),
    ],
)
def test_a_malformed_pattern_says_what_to_write(
    kind: type[ModulePattern | ObjectPattern | PathPattern | OperationPattern], text: str, said: str
) -> None:
    with pytest.raises(MalformedPattern) as caught:
        kind.compile(text)
    assert said in str(caught.value)


def test_a_capture_that_no_scope_binds_is_never_a_silent_mismatch() -> None:
    with pytest.raises(MalformedPattern, match="captured by no scope"):
        ModulePattern.compile("a.{!domain}").matches("a.b")


def test_a_scope_is_matched_by_its_first_pattern_and_shares_only_common_captures() -> None:
    scope = compile_scope(["a/{domain}/**", "b/{area}/{domain}/**"])
    assert captured(scope, "a/x/y.py") == {"domain": "x"}
    assert captured(scope, "b/x/y/z.py") == {"area": "x", "domain": "y"}
    assert captured(scope, "c/x.py") is None
    assert common_captures(scope) == {"domain"}
    assert common_captures(()) == frozenset()


def test_literal_patterns_are_known_as_such() -> None:
    assert [each.is_literal for each in compile_modules(["a.b", "a.*", "a.{x}"])] == [True, False, False]
    assert [each.is_literal for each in compile_objects(["a:b", "a.**:b", "a:*"])] == [True, False, False]
    assert [each.is_literal for each in compile_scope(["a/b.py", "a/**"])] == [True, False]
    assert OperationPattern.compile("{x}.*").captures == {"x"}
    assert compile_objects(["{x}:{y}.z"])[0].captures == {"x", "y"}
    assert ObjectPattern.compile("a.b:C.m").qualname == "C.m"


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/".join(["**", "*"] * 40) + "/z", "/".join(["a"] * 2_000)),
        ("*a" * 200 + "b", "a" * 5_000),
        ("**/{x}/**/{y}/**/z", "/".join("abcdefgh" * 100)),
        ("**/{x}/**/{x}/**/z", "/".join(str(number) for number in range(200))),
    ],
)
def test_no_pattern_explodes(pattern: str, path: str) -> None:
    started = time.perf_counter()
    assert PathPattern.compile(pattern).match(path) is None
    assert time.perf_counter() - started < 5


def _slow(pattern: list[str], name: list[str]) -> bool:
    """Matching as its definition says it, by recursion."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        return any(_slow(pattern[1:], name[index:]) for index in range(len(name) + 1))
    return bool(name) and pattern[0] in ("*", name[0]) and _slow(pattern[1:], name[1:])


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=6),
    st.lists(st.sampled_from("ab"), min_size=1, max_size=7),
)
def test_matching_agrees_with_its_definition(pattern: list[str], name: list[str]) -> None:
    expected = _slow(pattern, name)
    assert ModulePattern.compile(".".join(pattern)).matches(".".join(name)) is expected
    assert PathPattern.compile("/".join(pattern)).matches("/".join(name)) is expected


@given(st.text(max_size=12))
def test_any_text_compiles_or_is_malformed(text: str) -> None:
    for kind in (ModulePattern, ObjectPattern, PathPattern, OperationPattern):
        with suppress(MalformedPattern):
            kind.compile(text)
