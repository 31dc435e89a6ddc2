"""
Who does it elsewhere: the offers of a category in several regions, the most telling ones first.

Only offers inside a region's boundary; those just beyond it belong to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from layers.errors import UnknownCategoryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.atlas import Atlas
    from layers.offers import Offer

MOST_OFFERS = 50  # of a region


@dataclass(frozen=True, eq=False)
class OffersElsewhere:
    """
    Offers of one region.

    `total` counts all of them inside the boundary, `offers` holds the first. `is_known` is False
    where no source tells of the categories: then there may be some.
    """

    atlas: Atlas
    offers: tuple[Offer, ...]
    total: int
    is_known: bool


def offers_elsewhere(
    atlases: Sequence[Atlas], *, category: str | Sequence[str], limit: int = MOST_OFFERS
) -> list[OffersElsewhere]:
    """
    List who offers something in each of several regions.

    Parameters
    ----------
    atlases
        The regions.
    category
        One id of the taxonomy, or several that mean any of them.
    limit
        Most offers of a region; how many there are is told.

    Returns
    -------
    found
        One row per region, in their order. Offers with a description come first, then those with a
        website, then by name, those without one last.

    Raises
    ------
    ParameterError
        If no category is named, or the limit is below 1.
    UnknownCategoryError
        If no region knows a category.
    """
    ids = [category] if isinstance(category, str) else list(dict.fromkeys(category))
    if not ids:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    if limit < 1:
        raise ParameterError(f"`limit` is {limit} but must be at least 1", parameter="limit")
    known = {c.id for atlas in atlases for c in atlas.taxonomy.categories}
    for wanted in ids:
        if wanted not in known:
            raise UnknownCategoryError(wanted, known)
    return [_of_region(atlas, ids, limit) for atlas in atlases]


def _of_region(atlas: Atlas, ids: Sequence[str], limit: int) -> OffersElsewhere:
    wanted = [c for c in atlas.taxonomy.categories if c.id in ids]
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *map(atlas.offers_of, wanted)]))
    inside = atlas.region.locate(atlas.offer_xy[rows]) >= 0
    offers = [atlas.offers[int(row)] for row in rows[inside]]
    offers.sort(
        key=lambda o: (not o.description, not o.website, not o.name, o.name.casefold(), o.id)
    )
    is_known = any(atlas.data_as_of(c) is not None for c in wanted)
    return OffersElsewhere(atlas, tuple(offers[:limit]), len(offers), is_known)
