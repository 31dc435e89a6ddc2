"""
What the address of the residents' page asks: filters, never a place.

A home address stands in no URL; scripts ask with it by POST. What cannot be read is refused, as on
every page (`server.asked`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import QueryParams

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.timetable import TRANSIT, timetable_of
from layers.when import PRESETS, parse_when
from server.asked import address

MODES = ("walk", "stepfree", "bike", "car", TRANSIT)
MINUTES = (5, 10, 15, 30)
NOW = "now"
OPEN_PRESETS = ("saturday", "sunday", "weekday_evening")
FREE_PRESETS = ("saturday", "sunday", "weekday_daytime", "weekday_evening")
VIEWS = ("near", "week", "saved")
MOST_CHARS = 100  # of a free text


@dataclass(frozen=True)
class ResidentAsked:
    """
    Filters as they stand in an address.

    `open` is "" (all), `now`, the name of a part of the week, or a local time; `has` are facts that
    are wanted: `open_shares`, `repairs.appliances`, `free_times.saturday`.
    """

    categories: tuple[str, ...] = ()
    q: str = ""
    open: str = ""
    unknown: bool = False
    has: tuple[str, ...] = ()
    wheelchair: bool = False
    mode: str = MODES[0]
    minutes: int = 10
    view: str = VIEWS[0]
    offer: str = ""
    page: int = 1
    language: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address that asks the same, without what is usual."""
        usual = ResidentAsked()
        pairs = {
            "category": ",".join(self.categories),
            "q": self.q,
            "open": self.open,
            "unknown": "1" if self.unknown else "",
            "has": ",".join(self.has),
            "wheelchair": "1" if self.wheelchair else "",
            "mode": "" if self.mode == usual.mode else self.mode,
            "minutes": "" if self.minutes == usual.minutes else str(self.minutes),
            "view": "" if self.view == usual.view else self.view,
            "offer": self.offer,
            "page": "" if self.page == usual.page else str(self.page),
            "lang": self.language,
        }
        return {name: value for name, value in pairs.items() if value}

    @property
    def filters_nothing(self) -> bool:
        """Whether all offers are asked for."""
        return not (self.categories or self.q or self.open or self.has or self.wheelchair)

    def url(self, region: str) -> str:
        """Return the address of the page that asks this."""
        return address(f"/r/{region}", self.parameters())

    def with_(self, **changes: Any) -> ResidentAsked:
        """Return the same filters with some changed, from the first page on."""
        return replace(self, **{"page": 1, "offer": "", **changes})


def parse_resident(query: QueryParams, atlas: Atlas) -> ResidentAsked:
    """
    Read and check the parameters of the page.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If another parameter is none of what is allowed, or the region has no timetable.
    """
    categories = _several(query, "category")
    for category in categories:
        atlas.taxonomy.category(category)
    asked_open = query.get("open", "").strip()
    if asked_open and asked_open != NOW:
        parse_when(asked_open, atlas.region, parameter="open")
    has = _several(query, "has")
    _check_facts(has, atlas)
    if query.get("mode") == TRANSIT:
        timetable_of(atlas)
    return ResidentAsked(
        categories=categories,
        q=query.get("q", "").strip()[:MOST_CHARS],
        open=asked_open,
        unknown=query.get("unknown") == "1",
        has=has,
        wheelchair=query.get("wheelchair") == "1",
        mode=_one_of(query, "mode", MODES, MODES[0]),
        minutes=int(_one_of(query, "minutes", tuple(map(str, MINUTES)), "10")),
        view=_one_of(query, "view", VIEWS, VIEWS[0]),
        offer=query.get("offer", ""),
        page=page_of(query.get("page") or "1"),
        language=query.get("lang", ""),
    )


def _several(query: QueryParams, name: str) -> tuple[str, ...]:
    parts = (part for text in query.getlist(name) for part in text.split(","))
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _one_of(query: QueryParams, name: str, allowed: tuple[str, ...], usual: str) -> str:
    value = query.get(name) or usual
    if value not in allowed:
        raise ParameterError(
            f"`{name}` {value!r} is not known; use {', '.join(allowed)}", parameter=name
        )
    return value


def page_of(text: str) -> int:
    """
    Read the number of a page of a list.

    Raises
    ------
    ParameterError
        If it is no number from 1.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10_000):
        raise ParameterError(f"`page` is {text!r} but must be a number from 1", parameter="page")
    return int(text)


def _check_facts(has: tuple[str, ...], atlas: Atlas) -> None:
    known = {fact.id for category in atlas.taxonomy.categories for fact in category.facts}
    for wanted in has:
        if wanted.split(".")[0] not in known:
            raise ParameterError(
                f"`has` {wanted!r} is no fact that is known of offers", parameter="has"
            )


def wanted_facts(has: tuple[str, ...], atlas: Atlas) -> Mapping[str, Any]:
    """Return wanted facts as the interface takes them: by id, several choices mean any of them."""
    types = {f.id: f.type for c in atlas.taxonomy.categories for f in c.facts}
    parts = {preset.id: preset.part for preset in PRESETS}
    wanted: dict[str, Any] = {}
    for text in has:
        name, _, value = text.partition(".")
        if types[name] in ("choice", "choices"):
            wanted.setdefault(name, []).append(value)
        elif types[name] == "number":
            wanted[name] = 1
        elif types[name] == "times":
            wanted[name] = parts.get(value, value)
        else:
            wanted[name] = True
    return wanted
