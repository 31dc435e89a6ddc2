"""
Makes the sea from coastlines.

OpenStreetMap draws no sea: it draws `natural=coastline`, with land on the left. The lines cut the
map's box into faces; a face is sea if more of the shores around it have it on their right.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from geo.cartography import Bounds

# Degrees, about 100 m: how far before its box the data of a clipped extract may end
_COAST_GAP = 0.001


def sea_polygons(coast: list[Any], bounds: Bounds) -> list[Any]:
    """
    Make the sea inside the bounds from coastlines.

    Parameters
    ----------
    coast
        Lines in lon/lat with land on their left.
    bounds
        West, south, east, north in degrees.

    Returns
    -------
    sea
        Polygons; none where no coastline crosses the bounds.
    """
    if not coast:
        return []
    box = shapely.box(*bounds)
    ways = shapely.multilinestrings(coast)
    lines = [_to_edge(p, box) for p in shapely.get_parts(shapely.line_merge(ways, directed=True))]
    noded = shapely.union_all([*lines, box.exterior])
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    faces = faces[shapely.contains(box, shapely.point_on_surface(faces))]
    tree, votes = shapely.STRtree(faces), np.zeros(len(faces))
    for line in lines:
        for start, end in pairwise(shapely.get_coordinates(line)):
            step = 0.01 * (end - start)
            normal = np.array([step[1], -step[0]])  # to the right: the sea
            for side, sign in ((normal, 1), (-normal, -1)):
                point = shapely.Point((start + end) / 2 + side)
                votes[tree.query(point, predicate="intersects")] += sign
    return list(faces[votes > 0])


def _to_edge(line: Any, box: Any) -> Any:
    """Lengthen a coastline that ends just before the bounds, as those of clipped extracts do."""
    points = shapely.get_coordinates(line)
    if line.is_ring:
        return line
    edge = box.exterior
    ends = [shapely.Point(points[0]), shapely.Point(points[-1])]
    beyond = [
        # a little past the edge, so that the lines surely cross
        points[[i]]
        + 1.1 * (shapely.get_coordinates(shapely.shortest_line(end, edge))[1:] - points[i])
        if shapely.dwithin(end, edge, _COAST_GAP) and box.covers(end)
        else points[:0]
        for i, end in zip((0, -1), ends, strict=True)
    ]
    return shapely.linestrings(np.concatenate([beyond[0], points, beyond[1]]))
