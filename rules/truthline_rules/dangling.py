"""First-party imports that lead nowhere (TL210, TL211)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, Program, Rule, Violation
from truthline_rules.broken import broken_imports, violation


class DanglingImport(Rule):
    """A first-party import of a module that does not exist.

    What it does:
        Reports every import, at the top or inside a function, relative or absolute, for type checking too, of a module
        under a root that does not exist. A re-export in an `__init__` is TL201 instead.
    Why it is bad:
        It fails when the line runs; inside a function, that may be months later.
    How to fix:
        Import from where the module is now, or remove the import and what it was for.
    How to allow:
        A suppression with a reason. An import that `except ImportError` guards only warns.
    """

    meta = Meta(
        code="TL210",
        name="dangling-import",
        valid=(
            Example(
                title="modules, packages and directories without __init__",
                files={
                    "app/a.py": "import app.b\nfrom app import b\nfrom app.plain import c\nimport numpy\n",
                    "app/b.py": "",
                    "app/plain/c.py": "",
                },
            ),
        ),
        invalid=(
            Example(
                title="inside a function",
                files={"app/__init__.py": "", "app/a.py": "def f():\n    from app.gone import g\n    return g\n"},
            ),
            Example(title="relative", files={"app/__init__.py": "", "app/a.py": "from .gone import g\n"}),
            Example(
                title="for type checking",
                files={
                    "app/__init__.py": "",
                    "app/a.py": (
                        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.gone import Thing\n"
                    ),
                },
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report the modules that do not exist, except in re-exports."""
        for broken in broken_imports(program):
            if broken.lacks == "module" and not broken.reexport:
                yield violation(
                    broken, f"there is no module `{broken.target}`", "import what exists, or remove the import"
                )


class DanglingName(Rule):
    """A first-party import of a name that its module does not define.

    What it does:
        Reports `from module import name` where the module neither defines nor re-exports the name and has no submodule
        of it. A re-export in an `__init__` is TL202 instead.
    Why it is bad:
        It fails when the line runs; inside a function, that may be months later.
    How to fix:
        Import the name that the module has now.
    How to allow:
        A suppression with a reason. An import that `except ImportError` guards only warns.
    """

    meta = Meta(
        code="TL211",
        name="dangling-name",
        valid=(
            Example(
                title="definitions in branches, re-exports, star imports, module __getattr__, submodules",
                files={
                    "app/__init__.py": "from app.base import *\n",
                    "app/base.py": "try:\n    import json as codec\nexcept ImportError:\n    codec = None\n",
                    "app/lazy.py": "def __getattr__(name):\n    return name\n",
                    "app/use.py": (
                        "from app import base, codec\nfrom app.base import codec as c\nfrom app.lazy import x\n"
                    ),
                },
            ),
        ),
        invalid=(
            Example(
                title="the function was renamed",
                files={"app/base.py": "def new():\n    return 1\n", "app/use.py": "from app.base import old\n"},
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report the names that are not defined, except in re-exports."""
        for broken in broken_imports(program):
            if broken.lacks == "name" and not broken.reexport:
                yield violation(
                    broken,
                    f"module `{broken.target}` does not define `{broken.written.name}`",
                    "import what the module defines, or remove the import",
                )
