"""The command line's part on many regions: `umkreis rollout`."""

from __future__ import annotations

import os
import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.errors import ParameterError
from layers.question import QUESTION_MODES
from layers.rollout_files import Results, is_url
from layers.rollout_pools import Dask, Processes
from layers.rollout_run import INDEX, Failed, Rolled, Rollout, Task, roll_out
from layers.taxonomy import load_taxonomy
from server.opened import known_regions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.regions import Regions


@click.command("rollout")
@click.argument("regions", nargs=-1, metavar="[REGION|ATLAS]…")
@click.option("--all", "everything", is_flag=True, help="All regions known here.")
@click.option("--categories", metavar="ID,…", default="", help="Else all of the taxonomy.")
@click.option(
    "--modes", metavar="MODE,…", default="", help=f"Of {', '.join(QUESTION_MODES)}; else all."
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler instead of own processes.")
@click.option(
    "--workers", type=click.IntRange(1, 512), help="Processes; else one a processor core."
)
@click.option("--output", "-o", metavar="DIR|URL", help="Else rollout/ in the state folder.")
def rollout_command(
    regions: tuple[str, ...],
    everything: bool,
    categories: str,
    modes: str,
    scheduler: str | None,
    workers: int | None,
    output: str | None,
) -> None:
    """
    Every category by every mode for many regions, as GeoParquet.

    REGION is a region known here, ATLAS the folder of a built one, as a path or an address of an
    object store. What is there already is skipped, what fails is named at the end.
    """
    known = known_regions()
    if everything == bool(regions):
        raise click.UsageError("name regions, or give --all")
    if scheduler and workers:
        raise click.UsageError("--workers are processes of this machine; leave it or --scheduler")
    wanted = _ids(categories), _ids(modes)
    if unknown := [mode for mode in wanted[1] if mode not in QUESTION_MODES]:
        raise ParameterError(
            f"`--modes` {unknown[0]!r} is not known; use some of {', '.join(QUESTION_MODES)}",
            parameter="--modes",
        )
    names = list(dict.fromkeys(known.folders() if everything else regions))
    tasks = list(_tasks(known, names, *wanted))
    target = output or str(known.state_dir / "rollout")
    results = Results(target if is_url(target) else str(Path(target).absolute()))
    with closing(Dask(scheduler)) if scheduler else nullcontext() as cluster:
        pool = cluster or Processes(min(workers or os.cpu_count() or 1, max(len(tasks), 1)))
        run = roll_out(tasks, results, pool, tell=_Told(len(tasks)))
    _sum_up(run, results)


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in text.split(",")))))


def _tasks(
    known: Regions, names: Sequence[str], categories: tuple[str, ...], modes: tuple[str, ...]
) -> Iterator[Task]:
    """Make a task of each region; an unknown name or category is said before anything begins."""
    taxonomy = None
    for name in names:
        if is_url(name) or os.sep in name:
            atlas = name if is_url(name) else str(Path(name).absolute())
            yield Task(name, atlas, categories=categories, modes=modes)
            continue
        folder = known.folder(name)
        taxonomy = taxonomy or load_taxonomy(known.taxonomy_path)
        for category in categories:
            taxonomy.category(category)
        is_built = known.is_built(name)
        yield Task(
            name,
            str(known.atlas_path(name)),
            region_dir="" if is_built else str(folder),
            taxonomy="" if is_built else str(known.taxonomy_path),
            categories=categories,
            modes=modes,
        )


class _Told:
    """Tells each region on stderr as it is done."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0

    def __call__(self, told: Rolled | Failed) -> None:
        self._done += 1
        if isinstance(told, Failed):
            what = f"failed: {told.reason}"
        elif told.parquet is None:
            what = "there already"
        else:
            what = f"{told.rows:,} rows"
        click.echo(f"{self._done}/{self._total} {told.name}: {what}", err=True)


def _sum_up(run: Rollout, results: Results) -> None:
    """Say where results are; end with status 1 if a region has none."""
    new = len(run.files) - len(run.skipped)
    click.echo(
        f"{new} regions computed, {len(run.skipped)} there already, {len(run.failed)} failed; "
        f"{results.address}/{INDEX} names the files"
    )
    for name, reason in run.failed.items():
        click.echo(f"umkreis: {name}: {reason}", err=True)
    if run.failed:
        sys.exit(1)
