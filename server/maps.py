"""
A coverage answer as a folium map: districts by their share, gaps, offers, and what it all means.

The map is a document of its own, to be read, printed and passed on: it carries its title, date,
totals in words, legend, a table of the districts (the map in a form that a screen reader can read)
and its sources. `live_map` is served with a nonce, `server.single_file` writes the same page as one
file.

In a notebook `show` draws any answer, or a table with shapes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import folium
from folium.map import CustomPane
from markupsafe import Markup

from server.classes import (
    ALL_CLASSES,
    FILL_OPACITY,
    SHARE_CLASSES,
    ShareClass,
    class_by_id,
    share_class,
)
from server.folium_page import (
    Basemap,
    Finish,
    OfferMarkers,
    PageParts,
    UmkreisMap,
    page_parts,
)
from server.map_features import feature_layer, points, popup, tooltip
from server.map_view import TEXTS, FeatureCollection, MapView, OfferLayer
from server.rendering import templates

if TYPE_CHECKING:
    from server.shown import Shown

GAP_COLOR = "#1c1c2b"
DISTRICT_PANE, GAP_PANE = "districts", "gaps"

_DISTRICT_FIELDS = ("share_text", "residents_text", "covered_text", "uncovered_text", "note_text")
_TABLE_FIELDS = ("share_text", "residents_text", "uncovered_text")
_GAP_FIELDS = ("residents_text", "nearest_text", "districts_text")
_OFFER_FIELDS = ("name", "category", "address", "opening_hours", "website")


def map_csp(nonce: str) -> str:
    """
    Return the Content-Security-Policy of the page that `live_map` makes with this nonce.

    Nothing is inline but what carries the nonce, nothing comes from another origin.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{_checked_nonce(nonce)}' 'strict-dynamic'",
            f"style-src 'self' 'nonce-{nonce}'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def live_map(
    view: MapView,
    nonce: str,
    static_url: str = "/static",
    *,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """
    Return the view as a page that is served under `map_csp(nonce)`.

    Parameters
    ----------
    view
        What to show.
    nonce
        Letters, digits, `-`, `_`; a fresh one for each response.
    static_url
        Where `server/static` is served.
    links
        Labels and addresses of what to do next.

    Raises
    ------
    ValueError
        If the nonce could end its attribute.
    """
    parts = page_parts(coverage_map(view, tiles_url=view.tiles_url))
    return (
        templates()
        .get_template("folium_map.html")
        .render(
            **page_context(view, parts),
            nonce=_checked_nonce(nonce),
            policy=None,
            links=links,
            style_links=[f"{static_url}/{path}" for path in parts.styles],
            script_links=[f"{static_url}/{path}" for path in parts.scripts],
            styles=[],
            scripts=[],
            tiles=None,
            licences=[],
        )
    )


def _checked_nonce(nonce: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{8,}", nonce):
        raise ValueError("`nonce` must be 8 or more letters, digits, - or _; make it with secrets")
    return nonce


def coverage_map(view: MapView, *, tiles_url: str | None) -> UmkreisMap:
    """
    Return the view as a folium map, to which more layers may be added.

    Parameters
    ----------
    view
        What to show.
    tiles_url
        Where the base map is; None if it is embedded in the page, empty if there is none.
    """
    texts = TEXTS[view.language]
    umkreis_map = UmkreisMap(
        label=f"{texts['map']}: {view.title}",
        language=view.language,
        attributions=view.attributions,
    )
    if (bounds := _bounds(view)) is not None:
        umkreis_map.fit_bounds(bounds, padding_top_left=(12, 12), padding_bottom_right=(12, 44))
    if tiles_url != "":
        Basemap(tiles_url, language=view.language).add_to(umkreis_map)
    # districts below gaps, both below the labels (450): raising one then never hides the other
    for pane, z_index in ((DISTRICT_PANE, 410), (GAP_PANE, 420)):
        custom = CustomPane(pane, z_index=z_index)
        custom._id = pane
        custom.add_to(umkreis_map)
    if view.districts["features"]:
        _add_districts(view, umkreis_map)
    if view.gaps["features"]:
        _add_gaps(view, umkreis_map)
    if view.offers["features"]:
        OfferMarkers(_offer_rows(view), name=texts["offers"], texts=texts).add_to(umkreis_map)
    control = folium.LayerControl(collapsed=True)
    control._id = "main"
    control.add_to(umkreis_map)
    Finish(texts).add_to(umkreis_map)
    return umkreis_map


def _bounds(view: MapView) -> list[list[float]] | None:
    """South-west and north-east corner of the districts, else of gaps and offers; lat, lon."""
    for collections in ([view.districts], [view.gaps, view.offers]):
        found = [
            point
            for collection in collections
            for feature in collection["features"]
            for point in points(feature["geometry"]["coordinates"])
        ]
        if found:
            lons, lats = zip(*found, strict=True)
            return [[min(lats), min(lons)], [max(lats), max(lons)]]
    return None


def district_class(properties: dict[str, Any]) -> ShareClass:
    """Return how a district is drawn."""
    if properties.get("class_id"):
        return class_by_id(properties["class_id"])
    return share_class(properties.get("share"))


def _add_districts(view: MapView, umkreis_map: UmkreisMap) -> None:
    looks = {f"d{i}": _district_style(district_class(f["properties"]))
             for i, f in enumerate(view.districts["features"])}  # fmt: skip
    fields = _used(view.districts, _DISTRICT_FIELDS)
    texts = TEXTS[view.language]
    feature_layer(
        view.districts, ("name", *fields),
        prefix="d", name=texts["districts"], layer_id="districts",
        style=lambda feature: looks[feature["id"]],
        highlight=lambda _: {"weight": 3, "color": "#16211d"},
        tooltip=tooltip(("name", *fields[:1])),
        popup=popup({"name": texts["name"], **{name: texts[name] for name in fields}}),
        pane=DISTRICT_PANE,
    ).add_to(umkreis_map)  # fmt: skip


def _district_style(look: ShareClass) -> dict[str, Any]:
    return {
        "className": f"district {look.id}",
        "fillColor": look.color,
        "fillOpacity": FILL_OPACITY,
        "color": "#ffffff",
        "weight": 1.4,
        "opacity": 0.9,
    }


def _add_gaps(view: MapView, umkreis_map: UmkreisMap) -> None:
    texts = TEXTS[view.language]
    fields = _used(view.gaps, _GAP_FIELDS)
    words = {**texts, "residents_text": texts["gap_residents"]}
    style = {"className": "gap", "color": GAP_COLOR, "weight": 1.6, "lineJoin": "round",
             "fillColor": GAP_COLOR, "fillOpacity": 0.12}  # fmt: skip
    feature_layer(
        view.gaps, fields, prefix="g", name=texts["gaps"], layer_id="gaps",
        style=lambda _: style, highlight=lambda _: {"fillOpacity": 0.3, "weight": 2.6},
        tooltip=tooltip(fields[:1]) if fields else None,
        popup=popup({name: words[name] for name in fields}) if fields else None,
        pane=GAP_PANE,
    ).add_to(umkreis_map)  # fmt: skip


def _used(collection: FeatureCollection, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the fields that any feature fills."""
    return tuple(
        name
        for name in fields
        if any(feature["properties"].get(name) for feature in collection["features"])
    )


def _offer_rows(view: MapView) -> list[list[Any]]:
    layers = {layer.id: (i, layer) for i, layer in enumerate(view.offer_layers)}
    rows = []
    for feature in view.offers["features"]:
        lon, lat = feature["geometry"]["coordinates"][:2]
        properties = feature["properties"]
        index, layer = layers[properties["layer"]]
        row = {key: str(value) for key in _OFFER_FIELDS if (value := properties.get(key))}
        rows.append([lat, lon, {**row, "layer": index, "layer_label": layer.label}])
    return rows


def page_context(view: MapView, parts: PageParts) -> dict[str, Any]:
    """Return what the page around the map says; the template escapes it."""
    features = [f["properties"] for f in view.districts["features"]]
    classes = Counter(district_class(properties).id for properties in features)
    offers = Counter(f["properties"]["layer"] for f in view.offers["features"])
    fields = _used(view.districts, _TABLE_FIELDS)
    return {
        "view": view,
        "texts": TEXTS[view.language],
        "classes": [
            (each, classes[each.id])
            for each in ALL_CLASSES
            if each in SHARE_CLASSES or classes[each.id]
        ],
        "gaps": len(view.gaps["features"]),
        "layers": [
            (i, layer, offers[layer.id])
            for i, layer in enumerate(view.offer_layers)
            if offers[layer.id]
        ],
        "columns": ("name", *fields),
        "rows": [
            ([properties.get(name, "") for name in ("name", *fields)], properties.get("note_text"))
            for properties in sorted(features, key=_rank)
        ],
        "map_style": Markup(_map_style(view)),  # noqa: S704 (numbers and checked colours only)
        "map_html": Markup(parts.html),  # noqa: S704 (folium's, from safe_text)
        "map_script": Markup(parts.script),  # noqa: S704 (checked by page_parts)
    }


def _rank(properties: dict[str, Any]) -> tuple[float, str]:
    """Least covered first, what is no share last."""
    share = properties.get("share")
    return (2.0 if share is None else float(share), str(properties.get("name", "")))


def _map_style(view: MapView) -> str:
    rules = [f".swatch.{each.id} {{ background-color: {each.color}; }}" for each in ALL_CLASSES]
    rules += [
        f".layer-{i} {{ --layer: {layer.color}; }}" for i, layer in enumerate(view.offer_layers)
    ]
    return "\n".join(rules)


def show(
    answer: Any,
    *,
    of: str | None = None,
    column: str | None = None,
    language: str = "en",
    title: str = "",
    streets: bool = False,
) -> Shown:
    """
    Draw an answer, a table with shapes, or several of them as layers of one map.

    Parameters
    ----------
    answer
        An Atlas, any answer that has tables with shapes, or a GeoDataFrame in any CRS; a list of
        them, or a mapping of layers' names to them. The first one with a region brings the base
        map; without any there is none.
    of, column
        Which table of it, and by what its shapes are coloured, where that shall be another one
        than usual. A column of numbers is divided into classes, one of few different texts has a
        colour each.
    language
        Of the words around it.
    title
        A heading of one's own.
    streets
        Draw an Atlas with its streets.

    Returns
    -------
    shown
        What a notebook draws; `.save(path)` writes it as one file that asks nothing of the web.

    Raises
    ------
    ParameterError
        If there is nothing to draw, no such table or column, or a table has no CRS.
    """
    from server.shown import draw

    return draw(answer, of=of, column=column, language=language, title=title, streets=streets)


__all__ = ["MapView", "OfferLayer", "coverage_map", "live_map", "map_csp", "page_context", "show"]
