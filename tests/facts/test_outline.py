"""Source in, outline out."""

import ast
import sys
import sysconfig
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from truthline.facts.extract import extract, outline
from truthline.facts.outline import Import, Outline
from truthline.model.location import Span
from truthline.syntax.parse import parse_text


def of(source: str) -> Outline:
    text = dedent(source)
    return outline(text, parse_text(text))


def imports(source: str) -> list[tuple[str, str]]:
    """Each import as `module:name` with its dots, and its kind with "!" where it is guarded."""
    return [
        (f"{'.' * each.level}{each.module}:{each.name or ''}", each.kind + "!" * each.guarded)
        for each in of(source).imports
    ]


def bound(source: str) -> list[str]:
    return [f"{each.kind} {each.qualname}" for each in of(source).definitions]


def exported(source: str) -> list[str] | None:
    entries = of(source).all_entries
    return None if entries is None else [entry.name for entry in entries]


def test_an_import_knows_all_its_parts() -> None:
    first, second, third = of("import a.b\nimport a.c as d\ndef f():\n    from ..x import y as z\n").imports
    assert first == Import("a.b", 0, None, "a", "top", "", Span(1, 8, 1, 11), Span(1, 1, 1, 11))
    assert second == Import("a.c", 0, None, "d", "top", "", Span(2, 8, 2, 16), Span(2, 1, 2, 16), renamed=True)
    assert third == Import("x", 2, "y", "z", "lazy", "f", Span(4, 21, 4, 27), Span(4, 5, 4, 27), renamed=True)


def test_columns_count_characters() -> None:
    assert of("é = 'äöü'; import a\n").imports[0].span == Span(1, 19, 1, 20)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from . import a, b", [(".:a", "top"), (".:b", "top")]),
        ("from m import *", [("m:*", "top")]),
        ("class C:\n    import a", [("a:", "top")]),
        ("def f():\n    class C:\n        import a", [("a:", "lazy")]),
        ("async def f():\n    with x: import a", [("a:", "lazy")]),
        ("if x:\n    import a\nelif y:\n    import b\nelse:\n    import c", [
            ("a:", "conditional"), ("b:", "conditional"), ("c:", "conditional"),
        ]),
        ("for x in y: import a\nelse: import b", [("a:", "conditional"), ("b:", "conditional")]),
        ("while x: import a", [("a:", "conditional")]),
        ("with x: import a", [("a:", "top")]),
        ("match x:\n    case 1: import a", [("a:", "conditional")]),
        ("try: import a\nexcept ImportError: import b\nelse: import c\nfinally: import d", [
            ("a:", "conditional!"), ("b:", "conditional"), ("c:", "conditional"), ("d:", "top"),
        ]),
        ("try: import a\nexcept (KeyError, ModuleNotFoundError): pass", [("a:", "conditional!")]),
        ("try: import a\nexcept builtins.Exception: pass", [("a:", "conditional!")]),
        ("try: import a\nexcept: pass", [("a:", "conditional!")]),
        ("try: import a\nexcept KeyError: pass", [("a:", "conditional")]),
        ("try: import a\nfinally: import b", [("a:", "top"), ("b:", "top")]),
        ("def f():\n    try:\n        import a\n    except ImportError:\n        def g(): import b", [
            ("a:", "lazy!"), ("b:", "lazy"),
        ]),
        ("with contextlib.suppress(ImportError): import a", [("a:", "conditional!")]),
        ("with contextlib.suppress(KeyError): import a", [("a:", "top")]),
    ],
)  # fmt: skip
def test_the_kind_of_an_import_is_when_it_runs(source: str, expected: list[tuple[str, str]]) -> None:
    assert imports(source) == expected


@pytest.mark.parametrize(
    ("test", "body", "otherwise"),
    [
        ("TYPE_CHECKING", "type-checking", "top"),
        ("typing.TYPE_CHECKING", "type-checking", "top"),
        ("t.TYPE_CHECKING", "type-checking", "top"),
        ("TC", "type-checking", "top"),
        ("not TYPE_CHECKING", "top", "type-checking"),
        ("TYPE_CHECKING and x", "type-checking", "top"),
        ("TYPE_CHECKING or x", "conditional", "conditional"),
        ("False", "type-checking", "top"),
        ("0", "type-checking", "top"),
        ("other.TYPE_CHECKING", "conditional", "conditional"),
        ("not x", "conditional", "conditional"),
    ],
)
def test_what_only_a_type_checker_imports_is_told_apart(test: str, body: str, otherwise: str) -> None:
    source = f"""
    import typing as t
    from typing import TYPE_CHECKING as TC
    if {test}:
        import a
    else:
        import b
    """
    assert imports(source)[2:] == [("a:", body), ("b:", otherwise)]


def test_type_checking_holds_inside_functions() -> None:
    assert imports("def f():\n    if TYPE_CHECKING:\n        import a\n    import b") == [
        ("a:", "type-checking"),
        ("b:", "lazy"),
    ]
    assert imports("if TYPE_CHECKING:\n    def f(): import a") == [("a:", "type-checking")]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("importlib.import_module('a.b')", ["a.b:"]),
        ("il.import_module(name='a.b')", ["a.b:"]),
        ("load('a.b')", ["a.b:"]),
        ("__import__('a.b')", ["a.b:"]),
        ("builtins.__import__('a.b')", ["a.b:"]),
        ("load('.b', __package__)", [".b:"]),
        ("load('.b', package='x.y')", ["x.y.b:"]),
        ("load('..b', 'x.y')", ["x.b:"]),
        ("load('.', 'x.y')", ["x.y:"]),
        ("load(name)", []),
        ("load()", []),
        ("other.import_module('a')", []),
    ],
)
def test_imports_by_call_are_found_anywhere(call: str, expected: list[str]) -> None:
    source = f"""
    import importlib, builtins
    import importlib as il
    from importlib import import_module as load
    class C:
        def f(self):
            try:
                return g(lambda: [{call}])
            except ImportError:
                pass
    """
    dynamic = [each for each in of(source).imports if each.kind == "dynamic"]
    assert [f"{'.' * each.level}{each.module}:" for each in dynamic] == expected
    assert all((each.scope, each.guarded, each.bound) == ("C.f", True, "") for each in dynamic)
    assert all(each.renamed is ("__import__" not in call) for each in dynamic)


def test_definitions_are_what_module_and_class_bodies_bind() -> None:
    source = """
    import a.b, c as d
    from e import f as g, h
    from i import *
    x = y = 1
    (p, [q, *r]), s.t, u[0] = 1
    v: int = 1
    w: int
    n += 1
    for k in l: m = 1
    with o as (aa, bb): pass
    if True:
        def cond(): local = 1
    else:
        async def cond(): pass
    class C(Base, mod.Generic[T], f()):
        field: int
        attr = 1
        def method(self):
            def inner(): pass
            class D: z = 1
    match x:
        case {"k": mk, **rest} | [*star] | Cls(at=ma): pass
    print(walrus := 1, [each for each in x if (leaked := each)])
    """
    assert bound(source) == [
        "import a", "import d", "import g", "import h", "star *", "assign x", "assign y", "assign p", "assign q",
        "assign r", "assign v", "assign n", "assign k", "assign m", "assign aa", "assign bb", "function cond",
        "function cond", "class C", "assign C.field", "assign C.attr", "function C.method", "function C.method.inner",
        "class C.method.D", "assign C.method.D.z", "assign rest", "assign mk", "assign star", "assign ma",
        "assign leaked", "assign walrus",
    ]  # fmt: skip


def test_functions_bind_module_names_only_by_global() -> None:
    assert bound("def f():\n    global x, y\n    x = z = 1\n    import a\n    (w := 1)") == [
        "function f",
        "assign x",
        "assign y",
    ]


def test_what_is_deleted_for_certain_is_not_bound() -> None:
    assert bound("x = 1\nfor i in x: pass\ndel x, i\nx = 2") == ["assign x"]
    assert bound("x = 1\nif y: del x") == ["assign x"]
    assert bound("x = 1\ndef f(): del x") == ["assign x", "function f"]
    assert bound("class C:\n    x = 1\n    del x") == ["class C"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs the syntax")
def test_newer_statements_bind_too() -> None:
    assert bound("type X[T] = list[T]") == ["assign X"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="needs the syntax")
def test_exception_groups_are_blocks_too() -> None:
    assert imports("try: import a\nexcept* ImportError: import b") == [("a:", "conditional!"), ("b:", "conditional")]


def test_functions_and_classes_span_their_whole_text() -> None:
    source = """\
    @deco
    @mod.deco(1)
    @x[0]
    class C(Base):
        @property
        def f(self):
            return 1
    """
    first, second = of(source).definitions
    assert (first.span, first.bases, first.decorators) == (Span(4, 1, 7, 17), ("Base",), ("deco", "mod.deco", ""))
    assert (second.span, second.decorators) == (Span(6, 5, 7, 17), ("property",))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", None),
        ("__all__ = ['a', \"b\"]", ["a", "b"]),
        ("__all__ = ('a',)", ["a"]),
        ("__all__: list[str] = []", []),
        ("__all__ = ['a'] + ['b']\n__all__ += ['c']\n__all__.append('d')\n__all__.extend(('e',))", list("abcde")),
        ("__all__ = sorted(['a', *['b'], *x()])", None),
        ("__all__ = list(('a', *['b']))", ["a", "b"]),
        ("__all__ = ['a', 'b']\n__all__.remove('a')\n__all__.sort()", ["b"]),
        ("__all__ = ['a']\n__all__ = __all__ + ['b']", ["a", "b"]),
        ("__all__ = ['a']\nif x:\n    __all__ += ['b']\nelse:\n    __all__ = ['c']", ["a", "b", "c"]),
        ("__all__ = other.__all__ + ['a']", None),
        ("__all__ = ['a']\n__all__ += other.__all__", None),
        ("__all__ = [name for name in x]", None),
        ("__all__ = ['a']\n__all__.insert(0, x)", None),
        ("__all__ = unknown()\n__all__ = ['a']", ["a"]),
        ("__all__ = ['a', 1]", None),
        ("def f():\n    __all__ = ['a']", None),
    ],
)
def test_all_is_followed_as_far_as_it_is_literal(source: str, expected: list[str] | None) -> None:
    assert exported(source) == expected


def test_calls_at_import_time_are_recorded() -> None:
    source = """
    register("x")
    logger = logging.getLogger(__name__)
    a.b(1).c[0].d()
    a.b(1).c()
    (lambda: 1)()
    x: int = make(nested())
    with opened() as f: inside()
    if TYPE_CHECKING: never()
    class C:
        field = column()
        hook()
    def f(): later()
    """
    assert [(call.bound, call.callee) for call in of(source).module_calls] == [
        ("", "register"),
        ("logger", "logging.getLogger"),
        ("", ""),
        ("", "a.b().c"),
        ("", ""),
        ("x", "make"),
        ("", "opened"),
        ("", "inside"),
        ("", "hook"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("globals()['x'] = 1", True),
        ("def f(): globals().update(x)", True),
        ("exec('x = 1')", True),
        ("from public import public\npublic(x=1)", True),
        ("@public\ndef f(): ...", False),
        ("vars()['x'] = 1", True),
        ("sys.modules[__name__] = C()", True),
        ("def f(): exec('x = 1')", False),
        ("vars(self)", False),
        ("sys.modules['x']", False),
        ("x = 'globals exec vars'", False),
    ],
)
def test_namespaces_written_by_hand_are_noticed(source: str, expected: bool) -> None:
    assert of(source).dynamic is expected


def test_the_rest_of_an_outline() -> None:
    result = of('"""Why.\n\n  More.\n"""\ndef __getattr__(name): return "ünï words.of it"  # truthline: x\n')
    assert result.docstring == "Why.\n\nMore."
    assert result.getattr
    assert result.words == "Why More def __getattr__ name return ünï words of it truthline x"
    assert result.lines == 5
    assert [comment.text for comment in result.comments] == ["x"]
    assert not of("class C:\n    def __getattr__(self, name): ...").getattr


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("x", 1), ("x\n", 1), ("x\n\n", 2)])
def test_lines_are_counted_as_editors_do(text: str, lines: int) -> None:
    assert of(text).lines == lines


def test_an_outline_survives_its_encoding() -> None:
    source = b"import a\nclass C(B): x = f()\n__all__ = ['C']\n# truthline: y\n"
    assert msgspec.msgpack.decode(extract(source), type=Outline) == of(source.decode())


def test_a_very_long_function_is_no_trouble() -> None:
    source = "def f():\n" + "    x = g(1)\n" * 20_000
    assert of(source).lines == 20_001


def test_the_standard_library_has_outlines() -> None:
    """The walk sees every import statement that a full walk sees."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.glob("[a-j]*.py"))[:60]:
        text = path.read_text("utf-8")
        tree = parse_text(text)
        result = outline(text, tree)
        statements = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        static = [each for each in result.imports if each.kind != "dynamic"]
        assert len(static) == sum(len(node.names) for node in statements), path
