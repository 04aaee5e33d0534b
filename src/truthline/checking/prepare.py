"""Before anything is read: load the rules, and check every name by which the config and the user speak of them."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from truthline.checking.options import CheckOptions
from truthline.checking.plugins import bundled_rules, plugin_rules
from truthline.checking.protocol import Rule
from truthline.checking.registry import Instance, Mistake, instances, unique
from truthline.checking.selection import Layer, Selection, UsageError, unknown_selectors
from truthline.config.positions import parse_key, written
from truthline.config.problems import ConfigError, Problems, did_you_mean
from truthline.config.schema import DEFAULT_FILE, Config


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The rules at work, and which of them run.

    `strict` says that every plugin was loaded, so that an unknown name is a mistake.
    """

    instances: tuple[Instance, ...]
    selection: Selection
    strict: bool


def prepare(config: Config, options: CheckOptions, *, rules: Sequence[type[Rule]] = ()) -> Prepared:
    """Load and set up the rules. Raises ConfigError with every mistake, UsageError, PluginError."""
    ready, found = _ready(config, rules, options.day, no_plugins=options.no_plugins)
    if found:
        problems = Problems(config.positions, config.file or DEFAULT_FILE)
        for mistake in found:
            problems.add(parse_key(mistake.key), mistake.message)
        raise ConfigError(problems.all())
    _check_usage(config, options, ready)
    strict = _is_strict(config, no_plugins=options.no_plugins)
    return Prepared(instances=ready, selection=_selection(config, options, ready), strict=strict)


def mistakes(
    config: Config, *, rules: Sequence[type[Rule]] = (), no_plugins: bool = False
) -> Iterator[tuple[str, str]]:
    """What only the rules can know to be wrong in a config, as keys and sentences: the `further` of `config.load`.

    Raises PluginError.
    """
    _, found = _ready(config, rules, no_plugins=no_plugins)
    yield from ((mistake.key, mistake.message) for mistake in found)


def _ready(
    config: Config, further: Sequence[type[Rule]], today: date = date.max, *, no_plugins: bool
) -> tuple[tuple[Instance, ...], tuple[Mistake, ...]]:
    rules = unique((*available_rules(config, no_plugins=no_plugins), *further))
    strict = _is_strict(config, no_plugins=no_plugins)
    ready, found = instances(rules, config, strict=strict, today=today)
    if strict:
        found = (*found, *_selector_mistakes(config, ready))
    return ready, found


def _is_strict(config: Config, *, no_plugins: bool) -> bool:
    return not (no_plugins and config.plugins)


def available_rules(config: Config, *, no_plugins: bool = False) -> tuple[type[Rule], ...]:
    """Every rule that a run with this config can use, in order of their codes."""
    plugins = () if no_plugins else plugin_rules(config.plugins, Path(config.base))
    return unique((*bundled_rules(), *plugins))


def _selector_mistakes(config: Config, ready: tuple[Instance, ...]) -> list[Mistake]:
    names = [instance.name for instance in ready]
    found = [
        Mistake(written((key, index)), sentence)
        for key, selectors in (("select", config.select), ("ignore", config.ignore), ("warn", config.warn))
        for index, sentence in unknown_selectors(selectors, names)
    ]
    codes = {instance.meta.code for instance in ready} | {instance.meta.name for instance in ready}
    found.extend(
        Mistake(written(("aliases", code)), f"`{code}` is no rule's code{did_you_mean(code, codes)}")
        for code in config.aliases
        if code not in codes
    )
    return found


def _check_usage(config: Config, options: CheckOptions, ready: tuple[Instance, ...]) -> None:
    names = [instance.name for instance in ready]
    for option, selectors in (("--select", options.select), ("--ignore", options.ignore)):
        for _, sentence in unknown_selectors(selectors, names):
            raise UsageError(f"{option}: {sentence}")
    for flow in options.flows:
        if flow not in config.flow:
            raise UsageError(f"--flow: there is no flow `{flow}`{did_you_mean(flow, config.flow)}")


def _selection(config: Config, options: CheckOptions, ready: tuple[Instance, ...]) -> Selection:
    """The config's layer and the command line's; a plugin's rules run because the config names the plugin.

    Unless its `select` speaks of one of them itself: then it decides.
    """
    foreign = [instance.name for instance in ready if not instance.meta.code.startswith("TL")]
    spoken_of = len(unknown_selectors(config.select, foreign)) < len(config.select)
    layers = [Layer(config.select, config.ignore)]
    if options.select or options.ignore:
        layers.append(Layer(options.select or None, options.ignore))
    always = frozenset() if spoken_of else frozenset(name.code for name in foreign)
    return Selection(tuple(layers), config.warn, always)
