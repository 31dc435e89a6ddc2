"""
Finds the objects of OpenStreetMap that are one offer.

Two rules. An area and a node are one offer when they share a category, the node lies in the area or
within 30 m of it, and they have the same name; where one has none, no main tag may contradict (an
unnamed baker is not the unnamed butcher next door), and an area without a name that stands near
differently named nodes takes none of them. And where a category says so (`merge_m`), objects with
the same name within that distance are one: the signs and platforms of a stop. There, an object
without a name goes to the nearest one in reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import geometry_to_metric, to_metric
from layers.selectors import name_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_MAIN_KEYS = ("amenity", "shop", "office", "craft", "leisure")
NODE_TO_AREA_M = 30.0  # assumption: a node set on the pavement before its building


@dataclass(frozen=True)
class Groups:
    """
    Which rows are one offer.

    `group` is shape (n,): rows with the same number are one offer; the number is the row that the
    offer keeps its id from. `areas` and `elements` count the rows that each rule merged away.
    """

    group: NDArray[np.int64]
    areas: int
    elements: int


def find_duplicates(
    ids: Sequence[str],
    names: Sequence[str],
    categories: Sequence[Sequence[str]],
    tags: Sequence[Mapping[str, str]],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    area: NDArray[np.object_],
    *,
    merge_m: Mapping[str, float],
) -> Groups:
    """
    Group the objects that are one offer.

    Parameters
    ----------
    ids
        `n…`, `w…` or `r…` and the OSM id; length n, like all that follow.
    names, categories
        The name, "" for none, and the ids of the categories.
    tags
        All tags.
    lon, lat
        A point of each object in degrees.
    area
        The polygon in degrees, None for a node.
    merge_m
        Categories whose objects are merged by name, with the distance in metres.

    Returns
    -------
    groups
        The kept row of a group is its largest area; without an area a named node before an unnamed
        one, the smaller id first.
    """
    if not len(ids):
        return Groups(np.zeros(0, np.int64), 0, 0)
    # Plain metres around the middle; 30 and 60 m are right to centimetres anywhere in a region
    crs = f"+proj=laea +lat_0={np.mean(lat):.1f} +lon_0={np.mean(lon):.1f} +units=m"
    is_area = shapely.is_geometry(area)
    outline = np.full(len(ids), None, object)
    outline[is_area] = geometry_to_metric(area[is_area], crs)
    order = _order_of_keeping(ids, names, outline)
    words = [name_words(name) for name in names]
    objects = _Objects(
        to_metric(lon, lat, crs), outline, words, [frozenset(c) for c in categories], tags
    )
    merged = _Merged(order)
    _merge_nodes_into_areas(objects, merged)
    areas = merged.count
    for category, distance_m in merge_m.items():
        _merge_elements(objects, category, distance_m, merged)
    return Groups(merged.groups(), areas, merged.count - areas)


@dataclass(frozen=True)
class _Objects:
    xy: NDArray[np.float64]
    outline: NDArray[np.object_]
    words: list[tuple[str, ...]]
    categories: list[frozenset[str]]
    tags: Sequence[Mapping[str, str]]

    def may_be_one(self, a: int, b: int) -> bool:
        """Tell whether two objects share a category and, unless named alike, all main tags."""
        if self.categories[a].isdisjoint(self.categories[b]):
            return False
        if self.words[a] and self.words[b]:
            return self.words[a] == self.words[b]
        both = [(self.tags[a].get(key), self.tags[b].get(key)) for key in _MAIN_KEYS]
        return all(x == y for x, y in both if x is not None and y is not None)


class _Merged:
    """Disjoint sets of rows; each set is known by the row that comes first in the given order."""

    def __init__(self, order: NDArray[np.int64]) -> None:
        self._rank = np.empty(len(order), np.int64)
        self._rank[order] = np.arange(len(order))
        self._parent = list(range(len(order)))
        self.count = 0

    def root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def join(self, a: int, b: int) -> None:
        keep, gone = sorted((self.root(a), self.root(b)), key=lambda row: self._rank[row])
        if keep != gone:
            self._parent[gone] = keep
            self.count += 1

    def groups(self) -> NDArray[np.int64]:
        return np.array([self.root(row) for row in range(len(self._parent))], np.int64)


def _order_of_keeping(
    ids: Sequence[str], names: Sequence[str], outline: NDArray[np.object_]
) -> NDArray[np.int64]:
    size_m2 = np.nan_to_num(shapely.area(outline))
    keys = [(-size_m2[i], not names[i], int(ids[i][1:]), ids[i][0]) for i in range(len(ids))]
    return np.array(sorted(range(len(ids)), key=keys.__getitem__), np.int64)


def _merge_nodes_into_areas(objects: _Objects, merged: _Merged) -> None:
    is_area = shapely.is_geometry(objects.outline)
    areas, nodes = np.flatnonzero(is_area), np.flatnonzero(~is_area)
    points = shapely.points(objects.xy[nodes])
    tree = shapely.STRtree(objects.outline[areas])
    n, a = tree.query(points, predicate="dwithin", distance=NODE_TO_AREA_M)
    distance_m = shapely.distance(points[n], objects.outline[areas[a]])
    unnamed: dict[int, list[int]] = {}
    taken: set[int] = set()
    for pair in np.lexsort((areas[a], nodes[n], distance_m)):
        node, area = int(nodes[n[pair]]), int(areas[a[pair]])
        if not objects.may_be_one(node, area):
            continue
        if objects.words[node] and not objects.words[area]:
            unnamed.setdefault(area, []).append(node)
        elif node not in taken:
            taken.add(node)
            merged.join(area, node)
    for area, candidates in unnamed.items():
        free = [node for node in candidates if node not in taken]
        if free and len({objects.words[node] for node in free}) == 1:
            for node in free:
                taken.add(node)
                merged.join(area, node)


def _merge_elements(objects: _Objects, category: str, distance_m: float, merged: _Merged) -> None:
    rows = np.array([i for i, c in enumerate(objects.categories) if category in c], np.int64)
    if not len(rows):
        return
    # loaded where it is needed: who only asks need not wait for it
    from scipy.spatial import cKDTree

    pairs = cKDTree(objects.xy[rows]).query_pairs(distance_m, output_type="ndarray")
    nearest: dict[int, tuple[float, int]] = {}
    for i, j in rows[pairs]:
        a, b = int(i), int(j)
        if objects.words[a] == objects.words[b]:
            merged.join(a, b)
        elif not (objects.words[a] and objects.words[b]):
            loose, named = (b, a) if objects.words[a] else (a, b)
            away = (float(np.hypot(*(objects.xy[a] - objects.xy[b]))), named)
            nearest[loose] = min(nearest.get(loose, away), away)
    for loose, (_, named) in nearest.items():
        merged.join(loose, named)
