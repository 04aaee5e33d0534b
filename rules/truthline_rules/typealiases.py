"""Types by every name that they have: through imports, aliases of types, `NewType` and type variables."""

import ast
from collections.abc import Iterator

from truthline.api import Program, SourceModule
from truthline_rules.annotations import dotted, type_names
from truthline_rules.assigned import Assigned, Assignments
from truthline_rules.naming import Reference, references


class Types:
    """Follows the names of types in one program."""

    def __init__(self, program: Program) -> None:
        self._modules = program.modules
        self._assignments = Assignments(program)
        self._known: dict[tuple[str, str, str], tuple[Reference, ...]] = {}

    def of(self, module: SourceModule, name: str, scope: str) -> tuple[Reference, ...]:
        """Everything that a type's dotted name, written in `scope` of a module, stands for."""
        key = (module.file, name, scope)
        if key not in self._known:
            self._known[key] = tuple(self._followed(module, name, scope))
        return self._known[key]

    def _followed(self, module: SourceModule, name: str, scope: str) -> Iterator[Reference]:
        seen: set[Reference] = set()
        pending = list(references(self._modules, module, name, scope))
        while pending:
            reference = pending.pop(0)
            if reference in seen:
                continue
            seen.add(reference)
            yield reference
            owner = self._modules.get(reference[0])
            if owner is not None and owner.outline is not None:
                values = [value for each in self._assignments.of(owner, reference[1]) for value in _types_in(each)]
                names = [each for value in values for each in type_names(value)]
                pending.extend(found for each in names for found in references(self._modules, owner, each))


def _types_in(written: Assigned) -> list[ast.expr]:
    """What is assigned as a type: the value, what a `NewType` is made of, or what bounds a type variable.

    A string names a type only where it is said to.
    """
    value = written.value
    if value is None or (isinstance(value, ast.Constant) and not written.is_type):
        return []
    if not isinstance(value, ast.Call):
        return [value]
    maker = dotted(value.func).rpartition(".")[2]
    if maker == "NewType":
        return value.args[1:2]
    if maker == "TypeVar":
        return [*value.args[1:], *(each.value for each in value.keywords if each.arg == "bound")]
    return []
