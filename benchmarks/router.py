"""
Compare our networks with an independent router, and make the pairs to compare with.

    python -m benchmarks.router compare [REGION…] [--worst 20]
    python -m benchmarks.router make REGION MODE [--pairs 300]

`compare` needs nothing but the repository. `make` asks Valhalla for routes between random addresses
of the region's extract and writes `tests/fixtures/router-pairs/`; it needs Valhalla's programs
(`valhalla_build_config`, `valhalla_build_tiles`, `valhalla_service`; Python package `pyvalhalla`)
on the PATH, and asks only its own server on the loopback interface.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium

from geo.crs import to_metric
from geo.network import Network
from geo.osm import read_addresses, read_buildings, read_streets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.osm import Streets, Tags

    Floats = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ROOT / "tests" / "fixtures" / "router-pairs"
COSTING: dict[str, tuple[str, dict[str, Any]]] = {
    "walk": ("pedestrian", {"walking_speed": 4.8, "use_ferry": 0}),
    "bike": ("bicycle", {"bicycle_type": "Cross", "cycling_speed": 15, "use_ferry": 0}),
    "car": ("auto", {"use_ferry": 0}),
}
# Fair to our model: platforms are walked and no door opens on a tunnel. (The router's own
# `pedestrian_areas` would cross squares, but its tiles of a dense city centre never get finished.)
TILES = {"include_platforms": True}
SEARCH_FILTER = {"exclude_tunnel": True, "exclude_motorway": True}


@dataclass(frozen=True)
class Place:
    """A region to compare in: its extract, its CRS, and the straight distances of the pairs."""

    extract: Path
    crs: str
    straight_m: dict[str, tuple[float, float]]
    file: str = "{mode}.json"


REGIONS = {
    "neubrandenburg": Place(
        ROOT / "data/regions/neubrandenburg/neubrandenburg-2016.osm.pbf",
        "EPSG:25833",
        {"walk": (200, 4000), "bike": (500, 10_000), "car": (1000, 15_000)},
    ),
    "liechtenstein": Place(
        ROOT / "tests/fixtures/liechtenstein/liechtenstein-2013-08-03.osm.pbf",
        "EPSG:32632",
        {"walk": (200, 4000), "bike": (500, 10_000), "car": (1000, 15_000)},
        "liechtenstein-{mode}.json",
    ),
    "helsinki": Place(
        ROOT / "tests/fixtures/helsinki/helsinki-centre-2019.osm.pbf",
        "EPSG:3067",
        {"walk": (150, 1500), "bike": (150, 1500), "car": (150, 1500)},
        "helsinki-{mode}.json",
    ),
}


@dataclass(frozen=True)
class Comparison:
    """
    Our distances and times beside the router's; all shapes (n,), access legs on both sides.

    `ours_m`, `ours_s` are of our fastest path; `shortest_m` of the router's shortest, `default_m`
    and `default_s` of the route it recommends (its time has no legs).
    """

    pairs: list[dict[str, Any]]
    ours_m: Floats
    ours_s: Floats
    shortest_m: Floats
    default_m: Floats
    default_s: Floats

    def worst(self, count: int) -> list[str]:
        """Describe the pairs that differ most from the router's shortest path."""
        off = np.abs(np.log(self.ours_m / self.shortest_m))
        return [
            f"{self.ours_m[i] / self.shortest_m[i]:.3f}  ours {self.ours_m[i]:.0f} m, router "
            f"{self.shortest_m[i]:.0f} m  {self.pairs[i]['from']} -> {self.pairs[i]['to']}  "
            f"({self.pairs[i]['from_lon']}, {self.pairs[i]['from_lat']}) "
            f"({self.pairs[i]['to_lon']}, {self.pairs[i]['to_lat']})"
            for i in np.argsort(-off, kind="stable")[:count]
        ]


def pairs_file(region: str, mode: str) -> Path:
    """Return the file of a region's pairs."""
    return PAIRS / REGIONS[region].file.format(mode=mode)


def compare(network: Network, file: Path) -> Comparison:
    """Ask our network for the pairs of a file; ferries and failures are left out."""
    answers = json.loads(file.read_text(encoding="utf-8"))["pairs"]
    pairs = [p for p in answers if not p.get("ferry") and "error" not in p]

    def column(name: str) -> Floats:
        return np.array([p[name] for p in pairs], float)

    start = network.snap(to_metric(column("from_lon"), column("from_lat"), network.crs))
    end = network.snap(to_metric(column("to_lon"), column("to_lat"), network.crs))
    ours_m, ours_s = np.empty(len(pairs)), np.empty(len(pairs))
    for i in range(len(pairs)):
        found = network.to_nearest(start.take([i]), [end.take([i])], with_distance=True)
        ours_s[i] = found.travel_s[0, 0]
        ours_m[i] = np.inf if found.distance_m is None else found.distance_m[0, 0]
    return Comparison(
        pairs,
        ours_m,
        ours_s,
        column("shortest_m") + column("shortest_access_from_m") + column("shortest_access_to_m"),
        column("distance_m") + column("access_from_m") + column("access_to_m"),
        column("time_s"),
    )


def describe(ratio: Floats) -> str:
    """Sum a ratio up in words."""
    low, high = np.percentile(ratio, [5, 95])
    return (
        f"median {np.median(ratio):.4f}, within 5 %: {np.mean(np.abs(ratio - 1) <= 0.05):.3f}, "
        f"5 % below {low:.3f}, 5 % above {high:.3f}"
    )


class Router:
    """Valhalla on an extract: builds its tiles, serves them on the loopback interface, answers."""

    def __init__(self, extract: Path, folder: Path) -> None:
        extract = with_whole_ways(extract, folder / "whole.osm.pbf")
        for program in ("valhalla_build_config", "valhalla_build_tiles", "valhalla_service"):
            if shutil.which(program) is None:
                raise SystemExit(f"{program} is not on the PATH; install pyvalhalla 3.9 or newer")
        tiles, config = folder / "tiles", folder / "valhalla.json"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        made = subprocess.run(
            ["valhalla_build_config", "--mjolnir-tile-dir", str(tiles),
             "--mjolnir-include-platforms", "true",
             "--httpd-service-listen", f"tcp://{self._address}",
             "--httpd-service-loopback", f"ipc://{folder}/loopback",
             "--httpd-service-interrupt", f"ipc://{folder}/interrupt"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        config.write_text(made, encoding="utf-8")
        subprocess.run(
            ["valhalla_build_tiles", "-c", str(config), "-j", "1", str(extract)],
            check=True, capture_output=True, timeout=600,
        )  # fmt: skip
        self._service = subprocess.Popen(
            ["valhalla_service", str(config), "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(100):
            try:
                self.version = self.ask("status", {})["version"]
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise SystemExit("the router did not start")

    def close(self) -> None:
        """Stop the server."""
        self._service.terminate()
        self._service.wait()

    def ask(self, action: str, question: dict[str, Any]) -> Any:
        """Ask the server; raises `urllib.error.HTTPError` where it has no answer."""
        request = urllib.request.Request(
            f"http://{self._address}/{action}",
            data=json.dumps(question).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())

    def route(
        self, mode: str, start: tuple[float, float], end: tuple[float, float], *, shortest: bool
    ) -> dict[str, Any]:
        """Return metres, seconds, whether a ferry is used, and the shape in lon, lat."""
        costing, options = COSTING[mode]
        chosen = {**options, "shortest": True} if shortest else options
        trip = self.ask(
            "route",
            {
                "locations": [
                    {"lon": lon, "lat": lat, "search_filter": SEARCH_FILTER}
                    for lon, lat in (start, end)
                ],
                "costing": costing,
                "costing_options": {costing: chosen},
                "directions_type": "none",
            },
        )["trip"]
        return {
            "distance_m": round(trip["summary"]["length"] * 1000, 1),
            "time_s": round(trip["summary"]["time"], 1),
            "ferry": trip["summary"]["has_ferry"],
            "shape": list(_decoded(trip["legs"][0]["shape"])),
        }


def with_whole_ways(extract: Path, out: Path) -> Path:
    """Cut ways down to the nodes that the file holds; the router drops ways that lack any."""
    further: list[tuple[dict[str, str], list[int]]] = []
    last_id = 0
    with osmium.SimpleWriter(str(out)) as writer:
        for item in osmium.FileProcessor(str(extract)).with_locations():
            if item.is_relation() and further:
                _write_pieces(writer, further, last_id)
                further = []
            if item.is_way():
                last_id = item.id
                if not all(node.location.valid() for node in item.nodes):
                    first, *rest = _pieces(item) or [[]]
                    if first:
                        writer.add_way(item.replace(nodes=first))
                    further += [(dict(item.tags), piece) for piece in rest]
                    continue
            writer.add(item)
        _write_pieces(writer, further, last_id)
    return out


def _pieces(way: osmium.osm.Way) -> list[list[int]]:
    pieces: list[list[int]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            pieces[-1].append(node.ref)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]


def _write_pieces(
    writer: osmium.SimpleWriter, pieces: list[tuple[dict[str, str], list[int]]], last_id: int
) -> None:
    for number, (tags, nodes) in enumerate(pieces, start=1):
        writer.add_way(osmium.osm.mutable.Way(id=last_id + number, tags=tags, nodes=nodes))


def as_the_router_sees(streets: Streets) -> Streets:
    """
    Take away what the router leaves out by choices that differ from ours.

    It drops squares mapped as areas and platforms and piers that are no highway, and closes
    cycleways without a foot tag to people on foot. What still differs then is a fault of one side.
    """
    return replace(streets, tag_sets=[_router_tags(tags) for tags in streets.tag_sets])


def _router_tags(tags: Tags) -> Tags:
    if tags.get("area") == "yes" or not {"highway", "route"} & set(tags):
        return {}
    if tags.get("highway") == "cycleway":
        return {"foot": "no", **tags}
    return tags


def _decoded(text: str) -> Iterator[tuple[float, float]]:
    """Decode a polyline of six digits."""
    numbers, value, shift = [0, 0], 0, 0
    axis = 0
    for character in text:
        bits = ord(character) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            numbers[axis] += ~(value >> 1) if value & 1 else value >> 1
            if axis == 1:
                yield numbers[1] / 1e6, numbers[0] / 1e6
            value, shift, axis = 0, 0, 1 - axis


def make_pairs(region: str, mode: str, *, pairs: int) -> dict[str, Any]:
    """Ask the router for random address pairs of a region; the same seed gives the same pairs."""
    place = REGIONS[region]
    seed = f"umkreis-{region}-{mode}-{pairs}"
    ids, lonlat = _addresses(place.extract)
    with tempfile.TemporaryDirectory() as folder:
        router = Router(place.extract, Path(folder))
        try:
            chosen = _choose(to_metric(*lonlat.T, place.crs), place.straight_m[mode], pairs, seed)
            answers = [
                _answer(router, mode, place.crs, [ids[i], ids[j]], lonlat[[i, j]])
                for i, j in chosen
            ]
        finally:
            router.close()
    costing, options = COSTING[mode]
    return {
        "region": region,
        "mode": mode,
        "costing": costing,
        "costing_options": options,
        "tiles": TILES,
        "search_filter": SEARCH_FILTER,
        "engine": f"valhalla (pyvalhalla {router.version})",
        "seed": seed,
        "extract_sha256": hashlib.sha256(place.extract.read_bytes()).hexdigest(),
        "pairs": answers,
    }


def _addresses(extract: Path) -> tuple[list[str], Floats]:
    """Return addresses, and buildings where fewer than 500 addresses are mapped."""
    found = read_addresses(extract)
    ids, lonlat = list(found.feature_id), np.column_stack([found.lon, found.lat])
    if len(ids) < 500:
        areas = read_buildings(extract)
        ids += areas.area_id
        inside = [shape.representative_point() for shape in areas.geometry]
        lonlat = np.concatenate([lonlat, [[point.x, point.y] for point in inside]])
    return ids, np.round(lonlat, 6)


def _choose(
    xy: Floats, straight_m: tuple[float, float], count: int, seed: str
) -> list[tuple[int, int]]:
    """Draw pairs whose straight distances spread evenly over the logarithm of the range."""
    draw = random.Random(seed)
    low, high = straight_m
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count:
        wanted = low * (high / low) ** draw.random()
        i = draw.randrange(len(xy))
        ring = np.flatnonzero(np.abs(np.hypot(*(xy - xy[i]).T) / wanted - 1) < 0.05)
        if len(ring):
            chosen.append((i, int(draw.choice(ring.tolist()))))
    return chosen


def _answer(router: Router, mode: str, crs: str, ids: list[str], lonlat: Floats) -> dict[str, Any]:
    ends = to_metric(*lonlat.T, crs)
    (lon_a, lat_a), (lon_b, lat_b) = lonlat.tolist()
    answer: dict[str, Any] = {
        "from": ids[0], "to": ids[1],
        "from_lon": lon_a, "from_lat": lat_a, "to_lon": lon_b, "to_lat": lat_b,
        "straight_m": round(float(np.hypot(*(ends[1] - ends[0]))), 1),
    }  # fmt: skip
    try:
        for prefix, shortest in (("", False), ("shortest_", True)):
            route = router.route(mode, (lon_a, lat_a), (lon_b, lat_b), shortest=shortest)
            shape = to_metric(*np.array([route["shape"][0], route["shape"][-1]]).T, crs)
            legs = np.hypot(*(shape - ends).T)
            distance = "shortest_m" if shortest else "distance_m"
            answer[distance] = route["distance_m"]
            answer[f"{prefix}time_s"] = route["time_s"]
            answer[f"{prefix}access_from_m"] = round(float(legs[0]), 1)
            answer[f"{prefix}access_to_m"] = round(float(legs[1]), 1)
            if route["ferry"]:
                answer["ferry"] = True
    except urllib.error.HTTPError as exc:
        answer["error"] = json.loads(exc.read()).get("error", str(exc))
    return answer


def print_comparison(streets: Streets, region: str, mode: str, worst: int) -> None:
    """Print the ratios of a mode, and the pairs that differ most."""
    crs, file = REGIONS[region].crs, pairs_file(region, mode)
    found = compare(Network.build(streets, mode=mode, crs=crs), file)
    alike = compare(Network.build(as_the_router_sees(streets), mode=mode, crs=crs), file)
    print(f"{region} {mode}, {len(found.pairs)} pairs, ours against the router's")
    print(f"  shortest distance  {describe(found.ours_m / found.shortest_m)}")
    print(f"  ... on its streets {describe(alike.ours_m / alike.shortest_m)}")
    print(f"  default distance   {describe(found.ours_m / found.default_m)}")
    print(f"  default time       {describe(found.ours_s / found.default_s)}")
    for line in found.worst(worst):
        print(f"    {line}")


def main(arguments: list[str] | None = None) -> None:
    """Run `compare` or `make`."""
    parser = argparse.ArgumentParser(prog="benchmarks.router", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    comparing = commands.add_parser("compare")
    comparing.add_argument("regions", nargs="*", default=list(REGIONS))
    comparing.add_argument("--worst", type=int, default=0)
    making = commands.add_parser("make")
    making.add_argument("region", choices=REGIONS)
    making.add_argument("mode", choices=COSTING)
    making.add_argument("--pairs", type=int, default=300)
    options = parser.parse_args(arguments)
    if options.command == "make":
        made = make_pairs(options.region, options.mode, pairs=options.pairs)
        text = json.dumps(made, indent=0, ensure_ascii=False)
        pairs_file(options.region, options.mode).write_text(text + "\n", encoding="utf-8")
        return
    for region in options.regions:
        streets = read_streets(REGIONS[region].extract)
        for mode in COSTING:
            if pairs_file(region, mode).is_file():
                print_comparison(streets, region, mode, options.worst)


if __name__ == "__main__":
    main()
