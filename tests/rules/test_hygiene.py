"""TL201 to TL205, TL210, TL211: what is a broken import, what is not, and which code it has."""

from collections.abc import Callable

import pytest

from truthline.model.run import Outcome

Lint = Callable[..., Outcome]

HYGIENE = ("TL2",)


def found(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [
        (finding.code, finding.severity, f"{finding.location.file}:{finding.location.span.line}")
        for finding in outcome.findings
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # a module that does not exist
        ({"a.py": "import app.gone\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "import app.a.gone\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "from app.gone import f, g, h\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "from app.gone import (\n    f,\n    g,\n)\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "from .gone import f\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "from ..gone import f\n"}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "def f():\n    import app.gone\n"}, [("TL210", "error", "app/a.py:2")]),
        (
            {"a.py": "from importlib import import_module\nimport_module('app.gone')\n"},
            [("TL210", "error", "app/a.py:2")],
        ),
        (
            {"a.py": "import typing\nif typing.TYPE_CHECKING:\n    from app.gone import T\n"},
            [("TL210", "error", "app/a.py:3")],
        ),
        (
            {"a.py": "try:\n    import app.gone\nexcept ImportError:\n    pass\n"},
            [("TL210", "warning", "app/a.py:2")],
        ),
        (
            {"a.py": "def f():\n    try:\n        from app.gone import g\n    except Exception:\n        g = None\n"},
            [("TL210", "warning", "app/a.py:3")],
        ),
        ({"a.py": "from app.space import gone\n", "space/b.py": ""}, [("TL210", "error", "app/a.py:1")]),
        ({"a.py": "import app.space.b\nfrom app.space import b\nfrom app import space\n", "space/b.py": ""}, []),
        ({"a.py": "import numpy.gone\nfrom os import gone\nimport gone\n"}, []),
        # a file that cannot be read defines anything
        ({"a.py": "from app.b import f\nfrom app import b\n", "b.py": "def f(:\n"}, []),
        # a name that its module does not define
        ({"a.py": "from app.b import gone\n", "b.py": ""}, [("TL211", "error", "app/a.py:1")]),
        (
            {"a.py": "from app.b import (\n    f,\n    gone,\n)\n", "b.py": "f = 1\n"},
            [("TL211", "error", "app/a.py:3")],
        ),
        ({"a.py": "from app import gone\n"}, [("TL211", "error", "app/a.py:1")]),
        (
            {"a.py": "try:\n    from app.b import f\nexcept ImportError:\n    f = None\n", "b.py": ""},
            [("TL211", "warning", "app/a.py:2")],
        ),
        # a name that it does define, in whatever way
        ({"a.py": "from app.b import f\n", "b.py": "if 1:\n    f = 1\nelse:\n    def f(): ...\n"}, []),
        ({"a.py": "from app.b import x, y, z\n", "b.py": "x, (y, *z) = 1, (2, 3)\n"}, []),
        ({"a.py": "from app.b import i, h\n", "b.py": "for i in ():\n    with i as h:\n        pass\n"}, []),
        ({"a.py": "from app.b import w\n", "b.py": "if (w := 1):\n    pass\n"}, []),
        ({"a.py": "from app.b import m\n", "b.py": "match 1:\n    case m:\n        pass\n"}, []),
        ({"a.py": "from app.b import f\n", "b.py": "def init():\n    global f\n    f = 1\n"}, []),
        ({"a.py": "from app.b import f\n", "b.py": "globals()['f'] = 1\n"}, []),
        ({"a.py": "from app.b import f\n", "b.py": "def __getattr__(name): ...\n"}, []),
        ({"a.py": "from app.b import f\n", "b.py": "from os import *\n"}, []),
        ({"a.py": "from app.b import f\n", "b.py": "from app.c import *\n", "c.py": "f = 1\n"}, []),
        ({"a.py": "from app.b import json\n", "b.py": "import json.decoder\n"}, []),
        ({"a.py": "from app.b import __doc__, __file__\n", "b.py": ""}, []),
        # one mistake, one finding: the users of a broken import or star are silent
        (
            {"a.py": "from app.b import f\n", "b.py": "from app.gone import f\n"},
            [("TL210", "error", "app/b.py:1")],
        ),
        (
            {"a.py": "from app.b import f\n", "b.py": "from app.gone import *\n"},
            [("TL210", "error", "app/b.py:1")],
        ),
        # re-exports
        ({"p/__init__.py": "from .gone import f\n"}, [("TL201", "error", "app/p/__init__.py:1")]),
        ({"p/__init__.py": "from app.gone import f\n"}, [("TL201", "error", "app/p/__init__.py:1")]),
        (
            {"p/__init__.py": "try:\n    from .gone import f\nexcept ImportError:\n    f = None\n"},
            [("TL201", "warning", "app/p/__init__.py:2")],
        ),
        ({"p/__init__.py": "import app.gone\n"}, [("TL210", "error", "app/p/__init__.py:1")]),
        ({"p/__init__.py": "def f():\n    from .gone import g\n"}, [("TL210", "error", "app/p/__init__.py:2")]),
        ({"p/__init__.py": "from .m import gone\n", "p/m.py": ""}, [("TL202", "error", "app/p/__init__.py:1")]),
        ({"p/__init__.py": "from . import m, gone\n", "p/m.py": ""}, [("TL202", "error", "app/p/__init__.py:1")]),
        # __all__
        (
            {"p/__init__.py": "__all__ = [\n    'm',\n    'gone',\n]\n", "p/m.py": ""},
            [("TL203", "error", "app/p/__init__.py:3")],
        ),
        ({"b.py": "__all__ = ['f', 'g', 'h']\nfrom os import path as f\ng = 1\n"}, [("TL203", "error", "app/b.py:1")]),
        ({"b.py": "__all__ = ['f']\ndef __getattr__(name): ...\n"}, []),
        ({"b.py": "__all__ = ['f']\nglobals().update(f=1)\n"}, []),
        ({"b.py": "__all__ = ['f'] + [n for n in 'gh']\nf = 1\n"}, []),
        # stars
        ({"p/__init__.py": "from .m import *\n", "p/m.py": ""}, [("TL205", "warning", "app/p/__init__.py:1")]),
        ({"b.py": "from app.c import *\n", "c.py": ""}, []),
    ],
)
def test_imports(lint: Lint, files: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    tree = {"app/__init__.py": "", **{f"app/{name}": text for name, text in files.items()}}
    assert found(lint(tree, select=HYGIENE)) == expected


def test_what_the_config_leaves_out_exists_all_the_same(lint: Lint) -> None:
    tree = {
        "app/__init__.py": "",
        "app/a.py": "from app.old import f\nfrom other import g\n",
        "app/old.py": "",
        "other.py": "",
    }
    assert found(lint(tree, 'include = ["app"]\nexclude = ["old.py"]\n', select=HYGIENE)) == []


@pytest.mark.parametrize(
    ("files", "messages"),
    [
        (
            {"b.py": "from app.c import f\n", "c.py": "from app.d import f\n", "d.py": "from app.b import f\n"},
            ["the re-export of `f` goes round in a circle: `app.b` -> `app.c` -> `app.d` -> `app.b`"],
        ),
        (
            {"b.py": "from app.c import f as g\n", "c.py": "from app.b import g as f\n"},
            ["the re-export of `g` goes round in a circle: `app.b` -> `app.c` -> `app.b`"],
        ),
        (
            {"b.py": "from app.c import *\n", "c.py": "from app.b import *\n"},
            ["star imports go round in a circle: `app.b` -> `app.c` -> `app.b`"],
        ),
        ({"b.py": "from app.c import f\n", "c.py": "from app.b import f\ndef f(): ...\n"}, []),
        ({"b.py": "from app.c import f\n", "c.py": "def f():\n    from app.b import f\n"}, []),
        ({"b.py": "from app.c import f\n", "c.py": "from app.b import g\nf = 1\n"}, [None]),
    ],
)
def test_reexport_cycles(lint: Lint, files: dict[str, str], messages: list[str]) -> None:
    tree = {"app/__init__.py": "", **{f"app/{name}": text for name, text in files.items()}}
    outcome = lint(tree, select=("TL204",))
    assert [finding.message for finding in outcome.findings] == [each for each in messages if each]


def test_a_cycle_is_shown_step_by_step(lint: Lint) -> None:
    tree = {"app/b/__init__.py": "from app.c import f\n", "app/c/__init__.py": "from app.b import f\n"}
    [finding] = lint(tree, select=("TL204",)).findings
    assert [(step.symbol, step.text) for step in finding.witness] == [
        ("app.b", "from app.c import f"),
        ("app.c", "from app.b import f"),
    ]


def test_where_a_module_may_have_gone(lint: Lint) -> None:
    tree = {"app/__init__.py": "", "app/a.py": "import app.store\n", "app/db/store.py": ""}
    [finding] = lint(tree).findings
    assert finding.help == "there is a module `app.db.store`; import what exists, or remove the import"


@pytest.mark.parametrize(
    ("line", "flagged"),
    [
        ("logger = logging.getLogger(__name__)", False),
        ("logging.getLogger(__name__).addHandler(logging.NullHandler())", False),
        ("logging.basicConfig()", True),
        ("WORD = re.compile('a')", False),
        ("WORD = r.compile('a')", False),
        ("T = TypeVar('T')", False),
        ("Point = namedtuple('Point', 'x y')", False),
        ("HERE = Path(__file__).parent.joinpath('x')", False),
        ("NAMES = frozenset(['a'])", False),
        ("NAMES = sorted({'a'})", False),
        ("LEVEL = os.environ.get('LEVEL', '').lower()", False),
        ("__version__ = importlib.metadata.version('app')", False),
        ("__path__ = __import__('pkgutil').extend_path(__path__, __name__)", False),
        ("__path__ = pkgutil.extend_path(__path__, __name__)", False),
        ("__all__.extend(['a'])", False),
        ("registry = Registry()", False),
        ("Registry()", True),
        ("registry.register('a', 1)", True),
        ("settings = load_settings()", True),
        ("register_all()", True),
        ("warnings.warn('moved', DeprecationWarning)", False),
        ("warnings.filterwarnings('ignore')", True),
        ("load_dotenv()", True),
        ("os.makedirs('x')", True),
        ("if __name__ == '__main__':\n    main()", False),
        ("if __name__ == '__main__':\n    import x\n    with x:\n\n        main()", False),
        ("if os.name == 'nt':\n    main()", True),
        ("def f():\n    register_all()", False),
        ("if TYPE_CHECKING:\n    register_all()", False),
        ("class C:\n    x = field(default=1)", False),
    ],
)
def test_effects_of_an_init(lint: Lint, line: str, flagged: bool) -> None:
    imports = (
        "import importlib.metadata, logging, os, pkgutil, re, re as r, warnings\n"
        "from collections import namedtuple\nfrom dataclasses import field\nfrom pathlib import Path\n"
        "from typing import TYPE_CHECKING, TypeVar\n"
    )
    outcome = lint({"app/__init__.py": imports + line + "\n", "app/b.py": line + "\n"}, select=("TL206",))
    assert [finding.location.file for finding in outcome.findings] == ["app/__init__.py"] * flagged
