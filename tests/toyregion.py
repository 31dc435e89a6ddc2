"""
The toy region: a whole region made in code, whose answers are arithmetic.

Metres count from the toy town's south-west crossing (`ORIGIN` in EPSG:25833); OpenStreetMap keeps
seven decimals of a degree, so positions in the file are right to a centimetre, footprints (hence
the residents of a house) to 0.2 %.

    y
    400 ┼──┼──┼──┼──┼     5 × 5 crossings, 100 m apart; node of crossing (i, j): 1 + i + 5 j
    300 ┼──┼──┼──┼──┼     streets: ways 101-105 (along x, south to north), 111-115 (along y)
    200 ┼──┼──┼──┼──┼     4 houses of 10 × 10 m in each block, their middle 15 m from the nearest
    100 ┼──┼──┼──┼──┼     street (along x) and 25 m from the next (along y): 64 houses
      0 ┼──┼──┼──┼──┼
        0 100 … 400 x

    municipality         x           y          residents         houses
    Altöd (A)      −100…200    −100…500   320 (10 a house)   32
    Neuöd (N)       200…500    −100…500   640 (20 a house)   32; quarters north and south of y = 200
    Ödmoor (O)     −100…500     500…600     7                none; only with `empty_municipality`
    Ferndorf (F)   10 km east                999              outside; only with `far_municipality`

    offer                                       place        OpenStreetMap
    Bäckerei Groß & Söhne                     (100, 100)   n1001, with opening hours
    Repair-Café Öd                            (400, 400)   n1002
    greengrocer with a hostile name             (0, 400)   n1003
    Dorfladen Süd, building 20 × 20 m         (150, 150)   w1101, and once more as n1004 inside
    a vacant shop                               (200, 0)   n1005
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
from osmium.osm import mutable

from geo.crs import to_lonlat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

CRS = "EPSG:25833"
ORIGIN = np.array([385_000.0, 5_934_000.0])
BLOCK_M = 100.0
HOSTILE_NAME = "<img src=x onerror=alert(1)> ${7*7} `"
EXTRACT = "toy.osm.pbf"
# Local metres of the houses' middles, in the order of their way ids (from 201 on)
HOUSES: NDArray[np.float64] = np.array([
    (BLOCK_M * i + x, BLOCK_M * j + y)
    for j in range(4) for i in range(4) for y in (15.0, 85.0) for x in (25.0, 75.0)
])  # fmt: skip
CONFIG: Mapping[str, Any] = {
    "id": "toy",
    "name": "Ödland",
    "crs": CRS,
    "timezone": "Europe/Berlin",
    "country": "DE",
    "subdivision": "MV",
    "as_of": date(2024, 5, 1),
    "extract": EXTRACT,
    "boundary": "municipalities.geojson",
    "districts": "municipalities.geojson",
    "quarters": "suburb",
    "population": "municipalities.geojson",
    "population_year": 2023,
    "population_source": "counted by hand",
    "population_official": True,
    "attribution": ["© nobody, made in code"],
}
Box = tuple[float, float, float, float]
_MUNICIPALITIES: Mapping[str, tuple[str, int, Box]] = {
    "A": ("Altöd", 320, (-100, -100, 200, 500)),
    "N": ("Neuöd", 640, (200, -100, 500, 500)),
    "O": ("Ödmoor", 7, (-100, 500, 500, 600)),
    "F": ("Ferndorf", 999, (10_000, 0, 10_500, 500)),
}
_CUT_X = 350.0  # the middle of Neuöd: the meridian through it leaves half of its area


def write_toy_region(
    folder: Path,
    *,
    streets: bool = True,
    buildings: bool = True,
    offers: bool = True,
    population: bool = True,
    quarters: bool = True,
    cut: bool = False,
    island: bool = False,
    oneway: bool = False,
    bollard: bool = False,
    empty_municipality: bool = False,
    far_municipality: bool = False,
    header_box: bool = True,
    config: Mapping[str, Any] | None = None,
) -> Path:
    """
    Write the toy region into a folder and return its `region.toml`.

    Parameters
    ----------
    folder
        Made if missing.
    streets, buildings, offers, population, quarters
        False leaves them out.
    cut
        The extract ends in the middle of Neuöd (x = 350): 8 houses and the repair café are beyond.
    island
        A footway of 10 m at (240, 250), joined to nothing (way 121, nodes 31 and 32).
    oneway
        The southernmost street (way 101) may be driven eastward only.
    bollard
        A bollard stands on a node of its own at (50, 200), in the middle of way 103 (node 33).
    empty_municipality, far_municipality
        Adds Ödmoor (people, no house) or Ferndorf (outside the extract).
    header_box
        False leaves the file's box to be found from its nodes.
    config
        Further or other keys of `region.toml`; None as a value leaves a key out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = "AN" + "O" * empty_municipality + "F" * far_municipality
    town = _Town(cut=cut)
    if streets:
        _add_streets(town, oneway=oneway, island=island, bollard=bollard)
    if buildings:
        _add_houses(town)
    if offers:
        _add_offers(town)
    _add_places(town)
    _add_admin_relations(town)
    box = _box_lonlat(cut=cut, top=650 if empty_municipality else 550)
    town.write(folder / EXTRACT, box=box if header_box else None)
    _write_municipalities(folder / "municipalities.geojson", wanted, population=population)
    values = {**CONFIG, **(config or {})}
    if not population:
        for key in ("population", "population_year", "population_source", "population_official"):
            values.pop(key)
    if not quarters:
        values.pop("quarters")
    return write_toml(folder / "region.toml", values)


def write_toml(path: Path, values: Mapping[str, Any]) -> Path:
    """Write texts, numbers, dates and lists of texts; None leaves a key out."""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def toy_xy(local: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn local metres, shape (2,) or (n, 2), into metres of EPSG:25833, shape (n, 2)."""
    return np.asarray(local, float).reshape(-1, 2) + ORIGIN


def toy_lonlat(local: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn local metres, shape (2,) or (n, 2), into degrees, shape (n, 2)."""
    return to_lonlat(toy_xy(local), CRS)


@dataclass
class _Town:
    """Collects nodes, ways and relations at local metres; what lies beyond a cut is left out."""

    cut: bool = False
    nodes: dict[int, tuple[float, float, dict[str, str]]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]] = field(
        default_factory=dict
    )

    def node(self, node_id: int, x: float, y: float, **tags: str) -> int:
        if not (self.cut and x > _CUT_X):
            self.nodes[node_id] = (x, y, tags)
        return node_id

    def way(self, way_id: int, nodes: Iterable[int], **tags: str) -> None:
        refs = list(nodes)
        if any(ref in self.nodes for ref in refs):
            self.ways[way_id] = (refs, tags)

    def square(self, way_id: int, x: float, y: float, size: float, **tags: str) -> None:
        """Add a closed way around (x, y); its nodes are 10 · way_id and the next three."""
        half = size / 2
        corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
        ids = [self.node(10 * way_id + k, x + dx, y + dy) for k, (dx, dy) in enumerate(corners)]
        self.way(way_id, [*ids, ids[0]], **tags)

    def write(self, path: Path, *, box: Box | None) -> None:
        header = osmium.io.Header()
        header.set("osmosis_replication_timestamp", "2024-05-01T00:00:00Z")
        if box:
            header.add_box(osmium.osm.Box(*box))
        with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
            if self.nodes:
                ids = sorted(self.nodes)
                lonlat = toy_lonlat(np.array([self.nodes[i][:2] for i in ids]))
                for node_id, at in zip(ids, lonlat.tolist(), strict=True):
                    tags = self.nodes[node_id][2]
                    writer.add_node(mutable.Node(id=node_id, location=tuple(at), tags=tags))
            for way_id, (refs, tags) in sorted(self.ways.items()):
                writer.add_way(mutable.Way(id=way_id, nodes=refs, tags=tags))
            for relation_id, (members, tags) in sorted(self.relations.items()):
                writer.add_relation(mutable.Relation(id=relation_id, members=members, tags=tags))


def _add_streets(town: _Town, *, oneway: bool, island: bool, bollard: bool) -> None:
    for j in range(5):
        for i in range(5):
            town.node(1 + i + 5 * j, BLOCK_M * i, BLOCK_M * j)
    for k in range(5):
        along_x = [1 + i + 5 * k for i in range(5)]
        if bollard and k == 2:
            along_x.insert(1, town.node(33, 50, 200, barrier="bollard"))
        tags = {"oneway": "yes"} if oneway and k == 0 else {}
        town.way(101 + k, along_x, highway="residential", name=f"{k + 1}. Querstraße", **tags)
        along_y = [1 + k + 5 * j for j in range(5)]
        town.way(111 + k, along_y, highway="residential", name=f"{k + 1}. Längsstraße")
    if island:
        town.way(121, [town.node(31, 240, 250), town.node(32, 250, 250)], highway="footway")


def _add_houses(town: _Town) -> None:
    for number, (x, y) in enumerate(HOUSES.tolist()):
        address = {"addr:street": f"{int(y + 50) // 100 + 1}. Querstraße"}
        tags = {"building": "house", "addr:housenumber": str(number + 1), **address}
        town.square(201 + number, x, y, 10, **tags)


def _add_offers(town: _Town) -> None:
    bakery = {"shop": "bakery", "opening_hours": "Mo-Fr 06:00-18:00; Sa 06:00-12:00"}
    town.node(1001, 100, 100, name="Bäckerei Groß & Söhne", **bakery)
    cafe = {"amenity": "community_centre", "repair": "assisted_self_service"}
    town.node(1002, 400, 400, name="Repair-Café Öd", **cafe)
    town.node(1003, 0, 400, name=HOSTILE_NAME, shop="greengrocer")
    shop = {"shop": "convenience", "name": "Dorfladen Süd"}
    town.node(1004, 151, 151, **shop)
    town.square(1101, 150, 150, 20, building="retail", **shop)
    town.node(1005, 200, 0, shop="vacant")


def _add_places(town: _Town) -> None:
    town.node(1010, 100, 200, place="town", name="Altöd")
    town.node(1011, 300, 100, place="suburb", name="Süd")
    town.node(1012, 300, 300, place="suburb", name="Nord")


def _add_admin_relations(town: _Town) -> None:
    """Altöd (r3001) and Neuöd (r3002) with `admin_level=8`, both together (r3003) with 6."""
    corners = [(-100, -100), (200, -100), (500, -100), (500, 500), (200, 500), (-100, 500)]
    for k, (x, y) in enumerate(corners):
        town.node(2001 + k, x, y)
    town.way(2101, [2005, 2006, 2001, 2002])  # around Altöd
    town.way(2102, [2002, 2003, 2004, 2005])  # around Neuöd
    town.way(2103, [2002, 2005])  # between them
    for relation_id, level, name, ways in (
        (3001, "8", "Altöd", (2101, 2103)),
        (3002, "8", "Neuöd", (2102, 2103)),
        (3003, "6", "Ödland", (2101, 2102)),
    ):
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": level}
        members = [("w", way, "outer") for way in ways]
        town.relations[relation_id] = (members, {**tags, "name": name})


def _box_lonlat(*, cut: bool, top: float) -> Box:
    corners = toy_lonlat(np.array([(-150, -150), (550, -150), (-150, top), (550, top)]))
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    if cut:
        east = toy_lonlat((_CUT_X, 200))[0, 0]
    return (float(west), float(south), float(east), float(north))


def _write_municipalities(path: Path, wanted: str, *, population: bool) -> None:
    features = []
    for district_id in wanted:
        name, residents, (left, bottom, right, top) = _MUNICIPALITIES[district_id]
        ring = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        properties: dict[str, Any] = {"id": district_id, "name": name}
        if population:
            properties["population"] = residents
        shape = {"type": "Polygon", "coordinates": [toy_lonlat(np.array(ring)).tolist()]}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
