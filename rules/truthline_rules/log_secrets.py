"""Secrets that come into logs and exceptions (TL603)."""

from collections.abc import Iterator

from truthline.api import Example, Meta, Program, Rule, SecretLeak, Violation

_CONFIG = '[logging]\nsecrets = ["*token*", "*secret*"]\nredact = ["app.security:mask"]\n'
_MASK = "def mask(text):\n    return text[-4:]\n"
_CODE = """\
import logging

from app.security import mask

logger = logging.getLogger(__name__)


def connect(url, token):
    header = f"Bearer {token}"
    logger.info(%s)
    return header
"""
_SINKS = {"log": "logged here", "exception": "read in the text of this exception"}


class SecretLogged(Rule):
    """A secret is logged, or stands in the text of an exception.

    What it does:
        Follows values from what `secrets` in `[logging]` names (parameters, attributes, keys, names, environment
        variables) through assignments, f-strings, containers, calls and returns to the arguments of log calls, to
        what a logger is bound to, and to exceptions that are raised. What tells nothing of it is none: its truth, its
        length, how it begins, a comparison, a hash. Nor is what a function of `redact` returns, or one whose name
        says that it masks, unless it returns the whole; nor what a processor of structlog, a filter or a patcher takes
        out of the record or overwrites. Names of numbers and of what belongs to a secret
        (`max_tokens`, `token_id`) are none, unless a pattern without `*` means them.
    Why it is bad:
        Logs are kept longer, and read by more people, than any secret may be.
    How to fix:
        Log whether it is there, or a fingerprint; pass it through a function of `redact`.
    How to allow:
        A suppression with a reason.
    """

    meta = Meta(
        code="TL603",
        name="secret-logged",
        valid=(
            Example(
                title="whether it is there, and masked",
                files={
                    "app/security.py": _MASK,
                    "app/a.py": _CODE % '"connecting", extra={"has_token": bool(token), "tail": mask(token)}',
                },
                config=_CONFIG,
            ),
        ),
        invalid=(
            Example(
                title="a header that has the token in it",
                files={"app/security.py": _MASK, "app/a.py": _CODE % '"connecting to %s with %s", url, header'},
                config=_CONFIG,
            ),
        ),
    )

    def check(self, program: Program) -> Iterator[Violation]:
        """Ask for the ways of the secrets."""
        for leak in program.secret_leaks():
            yield self._violation(leak)

    def _violation(self, leak: SecretLeak) -> Violation:
        return Violation(
            location=leak.location,
            message=(
                f"the secret `{leak.name}` ({leak.source.file}:{leak.source.span.line}) can be {_SINKS[leak.where]}"
            ),
            help=f"leave `{leak.name}` out, or pass it through a function of `redact`",
            symbol=f"{leak.function}:{leak.name}",
            witness=leak.steps,
        )
