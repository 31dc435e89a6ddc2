"""
Makes a large region of k × k copies of the demo region, joined by roads.

    python -m benchmarks.generate K FOLDER

Copies lie side by side, shifted by the extract's box. From the main road nearest to the middle of
an edge a road leads to its counterpart of the next copy. Ids are spread as in the planet file
(those of nodes over ten billion), in a sorted draw (seed 1) in which the copies alternate.
References to what the extract lacks stay dangling.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import shapely
import shapely.geometry
from osmium.osm import mutable

from benchmarks.measure import DEMO, EXTRACT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

HIGHEST_ID = {"n": 10**10, "w": 1_500_000_000, "r": 20_000_000}
MAIN_ROADS = {"primary", "secondary", "tertiary"}


class Extract:
    """The demo extract in memory."""

    def __init__(self, path: Path) -> None:
        self.nodes: dict[int, tuple[float, float, dict[str, str]]] = {}
        self.ways: dict[int, tuple[list[int], dict[str, str]]] = {}
        self.relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]] = {}
        reader = osmium.FileProcessor(str(path))
        for each in reader:
            tags = {tag.k: tag.v for tag in each.tags}
            if each.is_node():
                self.nodes[each.id] = (each.location.lon, each.location.lat, tags)
            elif each.is_way():
                self.ways[each.id] = ([node.ref for node in each.nodes], tags)
            else:
                members = [(m.type, m.ref, m.role) for m in each.members]
                self.relations[each.id] = (members, tags)
        box = reader.header.box()
        self.west, self.south = box.bottom_left.lon, box.bottom_left.lat
        self.east, self.north = box.top_right.lon, box.top_right.lat

    def known_ids(self) -> dict[str, Ints]:
        """Return all ids by kind, those that are only referred to included."""
        found: dict[str, set[int]] = {
            "n": set(self.nodes),
            "w": set(self.ways),
            "r": set(self.relations),
        }
        for refs, _ in self.ways.values():
            found["n"].update(refs)
        for members, _ in self.relations.values():
            for kind, ref, _ in members:
                found[kind].add(ref)
        return {kind: np.array(sorted(ids), np.int64) for kind, ids in found.items()}

    def main_road_node(self, lon: float, lat: float) -> int:
        """Return the node of a main road nearest to a place."""
        refs = {
            ref
            for nodes, tags in self.ways.values()
            if tags.get("highway") in MAIN_ROADS
            for ref in nodes
            if ref in self.nodes
        }
        return min(
            refs,
            key=lambda r: ((self.nodes[r][0] - lon) * 0.6) ** 2 + (self.nodes[r][1] - lat) ** 2,
        )


class Ids:
    """New ids of every copy: copies alternate, so that each keeps the order of the old ids."""

    def __init__(self, known: dict[str, Ints], copies: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        self.row = {kind: {int(old): i for i, old in enumerate(ids)} for kind, ids in known.items()}
        self.new: dict[str, Ints] = {}
        for kind, ids in known.items():
            total = len(ids) * copies
            step = HIGHEST_ID[kind] // total  # one id from each stretch: sorted and unique
            ids_of_all = np.arange(total) * step + draw.integers(1, step, total)
            self.new[kind] = ids_of_all.reshape(len(ids), copies)

    def of(self, kind: str, old: int, copy: int) -> int:
        """Return the id of an object in a copy."""
        return int(self.new[kind][self.row[kind][old], copy])


def write_extract(source: Extract, k: int, target: Path, *, seed: int = 1) -> None:
    """Write k × k copies, sorted by kind and id."""
    copies = [(i, j) for j in range(k) for i in range(k)]
    width, height = source.east - source.west, source.north - source.south
    ids = Ids(source.known_ids(), len(copies), seed)
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2016-02-10T00:00:00Z")
    header.add_box(
        osmium.osm.Box(
            source.west, source.south, source.west + k * width, source.south + k * height
        )
    )
    with osmium.SimpleWriter(str(target), header=header, overwrite=True) as writer:
        for old in sorted(source.nodes):
            lon, lat, tags = source.nodes[old]
            for copy, (i, j) in enumerate(copies):
                at = (lon + i * width, lat + j * height)
                writer.add_node(mutable.Node(id=ids.of("n", old, copy), location=at, tags=tags))
        for old in sorted(source.ways):
            refs, tags = source.ways[old]
            for copy in range(len(copies)):
                nodes = [ids.of("n", ref, copy) for ref in refs]
                writer.add_way(mutable.Way(id=ids.of("w", old, copy), nodes=nodes, tags=tags))
        for number, nodes in enumerate(_joining_roads(source, ids, k)):
            writer.add_way(
                mutable.Way(
                    id=HIGHEST_ID["w"] + 1 + number, nodes=nodes, tags={"highway": "secondary"}
                )
            )
        for old in sorted(source.relations):
            members, tags = source.relations[old]
            for copy in range(len(copies)):
                moved = [(kind, ids.of(kind, ref, copy), role) for kind, ref, role in members]
                writer.add_relation(
                    mutable.Relation(id=ids.of("r", old, copy), members=moved, tags=tags)
                )


def _joining_roads(source: Extract, ids: Ids, k: int) -> list[list[int]]:
    """Return the two nodes of each road between neighbours."""
    middle = (source.west + source.east) / 2, (source.south + source.north) / 2
    east = source.main_road_node(source.east, middle[1])
    west = source.main_road_node(source.west, middle[1])
    north = source.main_road_node(middle[0], source.north)
    south = source.main_road_node(middle[0], source.south)
    roads = []
    for j in range(k):
        for i in range(k):
            copy = j * k + i
            if i + 1 < k:
                roads.append([ids.of("n", east, copy), ids.of("n", west, copy + 1)])
            if j + 1 < k:
                roads.append([ids.of("n", north, copy), ids.of("n", south, copy + k)])
    return roads


def write_municipalities(source: Extract, k: int, target: Path) -> None:
    """
    Write the municipalities of every copy, with ids and names of their own.

    What reaches beyond the extract would lie on the next copy: it is cut off with its people.
    """
    collection: dict[str, Any] = json.loads((DEMO / "municipalities.geojson").read_text("utf-8"))
    width, height = source.east - source.west, source.north - source.south
    box = shapely.box(source.west, source.south, source.east, source.north)
    features = []
    for copy in range(k * k):
        shift = (copy % k * width, copy // k * height)
        for feature in collection["features"]:
            whole = shapely.geometry.shape(feature["geometry"])
            inside = shapely.intersection(whole, box)
            properties = {**feature["properties"]}
            properties["ags"] += f"-{copy}"
            properties["name"] += f" {copy}"
            properties["population"] = round(properties["population"] * inside.area / whole.area)
            moved = shapely.transform(inside, lambda xy, by=shift: xy + by)
            shape = shapely.geometry.mapping(moved)
            features.append({**feature, "properties": properties, "geometry": shape})
    collection["features"] = features
    target.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def generate(k: int, folder: Path) -> Path:
    """Write a region of k × k copies into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Extract(EXTRACT)
    write_extract(source, k, folder / EXTRACT.name)
    write_municipalities(source, k, folder / "municipalities.geojson")
    text = (DEMO / "region.toml").read_text("utf-8")
    text = text.replace('id = "neubrandenburg"', f'id = "tiles{k * k}"', 1)
    (folder / "region.toml").write_text(text, encoding="utf-8")
    return folder


def main() -> None:
    """Read the size and the folder from the command line."""
    if len(sys.argv) != 3 or not sys.argv[1].isdigit() or int(sys.argv[1]) < 1:
        print("usage: python -m benchmarks.generate K FOLDER", file=sys.stderr)
        sys.exit(2)
    folder = generate(int(sys.argv[1]), Path(sys.argv[2]))
    print(f"{sys.argv[1]} × {sys.argv[1]} copies in {folder}")


if __name__ == "__main__":
    main()
