"""The command line's part on making regions: `umkreis region new`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from geo.errors import RegionError
from geo.region_config import is_region_id
from layers.region_download import download_extract
from layers.region_new import Made, make_region
from layers.region_new_areas import COLUMNS
from layers.region_wanted import DEFAULT_MARGIN_KM, NewRegion
from server.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("new")
@click.argument("region_id", metavar="ID")
@click.option(
    "--pbf", required=True, metavar="FILE_OR_URL", help="OpenStreetMap extract that covers it."
)
@click.option(
    "--ags", "key", default="", metavar="KEY_OR_NAME",
    help="Official key (Amtlicher Gemeindeschlüssel: 8 digits of a municipality, 5 of a Kreis), or "
    "the name in the extract.",
)  # fmt: skip
@click.option("--relation", type=int, metavar="OSM_ID", help="Or the id of its relation.")
@click.option(
    "--boundary", type=_FILE,
    help="Its boundary, before the relation's: GeoPackage, zipped Shapefile or GeoJSON.",
)  # fmt: skip
@click.option(
    "--districts", type=_FILE,
    help="Districts instead of the extract's: GeoPackage, zipped Shapefile or GeoJSON.",
)  # fmt: skip
@click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS",
    help="What a column of the districts holds, such as name=Quartier; OURS is district_id, name "
    "or population.",
)  # fmt: skip
@click.option("--layer", default="", help="Layer of a GeoPackage with several.")
@click.option(
    "--population", type=_FILE,
    help="Counts by the districts' ids (CSV), a census grid (CSV, zip), or counted areas (GIS "
    "file).",
)  # fmt: skip
@click.option("--population-source", default="", help="Where the counts come from.")
@click.option("--population-year", type=click.IntRange(1800, 2200), help="Their year.")
@click.option("--name", default="", help="What people call it; else the relation's name.")
@click.option("--country", default="", help="Two letters; else by key or relation.")
@click.option("--subdivision", default="", help="State for holidays, such as MV; else by key.")
@click.option("--timezone", default="", help="Such as Europe/Berlin; else by country.")
@click.option("--attribution", multiple=True, help="Whom to name besides OpenStreetMap.")
@click.option(
    "--margin-km", default=DEFAULT_MARGIN_KM, show_default=True, type=click.FloatRange(0, 100),
    help="How far data is kept beyond the region.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a region of this id.")
def new_command(
    region_id: str,
    pbf: str,
    key: str,
    relation: int | None,
    boundary: Path | None,
    districts: Path | None,
    columns: tuple[str, ...],
    layer: str,
    population: Path | None,
    population_source: str,
    population_year: int | None,
    name: str,
    country: str,
    subdivision: str,
    timezone: str,
    attribution: tuple[str, ...],
    margin_km: float,
    force: bool,
) -> None:
    """Make a region from an extract: boundary, districts, people, margin."""
    if key and relation is not None:
        raise click.UsageError("give --ags or --relation, not both")
    if not key and relation is None and not boundary:
        raise click.UsageError("say where it is: --ags, --relation or --boundary")
    if not is_region_id(region_id):
        raise RegionError(
            f"`ID` {region_id!r} may hold letters, digits, - and _ only, and begins with a letter "
            "or digit; people see --name"
        )
    state = Settings.from_env().state_dir
    made = make_region(
        NewRegion(
            id=region_id,
            extract=_extract(pbf, state),
            key=key,
            relation=relation,
            boundary=boundary,
            districts=districts,
            columns=_columns(columns),
            layer=layer,
            population=population,
            population_source=population_source,
            population_year=population_year,
            name=name,
            country=country,
            subdivision=subdivision,
            timezone=timezone,
            attribution=attribution,
            margin_km=margin_km,
            command=shlex.join(["umkreis", *sys.argv[1:]]),
        ),
        state / "regions",
        replace=force,
        say=_say,
    )
    click.echo(_summary(made))


def _columns(told: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in told:
        ours, mark, theirs = (part.strip() for part in pair.partition("="))
        if ours not in COLUMNS or not (mark and theirs):
            raise click.UsageError(
                f"`--column` {pair!r} is not of the form OURS=THEIRS, such as name=Quartier; OURS "
                f"is one of {', '.join(COLUMNS)}"
            )
        columns[ours] = theirs
    return columns


def _extract(pbf: str, state: Path) -> Path:
    if urlsplit(pbf).scheme in ("http", "https"):
        return download_extract(pbf, state / "extracts", say=_say)
    return Path(pbf)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _summary(made: Made) -> str:
    region = made.region
    people = region.municipalities["population"].sum()
    in_areas = any(text.startswith("people: ") for text in made.said)
    counted = f"{people:,.0f} people" if people else "people not counted"
    counted = "people counted in small areas" if in_areas and not people else counted
    lines = [
        f"{region.id} ({region.name}) in {made.folder}",
        f"  data of {region.as_of}, {region.crs}, {region.timezone}, {region.country} "
        f"{region.subdivision}".rstrip(),
        f"  districts: {len(region.finest)}; {counted}; {region.boundary.area / 1e6:.1f} km²",
        *(f"  {text}" for text in made.said),
        f"next: umkreis build {region.id}",
    ]
    return "\n".join(lines)
