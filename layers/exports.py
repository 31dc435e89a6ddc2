"""
What a region publishes, as a file: only values that licences allow together, with whom to name.

Offers of the register come with the claims that may leave; offers that the register does not hold
come as the region was built. Telephone and mail leave only where their source publishes them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo.errors import ParameterError
from layers.errors import RegisterError
from layers.register.built import entry_of_offer
from layers.register.publication import publication
from layers.register.resolve import offer_of
from layers.sources.export import About, export_table
from layers.sources.openfairdb_out import new_places, write_new_places, write_openfairdb_csv
from layers.sources.write import WRITERS, write_offers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.register import Register
    from layers.register.entry import Entry

OPENFAIRDB: Final = "openfairdb"
KINDS: Final = (*WRITERS, OPENFAIRDB)


@dataclass(frozen=True)
class Exported:
    """
    A file with offers.

    `offers` is how many are in it and `licence` that of the whole; `left_out` counts by reason what
    may not leave: whole offers, and single values of others.
    """

    data: bytes
    offers: int
    licence: str
    attributions: tuple[str, ...]
    left_out: Mapping[str, int]


def export_offers(
    register: Register,
    atlas: Atlas,
    kind: str,
    *,
    day: date,
    categories: Sequence[str] = (),
    under: str = "",
    with_contacts: bool = False,
    is_json: bool = False,
) -> Exported:
    """
    Write what is published of a region and exists on a day.

    Parameters
    ----------
    register, atlas
        The atlas as it was built.
    kind
        One of `KINDS`.
    day
        Offers that had closed by then, or had not opened, are left out.
    categories
        Ids; all where there are none.
    under
        Licence of the whole; "" for the one that takes in the most.
    with_contacts
        For Karte von morgen: telephone and mail as well.
    is_json
        For Karte von morgen: NewPlace entries instead of its CSV.

    Raises
    ------
    ParameterError
        If there is no such format.
    UnknownCategoryError
        If there is no such category.
    RegisterError
        If nothing may leave.
    """
    if kind not in KINDS:
        raise ParameterError(
            f"`format` {kind!r} is not known; known are {', '.join(KINDS)}", parameter="format"
        )
    wanted = {atlas.taxonomy.category(c).id for c in categories}
    region = atlas.region.id
    sources = register.sources(region)
    found = publication(
        [*register.entries(region, as_of=day), *_built(register, atlas)], sources, under=under
    )
    terms = found.terms
    offers: list[Offer] = []
    for entry, _ in found.rows:
        allowed = tuple(claim for claim in entry.claims if terms.allows(claim.licence))
        offer = offer_of(replace(entry, claims=allowed), on=day)
        if not wanted or wanted & set(offer.categories):
            offers.append(offer)
    offers.sort(key=lambda offer: offer.id)
    if not offers:
        reasons = "; ".join(dict.fromkeys(terms.refused.values())) or "nothing is published"
        raise RegisterError(f"`region` {region} has no offer that may be exported: {reasons}")
    told = {name: s.attribution for name, s in sources.items() if s.attribution}
    built_by = dict.fromkeys((o.source for o in offers if o.source not in told), "")
    named = {**told, **{source: "; ".join(atlas.region.attributions) for source in built_by}}
    used = {name: text for name, text in named.items() if any(o.source == name for o in offers)}
    others = {f"also {i}": text for i, text in enumerate(found.attributions)}
    about = About(atlas.region.name, terms.licence, {**used, **others}, day)
    data = (
        _openfairdb(offers, atlas, terms.licence, with_contacts=with_contacts, is_json=is_json)
        if kind == OPENFAIRDB
        else write_offers(export_table(offers, atlas.taxonomy, about), kind)
    )
    left_out = Counter(
        {terms.refused[licence]: count for licence, count in found.refused_claims.items()}
    )
    attributions = tuple(dict.fromkeys(about.attributions.values()))
    return Exported(data, len(offers), terms.licence, attributions, left_out)


def _built(register: Register, atlas: Atlas) -> list[Entry]:
    """Return offers that the register knows nothing of as entries of one claim."""
    region = atlas.region.id
    known = {name for e in register.entries(region, statuses=None) for name in (e.id, *e.aliases)}
    sources = register.sources(region)
    return [
        entry_of_offer(offer)
        for offer in atlas.offers
        if offer.id not in known and offer.source not in sources
    ]


def _openfairdb(
    offers: Sequence[Offer], atlas: Atlas, licence: str, *, with_contacts: bool, is_json: bool
) -> bytes:
    places = new_places(offers, atlas.taxonomy, licence=licence, with_contact=with_contacts)
    return write_new_places(places) if is_json else write_openfairdb_csv(places)
