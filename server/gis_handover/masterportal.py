"""
Entries of Masterportal's services.json and style.json for a region.

Vector layers of type OAF (OGC API - Features) in the region's own CRS, and two of type GeoJSON for
portals that read none of the former. Parameters as Masterportal's documentation of services.json
and style.json (version 3) names them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import shapely

from layers.atlas import Atlas
from server.classes import FILL_OPACITY
from server.gis_handover.shown import handover, rgb, share_rules
from server.maps import GAP_COLOR
from server.ogc.collections import About
from server.ogc.filters import MAX_LIMIT
from server.texts import Texts

_OPAQUE = 1.0


def services(atlas: Atlas, base: str, texts: Texts) -> list[dict[str, Any]]:
    """
    Write the entries of services.json.

    Parameters
    ----------
    atlas
        The region.
    base
        Where this installation is reached, without a slash at the end.
    texts
        The language of names.
    """
    told = handover(atlas, texts)
    offer = {
        "name": texts.gettext("Name"),
        "category_de" if texts.language == "de" else "category_en": texts.gettext("Kind"),
        "address": texts.gettext("Address"),
        "opening_hours": texts.gettext("Opening hours"),
        "phone": texts.gettext("Phone"),
        "email": texts.gettext("E-mail"),
        "website": texts.gettext("Website"),
        "source": texts.gettext("Source"),
        "licence": texts.gettext("Licence"),
    }
    district = {"name": texts.gettext("Name"), "residents": texts.gettext("Residents")}
    shares = {f"share_{topic.id}": topic.name for topic in told.topics}
    gap = {"category": texts.gettext("Kind"), "residents": texts.gettext("Residents")}
    oaf = [
        *(_oaf(atlas, base, each.about, each.name, offer) for each in told.points),
        _oaf(atlas, base, told.districts, told.districts_name, {**district, **shares}),
        _oaf(atlas, base, told.gaps, told.gaps_name, gap),
    ]
    return oaf + [
        _geojson(atlas, base, about, name, shown)
        for about, name, shown in (
            (told.districts, told.districts_name, {**district, **shares}),
            (told.gaps, told.gaps_name, gap),
        )
    ]


def styles(atlas: Atlas, texts: Texts) -> list[dict[str, Any]]:
    """Write the entries of style.json that these layers name."""
    told = handover(atlas, texts)
    points = [
        {
            "styleId": each.about.id,
            "rules": [
                {
                    "style": {
                        "legendValue": each.name,
                        "type": "circle",
                        "circleRadius": 6,
                        "circleFillColor": [*rgb(each.color), _OPAQUE],
                        "circleStrokeColor": [255, 255, 255, _OPAQUE],
                        "circleStrokeWidth": 1,
                    }
                }
            ],
        }
        for each in told.points
    ]
    districts: dict[str, Any] = {"styleId": told.districts.id, "rules": []}
    shown = f"share_{told.topics[0].id}" if told.topics else ""
    for each, words in share_rules(texts.language):
        polygon = {
            "legendValue": words,
            "polygonFillColor": [*rgb(each.color), FILL_OPACITY],
            "polygonStrokeColor": [60, 60, 60, _OPAQUE],
            "polygonStrokeWidth": 1,
        }
        if each.lower is None or each.upper is None:
            districts["rules"].append({"style": polygon})  # whatever no condition fits
        elif shown:
            # ranges hold their lower end and not their upper one
            upper = each.upper if each.upper < 1 else 1.000001
            condition = {"properties": {shown: [each.lower, upper]}}
            districts["rules"].append({"conditions": condition, "style": polygon})
    line = {"polygonStrokeColor": [*rgb(GAP_COLOR), _OPAQUE], "polygonStrokeWidth": 2}
    fill = {"legendValue": told.gaps_name, "polygonFillColor": [*rgb(GAP_COLOR), 0.16]}
    gaps = {"styleId": told.gaps.id, "rules": [{"style": {**fill, **line}}]}
    return [*points, districts, gaps]


def _oaf(atlas: Atlas, base: str, about: About, name: str, shown: dict[str, str]) -> dict[str, Any]:
    code = atlas.region.crs.partition(":")[2]
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    return {
        "id": about.id,
        "name": f"{name} ({atlas.region.name})",
        "typ": "OAF",
        "url": f"{base}/ogc",
        "collection": about.id,
        "crs": crs,
        "bboxCrs": crs,
        "limit": MAX_LIMIT,
        **_common(atlas, about, name, shown),
    }


def _geojson(
    atlas: Atlas, base: str, about: About, name: str, shown: dict[str, str]
) -> dict[str, Any]:
    query = urlencode({"f": "json", "limit": MAX_LIMIT})
    return {
        "id": f"{about.id}.geojson",
        "name": f"{name} ({atlas.region.name}, GeoJSON)",
        "typ": "GeoJSON",
        "url": f"{base}/ogc/collections/{about.id}/items?{query}",
        "version": "1.0",
        "epsg": "EPSG:4326",
        **_common(atlas, about, name, shown),
    }


def _common(atlas: Atlas, about: About, name: str, shown: dict[str, str]) -> dict[str, Any]:
    west, south, east, north = shapely.bounds(atlas.region.boundary)
    return {
        "styleId": about.id,
        "gfiTheme": "default",
        "gfiAttributes": shown,
        "legend": True,
        "minScale": "0",
        "maxScale": "2500000",
        "layerAttribution": about.attribution,
        "datasets": [
            {
                "md_name": f"{name} ({atlas.region.name})",
                "bbox": f"{west:.1f},{south:.1f},{east:.1f},{north:.1f}",
                "kategorie_opendata": ["Wirtschaft und Finanzen"],
                "kategorie_inspire": ["nicht INSPIRE-identifiziert"],
                "kategorie_organisation": about.attribution,
            }
        ],
    }
