"""
Pictures of a report: bars with their numbers beside them, so that each is a table as well.

They are drawn by the server as part of the page. What may not be published has no bar.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from layers.coverage import CoverageReport
from layers.travel_times import TimeStep, travel_times
from server.rows import few_text
from server.sentences import label
from server.texts import Texts

INSIDE, BEYOND, PLAIN = "within", "beyond", "all"


@dataclass(frozen=True)
class Bar:
    """A bar: `width` is 0…100 of the longest, `tone` says how it is drawn."""

    label: str
    text: str
    width: float
    tone: str


@dataclass(frozen=True)
class Picture:
    """Bars with a title, the heads of their two columns, and what they mean."""

    title: str
    head: str
    unit: str
    note: str
    bars: list[Bar]


def pictures(report: CoverageReport, texts: Texts) -> list[Picture]:
    """Return the pictures that a report has."""
    found = [_travel_times(report, texts), _fields(report, texts)]
    return [picture for picture in found if picture is not None]


def _travel_times(report: CoverageReport, texts: Texts) -> Picture | None:
    steps = travel_times(report)
    if not steps:
        return None
    most = max((step.people or 0 for step in steps), default=0) or 1
    limit = report.question.minutes
    by_people = report.atlas.population.basis.unit == "residents"
    note = texts.gettext("Minutes to the nearest offer; who can reach none is left out.")
    if limit is not None:
        note += " " + texts.gettext("Pale: wholly beyond the limit that was asked for.")
    return Picture(
        title=texts.gettext("How far people have to go"),
        head=texts.gettext("Minutes"),
        unit=texts.gettext("People") if by_people else texts.gettext("Residential buildings"),
        note=note,
        bars=[
            Bar(
                label=_step(step, texts),
                text=few_text(texts, report.smallest)
                if step.people is None
                else texts.number(step.people),
                width=round(100 * (step.people or 0) / most, 1),
                tone=INSIDE if limit is None or step.low_min < limit else BEYOND,
            )
            for step in steps
        ],
    )


def _step(step: TimeStep, texts: Texts) -> str:
    low = texts.number(step.low_min)
    if math.isinf(step.high_min):
        return texts.gettext("more than {n}", n=low)
    return f"{low}–{texts.number(step.high_min)}"


def _fields(report: CoverageReport, texts: Texts) -> Picture | None:
    """Draw how the offers of the region are spread over the fields."""
    atlas = report.atlas
    field_of = {category.id: category.field for category in atlas.taxonomy.categories}
    counts = Counter(field_of[offer.categories[0]] for offer in atlas.offers)
    if not counts:
        return None
    most = max(counts.values())
    return Picture(
        title=texts.gettext("Offers by field"),
        head=texts.gettext("Field"),
        unit=texts.gettext("Offers"),
        note=texts.gettext(
            "All offers in the data, also those just beyond the boundary; a field without offers "
            "may be one that the sources do not tell of."
        ),
        bars=[
            Bar(
                label=label(texts, field),
                text=texts.number(counts[field.id]),
                width=round(100 * counts[field.id] / most, 1),
                tone=PLAIN,
            )
            for field in atlas.taxonomy.fields
        ],
    )
