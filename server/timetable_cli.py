"""The command line's part on public transport: `umkreis region timetable`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from geo.transit.days import usual_day
from geo.transit.timetable import Timetable
from layers.region_timetable import add_timetable
from server.opened import build_region, known_regions
from server.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_USUAL = (
    "calls_read", "stops_read", "trips_read", "stops", "trips", "calls", "booking_rules",
    "trips_by_headway", "stops_outside",
)  # fmt: skip


@click.command("timetable")
@click.argument("region_id", metavar="ID")
@click.option("--gtfs", required=True, type=_FILE, help="The feed, a zip file.")
@click.option("--attribution", default="", help="Whom to name, where the feed does not say.")
@click.option("--licence", default="", help="Its licence, where the feed does not say.")
def timetable_command(region_id: str, gtfs: Path, attribution: str, licence: str) -> None:
    """Add the timetable of public transport to a region; a shipped one is copied first."""
    regions = known_regions()
    shipped = regions.folder(region_id)
    was_built = regions.is_built(region_id)
    own = Settings.from_env().state_dir / "regions"
    folder, timetable = add_timetable(
        shipped, gtfs, regions=own, attribution=attribution, licence=licence
    )
    if folder != shipped:
        click.echo(f"{region_id} is now a region of its own in {folder}", err=True)
    for line in _lines(timetable):
        click.echo(line)
    if was_built:
        build_region(regions, region_id)
    else:
        click.echo(f"next: umkreis build {region_id}")


def _lines(timetable: Timetable) -> Iterator[str]:
    about, counts = timetable.about, timetable.about.counts
    yield (
        f"{about.name}: {counts['stops']} stops in the region, {counts['trips']} trips, "
        f"{counts['calls']} calls"
    )
    yield f"  valid from {about.valid_from} to {about.valid_until}, {about.timezone}"
    yield f"  named: {about.attribution}; licence: {about.licence or 'not stated'}"
    departures = dict(zip(timetable.days, timetable.departures_by_day.tolist(), strict=True))
    for weekday, name in ((1, "Tuesday"), (5, "Saturday"), (6, "Sunday")):
        if (day := usual_day(timetable, weekday)) is None:
            yield f"  no {name} with departures"
        else:
            yield f"  a usual {name} ({day}): {departures[day]} departures"
    if counts["trips_by_headway"]:
        yield f"  {counts['trips_by_headway']} trips by headway: their minutes are assumed"
    if about.on_demand:
        shown = ", ".join(about.on_demand[:10])
        more = len(about.on_demand) - 10
        yield f"  on demand, named and not routed: {shown}" + (
            f" and {more} more" if more > 0 else ""
        )
    for name, count in counts.items():
        if count and name not in _USUAL:
            yield f"  {name.replace('_', ' ')}: {count}"
