"""What log records claim of a decision's inputs in their `source` field, held against the provenance (TL605)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from truthline.facts import code as ir
from truthline.facts.code import Register
from truthline.model.finding import Step
from truthline.model.location import Location
from truthline.program.engine.values import Context
from truthline.program.evidence.terms import Place, Text
from truthline.program.influence.provenance import InputProvenance, InputSource
from truthline.program.logs.definitions import called_name
from truthline.program.logs.emitted import Emissions
from truthline.program.places import Places

_FIELD = "source"
_DEEPEST = 8


class FalseClaim(msgspec.Struct, frozen=True):
    """A log call whose `source` says of every input what is not so of one: `claimed` in place of what `source` is."""

    value: str
    claimed: str
    input: str
    source: InputSource
    function: str
    location: Location
    steps: tuple[Step, ...]


def false_claims(
    emissions: Emissions,
    marker: str | None,
    declared: Mapping[str, str],
    inputs: Sequence[InputProvenance],
    places: Places,
) -> Iterable[FalseClaim]:
    """The first contradiction of each claim; where a flow has a marker, only the marker claims anything."""
    found: dict[Location, FalseClaim] = {}
    for place in emissions.of(marker) if marker is not None else emissions.all():
        for said in _values(emissions, place):
            claimed = declared.get(said)
            contradiction = _contradiction(place, claimed, inputs) if claimed is not None else None
            if claimed is not None and contradiction is not None:
                name, source = contradiction
                context, register = place.context, place.register
                location = places.location(context.unit, register)
                steps = (*source.steps, places.step(context.unit, register, "value"))
                found.setdefault(
                    location, FalseClaim(said, claimed, name, source, context.unit.symbol, location, steps)
                )
    return [found[one] for one in sorted(found, key=lambda one: (one.file, one.span.line))]


def _contradiction(place: Place, claimed: str, inputs: Sequence[InputProvenance]) -> tuple[str, InputSource] | None:
    """An input that rests on something else. What cannot be known contradicts nothing."""
    for one in _concerned(place, inputs):
        for source in one.sources:
            if source.kind != "unknown" and claimed not in (source.kind, source.text):
                return one.input, source
    return None


def _concerned(place: Place, inputs: Sequence[InputProvenance]) -> Sequence[InputProvenance]:
    """The inputs of the decisions in the functions that a record is logged by; else of all decisions of the flow."""
    contexts: list[Context] = [place.context, *(context for context, _ in place.stack or ())]
    near = [one for one in inputs if any(_holds(context, one.call) for context in contexts)]
    return near or inputs


def _holds(context: Context, location: Location) -> bool:
    unit = context.unit
    first, _, last, _ = unit.code.position
    return unit.file == location.file and first <= location.span.line <= last


# -- the field's value ------------------------------------------------------------------------------


def _values(emissions: Emissions, place: Place, depth: int = 0) -> set[str]:
    """The texts that the field may have: in the call, else in what its logger is bound to."""
    call = place.context.unit.code.instructions[place.register]
    if not isinstance(call, ir.Call) or depth > _DEEPEST:
        return set()
    mappings = emissions.reader.mappings
    carried = [place.beside(register) for register in _carried(place, call)]
    held = [value for one in carried for value, _ in mappings.under(one, _FIELD, place.register)]
    held += [place.beside(register) for name, register in call.keywords if name == _FIELD]
    terms = (term for value in held for term in emissions.queries.chains.terms(value))
    found = {one.value for one in terms if isinstance(one, Text)}
    method = place.context.unit.code.instructions[call.func]
    if not found and isinstance(method, ir.Attr):
        for maker in emissions.definitions.of(place.beside(method.base)):
            found |= _values(emissions, maker, depth + 1)
    return found


def _carried(place: Place, call: ir.Call) -> Iterable[Register]:
    """The arguments of a call that are mappings of fields."""
    if called_name(place.context.unit, call).endswith("Adapter"):
        yield from call.args[1:2]
    yield from (register for name, register in call.keywords if name != _FIELD)
