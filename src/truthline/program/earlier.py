"""The files that a piece of work has changed, as they were before it."""

from collections.abc import Callable, Mapping
from functools import cached_property

import msgspec

from truthline.config.schema import Config
from truthline.facts.view import FileView
from truthline.program.load import load_modules
from truthline.program.modules import Modules


class Earlier:
    """The changed files, relative to the config, and what those of them that were there held.

    What is Python is parsed where untrusted files are, when it is first asked for.
    """

    def __init__(self, config: Config, files: frozenset[str], ask: Callable[[], Mapping[str, bytes]]) -> None:
        self.files = files
        self._config = config
        self._ask = ask

    def read(self, file: str) -> bytes | None:
        """What a changed file held; None where there was no such file."""
        return self._texts.get(file)

    def view(self, file: str) -> FileView | None:
        """A changed file as a rule looks at it; None where it was not there, not analysed, or unreadable."""
        text = self._texts.get(file)
        module = self._modules.by_file.get(file) if text is not None else None
        if text is None or module is None or module.outline is None:
            return None
        return FileView(file, module.name, text, module.outline)

    @cached_property
    def _texts(self) -> Mapping[str, bytes]:
        return self._ask()

    @cached_property
    def _modules(self) -> Modules:
        python = {file: text for file, text in self._texts.items() if file.endswith(".py")}
        return load_modules(msgspec.structs.replace(self._config, include=tuple(python)), 1, overlay=python)
