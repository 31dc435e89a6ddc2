"""
Writes reports for the command line: tables, JSON, CSV, GeoJSON, Excel, GeoPackage, a page.

A file is written beside its place and renamed, so that a failure leaves nothing half-written. What
writes spreadsheets and maps is loaded for them alone: a table does not wait for it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import CoverageReport
from layers.nearby import OfferInReach
from layers.opening import opening
from layers.when import When
from server import answers, models
from server.hill_words import hill_summary
from server.method import left_out_lines
from server.people_sentences import counted_lines
from server.sentences import label, people_short
from server.texts import Texts, texts_of
from server.time_sentences import opening_phrase
from server.view import map_view, sentences

FORMATS = ("table", "json", "csv", "geojson", "xlsx", "gpkg", "html")
_BY_ENDING = {f".{name}": name for name in FORMATS[1:]}
_FILES = ("xlsx", "gpkg")
_NEEDS_FILE = (*_FILES, "html")
_WITHHELD = "–"


def choose_format(format_: str | None, output: Path | None) -> str:
    """
    Return the format that is asked for, else the one of the file's ending, else a table.

    Raises
    ------
    ParameterError
        If a file is needed and none is named, or its ending tells no format.
    """
    ending = output.suffix.lower() if output else ""
    if output and not format_ and ending not in (*_BY_ENDING, "", ".txt"):
        raise ParameterError(
            f"`--output` {output.name}: its ending tells no format; end it in "
            f"{', '.join(_BY_ENDING)} or .txt, or add --format {'|'.join(FORMATS)}",
            parameter="output",
        )
    chosen = format_ or _BY_ENDING.get(ending, "table")
    if chosen in _NEEDS_FILE and output is None:
        raise ParameterError(
            f"`--format {chosen}` needs a file: add -o FILE.{chosen}", parameter="output"
        )
    return chosen


def write_coverage(
    report: CoverageReport, *, by: str, format_: str, language: str, output: Path | None
) -> None:
    """Write a report in one of `FORMATS` to a file, or to stdout."""
    if output is not None and format_ in _FILES:
        from server import report_files

        writer = {"xlsx": report_files.coverage_xlsx, "gpkg": report_files.coverage_gpkg}[format_]
        write_bytes(writer(report, by=by), output)
    elif output is not None and format_ == "html":
        write_map(report, language=language, output=output)
    else:
        write_text(_as_text(report, by, format_, language), output)


def write_map(report: CoverageReport, *, language: str, output: Path) -> None:
    """
    Write a report as one page that opens from disk.

    Raises
    ------
    TilesMissingError
        If the region was built without a base map.
    """
    from server.single_file import single_file

    write_text(single_file(map_view(report, language), report.atlas.base_map), output)


def write_text(text: str, output: Path | None) -> None:
    """Write to a file, or to stdout."""
    if output is None:
        click.echo(text, nl=False)
        return
    with _beside(output) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def write_bytes(content: bytes, output: Path) -> None:
    """Write to a file."""
    with _beside(output) as temporary:
        temporary.write_bytes(content)


def _as_text(report: CoverageReport, by: str, format_: str, language: str) -> str:
    if format_ == "geojson":
        return json.dumps(answers.coverage_geojson(report, by=by), ensure_ascii=False) + "\n"
    if format_ == "json":
        return answers.coverage_out(report, by=by).model_dump_json(indent=1) + "\n"
    rows = answers.area_rows(report, by=by)  # no gaps: to find them takes longer than all of these
    if format_ == "csv":
        return answers.rows_to_csv([row.model_dump(mode="json") for row in rows])
    return "\n".join([*sentences(report, language), "", _table(rows, texts_of(language)), ""])


def _table(rows: Sequence[models.DistrictRow], texts: Texts) -> str:
    """Least covered first; what is withheld is a dash, a column of dashes alone is left out."""
    ranked = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.name))
    counts_buildings = all(row.unit == "buildings" for row in rows)
    columns = {
        texts.gettext("Served"): [_share(row, texts) for row in ranked],
        texts.gettext("Without"): [_count(people_short(row), texts) for row in ranked],
        texts.gettext("Buildings") if counts_buildings else texts.gettext("Pop."): [
            _count(row.buildings if row.unit == "buildings" else row.residents, texts)
            for row in ranked
        ],
        texts.gettext("Min."): [_count(row.median_min, texts, decimals=1) for row in ranked],
    }
    shown = {head: cells for head, cells in columns.items() if set(cells) != {_WITHHELD}}
    lines = [f"{'':>3} {texts.gettext('District'):28}", *(
        f"{row.rank or '':>3} {row.name[:28]:28}" for row in ranked
    )]  # fmt: skip
    for head, cells in shown.items():
        lines = [f"{line} {cell:>10}" for line, cell in zip(lines, [head, *cells], strict=True)]
    return "\n".join(lines)


def _share(row: models.DistrictRow, texts: Texts) -> str:
    if row.share is not None:
        return texts.percent(row.share)
    return _WITHHELD if row.share_range is None else texts.percent_range(*row.share_range)


def _count(value: float | None, texts: Texts, *, decimals: int = 0) -> str:
    return _WITHHELD if value is None else texts.number(value, decimals=decimals)


def near_table(
    atlas: Atlas,
    found: Sequence[OfferInReach],
    *,
    total: int,
    language: str,
    when: When | None = None,
) -> str:
    """Write offers within reach as a table; with a time, whether each is open."""
    texts = texts_of(language)
    if not found:
        return texts.gettext(
            "No offer is in reach; try more minutes, another way to travel or another category."
        )
    lines = [f"{texts.gettext('Min.'):>5} {'m':>7}  {texts.gettext('Offer')}"]
    for hit in found:
        offer = atlas.offers[hit.offer]
        category = label(texts, atlas.taxonomy.category(offer.categories[0]))
        text = ", ".join(part for part in (offer.name, category, offer.address) if part)
        if when is not None:
            then = opening(offer.opening_hours, when, atlas.region)
            text = f"{text} ({opening_phrase(texts, then)})"
        minutes = texts.number(hit.travel_s / 60, decimals=1)
        lines.append(f"{minutes:>5} {texts.number(round(hit.distance_m)):>7}  {text}")
    if total > len(found):
        lines.append(texts.gettext("… and {n} more", n=texts.number(total - len(found))))
    return "\n".join(lines)


def build_summary(atlas: Atlas) -> str:
    """Say what a build made and what it left out."""
    region, basis, counts = atlas.region, atlas.population.basis, atlas.manifest["offer_counts"]
    people = (
        f"{np.nansum(atlas.population.residents):,.0f} people in"
        if basis.unit == "residents"
        else "no population count;"
    )
    account = atlas.population.account
    homes = "residential buildings" if region.extract else "points spread evenly (no streets yet)"
    if account and not region.extract:
        homes = "points of counted areas (no streets yet)"
    merged = counts["merged_areas"] + counts["merged_elements"]
    lines = [
        f"{region.name}: {len(region.finest)} districts, {people} "
        f"{len(atlas.population.xy):,} {homes}, {len(atlas.offers):,} offers "
        f"({merged:,} duplicates merged), data of {region.as_of}"
    ]
    if (unplaced := atlas.population.unplaced.sum()) >= 1:
        lines.append(f"  {unplaced:,.0f} people unplaced: no building in their municipality")
    lines += [f"  {line}" for line in counted_lines(atlas, texts_of("en"))]
    lines += [f"  {line}" for line in left_out_lines(atlas, texts_of("en"))]
    lines += hill_summary(atlas)
    for mode, about in atlas.manifest["networks"].items():
        lines.append(
            f"  {mode}: {about['dropped_share']:.1%} of street length on islands left out; "
            f"too far from any street: homes {about['homes_too_far']:,}, "
            f"offers {about['offers_too_far']:,}"
        )
    return "\n".join(lines)


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, and put it into place at the end."""
    if not output.parent.is_dir():
        raise ParameterError(
            f"`--output` {output}: there is no folder {output.parent}; make it first",
            parameter="output",
        )
    with tempfile.TemporaryDirectory(prefix=".umkreis-", dir=output.parent) as folder:
        temporary = Path(folder) / output.name
        yield temporary
        os.replace(temporary, output)
