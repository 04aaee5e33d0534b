"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

PROCESSES, DASK = "processes", "dask:"

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """`--config FILE`."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Use this config file instead of the one found from the working directory upward.",
    )(command)


def packs_option(command: Command) -> Command:
    """`--pack NAME`."""
    return click.option(
        "--pack",
        "packs",
        multiple=True,
        metavar="NAME",
        help="Check under this pack too: one that ships, or a .toml path.",
    )(command)


def color_option(command: Command) -> Command:
    """`--color auto|always|never`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="When to print in colour; `auto` means on a terminal, unless NO_COLOR or FORCE_COLOR is set.",
    )(command)


def plugins_option(command: Command) -> Command:
    """`--no-plugins`."""
    return click.option(
        "--no-plugins",
        is_flag=True,
        help="Leave out the plugins that the config names: nothing but truthline's own code is run.",
    )(command)


def today_option(command: Command) -> Command:
    """`--today DATE`."""
    return click.option(
        "--today",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="The date (2026-12-31) that decides which allowances have expired.",
    )(command)


def cache_dir_option(command: Command) -> Command:
    """`--cache-dir DIR`."""
    return click.option(
        "--cache-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The cache is DIR, instead of .truthline_cache beside the config file.",
    )(command)


def cache_options(command: Command) -> Command:
    """`--no-cache` and `--cache-dir DIR`."""
    whether = click.option("--no-cache", is_flag=True, help="Neither use nor keep what is known of the files.")
    return whether(cache_dir_option(command))


def executor_option(command: Command) -> Command:
    """`--executor processes|dask:ADDRESS`."""
    return click.option(
        "--executor",
        default=PROCESSES,
        callback=_known_executor,
        metavar="WHERE",
        help="Where files are read: `processes` of this machine (default), or `dask:ADDRESS`, a dask scheduler.",
    )(command)


def _known_executor(_context: click.Context, _option: click.Parameter, where: str) -> str:
    """It is looked at even where a remembered answer needs none."""
    if where != PROCESSES and not (where.startswith(DASK) and where.removeprefix(DASK)):
        raise click.BadParameter(f"{where!r} is neither `{PROCESSES}` nor `{DASK}ADDRESS`")
    return where


def jobs_option(command: Command) -> Command:
    """`--jobs N`."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Worker processes that read files (default: one for each processor).",
    )(command)
