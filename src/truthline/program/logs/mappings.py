"""The keys that a mapping certainly has where it is handed on, followed to where it was made and filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.program.engine.units import Unit
from truthline.program.engine.values import Constant, Context
from truthline.program.evidence.terms import Place, Site
from truthline.program.influence.graph import Site as GraphSite
from truthline.program.logs.definitions import Definitions, called_name, stands_before, written_text

_DEEPEST = 24
_LONGEST_STACK = 6
END = -1
"""In the place of an instruction: where control leaves the function."""


class Fields(msgspec.Struct, frozen=True):
    """Names that are there on every way; `open` where there may be others that cannot be known."""

    names: frozenset[str] = frozenset()
    open: bool = False

    def plus(self, other: Fields) -> Fields:
        """What both together carry."""
        return Fields(self.names | other.names, self.open or other.open)


NO_FIELDS = Fields()
ANY = Fields(open=True)


class MappingKeys:
    """Reads the keys of mappings."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.engine = definitions.engine

    def keys(self, place: Place, at: Register, depth: int = 0) -> Fields:
        """The keys that a dict has when control comes to the instruction `at` of its function."""
        if depth > _DEEPEST:
            return ANY
        unit = place.context.unit
        instruction = unit.code.instructions[place.register]
        known = self.known(place, at, depth)
        if known is not None:
            return self._filled(place, at, known)
        match instruction:
            case ir.Const():
                return NO_FIELDS
            case ir.BuildDict(items=items):
                return self._filled(place, at, self._displayed(place, items, at, depth))
            case ir.Binary(op="or", left=left, right=right):
                both = self.keys(place.beside(left), at, depth + 1).plus(self.keys(place.beside(right), at, depth + 1))
                return self._filled(place, at, both)
            case ir.Phi():
                chosen = self._chosen(place, instruction)
                joined = common(self.keys(place.beside(one), place.register, depth + 1) for one in chosen)
                return self._filled(place, at, joined)
            case ir.Param(index=index) if unit.code.params[index].kind == "kwarg":
                return self._passed_keywords(place, index, depth)
            case ir.Call():
                return self._filled(place, at, self._made_by_call(place, instruction, at, depth))
            case _:
                return self._filled(place, at, self._elsewhere(place, depth))

    def known(self, place: Place, at: Register, depth: int) -> Fields | None:
        """The keys of a mapping of which more is known than how it was made; None of any other."""
        return None

    def _elsewhere(self, place: Place, depth: int) -> Fields:
        makers = [one for one in self.definitions.of(place) if one != place]
        return common(self.keys(one, self._left(place, one), depth + 1) for one in makers) if makers else ANY

    def _left(self, place: Place, made: Place) -> Register:
        """Up to where a mapping was filled that another function, or the module, has made."""
        is_here = made.context.unit is place.context.unit or made.context.unit.code.kind == "class"
        return made.register if is_here else END

    def _chosen(self, place: Place, phi: ir.Phi) -> list[Register]:
        """The ways of a join that can be taken: of `given or {...}`, the first if it is sure to be true."""
        unit = place.context.unit
        if len(phi.args) != 2 or len(phi.sources) != 2:
            return list(phi.args)
        for number, (one, source) in enumerate(zip(phi.args, phi.sources, strict=True)):
            block = unit.code.blocks[source]
            test = unit.code.instructions[block.test] if block.test is not None else None
            if isinstance(test, ir.Test) and test.value == one and len(block.successors) == 2:
                truth = self._truth(place.beside(one))
                if truth is not None:
                    where_true = self._block_of(place) == block.successors[0]
                    return [one] if truth is where_true else [phi.args[1 - number]]
        return list(phi.args)

    def _block_of(self, place: Place) -> int | None:
        found = place.context.unit.place(place.register)
        return found[0] if found is not None else None

    def _truth(self, place: Place) -> bool | None:
        """Whether a mapping is true by how it was made; None where that differs or cannot be told."""
        answers: set[bool | None] = set()
        for one in self._makers(place):
            known = self.known(one, one.register, 0)
            if known is not None:
                answers.add(True if known.names else None if known.open else False)
                continue
            made = one.context.unit.code.instructions[one.register]
            if isinstance(made, ir.Const):
                answers.add(bool(made.value))
            else:
                answers.add(True if isinstance(made, ir.BuildDict) and made.items else None)
        return answers.pop() if len(answers) == 1 else None

    def _makers(self, place: Place) -> tuple[Place, ...]:
        is_known = self.known(place, place.register, 0) is not None
        return (place,) if is_known else self.definitions.of(place)

    def _displayed(
        self, place: Place, items: tuple[tuple[Register | None, Register], ...], at: Register, depth: int
    ) -> Fields:
        found = NO_FIELDS
        for key, value in items:
            if key is None:
                found = found.plus(self.keys(place.beside(value), at, depth + 1))
            else:
                text = self.text(place.beside(key))
                found = found.plus(ANY if text is None else Fields(frozenset((text,))))
        return found

    def _made_by_call(self, place: Place, call: ir.Call, at: Register, depth: int) -> Fields:
        unit = place.context.unit
        func = unit.code.instructions[call.func]
        if isinstance(func, ir.Load) and func.name == "dict":
            found = Fields(frozenset(name for name, _ in call.keywords if name is not None))
            for register in call.args:
                found = found.plus(self._of_pairs(place.beside(register), at, depth))
            for register in (value for name, value in call.keywords if name is None):
                found = found.plus(self.keys(place.beside(register), at, depth + 1))
            return found
        if isinstance(func, ir.Attr) and func.name == "copy" and not call.args:
            return self.keys(place.beside(func.base), at, depth + 1)
        if called_name(unit, call) in ("copy", "deepcopy") and call.args:
            return self.keys(place.beside(call.args[0]), at, depth + 1)
        return self._elsewhere(place, depth)

    def _of_pairs(self, place: Place, at: Register, depth: int) -> Fields:
        """The keys that `dict` takes from a mapping or from pairs."""
        code = place.context.unit.code.instructions
        built = code[place.register]
        if isinstance(built, ir.Call):
            return ANY if called_name(place.context.unit, built) in ("zip", "map") else self.keys(place, at, depth + 1)
        if not isinstance(built, ir.Build):
            return self.keys(place, at, depth + 1)
        pairs = [code[item] for item in built.items]
        texts = [self.text(place.beside(one.items[0])) for one in pairs if isinstance(one, ir.Build) and one.items]
        names = frozenset(text for text in texts if text is not None)
        return Fields(names, open=len(texts) < len(pairs) or None in texts or bool(built.stars) or not pairs)

    def _passed_keywords(self, place: Place, index: int, depth: int) -> Fields:
        """The keywords that `**fields` collects."""
        own = {one.name for one in place.context.unit.code.params if one.kind not in ("vararg", "kwarg")}
        sites: Iterable[Site] = place.stack[-1:] if place.stack else self.definitions.sites.calling(place.context)
        found: list[Fields] = []
        for context, register in sites:
            call = context.unit.code.instructions[register]
            if not isinstance(call, ir.Call):
                return ANY
            outer = Place(context, register, place.stack[:-1] if place.stack else None)
            one = Fields(frozenset(name for name, _ in call.keywords if name is not None) - own)
            for name, value in call.keywords:
                if name is None:
                    one = one.plus(self.keys(outer.beside(value), register, depth + 1))
            found.append(one)
        return common(found) if found else ANY

    def _filled(self, place: Place, at: Register, found: Fields) -> Fields:
        """What is certainly put into the dict, and what may be taken out, before control comes to `at`."""
        unit = place.context.unit
        for user in unit.uses.get(place.register, ()):
            one = unit.code.instructions[user]
            if isinstance(one, ir.SetItem) and one.base == place.register:
                text = self.text(place.beside(one.key))
                if text is None:
                    found = found.plus(ANY)
                elif _is_before(unit, user, at):
                    found = found.plus(Fields(frozenset((text,))))
            elif isinstance(one, ir.DelItem):
                found = self._without(place.beside(one.key), found)
            elif isinstance(one, ir.Attr) and one.name in ("update", "setdefault", "pop", "clear"):
                found = self._changed(place, user, one.name, at, found)
            elif isinstance(one, ir.Call) and place.register in one.args and user != at:
                found = self._handed(place, user, one, at, found)
        return found

    def under(self, place: Place, key: str, at: Register, depth: int = 0) -> list[tuple[Place, Register]]:
        """What a mapping can hold under a key when control comes to `at`, each with where it was put in."""
        if depth > _DEEPEST:
            return []
        unit = place.context.unit
        stored = [one for one in self._stored(place, key) if one[1] == at or not _is_before(unit, at, one[1])]
        certain = [one for one in stored if _is_before(unit, one[1], at)]
        last = next(
            (one for one in certain if all(_is_before(unit, other[1], one[1]) or other is one for other in certain)),
            None,
        )
        if last is None:
            return [*stored, *self._made_with(place, key, at, depth)]
        return [last, *(one for one in stored if one not in certain)]

    def _stored(self, place: Place, key: str) -> Iterable[tuple[Place, Register]]:
        """What is put under a key after a mapping was made."""
        unit = place.context.unit
        for user in unit.uses.get(place.register, ()):
            one = unit.code.instructions[user]
            if isinstance(one, ir.SetItem) and one.base == place.register and self.text(place.beside(one.key)) == key:
                yield place.beside(one.value), user
            elif isinstance(one, ir.Attr) and one.name == "update":
                for called in unit.uses.get(user, ()):
                    call = unit.code.instructions[called]
                    for name, value in call.keywords if isinstance(call, ir.Call) else ():
                        if name == key:
                            yield place.beside(value), called
                    for given in call.args if isinstance(call, ir.Call) and call.func == user else ():
                        yield from ((held, called) for held, _ in self.under(place.beside(given), key, called))

    def _made_with(self, place: Place, key: str, at: Register, depth: int) -> list[tuple[Place, Register]]:
        """What was put under a key where a mapping was made."""
        unit = place.context.unit
        one = unit.code.instructions[place.register]
        if isinstance(one, ir.Param) and unit.code.params[one.index].kind == "kwarg":
            sites: Iterable[Site] = place.stack[-1:] if place.stack else self.definitions.sites.calling(place.context)
            stack = place.stack[:-1] if place.stack else None
            return [held for site in sites for held in self._under_keyword(Place(*site, stack), key, depth)]
        if isinstance(one, ir.BuildDict):
            return self._displayed_under(place, one.items, key, depth)
        if isinstance(one, ir.Call) and called_name(unit, one) == "dict":
            spread = [(None, value) for value in one.args]
            named = [held for held in self._under_keyword(place, key, depth) if held[1] == place.register]
            return named or self._displayed_under(place, spread, key, depth)
        makers = [made for made in self.definitions.of(place) if made != place]
        return [held for made in makers for held in self.under(made, key, self._until(place, made, at), depth + 1)]

    def _until(self, place: Place, made: Place, at: Register) -> Register:
        """Up to where it counts what is put into a mapping that was made elsewhere."""
        return at if made.context is place.context else self._left(place, made)

    def _displayed_under(
        self, place: Place, items: Sequence[tuple[Register | None, Register]], key: str, depth: int
    ) -> list[tuple[Place, Register]]:
        found: list[tuple[Place, Register]] = []
        for name, value in items:
            if name is None:
                found = self.under(place.beside(value), key, place.register, depth + 1) or found
            elif self.text(place.beside(name)) == key:
                found = [(place.beside(value), place.register)]
        return found

    def _under_keyword(self, site: Place, key: str, depth: int) -> Iterable[tuple[Place, Register]]:
        call = site.context.unit.code.instructions[site.register]
        for name, value in call.keywords if isinstance(call, ir.Call) else ():
            if name == key:
                yield site.beside(value), site.register
            elif name is None:
                yield from self.under(site.beside(value), key, site.register, depth + 1)

    def _handed(self, place: Place, user: Register, call: ir.Call, at: Register, found: Fields) -> Fields:
        """What functions that are handed the mapping put into it or take out, before control comes to `at`."""
        stack = place.stack
        if not _is_before(place.context.unit, user, at) or stack is None or len(stack) > _LONGEST_STACK:
            return found
        inner = [
            Place(callee, register, (*stack, (place.context, user)))
            for callee in self.definitions.callees(place.beside(user))
            for register in self._receiving(place, user, callee)
        ]
        return common(self._filled(one, END, found) for one in inner) if inner else found

    def _receiving(self, place: Place, user: Register, callee: Context) -> list[Register]:
        """The parameters of a function in which it gets the mapping."""
        if callee.unit.model or not callee.unit.is_function:
            return []
        passed = self.definitions.sites.arguments
        site = GraphSite(place.context, user)
        params = callee.unit.find(ir.Param)
        return [register for register, one in params if place.register in passed(site, callee, one.index).plain]

    def _changed(self, place: Place, method: Register, name: str, at: Register, found: Fields) -> Fields:
        unit = place.context.unit
        for user in unit.uses.get(method, ()):
            call = unit.code.instructions[user]
            if not isinstance(call, ir.Call) or call.func != method:
                continue
            if name == "clear" and _is_before(unit, user, at):
                found = NO_FIELDS
            elif name == "pop" and call.args:
                found = self._without(place.beside(call.args[0]), found)
            elif name == "update" and _is_before(unit, user, at):
                found = found.plus(Fields(frozenset(key for key, _ in call.keywords if key is not None)))
                for register in (*call.args, *(value for key, value in call.keywords if key is None)):
                    found = found.plus(self.keys(place.beside(register), user))
            elif name == "setdefault" and call.args and _is_before(unit, user, at):
                text = self.text(place.beside(call.args[0]))
                found = found.plus(ANY if text is None else Fields(frozenset((text,))))
        return found

    def _without(self, key: Place, found: Fields) -> Fields:
        text = self.text(key)
        return Fields(found.names - {text}, found.open) if text is not None else found

    def text(self, place: Place) -> str | None:
        """The one text that a register holds."""
        if isinstance(place.context.unit.code.instructions[place.register], ir.Const):
            return written_text(place.context.unit, place.register)
        values = [one.value for one in self.engine.value(place.context, place.register) if isinstance(one, Constant)]
        texts = [one for one in values if isinstance(one, str)]
        return texts[0] if len(texts) == 1 else None


def common(found: Iterable[Fields]) -> Fields:
    """What all have in common; nothing where there are none."""
    every = list(found)
    if not every:
        return NO_FIELDS
    return Fields(frozenset.intersection(*(one.names for one in every)), any(one.open for one in every))


def _is_before(unit: Unit, first: Register, second: Register) -> bool:
    """Whether every way to an instruction, or to where control leaves the function, comes past the first."""
    if second != END:
        return stands_before(unit, first, second)
    ends = [register for register, _ in unit.find(ir.Return) if unit.place(register) is not None]
    last = [block.registers[-1] for block in unit.code.blocks if not block.successors and block.registers]
    leaving = ends or [register for register in last if not isinstance(unit.code.instructions[register], ir.Raise)]
    return all(register == first or stands_before(unit, first, register) for register in leaving)
