"""
Collections of features: a region's layers of offers, its districts, its gaps.

A collection is made once for each Atlas: geometries in longitude and latitude in a tree, each
feature's text ready to be sent, its properties to be compared. Districts carry the share of people
who reach each category within the category's own limit; gaps are those of every category. Both
have passed `geo.disclosure` like every other answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import geometry_to_lonlat
from geo.once import cached_property
from layers.coverage import coverage
from layers.errors import UnknownNameError
from server import answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport

DISTRICTS = "districts"
GAPS = "gaps"
_KEPT_AS_TEXT = (list, dict)


class UnknownCollectionError(UnknownNameError):
    """There is no such collection."""

    parameter = "collection"
    kind = "collection"


@dataclass(frozen=True)
class About:
    """What is known of a collection before its features are made."""

    id: str
    title: str
    description: str
    region: str
    attribution: str
    bounds: tuple[float, ...]  # of the region's data: west, south, east, north in degrees
    as_of: str
    crs: str  # the region's own projected CRS


@dataclass(frozen=True, eq=False)
class Collection:
    """
    Features of one kind.

    Attributes
    ----------
    about
        Its id and what it is.
    geometries
        Shape (n,), longitude and latitude (OGC:CRS84).
    ids
        Of the features.
    properties
        Of each feature: numbers, texts, booleans, None.
    as_of
        Date of each feature, ISO 8601.
    """

    about: About
    geometries: NDArray[np.object_]
    ids: Sequence[str]
    properties: Sequence[Mapping[str, Any]]
    as_of: Sequence[str]

    @cached_property
    def _ready(self) -> list[bytes]:
        texts = self.write(range(len(self.ids)), self.geometries)
        return [text.encode() for text in texts]

    def ready(self, rows: Sequence[int]) -> list[bytes]:
        """Return features as GeoJSON in longitude and latitude, as they are sent."""
        every = self._ready
        return [every[row] for row in rows]

    def write(self, rows: Sequence[int] | range, geometries: NDArray[np.object_]) -> list[str]:
        """Write features with geometries of any CRS."""
        shapes = shapely.to_geojson(geometries)
        return [
            f'{{"type":"Feature","id":{json.dumps(self.ids[row])},"geometry":{shape},'
            f'"properties":{json.dumps(self.properties[row], ensure_ascii=False)}}}'
            for row, shape in zip(rows, shapes, strict=True)
        ]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometries)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Where a feature stands."""
        return {feature_id: row for row, feature_id in enumerate(self.ids)}

    @cached_property
    def queryables(self) -> dict[str, str]:
        """The type of each property in JSON Schema's words."""
        found: dict[str, str] = {}
        for properties in self.properties:
            for name, value in properties.items():
                if value is None:
                    continue
                kind = _json_type(value)
                # whole numbers and fractions together are numbers, other mixtures are text
                if found.setdefault(name, kind) != kind:
                    both = {found[name], kind}
                    found[name] = "number" if both == {"integer", "number"} else "string"
        return found

    def within(self, box: shapely.Geometry) -> NDArray[np.int64]:
        """Return the rows whose geometry meets a shape in degrees, ascending."""
        return np.sort(self._tree.query(box, predicate="intersects")).astype(np.int64)


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "string"


@lru_cache(maxsize=32)
def list_collections(atlas: Atlas) -> tuple[About, ...]:
    """List what there is of a region."""
    region = atlas.region
    bounds = shapely.bounds(geometry_to_lonlat(region.extent, region.crs))

    def about(name: str, title: str, description: str) -> About:
        return About(
            f"{region.id}.{name}",
            f"{region.name}: {title}",
            description,
            region.id,
            " · ".join(region.attributions),
            tuple(round(float(value), 6) for value in bounds),
            region.as_of.isoformat(),
            region.crs,
        )

    layers = [
        about(y.id, f"{y.de} / {y.en}", f"Offers of the layer “{y.en}”, one point each.")
        for y in atlas.taxonomy.layers
    ]
    districts = about(
        DISTRICTS,
        "Gebiete / districts",
        "Finest districts with their people and, for each category, the share of people who reach "
        "the nearest offer within the category's own limit (share_…, 0 to 1; empty where unknown "
        "or withheld).",
    )
    gaps = about(
        GAPS,
        "Versorgungslücken / gaps",
        "Contiguous areas whose people reach no offer of a category within its own limit.",
    )
    return (*layers, districts, gaps)


@lru_cache(maxsize=128)
def find_collection(atlas: Atlas, about: About) -> Collection:
    """Return a region's collection; it is made when first asked for."""
    kind = about.id.removeprefix(f"{about.region}.")
    if kind == DISTRICTS:
        return _districts(atlas, about)
    if kind == GAPS:
        return _gaps(atlas, about)
    return _layer(atlas, about, kind)


def _layer(atlas: Atlas, about: About, layer: str) -> Collection:
    of_layer = {c.id for c in atlas.taxonomy.categories if c.layer == layer}
    offers = [offer for offer in atlas.offers if of_layer.intersection(offer.categories)]
    properties = []
    for offer in offers:
        written = answers.offer_feature(atlas, offer)["properties"]
        category = atlas.taxonomy.category(written["category"])
        labels = {"category_de": category.de, "category_en": category.en}
        properties.append({name: _flat(value) for name, value in {**written, **labels}.items()})
    lonlat = np.array([(offer.lon, offer.lat) for offer in offers], float).reshape(-1, 2)
    return Collection(
        about,
        shapely.points(np.round(lonlat, 7)),
        [offer.id for offer in offers],
        properties,
        [str(each.get("as_of") or about.as_of) for each in properties],
    )


def _flat(value: Any) -> Any:
    """Write lists by semicolon and tables as JSON: a GIS has one value in a cell."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, _KEPT_AS_TEXT) else value


def _reports(atlas: Atlas) -> Iterator[tuple[str, CoverageReport]]:
    for category in atlas.taxonomy.categories:
        if category.reach.mode in atlas.networks:
            yield category.id, coverage(atlas, category=[category.id])


def _districts(atlas: Atlas, about: About) -> Collection:
    rows = json.loads(answers.districts_text(atlas, "district"))["features"]
    properties = {str(row["id"]): dict(row["properties"]) for row in rows}
    for category, report in _reports(atlas):
        for row in answers.area_rows(report, by="district"):
            properties[row.id][f"share_{category}"] = None if report.unknown else row.share
            properties[row.id]["residents"] = row.residents
    return _from_features(about, rows, properties)


def _gaps(atlas: Atlas, about: About) -> Collection:
    features: list[dict[str, Any]] = []
    for category, report in _reports(atlas):
        if report.unknown:
            continue
        for feature in answers.gaps_geojson(report)["features"]:
            feature["id"] = f"{category}.{feature['properties']['rank']}"
            feature["properties"]["category"] = category
            features.append(feature)
    properties = {str(f["id"]): dict(f["properties"]) for f in features}
    return _from_features(about, features, properties)


def _from_features(
    about: About,
    features: Sequence[dict[str, Any]],
    properties: Mapping[str, Mapping[str, Any]],
) -> Collection:
    shapes = [json.dumps(feature["geometry"]) for feature in features]
    ids = [str(feature["id"]) for feature in features]
    return Collection(
        about,
        np.asarray(shapely.from_geojson(np.array(shapes, object)), object),
        ids,
        [{name: _flat(value) for name, value in properties[i].items()} for i in ids],
        [about.as_of] * len(ids),
    )
