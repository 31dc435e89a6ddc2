"""How many offers of each field of Wirtschaftsförderung 4.0 there are, also per head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.taxonomy import Field

PER_PEOPLE = 10_000


@dataclass(frozen=True)
class FieldCount:
    """
    Offers of a field inside a region; one of several categories counts once in each of its fields.

    `offers` is None where no source tells of any of the field's categories; `known` of
    `categories` are told of. `per_10000` is None where nobody is counted as well.
    """

    field: Field
    offers: int | None
    per_10000: float | None
    known: int
    categories: int


def per_10000(offers: int | None, people: float | None) -> float | None:
    """Return offers per 10,000 people, None where one of both is not known."""
    return None if offers is None or not people else offers / people * PER_PEOPLE


def field_mix(
    atlas: Atlas, inside: NDArray[np.bool_], people: float | None
) -> tuple[FieldCount, ...]:
    """
    Count the offers of each field.

    Parameters
    ----------
    atlas
        The region.
    inside
        Shape (m,): which of its offers count.
    people
        Residents of that area, None where not known.
    """
    counts = []
    for field in atlas.taxonomy.fields:
        of_field = [c for c in atlas.taxonomy.categories if c.field == field.id]
        told = [c for c in of_field if atlas.data_as_of(c) is not None]
        rows = [atlas.offers_of(c) for c in told]
        offers = int(inside[np.unique(np.concatenate(rows))].sum()) if rows else None
        counts.append(
            FieldCount(field, offers, per_10000(offers, people), len(told), len(of_field))
        )
    return tuple(counts)
