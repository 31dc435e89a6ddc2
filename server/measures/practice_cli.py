"""`umkreis practice …`: cards of what initiatives did, and who took them up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from layers.practice.card import check_adoption
from layers.practice.files import card_toml, load_card
from layers.practice.library import adopt
from layers.practice.store import put_card, remove_card
from server.commands.lazy import PlainGroup
from server.measures.practice import library_of
from server.opened import known_regions
from server.outputs import write_text
from server.register_opened import WHO, WHY, open_register


@click.group("practice", cls=PlainGroup)
def group() -> None:
    """Practice cards: what an initiative did, what it took, what failed, who took it up."""


@group.command("add")
@click.argument("region")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@WHO
@WHY
def add_command(region: str, file: Path, who: str, why: str) -> None:
    """Write the card of a file, in place of an earlier one of the same id."""
    known_regions().folder(region)
    card = load_card(file, region=region)
    with open_register() as register:
        put_card(register.database, card, who=who, why=why)
    click.echo(f"{region}/{card.id}: {card.title}")


@group.command("list")
@click.option("--region", default="", help="Of this region alone.")
@click.option("--category", "-c", default="", metavar="ID", help="Of this category alone.")
def list_command(region: str, category: str) -> None:
    """List cards; files with faults are named on stderr."""
    known = known_regions()
    if region:
        known.folder(region)
    library = library_of(known)
    for fault in library.faults:
        click.echo(f"left out: {fault}", err=True)
    for card in library.select(region=region, category=category):
        made_up = " (made up)" if card.is_example else ""
        by = ", ".join(f"{a.by} {a.on}" for a in card.adoptions)
        taken = f"; adopted by {by}" if by else ""
        click.echo(f"{card.region}/{card.id}: {card.title}{made_up}{taken}")


@group.command("show")
@click.argument("region")
@click.argument("card")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def show_command(region: str, card: str, output: Path | None) -> None:
    """Write one card as the file that `add` takes."""
    known = known_regions()
    known.folder(region)
    write_text(card_toml(library_of(known).card(region, card)), output)


@group.command("adopt")
@click.argument("region")
@click.argument("card")
@click.option("--by", required=True, metavar="TOWN", help="Who took it up.")
@click.option("--on", metavar="YYYY-MM-DD", help="Since when; else today.")
@click.option("--differences", default="", metavar="TEXT", help="What is done otherwise there.")
@click.option("--contact", default="", metavar="TEXT", help="Only with leave of whom it names.")
@WHO
def adopt_command(
    region: str, card: str, by: str, on: str | None, differences: str, contact: str, who: str
) -> None:
    """Note that somebody took a card up."""
    known = known_regions()
    known.folder(region)
    since = on or datetime.now(UTC).date().isoformat()
    adoption = check_adoption(
        {"by": by, "on": since, "differences": differences, "contact": contact}
    )
    with open_register() as register:
        found = adopt(
            library_of(known),
            register.database,
            region=region,
            card_id=card,
            adoption=adoption,
            who=who,
        )
    click.echo(f"{region}/{card}: adopted by {', '.join(a.by for a in found.adoptions)}")


@group.command("remove")
@click.argument("region")
@click.argument("card")
@WHO
def remove_command(region: str, card: str, who: str) -> None:
    """Delete a card of the database, with its adoptions, for good."""
    with open_register() as register:
        if not remove_card(register.database, region, card, who=who):
            library_of(known_regions()).card(region, card)  # an unknown id is explained
            click.echo(f"{region}/{card} is a file of the region's folder; delete that", err=True)
            return
        register.database.scrub()
    click.echo(f"{region}/{card} is deleted")
