"""`truthline baseline`."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from truthline.cli.options import config_option, jobs_option, packs_option, plugins_option, today_option

if TYPE_CHECKING:
    from truthline.checking.accept import Acceptance


@click.command(short_help="Accept what is found today, so that only what is new fails.")
@config_option
@packs_option
@click.option("--prune", "prune_only", is_flag=True, help="Remove what no longer occurs, and add nothing.")
@plugins_option
@jobs_option
@today_option
def command(
    config_file: Path | None,
    packs: tuple[str, ...],
    prune_only: bool,
    no_plugins: bool,
    jobs: int | None,
    today: datetime | None,
) -> int:
    """Write every finding of today into truthline-baseline.json, beside the config.

    From then on, `check` reports what is not in it, and entries that no longer occur (TL093). Locked findings are never
    in it. Fingerprints do not depend on line numbers, so moving code changes nothing; findings of a renamed file are
    recognised.
    """
    from truthline.checking.accept import accept, prune
    from truthline.checking.baseline import FILE
    from truthline.checking.options import CheckOptions
    from truthline.checking.prepare import mistakes
    from truthline.cli.complaints import UnusableError, no_files
    from truthline.cli.outputs import replace_file, write_file
    from truthline.cli.progress import progress_bar
    from truthline.config import load

    config = load(Path.cwd(), config_file, packs=packs, further=partial(mistakes, no_plugins=no_plugins))
    target = Path(config.base) / FILE
    if prune_only and not target.exists():
        raise UnusableError(f"there is no {FILE} in {config.base}; `truthline baseline` writes it")
    with progress_bar("reading", quiet=False) as progress:
        day = today.date() if today else None
        options = CheckOptions(no_plugins=no_plugins, jobs=jobs, today=day, progress=progress)
        acceptance = (prune if prune_only else accept)(config, options)
    if not acceptance.files:
        raise no_files(config)
    if target.exists():
        replace_file(target, target.read_bytes(), acceptance.text.encode())
    else:
        write_file(target, acceptance.text)
    click.echo(_summary(FILE, acceptance))
    return 0


def _summary(file: str, acceptance: "Acceptance") -> str:
    from truthline.report.summary import counted

    changes = f"{acceptance.added:,} new, {acceptance.removed:,} gone"
    said = f"{file}: {counted(acceptance.entries, 'finding')} ({changes})."
    if acceptance.locked:
        words = "locked finding is not in it and still fails", "locked findings are not in it and still fail"
        said += f" {counted(acceptance.locked, *words)}."
    if acceptance.added:
        said += f"\nNext: commit {file}; from now on truthline check fails on what is not in it."
    return said
