"""
The toy town, whose answers are arithmetic, and a builder for other small towns.

Five streets run east and five run north, 100 m apart, near Neubrandenburg in EPSG:25833. Places are
metres from the south-west corner of the town; `at` turns them into metres of the CRS. A walker at
4.8 km/h takes 75 s for a block, a driver in a residential street at 25 km/h 14.4 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.crs import to_lonlat
from geo.osm import Streets, Tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    Place = tuple[float, float]

CRS = "EPSG:25833"
ORIGIN = (385_000.0, 5_935_000.0)
BLOCK_M = 100.0
SIZE = 5  # streets in each direction
BLOCK_WALK_S = 75.0


def at(places: ArrayLike) -> NDArray[np.float64]:
    """Turn one or more places in the town into metres of the CRS, shape (n, 2)."""
    return np.asarray(places, float).reshape(-1, 2) + ORIGIN


class Town:
    """
    Ways and barriers drawn in metres, with OSM ids as sparse as in the planet.

    Ways meet where they share a place. `barriers` puts tags on the node at a place.
    """

    def __init__(self) -> None:
        self._node_id: dict[Place, int] = {}
        self._ways: list[tuple[int, list[Place], Tags]] = []
        self._barriers: list[tuple[Place, Tags]] = []
        self._cut: list[Place] = []

    def node_id(self, place: Place) -> int:
        """Return the OSM id of the node at a place."""
        return self._node_id.setdefault(place, 9_999_999_999 - 7_654_321 * len(self._node_id))

    def way(
        self, *places: Place, way_id: int | None = None, tags: Mapping[str, str] | None = None
    ) -> Town:
        """Add a way through places; a residential street where no tags are given."""
        for place in places:
            self.node_id(place)
        number = way_id if way_id is not None else 1000 + len(self._ways)
        self._ways.append((number, list(places), dict(tags or {"highway": "residential"})))
        return self

    def barrier(self, place: Place, tags: Mapping[str, str]) -> Town:
        """Put a node with these tags at a place of a way."""
        self._barriers.append((place, dict(tags)))
        return self

    def cut(self, place: Place) -> Town:
        """Say that a way goes on outside the data at this place."""
        self._cut.append(place)
        return self

    def streets(self) -> Streets:
        """Return the town as the extract reader would."""
        tag_sets: list[Tags] = []

        def index(tags: Tags) -> int:
            if tags not in tag_sets:
                tag_sets.append(tags)
            return tag_sets.index(tags)

        places = [place for _, places, _ in self._ways for place in places]
        lonlat = to_lonlat(at(places), CRS) if places else np.zeros((0, 2))
        tag_set = [index(tags) for _, _, tags in self._ways]
        of_way = [tags.get("name", "") for _, _, tags in self._ways]
        names = list(dict.fromkeys(name for name in of_way if name))
        barrier_tag_set = [index(tags) for _, tags in self._barriers]
        return Streets(
            way_id=np.array([way_id for way_id, _, _ in self._ways], np.int64),
            tag_set=np.array(tag_set, np.int32),
            name=np.array([names.index(name) if name else -1 for name in of_way], np.int32),
            node_start=np.cumsum([0, *(len(places) for _, places, _ in self._ways)]),
            node_id=np.array([self.node_id(place) for place in places], np.int64),
            lon=lonlat[:, 0],
            lat=lonlat[:, 1],
            cut_node_id=np.array(sorted(self.node_id(p) for p in self._cut), np.int64),
            barrier_node_id=np.array([self.node_id(p) for p, _ in self._barriers], np.int64),
            barrier_tag_set=np.array(barrier_tag_set, np.int32),
            tag_sets=tag_sets,
            names=names,
        )


def grid_town(*, tags: Mapping[str, str] | None = None, without: Iterable[str] = ()) -> Town:
    """
    Draw the 5 × 5 grid, to be added to.

    Streets are named `east0` … `east4` from south to north and `north0` … `north4` from west to
    east; those in `without` are left out.
    """
    left_out = set(without)
    town = Town()
    line = [i * BLOCK_M for i in range(SIZE)]
    for i, fixed in enumerate(line):
        if f"east{i}" not in left_out:
            town.way(*((x, fixed) for x in line), tags=tags)
        if f"north{i}" not in left_out:
            town.way(*((fixed, y) for y in line), tags=tags)
    return town


def toy_town() -> Streets:
    """Return the streets of the plain 5 × 5 grid."""
    return grid_town().streets()
