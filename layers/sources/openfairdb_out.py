"""
Writes offers for OpenFairDB: NewPlace as JSON, and its CSV of 25 columns.

A city's list can so go to Karte von morgen. A category becomes the type of its entries there and
the hashtag that tells it best, which `layers.sources.openfairdb` reads back. Contact persons,
telephone and mail are written only when asked for: they are personal data.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from layers.sources.kinds import KindReader, folded
from layers.sources.openfairdb import CSV_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.offers import Offer
    from layers.taxonomy import Taxonomy

_TYPES = ("initiative", "company")


def new_places(
    offers: Iterable[Offer],
    taxonomy: Taxonomy,
    *,
    licence: str = "ODbL-1.0",
    with_contact: bool = False,
) -> list[dict[str, Any]]:
    """
    Return offers in the form of NewPlace.

    Parameters
    ----------
    offers
        With a category each.
    taxonomy
        Tells types and hashtags.
    licence
        Of offers that state none. Whether an offer may be given away under it is for the caller.
    with_contact
        Write telephone and mail as well.

    Returns
    -------
    places
        In the order of `offers`. Title and description are never empty: what has none has the
        category's label.
    """
    tags = _tags_of(taxonomy)
    return [
        _place(offer, taxonomy, tags, licence=licence, with_contact=with_contact)
        for offer in offers
    ]


def write_new_places(places: Iterable[Mapping[str, Any]]) -> bytes:
    """Return NewPlace entries as JSON in UTF-8."""
    return json.dumps(list(places), ensure_ascii=False, indent=1).encode()


def write_openfairdb_csv(places: Iterable[Mapping[str, Any]]) -> bytes:
    """Return NewPlace entries as the CSV export writes them: 25 columns, UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for place in places:
        row = {
            **place,
            "contact_email": place.get("email"),
            "contact_phone": place.get("telephone"),
            "categories": ",".join(place["categories"]),
            "tags": ",".join(place["tags"]),
        }
        writer.writerow([_cell(row.get(column)) for column in CSV_COLUMNS])
    return file.getvalue().encode()


def _place(
    offer: Offer,
    taxonomy: Taxonomy,
    tags: Mapping[str, str],
    *,
    licence: str,
    with_contact: bool,
) -> dict[str, Any]:
    label = taxonomy.category(offer.categories[0]).de
    types = {name for id_ in offer.categories for name in taxonomy.category(id_).ofdb_types}
    opened = getattr(offer, "opened_on", None)
    return {
        "title": offer.name or label,
        "description": offer.description or label,
        "lat": offer.lat,
        "lng": offer.lon,
        "street": f"{offer.street} {offer.housenumber}".strip() or None,
        "zip": offer.postcode or None,
        "city": offer.city or None,
        "country": None,
        "state": None,
        "contact_name": None,
        "email": (offer.email or None) if with_contact else None,
        "telephone": (offer.phone or None) if with_contact else None,
        "homepage": offer.website or None,
        "opening_hours": offer.opening_hours or None,
        "founded_on": opened.isoformat() if opened else None,
        "categories": [taxonomy.ofdb_types[name] for name in _TYPES if name in types][:1]
        or [taxonomy.ofdb_types["initiative"]],
        "tags": [tags[id_] for id_ in offer.categories],
        "license": offer.licence or licence,
        "image_url": None,
        "image_link_url": None,
        "links": [],
    }


def _tags_of(taxonomy: Taxonomy) -> dict[str, str]:
    """Choose the hashtag of each category: the one that is read back as it, and surest."""
    reader = KindReader(taxonomy)
    chosen = {}
    for category in taxonomy.categories:
        labels = [part.strip() for part in category.de.replace("/", ",").split(",")]
        words = [*category.ofdb_tags, *category.ofdb_tags_guessed]
        words += [folded(label).replace(" ", "-") for label in (*labels, category.en)]
        words.append(category.id.replace("_", "-"))

        def fit(word: str, wanted: tuple[str, ...] = (category.id,)) -> tuple[bool, bool]:
            guess = reader.of_openfairdb((), (word,), "")
            return guess.categories == wanted, guess.is_sure

        chosen[category.id] = max(words, key=fit)
    return chosen


def _cell(value: object) -> str:
    return "" if value is None else str(value)
