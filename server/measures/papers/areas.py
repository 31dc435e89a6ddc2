"""The areas that a paper tells of, as rows: the district with its parts, or all, and the region."""

from __future__ import annotations

from collections.abc import Collection

from layers.coverage import CoverageReport
from layers.districts import DISTRICT, REGION, Area
from server import answers, models
from server.figure_map import figure_map
from server.measures.papers.blocks import Figure, Table
from server.rows import Row, ranking_rows
from server.sentences import as_of_line
from server.texts import Texts


def district_rows(report: CoverageReport, texts: Texts) -> list[Row]:
    """Return the rows of all finest districts, as they are ranked."""
    return ranking_rows(answers.coverage_out(report), texts)


def held_ids(report: CoverageReport, area: Area) -> set[str]:
    """Return the ids of the finest districts of an area."""
    areas = report.atlas.finest_areas
    return {id_ for (id_, _), held in zip(areas, area.holds, strict=True) if held}


def told_areas(report: CoverageReport, area: Area, texts: Texts) -> tuple[list[Row], int]:
    """
    Return the rows of the area's districts, of the area itself, and of the region.

    The number of the last ones, which sum up, comes second.
    """
    held = held_ids(report, area)
    rows = [row for row in district_rows(report, texts) if row.id in held]
    whole: list[Row] = []
    if area.level not in (DISTRICT, REGION):
        out = answers.coverage_out(report, by="municipality")
        towns = [row for row in ranking_rows(out, texts) if row.id == area.id]
        whole += [] if len(rows) == 1 else towns
    return [*rows, *whole, region_row(report, texts)], len(whole) + 1


def region_row(report: CoverageReport, texts: Texts) -> Row:
    """Return the row of the whole region."""
    row = models.DistrictRow(
        **answers.tally_fields(report.totals),
        rank=None,
        median_min=None,
        share_inside=1.0,
        level=REGION,
        parent_id="",
        share_with_unknown=None,
        share_known=None,
        uncertain=False,
        uncertain_because=[],
    )
    out = answers.coverage_out(report).model_copy(update={"by_district": [row]})
    return ranking_rows(out, texts)[0]


def coverage_table(report: CoverageReport, area: Area, texts: Texts) -> Table:
    """Write who reaches an offer, area by area: numerator, denominator, share."""
    rows, total = told_areas(report, area, texts)
    by_homes = all(row.unit == "buildings" for row in report.by_district)
    homes = texts.gettext("Residential buildings") if by_homes else texts.gettext("People")
    heads = [
        texts.gettext("No."),
        texts.gettext("District"),
        homes,
        texts.gettext("Within reach"),
        texts.gettext("Share within reach"),
        texts.gettext("Without"),
        texts.gettext("Min."),
    ]
    cells = [
        (
            "" if row.rank is None else str(row.rank),
            row.name,
            row.count_text,
            row.covered_text or "–",
            row.share_text,
            row.short_text,
            row.median_text,
        )
        for row in rows
    ]
    dropped = {3, 5} if by_homes else set()  # nobody is counted: the share is all there is
    if all(row.median is None for row in rows):
        dropped.add(6)
    kept = [i for i in range(len(heads)) if i not in dropped]
    caption = texts.gettext("Least served first; No. 1 is served least.")
    if report.unknown:
        caption = texts.gettext("There is no ranking without a source.")
    if 6 in kept:
        caption += " " + texts.gettext("Min.: median minutes to the nearest offer.")
    return Table(
        caption=f"{caption} {as_of_line(report, texts)}.",
        heads=tuple(heads[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in cells),
        numeric=frozenset(range(len(kept))) - {1},
        name_column=1,
        total=total,
    )


def coverage_figure(
    report: CoverageReport,
    area: Area,
    texts: Texts,
    *,
    caption: str,
    numbered_gaps: Collection[int] = (),
    places: list[tuple[float, float]] | None = None,
) -> Figure:
    """Draw a report around an area; the caption says what is drawn, in words, as the alt text."""
    rows = district_rows(report, texts)
    told = [row for row in rows if row.id in held_ids(report, area)]
    alt = " ".join(
        [
            texts.gettext("Map: {caption}", caption=caption),
            *(f"{row.name}: {row.share_text}." for row in told[:12]),
        ]
    )
    if len(told) > 12:
        alt += " " + texts.gettext("All figures stand in the table.")
    drawn = figure_map(
        report, area, rows, texts, alt=alt, numbered_gaps=numbered_gaps, places=places or []
    )
    return Figure(drawn, caption)
