"""
A region's news as an Atom feed (RFC 4287): new, changed, closed, and what takes place soon.

By area (`district`, or a `bbox` of an area) and `category`. Where there is no register nobody noted
when an entry came; then the feed lists the entries of the build with the build's own time, and says
so. An entry's id stays the same; what happened to it moves its time on.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from geo.crs import to_metric
from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.districts import find_area
from layers.errors import RegisterError
from layers.news import CLOSED, NEW, SOON_DAYS, News, news, soon
from layers.register import Register
from server.asked import address
from server.notices import today_in
from server.offer_address import full_address, offer_path
from server.query import parse_box
from server.regions import regions_of
from server.sentences import label
from server.settings import LANGUAGES
from server.shell import texts_for
from server.texts import Texts

ATOM: Final = "application/atom+xml"
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_NS: Final = "http://www.w3.org/2005/Atom"
_IDS: Final = UUID("4f6f1c1e-0d55-5c7c-9d0b-6a3f0f6a7c11")  # of this program's feeds; made once
_NOT_IN_XML: Final = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0, clause 2.2
)
_KNOWN: Final = frozenset({"district", "bbox", "category", "limit", "lang"})

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asked:
    """What a feed is asked for; empty for everything."""

    district: str = ""
    bbox: tuple[float, float, float, float] | None = None
    category: str = ""
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True)
class Item:
    """An entry of a feed."""

    key: str
    offer_id: str
    title: str
    summary: str
    updated: datetime
    published: datetime
    kind: str
    category: str


def feed_url(region: str, *, language: str, **parameters: str) -> str:
    """Return the address of a region's feed, for links."""
    return address(f"/r/{region}/feed.atom", {**parameters, "lang": language})


@router.get("/r/{region}/feed.atom")
def feed(request: Request, region: str) -> Response:
    """Give a region's news."""
    atlas = regions_of(request).open(region)
    asked = _parse(request, atlas)
    texts = texts_for(request)
    wanted = _filter(atlas, asked)
    built = _built_at(atlas)
    told = _told(request, region, asked, atlas, wanted)
    if told is None:
        items = _of_build(atlas, wanted, built, asked.limit, texts)
    else:
        items = [_item(atlas, each, texts) for each in told]
    items += _soon(atlas, wanted, asked.limit, texts)
    items.sort(key=lambda item: (item.updated, item.key), reverse=True)
    text = _write(request, atlas, items[: asked.limit], built, told is None, texts)
    return Response(text, media_type=f"{ATOM}; charset=utf-8")


def _parse(request: Request, atlas: Atlas) -> Asked:
    query = request.query_params
    for name in query:
        if name not in _KNOWN:
            raise ParameterError(
                f"`{name}` is not known here; there are {', '.join(sorted(_KNOWN))}",
                parameter=name,
            )
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", limit):
        raise ParameterError(
            f"`limit` is {limit[:20]!r}; it may be 1 to {MAX_LIMIT}", parameter="limit"
        )
    if category := query.get("category", "").strip():
        atlas.taxonomy.category(category)
    box = parse_box(query["bbox"]) if query.get("bbox") else None
    return Asked(query.get("district", "").strip(), box, category, min(int(limit), MAX_LIMIT))


Wanted = Callable[[tuple[str, ...], float, float], bool]


def _filter(atlas: Atlas, asked: Asked) -> Wanted:
    holds = find_area(atlas, asked.district).holds if asked.district else None

    def is_wanted(categories: tuple[str, ...], lon: float, lat: float) -> bool:
        if asked.category and asked.category not in categories:
            return False
        if asked.bbox is not None:
            west, south, east, north = asked.bbox
            if not (west <= lon <= east and south <= lat <= north):
                return False
        if holds is None:
            return True
        xy = to_metric(np.array([lon]), np.array([lat]), atlas.region.crs).reshape(-1, 2)
        place = int(atlas.region.locate(xy)[0])
        return place >= 0 and bool(holds[place])

    return is_wanted


def _told(
    request: Request, region: str, asked: Asked, atlas: Atlas, wanted: Wanted
) -> list[News] | None:
    """Return what the register tells; None where it knows nothing of the region."""
    try:
        register: Register | None = regions_of(request).register()
        if register is None or not register.rev(region):
            return None
        known = {category.id for category in atlas.taxonomy.categories}
        found = news(
            register.database, region, limit=asked.limit, on=today_in(atlas), is_wanted=wanted
        )
    except (RegisterError, sa.exc.SQLAlchemyError):
        return None
    return [n for n in found if known.intersection(n.values.get("categories", ()))]


def _item(atlas: Atlas, told: News, texts: Texts) -> Item:
    known = {category.id: category for category in atlas.taxonomy.categories}
    category = next(c for c in told.values["categories"] if c in known)
    kind = label(texts, known[category])
    name = str(told.values.get("name") or kind)
    if told.kind == NEW:
        title = texts.gettext("New: {name}", name=name)
    elif told.kind == CLOSED:
        title = texts.gettext("Closed: {name}", name=name)
    else:
        title = texts.gettext("Changed: {name}", name=name)
    street = " ".join(str(told.values.get(k, "")) for k in ("street", "housenumber")).strip()
    lines = [kind, street or str(told.values.get("address", ""))]
    if told.fields:
        lines.append(texts.gettext("Changed: {what}", what=texts.join(_names(told.fields, texts))))
    return Item(
        key=told.offer_id,
        offer_id="" if told.kind == CLOSED else told.offer_id,
        title=title,
        summary=". ".join(filter(None, lines)),
        updated=_time(told.at),
        published=_time(told.since),
        kind=told.kind,
        category=category,
    )


def _names(fields: tuple[str, ...], texts: Texts) -> list[str]:
    """Name what changed in plain words, each once."""
    named = {
        "name": texts.gettext("name"),
        "opening_hours": texts.gettext("Opening hours"),
        "notices": texts.gettext("needed and given"),
        "gives": texts.gettext("needed and given"),
        "needs": texts.gettext("needed and given"),
        "description": texts.gettext("description"),
        **dict.fromkeys(("phone", "email", "website"), texts.gettext("contact")),
        **dict.fromkeys(
            ("street", "housenumber", "postcode", "city", "address", "lon", "lat"),
            texts.gettext("place"),
        ),
        "categories": texts.gettext("kind of offer"),
    }
    other = texts.gettext("what there is")
    return list(dict.fromkeys(named.get(field, other) for field in fields))


def _of_build(
    atlas: Atlas, wanted: Wanted, built: datetime, limit: int, texts: Texts
) -> list[Item]:
    """List offers of the build, the latest dates of their sources first."""
    offers = [o for o in atlas.offers if wanted(o.categories, o.lon, o.lat)]
    offers.sort(key=lambda o: (o.as_of or atlas.region.as_of, o.id), reverse=True)
    items = []
    for offer in offers[:limit]:
        kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
        day = texts.day(offer.as_of or atlas.region.as_of)
        summary = [kind, offer.address, texts.gettext("Data of {date}", date=day)]
        items.append(
            Item(
                offer.id, offer.id, offer.name or kind, ". ".join(filter(None, summary)),
                built, built, "known", offer.categories[0],
            )
        )  # fmt: skip
    return items


def _soon(atlas: Atlas, wanted: Wanted, limit: int, texts: Texts) -> list[Item]:
    rows = [r for r, o in enumerate(atlas.offers) if wanted(o.categories, o.lon, o.lat)]
    zone = ZoneInfo(atlas.region.timezone)
    # from the beginning of the day on, so that the feed is the same all day
    first = datetime.combine(today_in(atlas), time(), tzinfo=zone)
    items = []
    for offer, span in soon(atlas, rows, first)[:limit]:
        kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
        start = f"{span.start:%H:%M}"
        when = texts.gettext("{day}, {time}", day=texts.day(span.start.date()), time=start)
        # told from the day on which it comes within reach of the feed, and no later than now
        told = datetime.combine(span.start.date(), time(), tzinfo=zone)
        told = min(told - timedelta(days=SOON_DAYS - 1), first).astimezone(UTC)
        items.append(
            Item(
                f"{offer.id} {span.start.isoformat()}",
                offer.id,
                texts.gettext("Soon: {name}, {when}", name=offer.name or kind, when=when),
                ". ".join(filter(None, [kind, offer.address])),
                told, told, "soon", offer.categories[0],
            )
        )  # fmt: skip
    return items


def _write(
    request: Request, atlas: Atlas, items: list[Item], built: datetime, is_built: bool, texts: Texts
) -> bytes:
    region = atlas.region
    chosen = request.query_params.get("lang", "")
    kept = {"lang": chosen} if chosen in LANGUAGES else {}
    root = ET.Element("feed", {"xmlns": _NS, "xml:lang": texts.language})
    asked = {k: v for k, v in sorted(request.query_params.items()) if k in _KNOWN}
    _add(root, "id", _urn(region.id, "feed", json.dumps(asked)))
    _add(root, "title", texts.gettext("News of {region}", region=region.name))
    if is_built:
        subtitle = texts.gettext(
            "Nobody notes here when an entry came: these are the entries as they were collected "
            "on {date}, and what takes place soon.",
            date=texts.day(built.date()),
        )
    else:
        subtitle = texts.gettext("New, changed and closed entries, and what takes place soon.")
    _add(root, "subtitle", subtitle)
    _add(root, "updated", _stamp(max([item.updated for item in items], default=built)))
    author = ET.SubElement(root, "author")
    settings = request.app.state.settings
    _add(author, "name", (settings.operator.splitlines() or ["Umkreis"])[0])
    _add(root, "rights", " · ".join(region.attributions))
    self_url = full_address(request, request.url.path, **asked)
    ET.SubElement(root, "link", {"rel": "self", "type": ATOM, "href": clean_xml(self_url)})
    page = full_address(request, f"/r/{region.id}", **kept)
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": page})
    for item in items:
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", _urn(region.id, "offer", item.key))
        _add(entry, "title", item.title)
        _add(entry, "updated", _stamp(item.updated))
        _add(entry, "published", _stamp(item.published))
        path = offer_path(region.id, item.offer_id) if item.offer_id else f"/r/{region.id}"
        href = clean_xml(full_address(request, path, **kept))
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": href})
        for term in (item.kind, item.category):
            ET.SubElement(entry, "category", {"term": term})
        _add(entry, "summary", item.summary or item.title)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean_xml(text)


def clean_xml(text: str) -> str:
    """Leave out what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _urn(*parts: str) -> str:
    return uuid5(_IDS, "\n".join(parts)).urn


def _built_at(atlas: Atlas) -> datetime:
    """Return when a region was built; its data's date where that was not noted."""
    try:
        noted: dict[str, Any] = json.loads((atlas.path / "built.json").read_text("utf-8"))
        return datetime.fromisoformat(noted["built_at"])
    except (OSError, ValueError, KeyError):
        return datetime.combine(atlas.region.as_of, time(), tzinfo=UTC)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
