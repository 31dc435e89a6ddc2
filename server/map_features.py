"""GeoJSON features as layers of a folium map: only their shape and named texts, escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import folium
from folium.features import GeoJsonPopup, GeoJsonTooltip
from folium.utilities import JsCode

from server.folium_page import safe_text
from server.map_view import FeatureCollection


def feature_layer(
    collection: FeatureCollection,
    fields: Sequence[str],
    *,
    prefix: str,
    name: str,
    layer_id: str,
    style: Callable[[dict[str, Any]], dict[str, Any]],
    highlight: Callable[[dict[str, Any]], dict[str, Any]],
    tooltip: GeoJsonTooltip | None,
    popup: GeoJsonPopup | None,
    pane: str,
    marker: folium.CircleMarker | None = None,
) -> folium.GeoJson:
    """Make a folium layer with nothing of the features but their shape and these, escaped."""
    features = [
        {
            "type": "Feature",
            "id": f"{prefix}{i}",
            "properties": {key: safe_text(feature["properties"].get(key)) for key in fields},
            "geometry": feature["geometry"],
        }
        for i, feature in enumerate(collection["features"])
    ]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=safe_text(name),
        style_function=lambda feature: {**style(feature), "pane": pane},
        highlight_function=highlight,
        tooltip=tooltip,
        popup=popup,
        marker=marker,
        on_each_feature=JsCode("umkreisFolium.raiseOnHover"),
    )
    layer._id = layer_id
    return layer


def tooltip(fields: Sequence[str]) -> GeoJsonTooltip:
    """Show these properties while the pointer is over a feature."""
    return GeoJsonTooltip(fields=list(fields), labels=False, class_name="umkreis-tooltip")


def popup(labels: dict[str, str]) -> GeoJsonPopup:
    """Show these properties, with their labels, when a feature is chosen."""
    return GeoJsonPopup(
        fields=list(labels),
        aliases=[safe_text(label) for label in labels.values()],
        localize=False,
        class_name="umkreis-popup",
        max_width=320,
    )


def points(coordinates: list[Any]) -> list[tuple[float, float]]:
    """Return all positions in the coordinates of a geometry."""
    if coordinates and isinstance(coordinates[0], (int, float)):
        return [(float(coordinates[0]), float(coordinates[1]))]
    return [point for part in coordinates for point in points(part)]
