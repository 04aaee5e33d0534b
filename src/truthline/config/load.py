"""Finding the config, laying it over its packs, and making sure of it."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from truthline.config.decode import decode
from truthline.config.document import Document, is_file, read
from truthline.config.names import examine
from truthline.config.packs import with_packs
from truthline.config.positions import KeyPath, Positions, parse_key
from truthline.config.problems import ConfigError, Problem, Problems
from truthline.config.schema import DEFAULT_FILE, Config, Contents
from truthline.errors import TruthlineError

FILES = (DEFAULT_FILE, ".truthline.toml")
PYPROJECT = "pyproject.toml"
SECTION = ("tool", "truthline")

Further = Callable[[Config], Iterable[tuple[str | KeyPath, str]]]
"""Looks at a config for what this room cannot know (kinds, codes, plugins) and yields keys and what is wrong there.

It is asked even where mistakes were found, so that all of them are told at once; these have harmless values by then.
"""


def load(
    cwd: Path, explicit: Path | None = None, *, packs: Sequence[str] = (), further: Further | None = None
) -> Config:
    """The config that holds in `cwd`, or the `explicit` one, over its packs and the ones named here.

    Raises ConfigError with everything that is wrong, or where there is no config and no pack either.
    """
    found = find(cwd, explicit)
    if found is None and not packs:
        raise ConfigError([Problem(DEFAULT_FILE, 1, "", _none_found(cwd))])
    base, document = found or (cwd, Document({}, Positions(), DEFAULT_FILE))
    whole_path = Path(os.path.abspath(base))  # noqa: PTH100  # without `..`, but with links as they were typed
    return _config(whole_path, document, packs, further, written_down=found is not None)


def load_or_default(cwd: Path, explicit: Path | None = None, *, packs: Sequence[str] = ()) -> Config:
    """The same, but without a config the working directory is the one import root."""
    if explicit is None and not packs and find(cwd, None) is None:
        return Config(base=str(cwd.absolute()))
    return load(cwd, explicit, packs=packs)


def find(cwd: Path, explicit: Path | None = None) -> tuple[Path, Document] | None:
    """The config file's directory and its content: the explicit one, or the nearest from `cwd` upward."""
    path = locate(cwd, explicit)
    return (path.parent, _read(path)) if path is not None else None


def locate(cwd: Path, explicit: Path | None = None) -> Path | None:
    """The config file itself: the explicit one, which need not exist, or the nearest from `cwd` upward."""
    if explicit is not None:
        return cwd / explicit
    for directory in (cwd.absolute(), *cwd.absolute().parents):
        for name in FILES:
            if is_file(directory / name):
                return directory / name
        if _is_spoken_of(directory / PYPROJECT):
            return directory / PYPROJECT
    return None


def _read(path: Path) -> Document:
    document = read(path, path.name)
    if path.name != PYPROJECT:
        return document
    section = document.table(*SECTION)
    if section is None:
        raise ConfigError([Problem(path.name, 1, "", "has no table `[tool.truthline]`")])
    return section


def _is_spoken_of(path: Path) -> bool:
    """Whether a `pyproject.toml` has the table; one that does not speak of truthline is passed over, broken or not."""
    try:
        mentioned = is_file(path) and b"truthline" in path.read_bytes()
    except OSError:
        return False
    return mentioned and read(path, PYPROJECT).table(*SECTION) is not None


def _none_found(cwd: Path) -> str:
    places = ", ".join((*(f"`{name}`" for name in FILES), "`[tool.truthline]` in `pyproject.toml`"))
    return f"no config from `{cwd.absolute()}` upward ({places}); `truthline init` writes a first one"


def _config(
    base: Path, document: Document, packs: Sequence[str], further: Further | None, *, written_down: bool
) -> Config:
    own = Problems(document.positions, document.file)
    whole, wrong = with_packs(document, packs, base, own)
    problems = Problems(whole.positions, document.file)
    contents = decode(Contents, whole.raw, (), problems)
    examine(contents, base, problems)
    config = _completed(contents, base, document.file if written_down else None, whole.positions)
    if further is not None:
        _ask(further, config, problems)
    found = (*own.all(), *wrong, *problems.all())
    if found:
        raise ConfigError(found)
    return config


def _ask(further: Further, config: Config, problems: Problems) -> None:
    try:
        for key, message in further(config):
            problems.add_unless_known(parse_key(key) if isinstance(key, str) else key, message)
    except TruthlineError as error:
        problems.add(("plugins",), str(error))


def _completed(contents: Contents, base: Path, file: str | None, positions: Positions) -> Config:
    fields = {name: getattr(contents, name) for name in contents.__struct_fields__}
    return Config(**fields, base=str(base), file=file, positions=positions)
