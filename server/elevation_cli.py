"""The command line's part on hills: `umkreis region elevation`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from geo.elevation import Elevation
from geo.slope import BICYCLES
from layers.region_elevation import add_elevation
from server.opened import build_region, known_regions
from server.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_NAMED = 5  # files that are told by name


@click.command("elevation")
@click.argument("region_id", metavar="ID")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=_FILE)
@click.option("--crs", default="", help="Of files that name none; else the region's own.")
@click.option("--attribution", default="", help="Whom to name; known of SRTM.")
@click.option("--licence", default="", help="Their licence; known of SRTM.")
@click.option(
    "--bicycle", type=click.Choice(BICYCLES), help="How bicycles take slopes; bicycle by default."
)
def elevation_command(
    region_id: str,
    files: tuple[Path, ...],
    crs: str,
    attribution: str,
    licence: str,
    bicycle: str | None,
) -> None:
    """Add heights to a region, so that up is not down; a shipped one is copied first."""
    regions = known_regions()
    shipped = regions.folder(region_id)
    was_built = regions.is_built(region_id)
    folder, elevation = add_elevation(
        shipped,
        files,
        regions=Settings.from_env().state_dir / "regions",
        crs=crs,
        attribution=attribution,
        licence=licence,
        bicycle=bicycle or "",
    )
    if folder != shipped:
        click.echo(f"{region_id} is now a region of its own in {folder}", err=True)
    for line in _lines(elevation):
        click.echo(line)
    if was_built:
        build_region(regions, region_id)
    else:
        click.echo(f"next: umkreis build {region_id}")


def _lines(elevation: Elevation) -> Iterator[str]:
    about = elevation.about
    names = ", ".join(about.names[:_NAMED])
    more = len(about.names) - _NAMED
    yield (
        f"heights of {about.covered_share:.1%} of the region's data, every "
        f"{elevation.cell_m:.0f} m, from {names}" + (f" and {more} more" if more > 0 else "")
    )
    if about.voids_filled:
        yield f"  voids filled from their rims: {about.voids_filled:,} of {about.cells:,} cells"
    if about.voids_left:
        yield f"  voids too wide to fill: {about.voids_left:,} cells; streets there are flat"
    if about.uncovered:
        yield f"  in no file: {about.uncovered:,} cells; streets there are flat"
    if about.tiles_unused:
        yield f"  files with nothing for the region: {about.tiles_unused}"
    yield f"  smoothed over {elevation.smoothing_m:.0f} m, against noise"
