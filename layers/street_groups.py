"""
Which addresses and ways are one street.

Those of one name in one municipality whose cells of `CELL_M` touch, or that a way joins.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.crs import to_lonlat, to_metric
from layers.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.osm import Streets
    from geo.region import Region

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

CELL_M = 250.0


class StreetGroups(NamedTuple):
    """
    Streets, sorted by name and place; `house_street` (h,) is the street of each house.

    `name` is the most frequent wording, `municipality` (s,) a row of the region's or -1, `xy` and
    `lonlat` (s, 2) the place nearest to the middle.
    """

    name: list[str]
    municipality: Ints
    xy: Floats
    lonlat: Floats
    house_street: Ints


def group_streets(
    region: Region,
    streets: Streets,
    names: dict[int, str],
    *,
    house_name: Sequence[str],
    house_xy: Floats,
    house_municipality: Ints,
) -> StreetGroups:
    """Group houses, shape (h,), and the named ones of the streets."""
    way = np.flatnonzero(np.isin(streets.way_id, np.fromiter(names, np.int64, len(names))))
    counts = np.diff(streets.node_start)[way]
    node = np.concatenate([np.zeros(0, np.int64), *(
        np.arange(streets.node_start[w], streets.node_start[w + 1]) for w in way
    )])  # fmt: skip
    way_xy = to_metric(streets.lon[node], streets.lat[node], region.crs).reshape(-1, 2)
    of_finest = np.r_[-1, region.municipality_of_finest]
    at = of_finest[region.locate(way_xy) + 1]
    first = np.r_[0, np.cumsum(counts)].astype(np.int64)
    # a way belongs to the municipality in which most of it lies
    home = np.array([_mode(at[a:b]) for a, b in pairwise(first)], np.int64)
    wording = [names[int(streets.way_id[w])] for w in way]

    words = [*house_name, *np.repeat(np.array(wording, object), counts)]
    spelled = {text: spell(text) for text in set(words)}
    code = {text: k for k, text in enumerate(sorted(set(spelled.values())))}
    name = np.array([code[spelled[text]] for text in words], np.int64)
    xy = np.concatenate([house_xy, way_xy])
    town = np.concatenate([house_municipality, np.repeat(home, counts)]).astype(np.int64)
    joined = np.flatnonzero(np.diff(np.repeat(np.arange(len(way)), counts)) == 0) + len(house_xy)
    group = _together(name, town, xy, joined)
    return _table(region, words, town, xy, group, len(house_name))


def _together(name: Ints, town: Ints, xy: Floats, joined: Ints) -> Ints:
    """Say of each point in which group it is; `joined[i]` and the next one belong together."""
    if not len(name):
        return np.zeros(0, np.int64)
    # loaded where it is needed: who only asks need not wait for it
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    column, row = np.floor((xy - xy.min(axis=0)) / CELL_M).astype(np.int64).T + 1
    width = int(column.max()) + 2
    height = int(row.max()) + 2
    key = (name * (int(town.max()) + 2) + town + 1) * (width * height) + row * width + column
    cells, cell = np.unique(key, return_inverse=True)
    left, right = [cell[joined]], [cell[joined + 1]]
    for step in (1, width - 1, width, width + 1):  # the other four are these from the other side
        at = np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1)
        touching = np.flatnonzero(cells[at] == cells + step)
        left.append(touching)
        right.append(at[touching])
    pairs = np.concatenate(left), np.concatenate(right)
    ones = np.ones(len(pairs[0]), np.int8)
    graph = coo_array((ones, pairs), shape=(len(cells), len(cells)))
    _, label = connected_components(graph.tocsr(), directed=False)
    group: Ints = label[cell].astype(np.int64)
    return group


def _table(
    region: Region, words: Sequence[str], town: Ints, xy: Floats, group: Ints, houses: int
) -> StreetGroups:
    members: dict[int, list[int]] = {}
    for k, number in enumerate(group):
        members.setdefault(int(number), []).append(k)
    rows = []
    for number, of in members.items():
        wording = Counter(words[k] for k in of)
        name = min(wording, key=lambda text: (-wording[text], text))
        away = np.hypot(*(xy[of] - xy[of].mean(axis=0)).T)
        rows.append((spell(name), name, int(town[of[0]]), *xy[of[int(away.argmin())]], number))
    rows.sort()
    place = {row[-1]: s for s, row in enumerate(rows)}
    middle = np.array([row[3:5] for row in rows], float).reshape(-1, 2)
    return StreetGroups(
        name=[row[1] for row in rows],
        municipality=np.array([row[2] for row in rows], np.int64),
        xy=middle,
        lonlat=to_lonlat(middle, region.crs),
        house_street=np.array([place[int(g)] for g in group[:houses]], np.int64),
    )


def _mode(values: NDArray[np.int64]) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])
