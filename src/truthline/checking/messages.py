"""A team's own message for a finding: a sentence, perhaps with `{placeholders}` for what was found."""

import re
from collections.abc import Iterator, Mapping

from truthline.config.problems import did_you_mean

MESSAGE = "message"
"""The placeholder of the sentence that the rule itself would say."""

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}")


def template_problems(template: str, known: frozenset[str]) -> Iterator[str]:
    """Placeholders that stand for nothing. `{{` and `}}` are braces, and so is one around anything but a name."""
    for match in _PLACEHOLDER.finditer(template):
        if match[1] is not None and match[1] not in known:
            near = did_you_mean(match[1], known)
            yield f"`{match[0]}` stands for nothing here{near}; write `{{{match[0]}}}` for braces"


def filled(template: str | None, sentence: str, details: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The message of a finding.

    `details` are what the rule says of the finding, `names` what is known of its place. A template that asks for
    neither details nor the rule's `{message}` stands before the rule's own sentence.
    """
    if template is None:
        return sentence
    values = {**names, **details, MESSAGE: sentence}
    asked = {match[1] for match in _PLACEHOLDER.finditer(template)}
    text = _PLACEHOLDER.sub(lambda match: _value(match, values), template)
    return text if asked & {*details, MESSAGE} else f"{text}: {sentence}"


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    return match[0][0] if match[1] is None else values.get(match[1], "")
