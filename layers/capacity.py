"""
How much offers can serve: what they state, or what the asker enters; there are no defaults.

A capacity is used up by people only where its unit is: repairs in a session are, square metres of a
shop are not. Where a category has no unit at all, an entered capacity counts people. How many units
one resident uses is the asker's to say, unless the unit is people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from layers.errors import UnknownOfferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.taxonomy import Category

PEOPLE = "people"
ALL = ""  # a capacity entered for every offer
MOST = 1e9
MOST_DEMAND = 10_000.0
_ONE_EACH = (PEOPLE, "persons")


@dataclass(frozen=True, eq=False)
class Capacities:
    """
    What the offers of a category can serve.

    Attributes
    ----------
    unit
        Id of the taxonomy's unit, or `people`.
    demand
        Units that one resident uses.
    amount
        Shape (m,): units of each offer.
    is_entered
        Shape (m,): whether the asker entered it; the others are stated by the offer.
    """

    unit: str
    demand: float
    amount: NDArray[np.float64]
    is_entered: NDArray[np.bool_]


def capacities_of(
    atlas: Atlas,
    category: Category,
    rows: NDArray[np.int64],
    *,
    entered: Mapping[str, float],
    demand: float | None,
) -> Capacities:
    """
    Gather and check the capacities of a category's offers.

    Parameters
    ----------
    atlas, category
        The region and the kind of offer.
    rows
        Shape (m,): rows of its offers.
    entered
        By id of an offer, or by `ALL`; goes before what an offer states.
    demand
        Units that one resident uses; 1 where it is left out and the unit is people.

    Raises
    ------
    ParameterError
        If the unit is not used up by people, a capacity is missing or no whole number above 0, or
        the demand is missing or not above 0.
    UnknownOfferError
        If a capacity is entered for an offer that the category does not have.
    """
    unit = _check_unit(atlas, category)
    per_head = _check_demand(unit, demand)
    for name, value in entered.items():
        _check_amount(name, value)
    ids = [atlas.offers[int(row)].id for row in rows]
    for name in entered:
        if name != ALL and name not in ids:
            raise UnknownOfferError(name, ids)
    amount = np.array([stated_capacity(atlas, category, int(row)) for row in rows], float)
    is_entered = np.array([i in entered or ALL in entered for i in ids], bool)
    for k, offer_id in enumerate(ids):
        if is_entered[k]:
            amount[k] = entered.get(offer_id, entered.get(ALL, math.nan))
    missing = [offer_id for offer_id, units in zip(ids, amount, strict=True) if math.isnan(units)]
    if missing:
        raise ParameterError(
            f"`capacity` is missing: {len(missing)} of {len(ids)} offers of {category.id!r} state "
            f"no whole number above 0 (such as {missing[0]!r}); enter one for all, or one for each "
            f"by its id",
            parameter="capacity",
        )
    return Capacities(unit, per_head, amount, is_entered)


def _check_unit(atlas: Atlas, category: Category) -> str:
    if not category.capacity_unit:
        return PEOPLE
    unit = next(u for u in atlas.taxonomy.units if u.id == category.capacity_unit)
    if not unit.consumable:
        raise ParameterError(
            f"`category` {category.id!r}: its capacity is told in {unit.en}, which people do not "
            "use up; ask for its reach instead",
            parameter="category",
        )
    return unit.id


def _check_demand(unit: str, demand: float | None) -> float:
    if demand is None:
        if unit in _ONE_EACH:
            return 1.0
        raise ParameterError(
            f"`demand` is missing; say how many {unit.replace('_', ' ')} one resident uses, such "
            "as 0.05",
            parameter="demand",
        )
    if not 0 < demand <= MOST_DEMAND:
        raise ParameterError(
            f"`demand` is {demand:g} but must be above 0 and at most {MOST_DEMAND:g}",
            parameter="demand",
        )
    return demand


def _check_amount(name: str, value: float) -> None:
    if not (0 < value <= MOST and float(value).is_integer()):
        whose = f" of {name!r}" if name else ""
        raise ParameterError(
            f"`capacity`{whose} is {value:g} but must be a whole number above 0 and at most "
            f"{MOST:g}",
            parameter="capacity",
        )


def stated_capacity(atlas: Atlas, category: Category, row: int) -> float:
    """Return what an offer states, NaN for nothing: only its primary category has a unit."""
    offer = atlas.offers[row]
    stated = offer.capacity
    if stated is None or offer.categories[0] != category.id or not category.capacity_unit:
        return math.nan
    return float(stated) if 0 < stated <= MOST and float(stated).is_integer() else math.nan
