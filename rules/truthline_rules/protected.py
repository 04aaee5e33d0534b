"""The kind `protected` (TL405): modules that only certain others may import."""

from collections.abc import Iterator, Sequence

from truthline.api import Example, Location, Meta, ModulePattern, ModuleRef, Program, Rule, Setup, Vacuity, Violation
from truthline_rules.imported import EdgeOptions, packages_around, unmatched

_CONFIG = """\
[[rule]]
id = "VAULT"
kind = "protected"
protected-modules = ["app.vault"]
allowed-importers = ["app.service"]
"""
_TREE = {
    "app/vault/keys.py": "import app.vault.store\n",
    "app/vault/store.py": "",
    "app/service/login.py": "from app.vault import keys\n",
    "app/web/views.py": "import app.service.login\n",
}


class ProtectedOptions(EdgeOptions, frozen=True, kw_only=True):
    """The keys of a `protected` rule."""

    protected_modules: tuple[ModuleRef, ...]
    allowed_importers: tuple[ModuleRef, ...] = ()
    as_packages: bool = True


class Protected(Rule):
    """An import of a protected module by one that may not.

    What it does:
        Reports each direct import of one of `protected-modules` (or what is inside it) by a module that is neither one
        of `allowed-importers` (or inside one) nor inside the same protected module.
    Why it is bad:
        What is protected can be changed freely as long as everybody else comes to it through its few importers.
    How to fix:
        Ask one of the allowed importers for what is needed.
    How to allow:
        `allow = [{ path = "...", reason = "..." }]` in the rule, or a suppression.
    Options:
        protected-modules: the modules or packages, or patterns of them.
        allowed-importers: who may import them, as modules, packages or patterns. Default: nobody.
        as-packages: whether what is inside them is meant too. Default: true.
        scope: the files whose imports are looked at. Default: all.
        type-checking: whether imports for type checking count. Default: true.
        lazy: whether imports inside functions count. Default: true.
    """

    options_type = ProtectedOptions
    options: ProtectedOptions
    meta = Meta(
        code="TL405",
        name="protected",
        kind=True,
        valid=(Example(title="only the service opens the vault", files=_TREE, config=_CONFIG),),
        invalid=(
            Example(
                title="a view opens the vault",
                files={**_TREE, "app/web/views.py": "def f():\n    from app.vault.store import rows\n"},
                config=_CONFIG,
            ),
        ),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._protected = tuple(ModulePattern.compile(text) for text in self.options.protected_modules)
        self._allowed = tuple(ModulePattern.compile(text) for text in self.options.allowed_importers)

    def check(self, program: Program) -> Iterator[Violation]:
        """Look at every import of something protected."""
        in_scope = {module.name for module, _ in self.setup.scope.modules(program)}
        seen: set[tuple[str, str, int]] = set()
        for edge in program.modules.edges():
            place = (edge.importer, edge.imported, edge.imp.statement.line)
            if edge.implied or edge.importer not in in_scope or place in seen or not self.options.counts(edge.imp):
                continue
            within = self._named(self._protected, edge.imported)
            if within and not self._may_import(edge.importer, within):
                seen.add(place)
                yield Violation(
                    location=Location(program.modules.by_name[edge.importer].file, edge.imp.statement),
                    message=f"`{edge.importer}` imports `{edge.imported}`, which is protected",
                    help=_help(self.options.allowed_importers),
                    symbol=f"{edge.importer}->{edge.imported}",
                )

    def _may_import(self, importer: str, within: Sequence[str]) -> bool:
        """Whether a module is an allowed importer, or stands within every protected module that is imported into."""
        if self._named(self._allowed, importer):
            return True
        return self.options.as_packages and all(importer == name or importer.startswith(f"{name}.") for name in within)

    def _named(self, patterns: Sequence[ModulePattern], module: str) -> list[str]:
        """The module and the packages around it that a pattern names; the module alone where packages are not meant."""
        names = (module, *packages_around(module)) if self.options.as_packages else (module,)
        return [name for name in names if any(pattern.matches(name) for pattern in patterns)]

    def vacuities(self, program: Program) -> Iterator[Vacuity]:
        """An empty scope, or a pattern that names no module."""
        yield from super().vacuities(program)
        if self.setup.may_be_empty:
            return
        for key, patterns in (("protected-modules", self._protected), ("allowed-importers", self._allowed)):
            for text in unmatched(program.modules, patterns):
                yield Vacuity((*self.setup.key, key), f"`{text}` of rule `{self.setup.id}` names no module")


def _help(allowed: Sequence[str]) -> str:
    return (
        f"only {', '.join(f'`{text}`' for text in allowed)} may import it" if allowed else "nobody else may import it"
    )
