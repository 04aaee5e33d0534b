"""Rule packs: configs that ship with truthline, or local files, under the config that names them."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from truthline.config.document import Document, is_file, laid_over, read
from truthline.config.forms import complaint
from truthline.config.positions import KeyPath, Positions
from truthline.config.problems import ConfigError, Problem, Problems, did_you_mean

PACKS = "truthline_rules"


def shipped() -> tuple[str, ...]:
    """The names of the packs that ship with truthline."""
    return tuple(sorted(each.name for each in _shelf().glob("*") if (each / "pack.toml").is_file()))


def local_packs(packs: Sequence[str]) -> list[str]:
    """Those that are files of the user's, by their paths relative to the config."""
    return [name for name in packs if _is_path(name)]


def _is_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name


def with_packs(
    document: Document, extra: Sequence[str], base: Path, problems: Problems
) -> tuple[Document, list[Problem]]:
    """The document over the packs that it names and the `extra` ones, a later pack over an earlier one.

    The second part is what is wrong within packs.
    """
    wrong: list[Problem] = []
    under = Document({}, Positions(), document.file)
    for key, name in _named(document, extra):
        try:
            pack = _load(name, base)
        except ConfigError as error:
            wrong.extend(error.problems)
        except LookupError as error:
            problems.add(key, str(error.args[0]))
        else:
            wrong.extend(_misplaced(pack))
            under = laid_over(under, pack)
    return laid_over(under, document), wrong


def _named(document: Document, extra: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    listed = document.raw.get("packs")
    for index, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name:
            yield ("packs", index), name
    for name in extra:
        yield (), name


def _load(name: str, base: Path) -> Document:
    """Read a pack; raises LookupError where there is none, ConfigError where it is no TOML."""
    if _is_path(name):
        wrong = complaint("path", name, frozenset())
        if wrong:
            raise LookupError(wrong)
        if not is_file(base / name):
            raise LookupError(f"there is no pack at `{name}`")
        return read(base / name, name)
    if name not in shipped():
        raise LookupError(f"no pack `{name}` ships with truthline; a local one is named by its path{_hint(name)}")
    return read(_shelf() / name / "pack.toml", f"{PACKS}/packs/{name}/pack.toml")


def _hint(name: str) -> str:
    return did_you_mean(name, shipped())


def _misplaced(pack: Document) -> Iterator[Problem]:
    """A pack stands under configs, never over another pack."""
    if "packs" in pack.raw:
        location = pack.positions.location(("packs",), pack.file)
        yield Problem(pack.file, location.span.line, "packs", "a pack cannot name packs; name them in the config")


def _shelf() -> Path:
    """The directory of the packs, found without running the package: its rules are not needed to read a pack."""
    spec = find_spec(PACKS)
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        raise ConfigError([Problem(PACKS, 1, "", "is not installed, so no pack ships with truthline")])
    return Path(next(iter(locations)), "packs")
