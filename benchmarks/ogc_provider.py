"""What pygeoapi answers from in `benchmarks.ogc`: the points in memory, found by a tree."""

from __future__ import annotations

from typing import Any, ClassVar

import shapely
from pygeoapi.provider.base import BaseProvider

from benchmarks.ogc import points, properties


class Points(BaseProvider):  # type: ignore[misc]
    """Holds every feature as it is sent; the tree and they are made once for the process."""

    features: ClassVar[list[dict[str, Any]]] = []
    tree: ClassVar[shapely.STRtree | None] = None

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self._fields = {"name": {"type": "string"}}
        if Points.tree is None:
            places = points()
            Points.tree = shapely.STRtree(shapely.points(places))
            Points.features = [
                {
                    "type": "Feature",
                    "id": f"osm:n{number}",
                    "geometry": {"type": "Point", "coordinates": place},
                    "properties": properties(number),
                }
                for number, place in enumerate(places.tolist())
            ]

    def get_fields(self) -> dict[str, Any]:
        """Tell the properties."""
        return self._fields

    def query(
        self, offset: int = 0, limit: int = 10, bbox: list[float] | None = None, **_: Any
    ) -> dict[str, Any]:
        """Return the features in a box."""
        rows = range(len(self.features))
        if bbox and self.tree is not None:
            rows = self.tree.query(shapely.box(*bbox), predicate="intersects").tolist()
        return {
            "type": "FeatureCollection",
            "features": [self.features[row] for row in rows[offset : offset + limit]],
            "numberMatched": len(rows),
            "numberReturned": min(limit, max(0, len(rows) - offset)),
        }
