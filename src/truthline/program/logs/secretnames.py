"""Which names name secrets: those that the config's patterns mean, unless they say themselves that they are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from truthline.facts.code import Type

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NONE_AT_ALL = frozenset(
    ("count", "counts", "num", "number", "total", "max", "min", "limit", "used", "usage", "budget", "length", "len",
     "size", "has", "is", "requires", "require", "required", "enabled", "disabled", "valid", "invalid", "ok", "expires",
     "expiry", "expiration", "expired", "ttl", "age", "hash", "hashed", "digest", "fingerprint", "masked", "redacted",
     "encrypted", "estimate", "estimated", "cost", "remaining", "tokens", "tokenizer", "tokenize", "missing", "found",
     "needs", "allow", "allowed", "should", "can", "revoked", "verified", "per", "rate", "checksum")
)  # fmt: skip
"""Words that make of a name one of a number, an answer or something that gives nothing away."""
_NONE_AT_END = frozenset(
    ("id", "ids", "name", "names", "type", "types", "kind", "url", "uri", "endpoint", "path", "file", "status",
     "state", "field", "fields", "header", "headers", "param", "params", "version", "index", "prefix", "suffix", "hint",
     "provider", "service", "manager", "store", "class", "error", "errors", "exception", "at", "by", "mode",
     "algorithm", "policy", "scope", "scopes", "format", "label", "ref", "source", "backend", "client", "config",
     "handler", "validator", "generator", "model", "table", "rotation", "bytes", "event", "reason",
     "message", "aud", "audience", "iss", "issuer", "claim", "claims", "subject", "var",
     "env", "alias", "matcher", "matchers",
     "pattern", "patterns", "regex", "regexes", "date", "time", "last4", "last", "four", "4", "preview")
)  # fmt: skip
"""Words at the end of a name of something that belongs to a secret."""
_TEXTS = frozenset(("str", "bytes", "Any", "object", "None", "", "dict", "list", "Text", "AnyStr", "bytearray"))
_AROUND = frozenset(("|", "Optional", "Union", "Annotated", "Final", "ClassVar", "NewType"))


class SecretNames:
    """The names that `secrets` means, whatever their case; a pattern without `*` is taken at its word."""

    def __init__(self, patterns: Iterable[str]) -> None:
        texts = list(patterns)
        literal = [text for text in texts if not set(text) & set("*?[")]
        self._literal = frozenset(text.lower() for text in literal)
        self._pattern = _any_of(text for text in texts if text not in literal)
        self._known: dict[str, bool] = {}

    def matches(self, name: str) -> bool:
        """Whether a name names a secret."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._matches(name)
        return found

    def _matches(self, name: str) -> bool:
        if name.lower() in self._literal:
            return True
        if self._pattern is None or not self._pattern.fullmatch(name.lower()):
            return False
        words = [word.lower() for word in _WORD.findall(name)]
        return not (set(words) & _NONE_AT_ALL or (words and words[-1] in _NONE_AT_END))

    def occur_in(self, words: str) -> bool:
        """Whether any of the words of a file, separated by blanks, names a secret."""
        return any(self.matches(word) for word in words.split(" "))


def may_be_text(annotation: Type | None) -> bool:
    """Whether something under an annotation can be the text of a secret: no number, and no object that hides it."""
    if annotation is None:
        return True
    name = annotation.name.rpartition(".")[2]
    if name in _AROUND:
        return any(may_be_text(one) for one in annotation.args if one.name != "None")
    return name in _TEXTS or name.startswith(("Dict", "List", "Mapping", "Sequence", "Iterable", "Tuple", "tuple"))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    shapes = [translate(text.lower()) for text in patterns]
    return re.compile("|".join(f"(?:{shape})" for shape in shapes)) if shapes else None
