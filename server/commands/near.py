"""`umkreis near`."""

from __future__ import annotations

import click

from layers.nearby import DEFAULT_MINUTES, near
from layers.question import QUESTION_MODES
from layers.when import parse_when
from server import outputs
from server.commands.options import AT, LANG
from server.opened import open_region
from server.place import place_of
from server.settings import Settings


@click.command("near")
@click.argument("region")
@click.option("--lon", type=float, help="Degrees east.")
@click.option("--lat", type=float, help="Degrees north.")
@click.option("--address", metavar="TEXT", help="Street, number and town instead.")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID", help="Else all categories."
)
@click.option("--mode", type=click.Choice(QUESTION_MODES[:-1]), default="walk", show_default=True)
@click.option("--minutes", type=float, default=DEFAULT_MINUTES, show_default=True)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@LANG
@AT
def command(
    region: str,
    lon: float | None,
    lat: float | None,
    address: str | None,
    categories: tuple[str, ...],
    mode: str,
    minutes: float,
    limit: int,
    lang: str | None,
    at: str | None,
) -> None:
    """Offers within reach of a place, the nearest first."""
    atlas = open_region(region)
    lon, lat = place_of(atlas, address=address, lon=lon, lat=lat)
    when = None if at is None else parse_when(at, atlas.region)
    found = near(atlas, lon=lon, lat=lat, mode=mode, minutes=minutes, categories=categories)
    language = lang or Settings.from_env().language
    click.echo(
        outputs.near_table(atlas, found[:limit], total=len(found), language=language, when=when)
    )
