"""Files in, names and imports out."""

from pathlib import Path
from textwrap import dedent

import pytest

from truthline.config.schema import Config
from truthline.program.load import load_modules
from truthline.program.modules import External, Found, Missing, Modules, Resolution, Unknown
from truthline.syntax.unread import Unread


@pytest.fixture
def load(tmp_path: Path) -> "Loader":
    return Loader(tmp_path)


class Loader:
    """Writes a tree and loads it."""

    def __init__(self, base: Path) -> None:
        self.base = base

    def __call__(self, files: dict[str, str], **settings: tuple[str, ...]) -> Modules:
        for path, text in files.items():
            (self.base / path).parent.mkdir(parents=True, exist_ok=True)
            (self.base / path).write_text(dedent(text), encoding="utf-8")
        return load_modules(Config(base=str(self.base), **settings), jobs=1)  # type: ignore[arg-type]


def names(modules: Modules) -> dict[str, str]:
    return {module.file: module.name for module in modules.by_file.values()}


def targets(modules: Modules, importer: str) -> list[str]:
    """Each import's module, its submodule, and "?" where it is missing, "-" where it is not ours."""
    module = modules.by_name[importer]
    assert module.outline
    shown: list[str] = []
    for imp in module.outline.imports:
        target = modules.resolve(module, imp)
        mark = "" if target.exists and target.first_party else "?" if target.first_party else "-"
        shown.append(f"{target.module}{f' > {target.submodule}' if target.submodule else ''}{mark}")
    return shown


# -- names


def test_modules_are_named_from_their_root(load: Loader) -> None:
    modules = load(
        {"backend/app/__init__.py": "", "backend/app/ns/deep/m.py": "", "backend/run.py": ""}, roots=("backend",)
    )
    assert names(modules) == {
        "backend/app/__init__.py": "app",
        "backend/app/ns/deep/m.py": "app.ns.deep.m",
        "backend/run.py": "run",
    }
    assert modules.by_name["app"].is_package
    assert modules.exists("app.ns.deep")
    assert not modules.exists("app.ns.other")


def test_the_longest_root_names_a_file_and_the_others_find_it(load: Loader) -> None:
    modules = load({"backend/app/m.py": ""}, roots=(".", "backend"))
    assert names(modules) == {"backend/app/m.py": "app.m"}
    assert modules.get("backend.app.m") is modules.by_name["app.m"]
    assert modules.exists("backend.app.m")


def test_what_is_shadowed_keeps_its_path_for_a_name(load: Loader) -> None:
    files = {
        "one/a/__init__.py": "",
        "one/a.py": "",
        "one/b.py": "",
        "one/b/c.py": "",
        "one/n/x.py": "",
        "two/a/d.py": "",
        "two/n/x.py": "",
        "two/n/y.py": "",
        "two/odd.name.py": "",
        "two/__init__.py": "",
    }
    assert names(load(files, roots=("one", "two"))) == {
        "one/a/__init__.py": "a",
        "one/a.py": "one/a.py",
        "one/b.py": "b",
        "one/b/c.py": "one/b/c.py",
        "one/n/x.py": "n.x",
        "two/a/d.py": "two/a/d.py",
        "two/n/x.py": "two/n/x.py",
        "two/n/y.py": "n.y",
        "two/odd.name.py": "two/odd.name.py",
        "two/__init__.py": "two/__init__.py",
    }


def test_files_outside_the_roots_are_analysed_under_their_path(load: Loader) -> None:
    modules = load(
        {"src/a.py": "", "tools/t.py": "from . import x\nimport a"}, roots=("src",), include=("src", "tools")
    )
    assert names(modules) == {"src/a.py": "a", "tools/t.py": "tools/t.py"}
    assert targets(modules, "tools/t.py") == ["-", "a"]


# -- the targets that imports have


def test_imports_become_absolute(load: Loader) -> None:
    modules = load(
        {
            "app/__init__.py": "from . import a\nfrom .sub import b\nfrom .. import c",
            "app/a.py": "from . import sub\nfrom .sub import b, nothing\nfrom ..x import y\nimport os.path, app.sub.b",
            "app/sub/__init__.py": "from .. import a\nfrom ...far import z",
            "app/sub/b.py": "",
            "top.py": "from . import app",
        }
    )
    assert targets(modules, "app") == ["app > app.a", "app.sub > app.sub.b", "?"]
    assert targets(modules, "app.a") == [
        "app > app.sub",
        "app.sub > app.sub.b",
        "app.sub",
        "?",
        "os.path-",
        "app.sub.b",
    ]
    assert targets(modules, "app.sub") == ["app > app.a", "?"]
    assert targets(modules, "top") == ["?"]


def test_missing_modules_are_told_from_foreign_ones(load: Loader) -> None:
    modules = load(
        {
            "app/m.py": "import app.gone\nimport app.n\nfrom app.gone import x\nimport requests\nimport mod.x",
            "app/n.py": "",
            "mod.py": "",
        }
    )
    assert targets(modules, "app.m") == ["app.gone?", "app.n", "app.gone?", "requests-", "mod.x?"]


def test_a_directory_gives_way_to_an_installed_package_of_its_name(load: Loader) -> None:
    files = {
        "alembic/env.py": "from alembic import op\nfrom alembic.config import Config",
        "email/m.py": "import email.m",
    }
    modules = load(files)
    assert targets(modules, "alembic.env") == ["alembic-", "alembic.config-"]
    assert modules.lookup("alembic", "op") == External("alembic", "op")
    assert not modules.is_first_party("email")
    ours = load({"alembic/other.py": "import alembic.env"})
    assert ours.is_first_party("alembic")


def test_what_is_not_analysed_exists_all_the_same(load: Loader) -> None:
    files = {
        "app/__init__.py": "",
        "app/m.py": "from app import gen\nfrom app.gen import x\nimport app.ext, tools.t",
        "app/gen.py": "",
    }
    (load.base / "app").mkdir()
    (load.base / "app/ext.cpython-311-x86_64-linux-gnu.so").write_bytes(b"")
    modules = load(files | {"tools/t.py": ""}, include=("app",), exclude=("gen.py",))
    assert targets(modules, "app.m") == ["app > app.gen", "app.gen", "app.ext", "tools.t"]
    assert modules.get("app.gen") is None
    assert modules.lookup("app.gen", "x") == Unknown("app/gen.py is not among the analysed files")
    module = modules.by_name["app.m"]
    assert module.outline
    assert not modules.resolve(module, module.outline.imports[1]).analysed


def test_a_package_may_bind_a_submodules_name_anew(load: Loader) -> None:
    modules = load(
        {
            "p/__init__.py": "from .run import run\nfrom . import other",
            "p/run.py": "def run(): pass",
            "p/other.py": "",
            "m.py": "from p import run, other",
        }
    )
    assert targets(modules, "m") == ["p", "p > p.other"]
    assert modules.lookup("p", "run") == Found("p.run", "run")


def test_a_name_may_have_any_number_of_dots(load: Loader) -> None:
    name = ".".join(["a"] * 5_000)
    modules = load({"a/m.py": f"import a.m\nimport {name}"})
    assert targets(modules, "a.m") == ["a.m", f"{name}?"]


# -- edges


def edges(modules: Modules) -> set[tuple[str, str, str]]:
    return {(edge.importer, edge.imported, "implied" if edge.implied else edge.imp.kind) for edge in modules.edges()}


def test_edges_have_a_kind_and_imply_parents(load: Loader) -> None:
    modules = load(
        {
            "a/__init__.py": "",
            "a/b/__init__.py": "",
            "a/b/c.py": "import a.b.d\nfrom a.b import c",
            "a/b/d.py": "",
            "ns/x.py": "",
            "m.py": """
                import importlib
                from typing import TYPE_CHECKING
                import a.b.c
                if TYPE_CHECKING:
                    import ns.x
                def f():
                    from a.b import d
                    importlib.import_module("ns.x")
                try:
                    import a.gone
                except ImportError:
                    import a.b
            """,
        }
    )
    assert edges(modules) == {
        ("a.b.c", "a.b.d", "top"),
        ("m", "a.b.c", "top"),
        ("m", "a", "implied"),
        ("m", "a.b", "implied"),
        ("m", "ns.x", "type-checking"),
        ("m", "a.b.d", "lazy"),
        ("m", "ns.x", "dynamic"),
        ("m", "a.b", "conditional"),
    }


# -- names


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", Found("m", "x")),
        ("def x(): pass", Found("m", "x")),
        ("def f():\n    global x\n    x = 1", Found("m", "x")),
        ("def f():\n    x = 1", Missing("m", "x")),
        ("class C:\n    x = 1", Missing("m", "x")),
        ("x = 1\ndel x", Missing("m", "x")),
        ("from lib import x", Found("lib", "x")),
        ("from lib import y as x", Found("lib", "y")),
        ("from lib import _private as x", Found("lib", "_private")),
        ("from facade import x", Found("lib", "x")),
        ("from facade import gone as x", Missing("lib", "gone")),
        ("import lib as x", Found("lib", "")),
        ("import pkg.sub as x", Found("pkg.sub", "")),
        ("import x.y", External("x", "")),
        ("import os.path as x", External("os.path", "")),
        ("from os import path as x", External("os", "path")),
        ("from pkg import sub as x", Found("pkg.sub", "")),
        ("from ns import inner as x", Found("ns.inner", "")),
        ("from ns import gone as x", Missing("ns", "gone")),
        ("from lib import *", Found("lib", "x")),
        ("from gone import *", Unknown("m imports everything from gone, which is not analysed")),
        ("from pkg.gone import *", Missing("m", "x")),
        ("from pkg.gone import x", Missing("pkg.gone", "x")),
        ("import pkg.gone as x", Missing("pkg.gone", "")),
        ("from lazy import x", Unknown("lazy has a module-level __getattr__")),
        ("from wild import x", Unknown("wild binds names that no statement shows")),
        ("from broken import x", Unknown("broken.py could not be read")),
        ("from one import x", Missing("one", "x", cyclic=True)),
        ("from one import *", Missing("m", "x")),
        ("try:\n    from pkg.gone import x\nexcept ImportError:\n    x = None", Found("m", "x")),
        ("try:\n    from pkg.gone import x\nexcept ImportError:\n    from os import x", External("os", "x")),
        ("if y:\n    from lib import x\nelse:\n    from pkg import x", Found("lib", "x")),
    ],
)
def test_a_name_is_followed_to_where_it_is_defined(load: Loader, source: str, expected: Resolution) -> None:
    modules = load(
        {
            "m.py": source,
            "lib.py": "x = y = _private = 1",
            "facade.py": "from lib import x, gone",
            "pkg/__init__.py": "x = 2",
            "pkg/sub.py": "",
            "ns/inner.py": "",
            "use.py": "import ns.inner",
            "lazy.py": "def __getattr__(name): ...",
            "wild.py": "globals().update(y=1)",
            "broken.py": "(",
            "one.py": "from two import *\nfrom two import x",
            "two.py": "from one import x",
        }
    )
    assert modules.lookup("m", "x") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("listed", Found("lib", "listed")),
        ("_listed", Found("lib", "_listed")),
        ("unlisted", Missing("m", "unlisted")),
        ("public", Found("plain", "public")),
        ("_hidden", Missing("m", "_hidden")),
        ("deep", Found("deeper", "deep")),
        ("_computed", Found("computed", "_computed")),
        ("own", Found("m", "own")),
        ("__name__", Found("m", "__name__")),
    ],
)
def test_a_star_takes_what_all_lists_or_what_is_public(load: Loader, name: str, expected: Resolution) -> None:
    modules = load(
        {
            "m.py": "from lib import *\nfrom plain import *\nfrom computed import *\nown = 1",
            "lib.py": "__all__ = ['listed', '_listed']\nlisted = _listed = unlisted = own = 1",
            "plain.py": "from deeper import *\npublic = _hidden = 1",
            "deeper.py": "deep = 1",
            "computed.py": "__all__ = list(x)\n_computed = 1",
        }
    )
    assert modules.lookup("m", name) == expected


def test_all_that_a_name_may_be_is_kept(load: Loader) -> None:
    modules = load(
        {
            "m.py": """
                try:
                    from a import x
                except ImportError:
                    try:
                        from b import x
                    except ImportError:
                        x = 0
            """,
            "a.py": "x = 1",
            "b.py": "x = 2",
        }
    )
    assert modules.lookup_all("m", "x") == (Found("m", "x"), Found("a", "x"), Found("b", "x"))


def test_long_chains_of_reexports_are_followed(load: Loader) -> None:
    files = {f"m{index}.py": f"from m{index + 1} import x" for index in range(300)}
    modules = load(files | {"m300.py": "x = 1"})
    assert modules.lookup("m0", "x") == Found("m300", "x")


def test_diamonds_of_star_imports_are_looked_through_once(load: Loader) -> None:
    files = {
        f"{side}{level}.py": f"from a{level + 1} import *\nfrom b{level + 1} import *"
        for level in range(30)
        for side in "ab"
    }
    modules = load(files | {"a30.py": "x = 1", "b30.py": ""})
    assert modules.lookup("a0", "x") == Found("a30", "x")
    assert modules.lookup("a0", "y") == Missing("a0", "y")


def test_definitions_are_found_by_qualified_name(load: Loader) -> None:
    modules = load({"m.py": "class C:\n    def f(self): pass\n    def f(self): pass"})
    assert [each.span.line for each in modules.definitions("m", "C.f")] == [2, 3]
    assert modules.definitions("m", "C.g") == ()
    assert modules.definitions("gone", "x") == ()


def test_words_find_files(load: Loader) -> None:
    modules = load({"a.py": "x = 'account.create'", "b.py": "# account", "c.py": "accounts = 1", "d.py": "("})
    assert [module.file for module in modules.files_mentioning("account")] == ["a.py", "b.py"]
    assert modules.files_mentioning("nowhere") == ()


def test_source_lines_are_read_when_asked_for(load: Loader) -> None:
    modules = load({"a.py": "x = 1\ny = 'é\x0c'\n"})
    assert modules.source_lines("a.py") == ["x = 1", "y = 'é\x0c'", ""]
    assert modules.source_lines("gone.py") == []


def test_unread_files_are_modules_without_an_outline(load: Loader) -> None:
    modules = load({"a.py": "import b", "b.py": "x = = 1"})
    assert [unread.file for unread in modules.unread] == ["b.py"]
    assert isinstance(modules.unread[0], Unread)
    assert modules.by_name["b"].outline is None
    assert targets(modules, "a") == ["b"]
    assert edges(modules) == {("a", "b", "top")}
