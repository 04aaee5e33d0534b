"""Fields of log records that the configured formatter never prints (TL606)."""

from collections.abc import Iterator, Mapping

import msgspec

from truthline.api import Example, FileView, Location, Meta, Printed, Program, SurveyRule, Violation
from truthline_rules.extras import keys_of_extras
from truthline_rules.log_keys import RESERVED

_CONFIG = '[logging]\nformatter = "app.logs:JSONFormatter"\n'
_FORMATTER = """\
import json
import logging


class JSONFormatter(logging.Formatter):
    def format(self, record):
        printed = {"message": record.getMessage()}
        if hasattr(record, "tenant_id"):
            printed["tenant_id"] = record.tenant_id
        return json.dumps(printed)
"""
_CALL = """\
import logging

logger = logging.getLogger(__name__)


def register(tenant):
    logger.info("registered", extra={"%s": tenant})
"""


class ExtraKey(msgspec.Struct, frozen=True):
    """A key of an `extra`, and the function in which it is passed."""

    key: str
    location: Location
    function: str


class LogFieldDropped(SurveyRule):
    """A field that is logged, and that the configured formatter never prints.

    What it does:
        Reads off the code of `formatter` in `[logging]` which fields of a record it prints: attributes and `getattr`,
        keys of `record.__dict__`, loops over it with what they admit or leave out, format strings in each of the
        three styles. Then it reports every key of an `extra` that is not among them. `formatter` may be a class, a
        formatter that a module holds, a function that makes one, or the dict of a `dictConfig`. A formatter whose
        code is not analysed, such as python-json-logger's, counts as one that prints everything.
    Why it is bad:
        The code says that it is logged, and nobody will ever see it.
    How to fix:
        Let the formatter print the field, or leave it out.
    How to allow:
        A suppression with a reason.
    """

    note_type = ExtraKey
    meta = Meta(
        code="TL606",
        name="log-field-dropped",
        valid=(
            Example(
                title="the formatter prints the field",
                files={"app/logs.py": _FORMATTER, "app/a.py": _CALL % "tenant_id"},
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="the formatter knows nothing of the field",
                files={"app/logs.py": _FORMATTER, "app/a.py": _CALL % "connector_id"},
                config=_CONFIG,
            ),
        ),
    )

    def survey(self, file: FileView) -> Iterator[ExtraKey]:
        """Note the keys of every `extra` of a file."""
        for key, node, function in file.once(keys_of_extras):
            if key not in RESERVED:
                yield ExtraKey(key, file.at(node), function)

    def judge(self, program: Program, notes: Mapping[str, tuple[ExtraKey, ...]]) -> Iterator[Violation]:
        """Hold the keys against what the formatter prints."""
        printed = program.printed() if any(notes.values()) else None
        if printed is None:
            return
        for found in notes.values():
            yield from (self._violation(one, printed) for one in found if not printed.prints(one.key))

    def _violation(self, one: ExtraKey, printed: Printed) -> Violation:
        return Violation(
            location=one.location,
            message=f"the field `{one.key}` is never printed: `{printed.formatter}` does not look at it",
            help=f"let the formatter print `{one.key}`, or leave it out",
            symbol=f"{one.function}.{one.key}",
        )
