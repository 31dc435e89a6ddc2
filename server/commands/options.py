"""Options that several commands share."""

from __future__ import annotations

import click

from layers.question import ALL_MODES
from server.settings import LANGUAGES

CATEGORY = click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Kind of offer, as `umkreis categories` lists them; several mean any of them.",
)  # fmt: skip
MODE = click.option(
    "--mode", type=click.Choice(ALL_MODES), help="How people go; else the category's own."
)
MINUTES = click.option(
    "--minutes", type=float, help="Limit of travel, 0.001 to 240; else the category's own."
)
METRES = click.option("--metres", type=float, help="Limit of the way instead.")
LANG = click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")
AT = click.option(
    "--at", metavar="TIME|PART_OF_WEEK",
    help="Only what is open then: 2026-11-28T10:00, Sa, 'Mo-Fr 18:00-24:00', saturday, …",
)  # fmt: skip
WINDOW = click.option(
    "--window", metavar="DATE/SPAN|PART",
    help="Departures of --mode transit: 2026-11-24T16:00/18:00, weekday, evening, saturday, …",
)  # fmt: skip
