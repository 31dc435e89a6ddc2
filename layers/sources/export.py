"""
Offers as rows of a table, the same for every format that is written.

The columns are those that the readers of this package recognise, so that what is written can be
read back, here and by hand. Lists stand in one cell with `;` between. Each row carries its licence
and whom to name, because rows get copied out of files. What may leave at all is for the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from layers.notices import Notice
    from layers.offers import Offer
    from layers.taxonomy import Taxonomy

Cell = str | float | bool | None
COLUMNS = (
    "id", "name", "category", "lon", "lat", "street", "housenumber", "postcode", "city", "phone",
    "email", "website", "opening_hours", "description", "gives", "needs", "notices", "capacity",
    "wheelchair", "opened_on", "closed_on", "source", "source_id", "as_of", "licence",
    "attribution", "aliases",
)  # fmt: skip
LIST_MARK = ";"


@dataclass(frozen=True)
class About:
    """
    What is written into a file about itself.

    `attributions` are whom to name, by source; `licence` is that of the whole, `as_of` the date of
    the data.
    """

    title: str
    licence: str
    attributions: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None

    @property
    def attribution(self) -> str:
        """All whom to name, in one line."""
        return "; ".join(dict.fromkeys(self.attributions.values()))

    def to_texts(self) -> dict[str, str]:
        """Return what is told, as texts, without what is empty."""
        told = {
            "title": self.title,
            "licence": self.licence,
            "attribution": self.attribution,
            "as_of": self.as_of.isoformat() if self.as_of else "",
        }
        return {key: text for key, text in told.items() if text}


@dataclass(frozen=True)
class ExportTable:
    """
    Rows to write.

    `columns` are names in their order: `COLUMNS`, and the facts that any offer has. `rows` hold one
    cell each; None is empty.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: About

    def dicts(self) -> Iterable[dict[str, Cell]]:
        """Yield rows by column."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def export_table(offers: Iterable[Offer], taxonomy: Taxonomy, about: About) -> ExportTable:
    """
    Make rows of offers.

    Parameters
    ----------
    offers
        In the order of the rows.
    taxonomy
        Tells the order of facts; facts that it does not know are left out.
    about
        Of the file.
    """
    told = [(offer, offer.to_record()) for offer in offers]
    known = dict.fromkeys(f.id for c in taxonomy.categories for f in c.facts)
    used = {name for offer, _ in told for name in offer.facts}
    facts = tuple(name for name in known if name in used and name not in COLUMNS)
    rows = tuple(_row(offer, record, facts, about) for offer, record in told)
    return ExportTable((*COLUMNS, *facts), rows, about)


def notice_text(notice: Notice) -> str:
    """Return a notice in the form that `layers.notices` reads."""
    head = f"{notice.kind} {notice.resource} until {notice.until.isoformat()}"
    return f"{head}: {notice.text}" if notice.text else head


def _row(
    offer: Offer, record: Mapping[str, Any], facts: tuple[str, ...], about: About
) -> tuple[Cell, ...]:
    cells = {
        **record,
        "category": offer.categories,
        "notices": " | ".join(map(notice_text, offer.notices)),
        "licence": offer.licence or about.licence,
        "attribution": about.attributions.get(offer.source, about.attribution),
    }
    values = [_cell(cells.get(name)) for name in COLUMNS]
    return (*values, *(_cell(offer.facts.get(name)) for name in facts))


def _cell(value: Any) -> Cell:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, tuple | list):
        return LIST_MARK.join(map(str, value)) or None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
