"""
How counts of small areas became people at points: what was counted, moved, left over and raked.

It is kept with the people and said with every report. People are exact in it; what leaves passes
`published`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from geo.disclosure import publish_singly

if TYPE_CHECKING:
    from collections.abc import Mapping

GRID, POLYGONS = "grid", "polygons"


@dataclass(frozen=True)
class Difference:
    """The people whom cells or areas count in a municipality, and what an office says they are."""

    area: str
    counted: float
    official: float


@dataclass(frozen=True)
class Account:
    """
    What happened between a file of counts and the people of a region.

    Attributes
    ----------
    kind
        `grid` or `polygons`.
    file, source, year
        Its name, who counted, and when (None where not stated).
    cell_m
        Width of a cell; 0 for polygons.
    areas
        Cells or polygons with people that touch the region.
    secret
        Those whose count is secret (in census grids: or where nobody lives).
    without_homes, people_without_homes
        Those with people and no residential building, and their people: placed at the centre (of
        polygons without any extract, on a grid inside). All of them where there is no extract.
    people_outside
        People of areas that cross the region's edge who live beyond it.
    homes_without_area
        Residential buildings in no cell or polygon with people: nobody is placed in them.
    before, after
        People inside the region before and after raking, unplaced ones included.
    differences
        By municipality (or of the region as a whole), before raking.
    not_raked
        Municipalities without an official total, or that the data's edge cuts.
    official_source, official_year
        Who gives the totals, and of when; empty and None where nothing was raked.
    ages_known
        Share of the people whose age group is known.
    notes
        What was odd about the files.
    """

    kind: str
    file: str
    source: str
    year: int | None
    cell_m: int
    areas: int
    secret: int
    without_homes: int
    people_without_homes: float
    people_outside: float
    homes_without_area: int
    before: float
    after: float
    differences: tuple[Difference, ...] = ()
    not_raked: tuple[str, ...] = ()
    official_source: str = ""
    official_year: int | None = None
    ages_known: float = 0.0
    notes: tuple[str, ...] = ()


def account_to_dict(account: Account) -> dict[str, Any]:
    """Write an account as JSON-ready values, exact."""
    return asdict(account)


def account_from_dict(data: Mapping[str, Any]) -> Account:
    """Read what `account_to_dict` wrote."""
    return Account(
        **{
            **data,
            "differences": tuple(Difference(**d) for d in data["differences"]),
            "not_raked": tuple(data["not_raked"]),
            "notes": tuple(data["notes"]),
        }
    )


def published(account: Account, *, smallest: float) -> dict[str, Any]:
    """Write an account as it may be published: few people are withheld (None), others rounded."""
    told = account_to_dict(account)
    for name in ("people_without_homes", "people_outside", "before", "after"):
        told[name] = _told(told[name], smallest)
    for row in told["differences"]:
        row["counted"] = _told(row["counted"], smallest)
        row["official"] = round(row["official"])
        known = row["counted"] is not None
        row["difference"] = row["official"] - row["counted"] if known else None
    told["differences"] = list(told["differences"])
    told["not_raked"], told["notes"] = list(account.not_raked), list(account.notes)
    told["ages_known"] = round(account.ages_known, 3)
    return told


def _told(people: float, smallest: float) -> int | None:
    """Return whole people; None where so few are withheld."""
    few = math.isnan(float(publish_singly([people], smallest=smallest)[0]))
    return None if few else round(people)
