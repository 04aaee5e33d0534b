"""Which files of a scope a rule about texts and declarations looks at."""

import re

from truthline.api import FileView, Options, Regex


class ConditionOptions(Options, frozen=True, kw_only=True):
    """Conditions on the whole text of a file."""

    when: Regex | None = None
    unless: Regex | None = None


class Condition:
    """`when` must be found in a file's text, `unless` must not."""

    def __init__(self, options: ConditionOptions) -> None:
        self._when = re.compile(options.when, re.MULTILINE) if options.when else None
        self._unless = re.compile(options.unless, re.MULTILINE) if options.unless else None

    def holds(self, file: FileView) -> bool:
        """Whether the rule looks at this file."""
        if self._when is not None and not self._when.search(file.text):
            return False
        return self._unless is None or not self._unless.search(file.text)
