"""The difference to the present state in words, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.crs import to_metric
from server.sentences import label
from server.submissions.words import ORDER, field_names, said_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.atlas import Atlas
    from layers.register.proposals import Difference
    from server.texts import Texts

_IN_ADDRESS = ("street", "housenumber", "postcode", "city", "address")


@dataclass(frozen=True)
class Row:
    """A field: what is now, what is said, what would hold; "" where nothing is."""

    key: str
    name: str
    now: str
    said: str
    then: str

    @property
    def is_changed(self) -> bool:
        """Whether accepting it would change anything."""
        return self.now != self.then


def rows_of(atlas: Atlas, texts: Texts, differences: Sequence[Difference]) -> list[Row]:
    """Say differences in words, in the order of the form; fields that it has not come last."""
    names = all_names(atlas, texts)
    columns = [
        _column(atlas, texts, {d.field: getattr(d, column) for d in differences})
        for column in ("now", "said", "then")
    ]
    asked = {_key(d.field) for d in differences}
    known = [name for name in ORDER if name in asked]
    rest = sorted(asked - set(ORDER) - {"lat"})
    rows = []
    for name in (*known, *rest):
        now, said, then = (column.get(name, "") for column in columns)
        rows.append(Row(name, names.get(name, name.removeprefix("fact:")), now, said, then))
    return [_with_distance(atlas, texts, row, differences) for row in rows]


def all_names(atlas: Atlas, texts: Texts) -> dict[str, str]:
    """Name all fields that an entry can have; those that the form has as the form does."""
    facts = {f"fact:{f.id}": label(texts, f) for c in atlas.taxonomy.categories for f in c.facts}
    return {
        **facts,
        **field_names(texts),
        "street": texts.gettext("Street"),
        "housenumber": texts.gettext("House number"),
        "postcode": texts.gettext("Postcode"),
        "city": texts.gettext("Town"),
        "lat": texts.gettext("Latitude"),
        "contact_name": texts.gettext("Contact person (never shown)"),
        "country": texts.gettext("Country"),
        "capacity": texts.gettext("Capacity"),
        "kinds": texts.gettext("More exactly"),
        "opened_on": texts.gettext("Opened on"),
        "notices": texts.gettext("Notices"),
        "events": texts.gettext("Dates"),
        "links": texts.gettext("Links to other entries"),
        "aliases": texts.gettext("Ids elsewhere"),
    }


def _key(name: str) -> str:
    return "address" if name in _IN_ADDRESS else name


def _column(atlas: Atlas, texts: Texts, values: dict[str, Any]) -> dict[str, str]:
    told = {name: value for name, value in values.items() if value is not None}
    if told.get("lat") is None:
        told.pop("lon", None)
    known = [c for c in told.get("categories", ()) if _is_known(atlas, c)]
    strange = [c for c in told.get("categories", ()) if not _is_known(atlas, c)]
    said = said_values(atlas, texts, {**told, "categories": known})
    if strange:
        said["categories"] = ", ".join(filter(None, (said.get("categories", ""), *strange)))
    for name, value in told.items():
        if name not in ORDER and name not in _IN_ADDRESS and name != "lat":
            said[name] = _plain(value)
    return said


def _is_known(atlas: Atlas, category: str) -> bool:
    return any(known.id == category for known in atlas.taxonomy.categories)


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_plain(v)}" for k, v in value.items())
    return str(value)


def _with_distance(atlas: Atlas, texts: Texts, row: Row, differences: Sequence[Difference]) -> Row:
    """Say how far a place would move."""
    places = {d.field: d for d in differences if d.field in ("lon", "lat")}
    if row.key != "lon" or len(places) < 2 or row.now == row.said or not (row.now and row.said):
        return row
    lon, lat = places["lon"], places["lat"]
    xy = to_metric(np.array([lon.now, lon.said]), np.array([lat.now, lat.said]), atlas.region.crs)
    away_m = float(np.hypot(*(xy[0] - xy[1])))
    said = texts.gettext("{n} m away", n=texts.number(round(away_m)))
    return Row(row.key, row.name, row.now, f"{row.said} ({said})", row.then)
