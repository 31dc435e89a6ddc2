"""`umkreis build` and `umkreis region list`."""

from __future__ import annotations

import click

from server import outputs
from server.opened import build_region, known_regions


@click.command("build")
@click.argument("region")
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
def command(region: str, force: bool) -> None:
    """Build a region from its files."""
    regions = known_regions()
    if regions.is_built(region) and not force:
        click.echo(f"{region} is up to date; --force builds it again", err=True)
        return
    atlas = build_region(regions, region)
    click.echo(outputs.build_summary(atlas))


@click.command("list")
def list_command() -> None:
    """List regions, and whether they are built."""
    for known in known_regions().known():
        state = "built" if known.is_built else "not built"
        click.echo(f"{known.id:24} {known.name:32} {state:10} {known.folder}")
