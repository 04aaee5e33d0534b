"""What a file keeps in memory from one call to the next: names and attributes, and who reads and writes them."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import msgspec

from truthline.facts.annotations import dotted
from truthline.facts.view import FileView
from truthline.model.location import Span

HoldingKind = Literal["singleton", "module-container", "class-container", "instance-container", "cached-function"]

CONTAINERS = frozenset(
    "dict list set defaultdict OrderedDict Counter deque WeakValueDictionary WeakKeyDictionary WeakSet "
    "TTLCache LRUCache LFUCache Queue PriorityQueue LifoQueue SimpleQueue".split()
)
"""What makes a container when it is called, by the last part of its name."""

MUTATORS = frozenset(
    "add append appendleft clear discard extend insert move_to_end pop popitem popleft put put_nowait remove reverse "
    "setdefault sort update".split()
)
_CACHES = frozenset({"lru_cache", "cache", "cached", "ttl_cache", "memoize"})


class Holding(msgspec.Struct, frozen=True):
    """A name or an attribute that remembers.

    `qualname` is `_cache` or `Registry._connectors`; `readers` and `writers` are the qualified names of functions in
    the same file. A "singleton" is a module's name that a function binds again, and `makes` are the names of what it
    calls for that. A container counts only where a function puts something in.
    """

    qualname: str
    kind: HoldingKind
    span: Span
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    makes: tuple[str, ...] = ()


def holdings(file: FileView) -> tuple[Holding, ...]:
    """What a file keeps in memory, in the order in which it is made. Raises Unparsable, RecursionError."""
    uses = _Uses()
    uses.visit(file.tree)
    found = [*_module_names(file, uses), *_attributes(file, uses), *_cached(file, uses)]
    return tuple(sorted(found, key=lambda each: (each.span.line, each.span.column, each.qualname)))


def is_container(value: ast.expr | None) -> bool:
    """Whether an expression makes a container: a display, a comprehension, or a call of one of its makers."""
    if isinstance(value, ast.Call):
        name = dotted(value.func).rpartition(".")[2]
        factory = next((each.value for each in value.keywords if each.arg == "default_factory"), None)
        return name in CONTAINERS or (name == "field" and factory is not None and _makes(factory))
    return isinstance(value, (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp))


def _makes(factory: ast.expr) -> bool:
    if isinstance(factory, ast.Lambda):
        return is_container(factory.body)
    return dotted(factory).rpartition(".")[2] in CONTAINERS


class _Uses(ast.NodeVisitor):
    """Which functions read, change and bind which global names, and which attributes of `self` or of their class.

    An attribute's key is `Class.name`. A name that a function binds itself is its own, unless it says `global`. What
    is bound through `self` belongs to one object and leaves alone what the class holds under that name.
    """

    def __init__(self) -> None:
        self.readers: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.changers: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.binders: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.own_binders: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.made: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._path: list[str] = []
        self._classes: list[str] = []
        self._functions: list[str] = []
        self._locals: list[set[str]] = []
        self._globals: list[set[str]] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class is the owner of what its methods do to `self`."""
        self._path.append(node.name)
        self._classes.append(".".join(self._path))
        self.generic_visit(node)
        self._classes.pop()
        self._path.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function is who reads and writes."""
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """The same."""
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._path.append(node.name)
        self._functions.append(".".join(self._path))
        stated = {name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}
        self._globals.append(stated)
        self._locals.append(_bound(node) - stated)
        for statement in node.body:
            self.visit(statement)
        self._locals.pop()
        self._globals.pop()
        self._functions.pop()
        self._path.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        """What a function calls to bind a global name is what the name holds."""
        for target in node.targets:
            key = self._key(target)
            if key and isinstance(node.value, ast.Call):
                self.made[key][dotted(node.value.func).rpartition(".")[2]] = None
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """A bare name is read or bound."""
        key = self._key(node)
        if key and isinstance(node.ctx, ast.Load):
            self._note(self.readers, key)
        elif key:
            self._note(self.binders, key)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """So is an attribute of `self`."""
        key = self._key(node)
        if key is None:
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self._note(self.readers, key)
        else:
            through_object = isinstance(node.value, ast.Name) and node.value.id == "self"
            self._note(self.own_binders if through_object else self.binders, key)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`x[key] = value` and `del x[key]` change what `x` holds."""
        key = self._key(node.value)
        if key and not isinstance(node.ctx, ast.Load):
            self._note(self.changers, key)
        else:
            self.visit(node.value)
        self.visit(node.slice)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`x += more` changes it, and so does `x[key] += 1`."""
        key = self._key(node.target)
        if key:
            self._note(self.changers, key)
        else:
            self.visit(node.target)
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        """`x.append(value)` changes it; what returns something reads it as well."""
        func = node.func
        key = self._key(func.value) if isinstance(func, ast.Attribute) else None
        if key and isinstance(func, ast.Attribute) and func.attr in MUTATORS:
            self._note(self.changers, key)
            if func.attr in ("pop", "popitem", "popleft", "setdefault"):
                self._note(self.readers, key)
        else:
            self.visit(func)
        for argument in (*node.args, *(each.value for each in node.keywords)):
            self.visit(argument)

    def _key(self, node: ast.expr) -> str | None:
        """The global name or the attribute that an expression stands for."""
        if isinstance(node, ast.Name):
            own = any(node.id in names for names in self._locals)
            return None if own and not (self._globals and node.id in self._globals[-1]) else node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and self._classes:
            own_class = self._classes[-1]
            if node.value.id in ("self", "cls", own_class.rpartition(".")[2]):
                return f"{own_class}.{node.attr}"
        return None

    def _note(self, table: defaultdict[str, dict[str, None]], key: str) -> None:
        if self._functions:
            table[key][self._functions[0] if not self._classes else self._functions[-1]] = None


def _bound(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function binds: parameters and targets."""
    arguments = node.args
    names = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    names |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    return names | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, (ast.Store, ast.Del))
    }


def _module_names(file: FileView, uses: _Uses) -> Iterator[Holding]:
    seen: set[str] = set()
    for name, target, value in _assigned(file.tree.body):
        if name in seen or name.startswith("__"):
            continue
        binders, changers = uses.binders.get(name, {}), uses.changers.get(name, {})
        if binders:
            seen.add(name)
            made = _holding(name, "singleton", file.span(target), {**binders, **changers}, uses)
            yield msgspec.structs.replace(made, makes=tuple(uses.made.get(name, {})))
        elif changers and is_container(value):
            seen.add(name)
            yield _holding(name, "module-container", file.span(target), changers, uses)


def _attributes(file: FileView, uses: _Uses) -> Iterator[Holding]:
    for path, node in _classes(file.tree, ""):
        for name, target, value in _assigned(node.body):
            key = f"{path}.{name}"
            changers = {**uses.changers.get(key, {}), **uses.binders.get(key, {})}
            own = uses.own_binders.get(key, {})
            if not is_container(value):
                continue
            if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == "field":
                if changers or own:
                    yield _holding(key, "instance-container", file.span(target), {**changers, **own}, uses)
            elif changers and f"{path}.__init__" not in own:
                yield _holding(key, "class-container", file.span(target), changers, uses)
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name in ("__init__", "__new__", "__post_init__"):
                yield from _made(path, method, file, uses)


def _made(path: str, method: ast.FunctionDef, file: FileView, uses: _Uses) -> Iterator[Holding]:
    """The containers that a new object is given, and that other methods fill."""
    for statement in ast.walk(method):
        target = _target(statement)
        if not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"):
            continue
        key = f"{path}.{target.attr}"
        changers = {name: None for name in uses.changers.get(key, {}) if name != f"{path}.{method.name}"}
        if changers and is_container(getattr(statement, "value", None)):
            yield _holding(key, "instance-container", file.span(target), changers, uses)


def _cached(file: FileView, uses: _Uses) -> Iterator[Holding]:
    """Functions whose answers are remembered."""
    owners = [("", file.tree.body), *((f"{path}.", node.body) for path, node in _classes(file.tree, ""))]
    for prefix, body in owners:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                called = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
                if any(dotted(each).rpartition(".")[2] in _CACHES for each in called):
                    name = f"{prefix}{node.name}"
                    yield _holding(name, "cached-function", file.span(node), {name: None}, uses)


def _holding(key: str, kind: HoldingKind, span: Span, writers: dict[str, None], uses: _Uses) -> Holding:
    return Holding(key, kind, span, tuple(writers), tuple(uses.readers.get(key, {})))


def _classes(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for each in node.body:
        if isinstance(each, ast.ClassDef):
            yield f"{prefix}{each.name}", each
            yield from _classes(each, f"{prefix}{each.name}.")


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr, ast.expr | None]]:
    """The plain names that statements assign, also under `if` and `try`."""
    for statement in body:
        target = _target(statement)
        if isinstance(target, ast.Name):
            yield target.id, target, getattr(statement, "value", None)
        for inner in ("body", "orelse", "finalbody"):
            if isinstance(statement, (ast.If, ast.Try, ast.With)):
                yield from _assigned(getattr(statement, inner, []))


def _target(statement: ast.AST) -> ast.expr | None:
    if isinstance(statement, ast.AnnAssign):
        return statement.target
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0]
    return None
