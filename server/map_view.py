"""
What a map shows: a coverage answer in plain texts and GeoJSON, and the map's own words.

Nothing in a view is trusted: names come from everybody's data. Whoever writes them into a page
escapes them there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

FeatureCollection = dict[str, Any]

TEXTS = {
    "de": {
        "districts": "Anteil je Gebiet", "gaps": "Versorgungslücken", "offers": "Angebote",
        "name": "Gebiet", "share_text": "Anteil", "residents_text": "Menschen",
        "covered_text": "davon in Reichweite", "uncovered_text": "nicht in Reichweite",
        "note_text": "Hinweis", "gap_residents": "Menschen ohne Angebot in Reichweite",
        "nearest_text": "Nächstes Angebot", "districts_text": "Gebiete",
        "address": "Adresse", "opening_hours": "Öffnungszeiten", "website": "Website",
        "layers_title": "Ebenen ein- und ausblenden", "table": "Alle Gebiete als Tabelle",
        "sources": "Quellen", "legend": "Legende", "summary": "Ergebnis", "map": "Karte",
        "close": "Schließen", "skip": "Zu den Zahlen", "count": "Gebiete",
        "figures": "Ergebnis und Legende", "method": "Wie gerechnet wurde",
        "next": "Weiter",
    },
    "en": {
        "districts": "Share by district", "gaps": "Gaps in supply", "offers": "Offers",
        "name": "District", "share_text": "Share", "residents_text": "People",
        "covered_text": "of these within reach", "uncovered_text": "not within reach",
        "note_text": "Note", "gap_residents": "People without an offer within reach",
        "nearest_text": "Nearest offer", "districts_text": "Districts",
        "address": "Address", "opening_hours": "Opening hours", "website": "Website",
        "layers_title": "Show and hide layers", "table": "All districts as a table",
        "sources": "Sources", "legend": "Legend", "summary": "Result", "map": "Map",
        "close": "Close", "skip": "Skip to the figures", "count": "Districts",
        "figures": "Result and legend", "method": "How it was worked out",
        "next": "Next",
    },
}  # fmt: skip


@dataclass(frozen=True)
class OfferLayer:
    """A layer of offers: what `layer` of an offer names, its label and its colour (`#rrggbb`)."""

    id: str
    label: str
    color: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.color):
            raise ValueError(f"`color` is {self.color!r}; it must look like #3f7d20")


@dataclass(frozen=True)
class MapView:
    """
    Everything a map shows, as plain texts and GeoJSON in lon/lat.

    Attributes
    ----------
    title, language
        `language` is `de` or `en`.
    districts
        Polygons with `name`, `share` (0…1 or None), and the texts `share_text` ("53 %"),
        `residents_text` ("1.234"), `covered_text`, `uncovered_text`, `note_text` as far as there
        are any. `class_id` names the class where the share alone does not tell (`withheld`,
        `nobody`).
    offers
        Points with `id`, `name`, `category`, `layer` (of `offer_layers`), `address`,
        `opening_hours`, `website`.
    gaps
        Polygons with `residents_text`, `nearest_text`, `districts_text`.
    offer_layers
        The layers that offers name, in the legend's order.
    totals_lines
        The result in sentences.
    legend_title
        What the share is a share of.
    attributions
        Who made the data.
    as_of
        Of when the data is, in words.
    tiles_url
        Where the base map is; empty if there is none.
    """

    title: str
    language: str
    districts: FeatureCollection
    offers: FeatureCollection
    gaps: FeatureCollection
    offer_layers: tuple[OfferLayer, ...]
    totals_lines: tuple[str, ...]
    legend_title: str
    attributions: tuple[str, ...]
    as_of: str
    tiles_url: str
    note_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.language not in TEXTS:
            raise ValueError(f"`language` is {self.language!r}; it must be de or en")
