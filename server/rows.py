"""
The rows of a report as they are read: districts in their ranking, gaps with their people.

A withheld number is written as what may be said of it: a bound, or a dash.
"""

from __future__ import annotations

from dataclasses import dataclass

from server import models
from server.classes import NOBODY, UNCERTAIN, UNKNOWN, WITHHELD, ShareClass
from server.classes import share_class as class_of_share
from server.sentences import people_short
from server.texts import Texts

_MOST_NAMED = 4  # districts of a gap
_ROUNDING = 0.0005  # of a published bound of a share


@dataclass(frozen=True)
class Row:
    """
    A district in the ranking; texts to read, values to sort by (None last).

    `bar` is 0…100, None where there is no share. `residents` are buildings where no people are
    counted; `residents_text` says so, `count_text` is the bare number.
    """

    id: str
    name: str
    rank: int | None
    look: ShareClass
    share: float | None
    share_text: str
    bar: float | None
    short: int | None
    short_text: str
    residents: int | None
    residents_text: str
    count_text: str
    covered_text: str
    median: float | None
    median_text: str
    note: str


@dataclass(frozen=True)
class GapRow:
    """A gap: how many people, where, and how far the nearest offer is."""

    rank: int
    label: str
    people: str
    place: str
    nearest: str


def ranking_rows(out: models.CoverageOut, texts: Texts) -> list[Row]:
    """Least covered first, then what has no rank, by name."""
    is_unknown = out.answer == "unknown"
    doubt = hours_in_doubt(out, texts)
    rows = [
        _row(
            district,
            texts,
            is_unknown=is_unknown,
            doubt=doubt,
            smallest=out.assumptions.population.smallest_published,
        )
        for district in out.by_district
    ]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.name))


def _row(
    row: models.DistrictRow, texts: Texts, *, is_unknown: bool, doubt: str, smallest: int
) -> Row:
    short = people_short(row)
    homes = row.residents if row.unit == "residents" else row.buildings
    lowest = _lowest_share(row)
    return Row(
        id=row.id,
        name=row.name,
        rank=row.rank,
        look=UNCERTAIN if row.uncertain else look_of(row, is_unknown=is_unknown),
        share=lowest,
        share_text=texts.gettext("unknown") if is_unknown else certain_share(row, texts),
        bar=None if is_unknown or lowest is None else round(lowest * 100, 1),
        short=short,
        short_text=_short_text(row, short, is_unknown=is_unknown, texts=texts, smallest=smallest),
        residents=homes,
        residents_text=_homes_text(row, texts),
        count_text="–" if homes is None else texts.number(homes),
        covered_text="" if is_unknown else _covered_text(row, texts, smallest),
        median=row.median_min,
        median_text="–" if row.median_min is None else texts.number(round(row.median_min)),
        note=_note(row, texts, doubt=doubt),
    )


def look_of(row: models.DistrictCoverage, *, is_unknown: bool) -> ShareClass:
    """Return the class of a district; a withheld share has one if all it may be lies in it."""
    if is_unknown:
        return UNKNOWN
    if row.unit == "residents" and row.residents is None and not row.suppressed:
        return UNKNOWN  # no count, and no building known either
    if row.residents == 0 or (row.unit == "buildings" and not row.buildings):
        return NOBODY
    if row.share is not None:
        return class_of_share(row.share)
    if row.share_range is not None:
        low, high = (class_of_share(bound) for bound in row.share_range)
        return low if low is high else WITHHELD
    return WITHHELD


def _lowest_share(row: models.DistrictCoverage) -> float | None:
    """Return the least share that is sure, None where nothing may be said."""
    if row.share is not None or row.share_range is None or row.share_range == [0.0, 1.0]:
        return row.share
    return row.share_range[0]


def share_text(row: models.DistrictCoverage, texts: Texts) -> str:
    """Write a share, or what may be said of a withheld one."""
    if row.share is not None:
        return texts.percent(row.share)
    if row.share_range is not None:
        return texts.percent_range(row.share_range[0], row.share_range[1])
    return "–"


def certain_share(row: models.DistrictRow, texts: Texts) -> str:
    """Write a share; between its bounds where too much of it is not known."""
    if not row.uncertain:
        return share_text(row, texts)
    low, high = possible_share(row)
    if low <= 0 and high >= 1:  # a withheld share would be a dash; here nothing is withheld
        return f"0–{texts.percent(1.0)}"
    return texts.percent_range(low, high)


def possible_share(row: models.DistrictRow) -> tuple[float, float]:
    """Return the least share of an area, and the one if all unknowns were in its favour."""
    low = row.share or 0.0
    high = low if row.share_with_unknown is None else row.share_with_unknown
    if row.edge_uncertain and row.residents:
        high += row.edge_uncertain / row.residents
    return low, min(high, 1.0)


def hours_in_doubt(out: models.CoverageOut, texts: Texts) -> str:
    """Say of how many offers it is not known whether they are open then; empty without any."""
    told = out.assumptions
    if not told.offers_unknown_hours:
        return ""
    total = sum((told.offers_open or 0, told.offers_unknown_hours, told.offers_closed or 0))
    return texts.ngettext(
        "Of {n} of {total} offers it is not known whether it is open then.",
        "Of {n} of {total} offers it is not known whether they are open then.",
        told.offers_unknown_hours,
        total=texts.number(total),
    )


def few_text(texts: Texts, smallest: int) -> str:
    """Write a number of people that is known to be too small to publish."""
    return f"<\u202f{texts.number(smallest)}"


def withheld_line(texts: Texts, smallest: int) -> str:
    """Say what the marks of withheld counts mean."""
    return texts.gettext(
        "– and {few}: withheld, because the number would tell of too few people.",
        few=few_text(texts, smallest),
    )


def _short_text(
    row: models.DistrictCoverage,
    short: int | None,
    *,
    is_unknown: bool,
    texts: Texts,
    smallest: int,
) -> str:
    if is_unknown:
        return "–"
    if short is not None:
        return texts.number(short)
    if (
        row.residents
        and row.share_range
        and _is_few(row.residents, 1 - row.share_range[0], smallest)
    ):
        return few_text(texts, smallest)
    return "–"


def _covered_text(row: models.DistrictCoverage, texts: Texts, smallest: int) -> str:
    if row.covered is not None:
        return texts.number(row.covered)
    if row.residents and row.share_range and _is_few(row.residents, row.share_range[1], smallest):
        return few_text(texts, smallest)
    return "–"


def _is_few(residents: int, most_of_them: float, smallest: int) -> bool:
    return residents * (most_of_them - _ROUNDING) <= smallest


def _homes_text(row: models.DistrictCoverage, texts: Texts) -> str:
    if row.unit == "buildings":
        return texts.ngettext("{n} building", "{n} buildings", row.buildings or 0)
    return "–" if row.residents is None else texts.number(row.residents)


def _note(row: models.DistrictRow, texts: Texts, *, doubt: str) -> str:
    notes = []
    if row.uncertain and "hours" in row.uncertain_because:
        notes.append(doubt)
    if row.share_inside < 0.995:
        inside = texts.percent(row.share_inside)
        notes.append(texts.gettext("Only {share} of its area lie inside the data.", share=inside))
    if row.edge_uncertain:
        notes.append(
            texts.ngettext(
                "An offer beyond the edge of the data may reach {n} person.",
                "An offer beyond the edge of the data may reach {n} people.",
                row.edge_uncertain,
            )
        )
    if row.uncertain:
        low, high = possible_share(row)
        notes.append(
            texts.gettext(
                "So between {low} and {high} may reach one.",
                low=texts.percent(low),
                high=texts.percent(high),
            )
        )
    return " ".join(notes)


def gap_row(gap: models.GapOut, texts: Texts, smallest: int) -> GapRow:
    """Write a gap; `smallest` is the fewest people who may be told."""
    if gap.residents is None:
        people = (
            texts.ngettext("{n} building", "{n} buildings", gap.buildings)
            if gap.buildings
            else few_text(texts, smallest)
        )
    else:
        people = texts.ngettext("{n} person", "{n} people", gap.residents)
    count = gap.residents if gap.residents is not None else gap.buildings
    return GapRow(
        rank=gap.rank,
        label="" if count is None else texts.number(count),
        people=people,
        place=_place(gap.districts, texts),
        nearest=_nearest(gap, texts),
    )


def _place(districts: list[str], texts: Texts) -> str:
    named = ", ".join(districts[:_MOST_NAMED])
    more = len(districts) - _MOST_NAMED
    if more <= 0:
        return named
    return named + " " + texts.ngettext("and {n} more", "and {n} more", more)


def _nearest(gap: models.GapOut, texts: Texts) -> str:
    if gap.nearest_offer is None:
        return ""
    how_far = _how_far(gap, texts)
    name = gap.nearest_offer.name
    return ", ".join(part for part in (name, how_far) if part)


def _how_far(gap: models.GapOut, texts: Texts) -> str:
    if gap.median_min is not None:
        return texts.gettext("{n} min", n=texts.number(round(gap.median_min)))
    return "" if gap.median_m is None else f"{texts.number(gap.median_m)} m"
