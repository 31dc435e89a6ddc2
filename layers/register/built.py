"""Offers of a built region that the register knows nothing of yet, as entries of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.register.entry import PUBLISHED, Claim, Entry
from layers.register.values import values_of_offer

if TYPE_CHECKING:
    from layers.offers import Offer


def entry_of_offer(offer: Offer) -> Entry:
    """
    Return what the region was built with as an entry of one claim, under the offer's own id.

    Its contacts are public, as everything was that a region is built of. An import of the same
    source finds it by its id and goes on with its claim.
    """
    claim = Claim(
        offer.source,
        offer.source_id or offer.id,
        offer.licence,
        offer.as_of,
        values_of_offer(offer),
        has_public_contacts=True,
    )
    return Entry(offer.id, PUBLISHED, (claim,))
