"""
Writes the toy region `data/regions/toy/`: a small made-up region with a register of initiatives.

    python tools/make_toy_region.py [FOLDER]

Town, villages, people and offers are all made up; it lies in the sea, where there is no such place.
Metres count from `ORIGIN` in EPSG:25833:

    Musterstadt   9 × 9 crossings, 200 m apart, from (0, 0); 256 houses, 10,240 people, two quarters
    Einöd         a farm and four houses at (3300, 1500); 160 people
    Musterdorf    4 × 4 crossings, 200 m apart, from (5000, 0); 36 houses, 1,440 people

A road joins the three. The same input gives the same files.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

from geo.crs import to_lonlat

CRS = "EPSG:25833"
ORIGIN = np.array([420_000.0, 6_040_000.0])
BLOCK_M = 200.0
FOLDER = Path(__file__).resolve().parents[1] / "data/regions/toy"
MUNICIPALITIES = {
    "T1": ("Musterstadt", 10240, (-300, -300, 2400, 2000)),
    "T2": ("Einöd", 160, (2400, -300, 4400, 2000)),
    "T3": ("Musterdorf", 1440, (4400, -300, 6000, 2000)),
}
DATA_BOX = (-400, -400, 6100, 2100)
FARM = (3300.0, 1500.0)

MAPPED = [  # offers that OpenStreetMap would show
    (800, 780, {"shop": "supermarket", "name": "Kaufhalle", "opening_hours": "Mo-Sa 07:00-20:00"}),
    (400, 800, {"shop": "bakery", "name": "Bäckerei Krume", "opening_hours": "Mo-Sa 06:00-18:00"}),
    (820, 600, {"amenity": "pharmacy", "name": "Apotheke am Markt"}),
    (780, 600, {"amenity": "doctors", "name": "Praxis Dr. Muster"}),
    (1000, 400, {"amenity": "school", "name": "Grundschule Musterstadt", "isced:level": "1"}),
    (1200, 600, {"amenity": "kindergarten", "name": "Kita Sonnenblume"}),
    (600, 600, {"highway": "bus_stop", "name": "Rathaus"}),
    (1400, 800, {"highway": "bus_stop", "name": "Ostend"}),
    (5000, 0, {"highway": "bus_stop", "name": "Musterdorf"}),
    (1000, 620, {"amenity": "library", "name": "Stadtbibliothek"}),
]

COLUMNS = (
    "id", "name", "category", "lon", "lat", "address", "opening_hours", "website", "phone", "email",
    "description", "gives", "needs", "notices", "capacity", "wheelchair", "products", "organic",
    "accepts_members", "open_shares", "plots_free", "supplying_farm", "delivery_times",
    "meeting_times", "helpers_wanted", "room_size", "free_times", "kitchen", "repairs", "lends",
    "cooled", "help_kinds",
)  # fmt: skip
# x, y in local metres, then the cells that are not empty
INITIATIVES: list[tuple[float, float, dict[str, str]]] = [
    (3300, 1480, {
        "id": "hof-einoed", "name": "Solawi Hof Einöd", "category": "csa",
        "address": "Einöd 1, 00002 Einöd", "products": "vegetables;fruit;eggs", "organic": "yes",
        "accepts_members": "yes", "open_shares": "12", "capacity": "80",
        "website": "https://hof-einoed.example", "description": "Gemüse für achtzig Haushalte.",
    }),
    (300, 520, {
        "id": "depot-west", "name": "Depot West", "category": "csa_depot",
        "address": "Westweg 3, 00001 Musterstadt", "supplying_farm": "Solawi Hof Einöd",
        "delivery_times": "Th 16:00-18:00", "gives": "pick_up_point;fresh_produce",
        "needs": "fresh_produce;storage",
    }),
    (1400, 980, {
        "id": "kueche-ost", "name": "Stadtteilküche Ost", "category": "neighbourhood",
        "address": "Ostring 9, 00001 Musterstadt", "kitchen": "yes", "help_kinds": "meals;visits",
        "gives": "kitchen;meeting_place", "needs": "fresh_produce;surplus_food;helpers",
        "helpers_wanted": "yes", "opening_hours": "Mo-Fr 11:00-15:00", "wheelchair": "yes",
    }),
    (700, 1420, {
        "id": "imkerei", "name": "Imkerei Summ", "category": "beekeeper", "products": "honey",
        "notices": "gives knowledge until 2024-06-30: Führung am Bienenstand",
        "email": "summ@imkerei.example",
    }),
    (5400, 420, {
        "id": "hofladen", "name": "Hofladen Musterdorf", "category": "farm_shop",
        "products": "vegetables;eggs;milk", "opening_hours": "Fr-Sa 09:00-16:00",
    }),
    (800, 820, {
        "id": "wochenmarkt", "name": "Wochenmarkt", "category": "farmers_market",
        "opening_hours": "Sa 08:00-13:00", "products": "vegetables;fruit;dairy;bread",
    }),
    (5200, 220, {
        "id": "mosterei", "name": "Mosterei Apfel & Söhne", "category": "food_craft",
        "products": "drinks",
        "notices": "needs fresh_produce until 2024-10-31: Streuobst, auch kleine Mengen",
    }),
    (600, 780, {
        "id": "unverpackt", "name": "Lose Laden", "category": "unpackaged_shop",
        "opening_hours": "Tu-Sa 10:00-18:00", "organic": "yes",
    }),
    (5200, 20, {
        "id": "dorfladen", "name": "Dorfladen Musterdorf", "category": "village_shop",
        "opening_hours": "Mo-Fr 07:00-12:00,15:00-18:00; Sa 07:00-12:00", "wheelchair": "yes",
    }),
    (1000, 580, {
        "id": "gasthof", "name": "Gasthof Zur Linde", "category": "regional_gastro",
        "opening_hours": "We-Su 11:30-22:00",
    }),
    (1200, 1020, {
        "id": "repair-cafe", "name": "Repair-Café Musterstadt", "category": "repair_cafe",
        "meeting_times": "Sa[2] 14:00-17:00", "repairs": "bicycles;appliances;clothes",
        "helpers_wanted": "yes",
        "notices": "needs room until 2024-06-30: ein Raum am Samstag für 20 Personen",
    }),
    (1000, 1020, {
        "id": "leihladen", "name": "Leihladen Dingsda", "category": "library_of_things",
        "lends": "tools;party;sports", "opening_hours": "Th 15:00-19:00",
    }),
    (1400, 1220, {
        "id": "werkstatt", "name": "Offene Werkstatt", "category": "fab_lab",
        "opening_hours": "Tu,Th 17:00-21:00",
    }),
    (1200, 820, {
        "id": "gemeindesaal", "name": "Gemeindesaal", "category": "shared_space",
        "room_size": "80", "free_times": "Mo-Th 18:00-22:00; Sa 10:00-18:00", "kitchen": "yes",
        "wheelchair": "yes",
    }),
    (600, 420, {
        "id": "coworking", "name": "Schreibtisch am Fluss", "category": "coworking",
        "capacity": "14",
    }),
    (400, 1020, {
        "id": "tauschring", "name": "Tauschring Musterstadt", "category": "exchange_ring",
        "meeting_times": "We[1] 19:00-21:00",
    }),
    (200, 1220, {
        "id": "garten", "name": "Gemeinschaftsgarten Grünfläche", "category": "community_garden",
        "plots_free": "3", "accepts_members": "yes",
        "notices": "gives fresh_produce until 2024-09-30: Zucchini | "
        "needs tools until 2024-05-20: eine Fräse für ein Wochenende",
    }),
    (1400, 420, {
        "id": "tafel", "name": "Tafel Musterstadt", "category": "food_bank",
        "opening_hours": "Tu,Fr 13:00-15:00",
        "notices": "needs transport until 2024-05-31: Fahrten am Freitag",
    }),
    (800, 1020, {
        "id": "fairteiler", "name": "Fairteiler am Rathaus", "category": "food_sharing",
        "cooled": "yes", "opening_hours": "24/7",
    }),
    (600, 1220, {"id": "givebox", "name": "Givebox", "category": "give_box"}),
    (5400, 220, {
        "id": "buecherzelle", "name": "Bücherzelle", "category": "public_bookcase",
    }),
    (1000, 820, {
        "id": "stoebern", "name": "Stöberstube", "category": "second_hand",
        "opening_hours": "Mo-Fr 10:00-18:00",
    }),
    (400, 420, {
        "id": "radecke", "name": "Radecke", "category": "bike_self_repair",
        "opening_hours": "24/7",
    }),
    (800, 420, {
        "id": "energie", "name": "Bürgerenergie Muster eG", "category": "citizen_energy",
        "accepts_members": "yes",
        "notices": "needs roof until 2024-12-31: Dächer ab 100 m²",
    }),
    (820, 820, {"id": "bank", "name": "Genossenschaftsbank", "category": "coop_bank"}),
    (1000, 1220, {
        "id": "wandel", "name": "Musterstadt im Wandel", "category": "transition_group",
        "meeting_times": "Mo[3] 19:00-21:00",
        "notices": "needs room until 2024-03-31: Raum für ein Fest (vorbei)",
    }),
    (1580, 600, {"id": "tischlerei", "name": "Tischlerei Span", "category": "maker_craft"}),
    (600, 620, {"id": "lastenrad", "name": "Lastenrad Lotte", "category": "cargo_bike"}),
]  # fmt: skip

REGION = """\
# A made-up region with a register of initiatives; tools/make_toy_region.py writes this folder.
id = "toy"
name = "Musterland"
crs = "EPSG:25833"
timezone = "Europe/Berlin"
country = "DE"
subdivision = "MV"
as_of = 2024-05-01
extract = "toy.osm.pbf"
boundary = "municipalities.geojson"
districts = "municipalities.geojson"
quarters = "suburb"
population = "municipalities.geojson"
population_year = 2023
population_source = "made up"
offers = "offers.csv"
offers_source = "made up"
offers_licence = "CC0-1.0"
attribution = ["Everything here is made up (CC0 1.0)"]
"""

README = """\
# Musterland, the toy region

A small region to show and to test what needs initiatives with stated gifts, needs, dates and facts:
the extract of the demo region has few of them. **Everything here is made up**: town, villages,
people, offers, addresses. It lies in the sea. Written by `tools/make_toy_region.py`.

| file | what | licence |
|---|---|---|
| `toy.osm.pbf` | streets, houses, ten offers; holds no data of OpenStreetMap | CC0 1.0 |
| `municipalities.geojson` | three municipalities with their people | CC0 1.0 |
| `offers.csv` | 28 initiatives ([columns](../../../docs/regions.md#offers)) | CC0 1.0 |
"""


@dataclass
class _Map:
    """Nodes and ways at local metres."""

    nodes: dict[int, tuple[float, float, dict[str, str]]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    crossings: dict[tuple[float, float], int] = field(default_factory=dict)

    def node(self, x: float, y: float, tags: dict[str, str] | None = None) -> int:
        number = len(self.nodes) + 1
        self.nodes[number] = (x, y, tags or {})
        return number

    def crossing(self, x: float, y: float) -> int:
        if (x, y) not in self.crossings:
            self.crossings[x, y] = self.node(x, y)
        return self.crossings[x, y]

    def street(self, points: list[tuple[float, float]], kind: str, name: str) -> None:
        nodes = [self.crossing(x, y) for x, y in points]
        self.ways.append((nodes, {"highway": kind, "name": name}))

    def box(self, left: float, bottom: float, right: float, top: float, **tags: str) -> None:
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        nodes = [self.node(x, y) for x, y in corners]
        self.ways.append(([*nodes, nodes[0]], tags))

    def grid(self, left: float, count: int, names: tuple[str, str]) -> None:
        """Streets `BLOCK_M` apart, with four houses in each block."""
        steps = [BLOCK_M * k for k in range(count)]
        for k, at in enumerate(steps, 1):
            self.street([(left + x, at) for x in steps], "residential", f"{k}. {names[0]}")
            self.street([(left + at, y) for y in steps], "residential", f"{k}. {names[1]}")
        for x in steps[:-1]:
            for y in steps[:-1]:
                for dx in (50, 150):
                    for dy in (20, 180):
                        self.house(left + x + dx, y + dy)
        self.box(left - 60, -60, left + steps[-1] + 60, steps[-1] + 60, landuse="residential")

    def house(self, x: float, y: float) -> None:
        self.box(x - 5, y - 5, x + 5, y + 5, building="house")


def _draw() -> _Map:
    town = _Map()
    town.grid(0, 9, ("Querstraße", "Längsstraße"))
    town.grid(5000, 4, ("Dorfquerstraße", "Dorfstraße"))
    town.street([(1600, 0), (FARM[0], 0), (5000, 0)], "tertiary", "Landstraße")
    town.street([(FARM[0], 0), FARM], "unclassified", "Einöder Weg")
    for x, y in ((-40, -20), (40, -20), (-40, -120), (40, -120)):
        town.house(FARM[0] + x, FARM[1] + y)
    town.box(2600, 300, 4200, 1300, landuse="farmland")
    town.box(-250, 1700, 1800, 1950, natural="wood")
    places = [(800, 790, "town", "Musterstadt"), (400, 810, "suburb", "West")]
    places += [(1200, 790, "suburb", "Ost"), (5300, 310, "village", "Musterdorf")]
    places += [(FARM[0], 1520, "hamlet", "Einöd")]
    for x, y, kind, name in places:
        town.node(x, y, {"place": kind, "name": name})
    for x, y, tags in MAPPED:
        town.node(x, y, tags)
    return town


def _lonlat(points: object) -> list[list[float]]:
    local = np.asarray(points, float).reshape(-1, 2)
    lonlat: list[list[float]] = to_lonlat(local + ORIGIN, CRS).round(7).tolist()
    return lonlat


def _write_extract(path: Path) -> None:
    town = _draw()
    left, bottom, right, top = DATA_BOX
    corners = np.array(_lonlat([(left, bottom), (right, bottom), (left, top), (right, top)]))
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2024-05-01T00:00:00Z")
    header.set("generator", "make_toy_region")
    header.add_box(osmium.osm.Box(*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        at = _lonlat([(x, y) for x, y, _ in town.nodes.values()])
        for (number, (_, _, tags)), lonlat in zip(town.nodes.items(), at, strict=True):
            writer.add_node(mutable.Node(id=number, location=tuple(lonlat), tags=tags))
        for number, (nodes, tags) in enumerate(town.ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags))


def _municipalities() -> str:
    features = []
    for district_id, (name, people, (left, bottom, right, top)) in MUNICIPALITIES.items():
        ring = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        features.append({
            "type": "Feature",
            "properties": {"id": district_id, "name": name, "population": people},
            "geometry": {"type": "Polygon", "coordinates": [_lonlat(ring)]},
        })  # fmt: skip
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _offers() -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for x, y, cells in INITIATIVES:
        lon, lat = _lonlat((x, y))[0]
        writer.writerow({**cells, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"})
    return out.getvalue()


def main(folder: Path = FOLDER) -> None:
    """Write all files of the region."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_extract(folder / "toy.osm.pbf")
    texts = {
        "municipalities.geojson": _municipalities(),
        "offers.csv": _offers(),
        "region.toml": REGION,
        "README.md": README,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
