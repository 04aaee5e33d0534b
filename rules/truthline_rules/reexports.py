"""What a package offers and does not have (TL201 to TL205)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from truthline.api import Example, Import, Location, Meta, Program, Rule, SourceModule, Step, Violation
from truthline_rules.broken import broken_imports, removals, violation
from truthline_rules.modules import defines

if TYPE_CHECKING:
    from truthline.fixing import ConcreteFile, Edit

_Node = tuple[str, str]  # a module and a name in it; "*" for all its names


class StaleReexportModule(Rule):
    """An `__init__` re-exports from a module that does not exist.

    What it does:
        Reports a `from ... import` outside of functions in an `__init__` whose module does not exist.
    Why it is bad:
        The package cannot be imported at all; where the import is guarded or for type checking only, the name is a lie.
    How to fix:
        Re-export from where the definition is now, or remove the name; `truthline fix` removes names that nothing
        else in the file uses.
    How to allow:
        A suppression with a reason. An import that `except ImportError` guards only warns.
    """

    meta = Meta(
        code="TL201",
        fixable=True,
        name="stale-reexport-module",
        valid=(
            Example(
                title="the module exists", files={"app/__init__.py": "from .a import f\n", "app/a.py": "def f(): ...\n"}
            ),
        ),
        invalid=(Example(title="the module was moved", files={"app/__init__.py": "from .moved import f\n"}),),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report re-exports whose module is missing."""
        for broken in broken_imports(program):
            if broken.lacks == "module" and broken.reexport:
                yield violation(
                    broken,
                    f"package `{broken.module.name}` re-exports from `{broken.target}`, which does not exist",
                    "re-export what exists, or remove the name",
                )

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterable["Edit"]:
        """Take the import away."""
        return removals(program, file, violations)


class StaleReexportName(Rule):
    """An `__init__` re-exports a name that its module does not define.

    What it does:
        Reports a `from module import name` outside of functions in an `__init__` where the module exists and neither
        defines nor re-exports the name.
    Why it is bad:
        The package cannot be imported at all.
    How to fix:
        Re-export the name that the module has now, or remove it; `truthline fix` removes names that nothing else in the
        file uses.
    How to allow:
        A suppression with a reason. An import that `except ImportError` guards only warns.
    """

    meta = Meta(
        code="TL202",
        fixable=True,
        name="stale-reexport-name",
        valid=(
            Example(
                title="the name exists", files={"app/__init__.py": "from .a import f\n", "app/a.py": "def f(): ...\n"}
            ),
        ),
        invalid=(
            Example(
                title="the function was renamed",
                files={"app/__init__.py": "from .a import f\n", "app/a.py": "def g(): ...\n"},
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report re-exports whose name is missing."""
        for broken in broken_imports(program):
            if broken.lacks == "name" and broken.reexport:
                yield violation(
                    broken,
                    f"package `{broken.module.name}` re-exports `{broken.written.name}`, "
                    f"which `{broken.target}` does not define",
                    "re-export what the module defines, or remove the name",
                )

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterable["Edit"]:
        """Take the name away."""
        return removals(program, file, violations)


class StaleAll(Rule):
    """`__all__` names something that the module does not define.

    What it does:
        Reports each string of a literal `__all__`, in any module, that no statement of the module binds, that no star
        import brings and that is no submodule of the package.
    Why it is bad:
        `from module import *` fails, and readers believe in a name that is not there.
    How to fix:
        Remove the string (`truthline fix` does), or define the name.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL203",
        fixable=True,
        name="stale-all",
        valid=(
            Example(
                title="definitions, imports and submodules",
                files={
                    "app/__init__.py": 'from json import dumps\n\n__all__ = ["VERSION", "a", "dumps"]\nVERSION = 1\n',
                    "app/a.py": "",
                },
            ),
        ),
        invalid=(Example(title="the name is gone", files={"app/__init__.py": '__all__ = ["gone"]\n'}),),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Look each entry up in its own module."""
        for module in _read(program):
            for entry in (module.outline and module.outline.all_entries) or ():
                if not self._defined(program, module, entry.name):
                    yield Violation(
                        location=Location(module.file, entry.span),
                        message=f"`__all__` names `{entry.name}`, which `{module.name}` does not define",
                        help="remove it from `__all__`, or define it",
                        symbol=entry.name,
                    )

    def fix(self, program: Program, file: "ConcreteFile", violations: Sequence[Violation]) -> Iterable["Edit"]:
        """Take the string away, where it stands in a list, tuple or set."""
        from libcst import Element

        from truthline.fixing import Replace

        nodes = (node for each in violations for node in file.nodes_at(each.location.span))
        return [Replace(node, None) for node in nodes if isinstance(node, Element)]

    def _defined(self, program: Program, module: SourceModule, name: str) -> bool:
        submodule = module.is_package and program.modules.exists(f"{module.name}.{name}")
        return submodule or defines(program.modules, module, name)


class ReexportCycle(Rule):
    """Re-exports that go round in a circle.

    What it does:
        Follows each name that a module takes from another module by `from ... import` to where it comes from, and
        reports where that leads back to itself. Star imports that go round are reported too.
    Why it is bad:
        Nobody defines the name: importing it fails, or works only in one order of imports.
    How to fix:
        Import the name from where it is defined.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL204",
        name="reexport-cycle",
        valid=(
            Example(
                title="a facade of a facade",
                files={
                    "app/__init__.py": "from app.b import f\n",
                    "app/b.py": "from app.c import f\n",
                    "app/c.py": "def f(): ...\n",
                },
            ),
        ),
        invalid=(
            Example(
                title="each takes it from the other",
                files={
                    "app/__init__.py": "",
                    "app/b/__init__.py": "from app.c import f\n",
                    "app/c/__init__.py": "from app.b import f\n",
                },
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Follow every re-exported name until it ends or returns."""
        edges = dict(self._edges(program))
        done: set[_Node] = set()
        for start in sorted(edges):
            path: dict[_Node, int] = {}
            node = start
            while node in edges and node not in done and node not in path:
                path[node] = len(path)
                node = edges[node][0]
            if node in path:
                yield self._violation(program, edges, [each for each, at in path.items() if at >= path[node]])
            done.update(path)

    def _edges(self, program: Program) -> Iterator[tuple[_Node, tuple[_Node, Import]]]:
        """From each name that only an import binds to the name that it stands for."""
        for module in _read(program):
            outline = module.outline
            if outline is None:
                continue
            defined = {each.qualname for each in outline.definitions if each.kind not in ("import", "star")}
            for written in outline.imports:
                if written.name is None or written.scope or written.kind == "type-checking" or written.bound in defined:
                    continue
                target = program.modules.resolve(module, written)
                if target.first_party and target.exists and not target.submodule and target.module != module.name:
                    bound = "*" if written.name == "*" else written.bound
                    yield (module.name, bound), ((target.module, written.name), written)

    def _violation(self, program: Program, edges: dict[_Node, tuple[_Node, Import]], cycle: list[_Node]) -> Violation:
        first = cycle.index(min(cycle))
        cycle = cycle[first:] + cycle[:first]
        steps = tuple(_step(program, node, edges[node][1]) for node in cycle)
        way = " -> ".join(f"`{module}`" for module, _ in (*cycle, cycle[0]))
        what = "star imports go" if cycle[0][1] == "*" else f"the re-export of `{cycle[0][1]}` goes"
        return Violation(
            location=steps[0].location,
            message=f"{what} round in a circle: {way}",
            help="import the name from where it is defined",
            symbol=f"{cycle[0][0]}:{cycle[0][1]}",
            witness=steps,
        )


class StarReexport(Rule):
    """`from x import *` in an `__init__`.

    What it does:
        Reports a star import outside of functions in an `__init__`, of first-party and other modules.
    Why it is bad:
        What the package offers then depends on another file, and nobody can see what that is.
    How to fix:
        Name what is re-exported.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL205",
        name="star-reexport",
        severity="warning",
        valid=(Example(title="named", files={"app/__init__.py": "from .a import f\n", "app/a.py": "def f(): ...\n"}),),
        invalid=(
            Example(title="starred", files={"app/__init__.py": "from .a import *\n", "app/a.py": "def f(): ...\n"}),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Report star imports of packages."""
        for module in _read(program):
            if not module.is_package or module.outline is None:
                continue
            for written in module.outline.imports:
                if written.name == "*" and not written.scope:
                    source = "." * written.level + written.module
                    yield Violation(
                        location=Location(module.file, written.span),
                        message=f"package `{module.name}` re-exports everything of `{source}`",
                        help="name what is re-exported",
                        symbol=source,
                    )


def _read(program: Program) -> Iterable[SourceModule]:
    by_file = program.modules.by_file
    return (by_file[file] for file in sorted(by_file) if by_file[file].outline is not None)


def _step(program: Program, node: _Node, written: Import) -> Step:
    module = program.modules.by_name[node[0]]
    lines = program.modules.source_lines(module.file)
    return Step(
        location=Location(module.file, written.span),
        symbol=module.name,
        kind="import",
        text=lines[written.span.line - 1].strip(),
    )
