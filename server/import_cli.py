"""`umkreis import` and `umkreis export`: lists of others into the register, and its offers out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import click

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.exports import KINDS, export_offers
from layers.imports import (
    ImportOptions,
    ImportRegion,
    ImportReport,
    import_built,
    import_source,
)
from layers.register import Register
from layers.sources.from_offers import SOURCE as OSM
from server.import_report import SHOWN, report_lines
from server.opened import open_built_region, progress_of
from server.outputs import write_bytes
from server.register_opened import LANG, WHO, open_register, texts_for
from server.settings import Settings
from server.texts import Texts

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("import")
@click.argument("region")
@click.argument("file", required=False, metavar="[FILE_OR_URL]")
@click.option("--source", default="", metavar="NAME", help="Name of the source; else the file's.")
@click.option("--title", default="", help="What people call the source.")
@click.option(
    "--licence", default="", metavar="ID",
    help="Under which it stands, such as CC0-1.0 or ODbL-1.0; 'unknown' is never exported.",
)  # fmt: skip
@click.option("--attribution", default="", metavar="TEXT", help="How the source is to be named.")
@click.option("--kind", metavar="KIND", help="What the file is, where it is not recognised.")
@click.option(
    "--column", "columns", multiple=True, metavar="OURS=THEIRS",
    help="What a column holds: name=Bezeichnung; =Notiz leaves a column out.",
)  # fmt: skip
@click.option("--category", default="", metavar="ID", help="Of rows that tell none.")
@click.option(
    "--only", multiple=True, metavar="ID",
    help="Take rows of this category alone; several times for several. Others are counted.",
)  # fmt: skip
@click.option("--crs", metavar="EPSG:N", help="Of the coordinates, where the file does not say.")
@click.option("--layer", default="", help="Sheet or layer, where there are several.")
@click.option("--as-of", type=_DAY, help="Date of the data, where the file does not say.")
@click.option("--part", is_flag=True, help="The file lists only a part of the source.")
@click.option(
    "--public-contacts/--no-public-contacts", "contacts", default=None,
    help="Whether telephone and mail may be shown; else only of sources that publish them.",
)  # fmt: skip
@click.option("--review", is_flag=True, help="New entries wait until somebody publishes them.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@WHO
@LANG
def import_command(
    region: str,
    file: str | None,
    source: str,
    title: str,
    licence: str,
    attribution: str,
    kind: str | None,
    columns: tuple[str, ...],
    category: str,
    only: tuple[str, ...],
    crs: str | None,
    layer: str,
    as_of: datetime | None,
    part: bool,
    contacts: bool | None,
    review: bool,
    dry_run: bool,
    format_: str,
    who: str,
    lang: str | None,
) -> None:
    """
    Take a list into the register, with a report of every row; without one, the region's extract.

    The same list again changes nothing. What it no longer has is marked, never deleted, and what
    was corrected by hand stays.
    """
    texts = texts_for(lang)
    options = ImportOptions(
        source=source, title=title, kind=kind, licence=licence, attribution=attribution,
        columns=_columns(columns), category=category, only=only, crs=crs, layer=layer,
        as_of=as_of.date() if as_of else None, is_part=part, has_public_contacts=contacts,
        to_review=review,
    )  # fmt: skip
    if file is not None and "://" not in file and not Path(file).is_file():
        raise ParameterError(f"`FILE_OR_URL` {file}: there is no such file", parameter="file")
    atlas = open_built_region(region)
    with open_register() as register:
        if file is None:
            made = _with_progress(
                atlas, texts, lambda told: import_built(
                    register, atlas, who=who, is_trial=dry_run, progress=told
                ),
            )  # fmt: skip
        else:
            made = _imported(register, atlas, file, options, who, texts, is_trial=dry_run)
    if format_ == "json":
        click.echo(json.dumps(made.to_record(), ensure_ascii=False, indent=1))
        return
    record = made.to_record()
    shown = report_lines(record, texts, region=region, most=None if dry_run else SHOWN)
    click.echo("\n".join(shown))
    if not dry_run and made.rows > SHOWN:
        command = f"umkreis register report {region}"
        click.echo(texts.gettext("The whole report: {command}", command=command), err=True)


def _imported(
    register: Register,
    atlas: Atlas,
    file: str,
    options: ImportOptions,
    who: str,
    texts: Texts,
    *,
    is_trial: bool,
) -> ImportReport:
    """Import a file; what the region was built with is taken in first, so that it is compared."""
    is_first = OSM not in register.sources(atlas.region.id)
    made = _with_progress(
        atlas,
        texts,
        lambda told: import_source(
            register,
            ImportRegion.of(atlas),
            file if "://" in file else Path(file),
            options=options,
            who=who,
            is_trial=is_trial,
            fetched=Settings.from_env().state_dir / "fetched",
            built=atlas,
            progress=told,
        ),
    )
    taken = sum(offer.source == OSM for offer in atlas.offers)
    if is_first and taken and not is_trial:
        said = texts.gettext(
            "First the {n} offers of the region's extract were taken in.", n=texts.number(taken)
        )
        click.echo(said, err=True)
    return made


def _columns(told: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in told:
        ours, mark, theirs = pair.partition("=")
        if not (mark and theirs.strip()):
            raise ParameterError(
                f"`--column` {pair!r} is not of the form OURS=THEIRS, such as name=Bezeichnung",
                parameter="column",
            )
        columns[theirs.strip()] = ours.strip()
    return columns


def _with_progress(
    atlas: Atlas, texts: Texts, work: Callable[[Callable[[str, float], None]], ImportReport]
) -> ImportReport:
    """Do the work, with a bar on a terminal."""
    steps = {
        "reading": texts.gettext("reading"),
        "places": texts.gettext("looking up addresses"),
        "writing": texts.gettext("writing"),
        "duplicates": texts.gettext("looking for duplicates"),
    }
    with progress_of(atlas.region.id, steps) as told:
        return work(told)


@click.command("export")
@click.argument("region")
@click.option("--format", "format_", type=click.Choice(KINDS), help="Else by the file's ending.")
@click.option("--category", "-c", "categories", multiple=True, metavar="ID", help="Else all.")
@click.option("--licence", default="", metavar="ID", help="Else the one that takes in the most.")
@click.option("--as-of", type=_DAY, help="What existed on that day; else today.")
@click.option("--contacts", is_flag=True, help="With telephone and mail, in openfairdb as well.")
@LANG
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.",
)  # fmt: skip
def export_command(
    region: str,
    format_: str | None,
    categories: tuple[str, ...],
    licence: str,
    as_of: datetime | None,
    contacts: bool,
    lang: str | None,
    output: Path,
) -> None:
    """Write what is published to a file: what licences allow together, with whom to name."""
    texts = texts_for(lang)
    kind = _format_of(format_, output)
    atlas = open_built_region(region)
    day: date = as_of.date() if as_of else datetime.now(UTC).date()
    with open_register() as register:
        made = export_offers(
            register, atlas, kind,
            day=day, categories=categories, under=licence, with_contacts=contacts,
            is_json=output.suffix.lower() == ".json",
        )  # fmt: skip
    write_bytes(made.data, output)
    said = texts.gettext(
        "{n} offers written to {file} under {licence}",
        n=texts.number(made.offers), file=output, licence=made.licence,
    )  # fmt: skip
    click.echo(said, err=True)
    for reason, count in made.left_out.items():
        told = texts.gettext("left out: {reason}", reason=reason)
        click.echo(f"{texts.number(count):>9} {told}", err=True)


def _format_of(format_: str | None, output: Path) -> str:
    endings = {
        ".gpkg": "gpkg", ".geojson": "geojson", ".csv": "csv", ".xlsx": "xlsx",
        ".parquet": "geoparquet", ".geoparquet": "geoparquet",
    }  # fmt: skip
    kind = format_ or endings.get(output.suffix.lower())
    if kind is None:
        raise ParameterError(
            f"`--output` {output.name}: its ending tells no format; add --format {'|'.join(KINDS)}",
            parameter="format",
        )
    return kind
