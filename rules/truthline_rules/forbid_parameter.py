"""The kind `forbid-parameter` (TL503): what the functions of a scope may not take."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from truthline.api import (
    Example,
    FileView,
    Location,
    Meta,
    NamePattern,
    NameRef,
    OneOrMore,
    Options,
    Program,
    Setup,
    SourceModule,
    Span,
    SurveyRule,
    Violation,
)
from truthline_rules.annotations import dotted, type_names
from truthline_rules.defined import Defined, FunctionNode, defined
from truthline_rules.naming import ObjectPatterns, object_problems
from truthline_rules.typealiases import Types

_OPEN = {("typing", "Any"), ("typing_extensions", "Any"), ("builtins", "object")}
_DATACLASSES = {"dataclass", "define", "mutable", "frozen", "attrs", "NamedTuple"}
_CONFIG = """\
[[rule]]
id = "NO_SESSION"
kind = "forbid-parameter"
scope = ["app/engines/**"]
types = ["sqlalchemy.orm:Session", "AsyncSession"]
names = ["session", "*_session"]
"""


class ForbidParameterOptions(Options, frozen=True, kw_only=True):
    """The keys of a `forbid-parameter` rule."""

    types: Annotated[tuple[str, ...], OneOrMore] = ()
    names: Annotated[tuple[NameRef, ...], OneOrMore] = ()
    functions: Annotated[tuple[NameRef, ...], OneOrMore] = ("**",)
    exempt: tuple[str, ...] = msgspec.field(default=(), name="except")
    generics: bool = True


class Parameter(msgspec.Struct, frozen=True):
    """A parameter: of which function, in which scope its annotation is read, and the types that this names.

    `types` is None where there is no annotation; `written` is its text.
    """

    function: str
    scope: str
    name: str
    span: Span
    types: tuple[str, ...] | None
    written: str


class ForbidParameter(SurveyRule):
    """A parameter that the functions of the scope may not have.

    What it does:
        Reports each parameter whose annotation names one of `types`: as a string, in `Optional`, a union, `Annotated`
        or another generic, through an alias of the type, `NewType` or a type variable, whatever it is imported as. A
        parameter without annotation, or with `Any` or `object`, is told by its name. The fields of a dataclass are the
        parameters of its `__init__`.
    Why it is bad:
        What a function takes is what it depends on, and so do all its callers.
    How to fix:
        Take what is needed from it instead, or let the layer below do the work.
    How to allow:
        `except`, `allow = [{ path = "...", symbol = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        scope: the files that the rule looks at. Default: all.
        types: objects (`sqlalchemy.orm:Session`) or bare names of types in any module (`Session`), one or more.
        names: patterns of the names of parameters (one or more) that are not annotated, or with `Any` or `object`.
        functions: patterns of the names of functions within the module (one or more). Default: `**`, all.
        except: functions that are allowed (`app.engines.a:run`), or bare names in any module.
        generics: whether types in the brackets of other types count: `list[Session]`. Default: true.
    """

    options_type = ForbidParameterOptions
    options: ForbidParameterOptions
    note_type = Parameter
    meta = Meta(
        code="TL503",
        name="forbid-parameter",
        kind=True,
        placeholders=("function", "parameter", "type"),
        valid=(
            Example(
                title="another Session",
                files={
                    "app/engines/run.py": "from app.login import Session\n\n\ndef run(login: Session): ...\n",
                    "app/login.py": "class Session: ...\n",
                },
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="through an alias in another module, as a string",
                files={
                    "app/engines/run.py": (
                        "from app.deps import Db\n\n\nclass Engine:\n    def run(self, db: 'Db | None'): ...\n"
                    ),
                    "app/deps.py": (
                        "from typing import Annotated\n\nfrom sqlalchemy.orm import Session\n\n"
                        "Db = Annotated[Session, 'from the pool']\n"
                    ),
                },
                config=_CONFIG,
            ),
            Example(
                title="not annotated, but named",
                files={"app/engines/run.py": "def run(rows, *, read_session=None): ...\n"},
                config=_CONFIG,
            ),
        ),
    )

    @classmethod
    def problems(cls, setup: Setup) -> Iterable[str]:
        """Nothing to look for, malformed patterns, and captures that the scope does not bind."""
        options = setup.options
        assert isinstance(options, ForbidParameterOptions)
        if not options.types and not options.names:
            yield "a `forbid-parameter` rule needs `types` or `names`"
        yield from object_problems((*options.types, *options.exempt), setup.scope.captured_names)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._types = ObjectPatterns(self.options.types)
        self._names = tuple(NamePattern.compile(text) for text in self.options.names)
        self._functions = tuple(NamePattern.compile(text) for text in self.options.functions)
        self._exempt = ObjectPatterns(self.options.exempt)

    def survey(self, file: FileView) -> Iterator[Parameter]:
        """The parameters of the functions that are meant."""
        captures = self.captures(file.path)
        for each in defined(file):
            name = f"{each.qualname}.__init__" if isinstance(each.node, ast.ClassDef) else each.qualname
            if any(pattern.matches(name, captures) for pattern in self._functions):
                yield from self._parameters(file, each, name)

    def _parameters(self, file: FileView, each: Defined, function: str) -> Iterator[Parameter]:
        bounds = _bounds((*each.around, each.node))
        written = _fields(each.node) if isinstance(each.node, ast.ClassDef) else _arguments(each.node)
        for name, node, annotation in written:
            types = None if annotation is None else tuple(self._type_names(annotation, bounds))
            text = ast.unparse(annotation) if annotation is not None else ""
            yield Parameter(function, each.qualname.rpartition(".")[0], name, file.span(node), types, text)

    def _type_names(self, annotation: ast.expr, bounds: Mapping[str, list[ast.expr]]) -> Iterator[str]:
        """The types of an annotation; a type variable of the function or class stands for its bound."""
        generics = self.options.generics
        for name in type_names(annotation, generics=generics):
            if name in bounds:
                yield from (each for bound in bounds[name] for each in type_names(bound, generics=generics))
            else:
                yield name

    def judge(self, program: Program, notes: Mapping[str, tuple[Any, ...]]) -> Iterator[Violation]:
        """Hold each parameter against the types and names."""
        types = Types(program)
        for file, parameters in notes.items():
            module = program.modules.by_file[file]
            captures = self.captures(file)
            for parameter in parameters:
                if self._exempt.match([(module.name, parameter.function)], captures) is None:
                    sentence = self._judged(module, parameter, types, captures)
                    if sentence is not None:
                        yield _violation(file, parameter, sentence)

    def _judged(
        self, module: SourceModule, parameter: Parameter, types: Types, captures: Mapping[str, str]
    ) -> str | None:
        """What is wrong with a parameter."""
        known = [types.of(module, name, parameter.scope) for name in parameter.types or ()]
        if any(self._types.match(each, captures) for each in known):
            return f"`{parameter.function}` takes `{parameter.name}: {parameter.written}`"
        is_open = parameter.types is None or (bool(known) and all(_OPEN & set(each) for each in known))
        if is_open and any(pattern.matches(parameter.name, captures) for pattern in self._names):
            return f"`{parameter.function}` takes `{parameter.name}`, which does not say what it is"
        return None


def _violation(file: str, parameter: Parameter, sentence: str) -> Violation:
    return Violation(
        location=Location(file, parameter.span),
        message=sentence,
        symbol=parameter.function,
        details={"function": parameter.function, "parameter": parameter.name, "type": parameter.written},
    )


Written = tuple[str, ast.arg | ast.stmt, ast.expr | None]


def _arguments(node: FunctionNode) -> Iterator[Written]:
    arguments = node.args
    for each in (
        *arguments.posonlyargs,
        *arguments.args,
        *filter(None, [arguments.vararg]),
        *arguments.kwonlyargs,
        *filter(None, [arguments.kwarg]),
    ):
        yield each.arg, each, each.annotation


def _fields(node: ast.ClassDef) -> Iterator[Written]:
    """The fields of a dataclass that its `__init__` takes."""
    marks = [each.func if isinstance(each, ast.Call) else each for each in (*node.decorator_list, *node.bases)]
    if not any(dotted(mark).rpartition(".")[2] in _DATACLASSES for mark in marks):
        return
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and _is_taken(statement):
            yield statement.target.id, statement, statement.annotation


def _is_taken(statement: ast.AnnAssign) -> bool:
    """Whether a field is a parameter: no class variable, and not one with `init=False`."""
    annotation = statement.annotation
    kind = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    keywords = statement.value.keywords if isinstance(statement.value, ast.Call) else []
    return dotted(kind).rpartition(".")[2] != "ClassVar" and not any(
        each.arg == "init" and isinstance(each.value, ast.Constant) and each.value.value is False for each in keywords
    )


def _bounds(nodes: Iterable[FunctionNode | ast.ClassDef]) -> dict[str, list[ast.expr]]:
    """The type variables in brackets behind the names of functions and classes (PEP 695), with their bounds."""
    variables = [each for node in nodes for each in getattr(node, "type_params", ())]
    bounds = {each.name: getattr(each, "bound", None) for each in variables}
    return {
        name: [] if bound is None else list(bound.elts) if isinstance(bound, ast.Tuple) else [bound]
        for name, bound in bounds.items()
    }
