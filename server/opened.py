"""Opens regions for the command line; what is missing is built first, with its steps on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from layers.atlas import Atlas
from server.regions import Regions
from server.settings import Settings

BUILD_STEPS = {
    "region": "reading the region",
    "people": "placing people on buildings",
    "offers": "reading offers",
    "streets": "reading streets",
    "addresses": "reading addresses",
    "walk": "streets on foot",
    "stepfree": "streets without steps",
    "bike": "streets by bike",
    "car": "streets by car",
    "base_map": "drawing the base map",
    "done": "done",
}


def open_region(region: str) -> Atlas:
    """Open a region; build it first where it is missing or its files have changed."""
    regions = known_regions()
    return regions.open(region) if regions.is_built(region) else build_region(regions, region)


def open_built_region(region: str) -> Atlas:
    """Open a region as it was built, without what the register holds; build it where needed."""
    regions = known_regions()
    if not regions.is_built(region):
        build_region(regions, region)
    return regions.open_built(region)


def build_region(regions: Regions, region: str) -> Atlas:
    """Build a region, telling its steps."""
    with progress_of(region, BUILD_STEPS) as report:
        return regions.build(region, report)


def known_regions() -> Regions:
    """Return the regions known to this installation."""
    return Regions(Settings.from_env())


@contextmanager
def progress_of(label: str, steps: Mapping[str, str]) -> Iterator[Callable[[str, float], None]]:
    """Show the steps of long work on stderr: a bar on a terminal, else each step once."""
    if not sys.stderr.isatty():
        told: list[str] = []

        def tell(step: str, _share: float) -> None:
            if step not in told:
                told.append(step)
                click.echo(f"{label}: {steps.get(step, step)}", err=True)

        yield tell
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr, show_eta=False) as bar:

        def report(step: str, share: float) -> None:
            bar.label = f"{label}: {steps.get(step, step)}"
            bar.update(max(int(share * 1000) - bar.pos, 0))
            bar.render_progress()

        yield report
