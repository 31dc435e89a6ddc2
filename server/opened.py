"""Opens regions for the command line; what is missing is built first, with its steps on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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


def build_region(regions: Regions, region: str) -> Atlas:
    """Build a region, telling its steps."""
    with _progress(region) as report:
        return regions.build(region, report)


def known_regions() -> Regions:
    """Return the regions known to this installation."""
    return Regions(Settings.from_env())


@contextmanager
def _progress(label: str) -> Iterator[Callable[[str, float], None]]:
    """Show the steps of a build on stderr."""
    if not sys.stderr.isatty():
        yield lambda step, _share: click.echo(f"{label}: {BUILD_STEPS.get(step, step)}", err=True)
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr, show_eta=False) as bar:

        def report(step: str, share: float) -> None:
            bar.label = f"{label}: {BUILD_STEPS.get(step, step)}"
            bar.update(max(int(share * 1000) - bar.pos, 0))
            bar.render_progress()

        yield report
