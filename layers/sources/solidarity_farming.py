"""
Reads solidarity farming: farms, the depots where their harvest is picked up, and who supplies whom.

The form of ernte-teilen.org: `{"farms": […], "depots": […]}`, or GeoJSON whose features say `type`
Farm, Depot or Initiative. A farm may supply many depots and a depot be supplied by many farms; each
link is kept once, from the farm. Names in camelCase and snake_case are the same.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.osm_tags import facts_of
from layers.sources.bounded import parse_json
from layers.sources.json_fields import dicts_at, kept, lonlat_at, text_at
from layers.sources.kinds import Guess
from layers.sources.record import Fault, RecordLink, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.osm_tags import FactValue
    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading
    from layers.taxonomy import Taxonomy

SOURCE = "solidarity_farming"
ATTRIBUTION = "ernte-teilen.org"
_CATEGORY = {"farm": "csa", "depot": "csa_depot"}
_GROUPS = ("vegetableproducts", "animalproducts", "beverages", "products")
_PRODUCTS = {"cereals": "cereal", "bread_and_pastries": "bread"}  # else as in OpenStreetMap
_KEPT = (
    "participation", "economicalbehavior", "additionalproductinformation", "deliverydays", "goals",
    "badges",
)  # fmt: skip

Entry = dict[str, Any]


def read_solidarity_farming(data: bytes, options: ReadOptions) -> Reading:
    """
    Read farms and depots; initiatives that only look for a farm are skipped.

    Raises
    ------
    SourceError
        If there are neither farms nor depots.
    """
    answer = parse_json(data)
    entries = _entries(answer)
    if not entries:
        raise SourceError("`source` lists neither farms nor depots")
    reader = RowReader(SOURCE, options)
    skipped: Counter[str] = Counter()
    links = _links(entries)
    rows = []
    for number, (kind, entry) in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            reader.faults.append(Fault(number, shortened(entry), "is neither farm nor depot"))
        elif kind not in _CATEGORY:
            skipped[f"{kind or 'thing'} that is neither farm nor depot"] += 1
        else:
            rows.append(_row(number, kind, entry, links, options.taxonomy))
    notes = reader.read(rows)
    return reader.reading(
        "solidarity-farming",
        len(entries),
        notes=notes,
        counts_in="entry",
        skipped=dict(skipped),
        attribution=options.attribution or ATTRIBUTION,
    )


def _entries(answer: Any) -> list[tuple[str, Any]]:
    if not isinstance(answer, dict):
        return []
    found = [("farm", _plain(e)) for e in dicts_at(answer, "farms")]
    found += [("depot", _plain(e)) for e in dicts_at(answer, "depots")]
    for feature in dicts_at(answer, "features"):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            found.append(("", feature if not isinstance(feature, dict) else {}))
            continue
        entry = _plain(feature["properties"])
        geometry = feature.get("geometry")
        pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if isinstance(pair, list) and len(pair) >= 2:
            entry |= {"lon": pair[0], "lat": pair[1]}
        found.append((text_at(entry, "type").lower(), entry))
    return found


def _plain(entry: Any) -> Any:
    """Return an entry whose keys have neither case nor underscores."""
    if not isinstance(entry, dict):
        return entry
    return {str(key).replace("_", "").lower(): value for key, value in entry.items()}


def _links(entries: list[tuple[str, Any]]) -> dict[str, dict[str, None]]:
    """Return the depots of each farm, told by either."""
    links: dict[str, dict[str, None]] = {}
    for kind, entry in entries:
        if kind not in _CATEGORY or not isinstance(entry, dict):
            continue
        own = text_at(entry, "id")
        for other in dicts_at(entry, "depots" if kind == "farm" else "farms"):
            told = text_at(_plain(other), "id") if isinstance(other, dict) else str(other)
            farm, depot = (own, told) if kind == "farm" else (told, own)
            links.setdefault(f"farm-{farm}", {})[f"depot-{depot}"] = None
    return links


def _row(
    number: int,
    kind: str,
    entry: Entry,
    links: Mapping[str, Mapping[str, None]],
    taxonomy: Taxonomy,
) -> Row:
    lonlat, cells = lonlat_at(entry, ("lon", "lng", "longitude"), ("lat", "latitude"))
    source_id = f"{kind}-{text_at(entry, 'id')}"
    cells |= {
        "id": source_id,
        "name": text_at(entry, "name"),
        "address": text_at(entry, "address"),
        "street": text_at(entry, "street"),
        "housenumber": text_at(entry, "housenumber"),
        "postcode": text_at(entry, "postalcode"),
        "city": text_at(entry, "city"),
        "website": text_at(entry, "url", "link", "website"),
        "description": text_at(entry, "description", lines=True),
        "capacity": text_at(entry, "maximummembers"),
    }
    category = _CATEGORY[kind]
    more: dict[str, Any] = {"facts": _facts(entry, category, taxonomy)}
    if (founded := _founded(entry)) is not None:
        more["opened_on"] = founded
    if targets := links.get(source_id):
        more["links"] = tuple(RecordLink("supplies", target) for target in targets)
    return Row(
        number, cells, kept(entry, *_KEPT), lonlat, text=cells["name"], guess=Guess((category,)),
        more=more,
    )  # fmt: skip


def _facts(entry: Entry, category: str, taxonomy: Taxonomy) -> dict[str, FactValue]:
    known = {fact.id: fact for fact in taxonomy.category(category).facts}
    found: dict[str, FactValue] = {}
    products = [_PRODUCTS.get(p, p) for p in _products(entry)]
    if products and "products" in known:
        found |= facts_of({"produce": ";".join(products)}, [known["products"]], taxonomy.rules)
    accepts = text_at(entry, "acceptsnewmembers").lower()
    if accepts and "accepts_members" in known:
        found["accepts_members"] = accepts in ("yes", "true")
    if isinstance(organic := entry.get("actsecological"), bool) and "organic" in known:
        found["organic"] = organic
    if isinstance(days := entry.get("deliverydays"), str) and "delivery_times" in known:
        found["delivery_times"] = days
    return found


def _products(entry: Entry) -> list[str]:
    told: list[str] = []
    for group in _GROUPS:
        for product in dicts_at(entry, group):
            name = text_at(product, "name") if isinstance(product, dict) else product
            if isinstance(name, str) and name:
                told.append(name.lower())
    return told


def _founded(entry: Entry) -> date | None:
    year, month = entry.get("foundedatyear"), entry.get("foundedatmonth")
    if not isinstance(year, int) or isinstance(year, bool) or not 1000 < year < 9999:
        return None
    return date(year, month if isinstance(month, int) and 1 <= month <= 12 else 1, 1)
