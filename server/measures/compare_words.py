"""
A comparison in words, rows and pictures, the same on the page and on the command line.

What is unknown is called unknown, what is withheld is a dash or a bound; neither has a bar.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from layers.compare import NO_CATEGORY, NO_TIMETABLE, Caveat, Comparison, RegionFigures
from layers.question import LINE
from server.charts import PLAIN, Bar, Picture
from server.measures.sheet_page import count_text
from server.sentences import label, mode_names, reach_phrase
from server.texts import Texts

UNKNOWN_TONE = "unknown"


@dataclass(frozen=True)
class Column:
    """A region in the table: its name, its id, and one text for each row of `ROWS`."""

    id: str
    name: str
    cells: tuple[str, ...]


def question_text(found: Comparison, texts: Texts) -> str:
    """Say what was asked of all."""
    names = f" {texts.gettext('or')} ".join(label(texts, c) for c in found.categories)
    how = reach_phrase(texts, found.mode, minutes=found.minutes, metres=found.metres)
    return f"{names}, {how}"


def row_heads(found: Comparison, texts: Texts) -> list[str]:
    """Name the rows of the table."""
    way = (
        texts.gettext("Half of the people live at most so far from the nearest (straight line)")
        if found.mode == LINE
        else texts.gettext("Half of the people go at most so long to the nearest")
    )
    return [
        texts.gettext("What is compared"),
        texts.gettext("Reach an offer"),
        texts.gettext("Offers inside the boundary"),
        texts.gettext("Offers per 10,000 people"),
        texts.gettext(
            "Offers per 10,000 people in reach that the median person shares (30 minutes, far ones "
            "count less)"
        ),
        way,
        texts.gettext("Hours are known of"),
        texts.gettext("Offers as of"),
        texts.gettext("People of"),
    ]


def columns(found: Comparison, texts: Texts) -> list[Column]:
    """Write a column a region."""
    return [Column(f.atlas.region.id, f.name, _cells(f, texts)) for f in found.regions]


def _cells(figures: RegionFigures, texts: Texts) -> tuple[str, ...]:
    year = figures.atlas.population.basis.year
    return (
        _extent_text(figures, texts),
        share_text(figures, texts),
        _number(figures.offers, figures, texts),
        _number(figures.per_10000, figures, texts, decimals=2),
        _number(figures.access, figures, texts, decimals=2),
        way_text(figures, texts),
        _hours_text(figures, texts),
        texts.day(figures.data_as_of) if figures.data_as_of else unknown_text(figures, texts),
        str(year) if year else texts.gettext("year not known"),
    )


def _extent_text(figures: RegionFigures, texts: Texts) -> str:
    """Say how much is compared: a region may be one town or a city with its neighbours."""
    towns = figures.municipalities
    where = texts.ngettext("{n} municipality", "{n} municipalities", towns)
    if figures.residents is None:
        return where
    return f"{where}, {texts.ngettext('{n} person', '{n} people', round(figures.residents))}"


def unknown_text(figures: RegionFigures, texts: Texts) -> str:
    """Say why there is no answer."""
    if figures.unknown == NO_TIMETABLE:
        return texts.gettext("no timetable")
    if figures.unknown == NO_CATEGORY:
        return texts.gettext("unknown: this region's list of kinds lacks it")
    if figures.unknown == "too_old":
        return texts.gettext("unknown: the data are too old")
    return texts.gettext("unknown: no source tells")


def share_text(figures: RegionFigures, texts: Texts) -> str:
    """Say who reaches an offer."""
    if figures.unknown or figures.count is None:
        return unknown_text(figures, texts)
    return count_text(figures.count, texts)


def _number(value: float | None, figures: RegionFigures, texts: Texts, *, decimals: int = 0) -> str:
    if figures.unknown:
        return unknown_text(figures, texts)
    return "–" if value is None else texts.number(value, decimals=decimals)


def way_text(figures: RegionFigures, texts: Texts) -> str:
    """Say how far the median person goes."""
    if figures.unknown:
        return unknown_text(figures, texts)
    if math.isinf(figures.median_min) or math.isinf(figures.median_m):
        return texts.gettext("more than half reach none")
    if not math.isnan(figures.median_min):
        return texts.gettext("{n} min", n=texts.number(figures.median_min, decimals=1))
    if not math.isnan(figures.median_m):
        return texts.gettext("{n} m", n=texts.number(round(figures.median_m, -1)))
    return "–"


def _hours_text(figures: RegionFigures, texts: Texts) -> str:
    known = figures.knowledge
    if figures.unknown or known is None:
        return unknown_text(figures, texts)
    if not known.offers:
        return "–"
    return texts.gettext("{part} of {all} offers", part=known.with_hours, all=known.offers)


def caveat_lines(found: Comparison, left_out: Sequence[str], texts: Texts) -> list[str]:
    """Say what makes the figures hard to compare, the weightiest first."""
    names = {f.atlas.region.id: f.name for f in found.regions}
    lines = [_caveat(c, found, [names[i] for i in c.regions], texts) for c in found.caveats]
    if left_out:
        lines.append(
            texts.gettext(
                "Not compared, as they are not ready yet: {names}.", names=", ".join(left_out)
            )
        )
    lines.append(
        texts.gettext(
            "More offers in a list may mean more offers or a more complete list; nobody has "
            "checked which."
        )
    )
    return lines


def _caveat(caveat: Caveat, found: Comparison, regions: list[str], texts: Texts) -> str:
    names = texts.join(regions)
    dates = [f.data_as_of or f.atlas.region.as_of for f in found.regions]
    asked = mode_names(texts)[found.asked_mode]
    return {
        "mode": lambda: texts.gettext(
            "All regions are measured in a straight line, as {names} has no such streets; asked "
            "was: {mode}.",
            names=names,
            mode=asked,
        ),
        "limit": lambda: texts.gettext(
            "The limit in minutes has no meaning in a straight line and is not used."
        ),
        "timetable": lambda: texts.gettext(
            "{names}: no timetable is known there, so nothing is said of bus and train.",
            names=names,
        ),
        "unknown": lambda: texts.gettext(
            "Unknown in {names}: that does not mean that there is none.", names=names
        ),
        "buildings": lambda: texts.gettext(
            "{names}: no people are counted; the share is one of residential buildings.",
            names=names,
        ),
        "spread": lambda: texts.gettext(
            "{names}: without street data people are spread evenly over the area, not placed in "
            "their homes.",
            names=names,
        ),
        "ages": lambda: texts.gettext(
            "The data differ in age: from {first} to {last}. A difference may be one of years.",
            first=texts.month(min(dates)),
            last=texts.month(max(dates)),
        ),
        "sources": lambda: texts.gettext("The offers come from different sources."),
        "taxonomy": lambda: texts.gettext(
            "The regions were built with different lists of kinds of offers."
        ),
    }[caveat.kind]()


def measure_pictures(found: Comparison, texts: Texts) -> list[Picture]:
    """Return a small picture a measure, a bar a region, all of one scale each."""
    heads = row_heads(found, texts)
    way_unit = texts.gettext("Metres") if found.mode == LINE else texts.gettext("Minutes")
    pictures = [
        _picture(heads[1], texts.gettext("Share"), found, texts, _share, share_short, most=1.0),
        _picture(
            heads[3], texts.gettext("Offers"), found, texts, lambda f: f.per_10000,
            lambda f, t: _number(f.per_10000, f, t, decimals=2),
        ),
        _picture(
            heads[4], texts.gettext("Offers"), found, texts, lambda f: f.access,
            lambda f, t: _number(f.access, f, t, decimals=2),
        ),
        _picture(heads[5], way_unit, found, texts, _way, way_text),
    ]  # fmt: skip
    return [p for p in pictures if any(bar.tone == PLAIN for bar in p.bars)]


def field_pictures(found: Comparison, texts: Texts) -> list[Picture]:
    """Return a picture a field: offers per 10,000 people in each region, all on one scale."""
    counts = [count.per_10000 or 0.0 for f in found.regions for count in f.fields]
    most = max(counts, default=0.0) or 1.0
    fields = found.regions[0].atlas.taxonomy.fields
    return [
        Picture(
            title=label(texts, field),
            head=texts.gettext("Region"),
            unit=texts.gettext("per 10,000 (number)"),
            note="",
            bars=[_field_bar(figures, field.id, most, texts) for figures in found.regions],
        )
        for field in fields
    ]


def _field_bar(figures: RegionFigures, field: str, most: float, texts: Texts) -> Bar:
    count = next((c for c in figures.fields if c.field.id == field), None)
    name = figures.name
    if count is None or count.offers is None:
        return Bar(name, texts.gettext("unknown"), 0.0, UNKNOWN_TONE)
    offers = texts.number(count.offers)
    if count.per_10000 is None:
        return Bar(name, offers, 0.0, UNKNOWN_TONE)
    text = f"{texts.number(count.per_10000, decimals=1)} ({offers})"
    return Bar(name, text, round(100 * count.per_10000 / most, 1), PLAIN)


def _picture(
    title: str,
    unit: str,
    found: Comparison,
    texts: Texts,
    value: Callable[[RegionFigures], float | None],
    text: Callable[[RegionFigures, Texts], str],
    *,
    most: float = 0.0,
) -> Picture:
    values = [value(figures) for figures in found.regions]
    longest = most or max((v for v in values if v is not None), default=0.0) or 1.0
    return Picture(
        title=title,
        head=texts.gettext("Region"),
        unit=unit,
        note="",
        bars=[
            Bar(
                label=figures.name,
                text=texts.gettext("unknown") if figures.unknown else text(figures, texts),
                width=0.0 if v is None else round(100 * v / longest, 1),
                tone=UNKNOWN_TONE if v is None else PLAIN,
            )
            for figures, v in zip(found.regions, values, strict=True)
        ],
    )


def _share(figures: RegionFigures) -> float | None:
    return None if figures.count is None else figures.count.share


def share_short(figures: RegionFigures, texts: Texts) -> str:
    """Write the share alone, or what may be said of it."""
    tally = figures.count
    if tally is None or (tally.share is None and tally.share_range is None):
        return "–"
    if tally.share is not None:
        return texts.percent(tally.share)
    return texts.percent_range(*(tally.share_range or (0.0, 1.0)))


def _way(figures: RegionFigures) -> float | None:
    way = figures.median_m if math.isnan(figures.median_min) else figures.median_min
    return way if math.isfinite(way) else None


def comparison_text(found: Comparison, texts: Texts) -> str:
    """Write a comparison for a terminal: a block a region, then the fields, then what limits it."""
    lines = [question_text(found, texts), ""]
    heads = row_heads(found, texts)
    for column in columns(found, texts):
        lines.append(f"{column.name} ({column.id})")
        lines += [f"  {text:>24}  {head}" for head, text in zip(heads, column.cells, strict=True)]
    lines += ["", texts.gettext("Offers per 10,000 people, by field")]
    for picture in field_pictures(found, texts):
        lines.append(f"{picture.title}")
        lines += [f"  {bar.text:>24}  {bar.label}" for bar in picture.bars]
    return "\n".join([*lines, "", *(f"! {line}" for line in caveat_lines(found, (), texts)), ""])
