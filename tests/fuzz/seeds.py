"""What each reader is given to begin with: small, in order, and with all that it reads in it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import rasterio
from rasterio.transform import from_origin

from layers.package import collect, to_zip
from layers.practice.card import read_card
from layers.register import Register
from layers.register.entry import Source
from tests.censusgrid import cell_at, write_2011, write_2022
from tests.gtfsfile import TABLES
from tests.layers.sources.test_calendar import calendar, event
from tests.layers.sources.test_json_sources import MARKET, WORKSHOP, markets_of
from tests.layers.sources.test_openfairdb import entry
from tests.layers.test_experiment import TEXT as EXPERIMENT
from tests.layers.test_paper import document
from tests.layers.test_practice import CARD
from tests.layers.test_taxonomy import SMALL as SMALL_TAXONOMY
from tests.toyregion import CONFIG, CRS, EXTRACT, toy_lonlat, toy_xy, write_toml, write_toy_region
from tests.toytransit import toy_stops

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT / "data"
Seeds = dict[str, bytes]
_HALT = toy_lonlat((100, 100))[0].tolist()
_RING = toy_lonlat(np.array([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])).tolist()

FEATURES: Final = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    "features": [
        {"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [8.04, 52.28]},
         "properties": {"name": "Hofladen", "category": "farm_shop",
                        "opening_hours": "Mo-Fr 08:00-18:00", "website": "https://example.org",
                        "gives": "fresh_produce", "capacity": 3}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [
            [[8, 52], [8.1, 52], [8.1, 52.1], [8, 52]]]},
         "properties": {"name": "Hof", "shop": "farm"}},
    ],
}  # fmt: skip
SCENARIO: Final[dict[str, Any]] = {
    "version": 1, "name": "Alles",
    "changes": [
        {"do": "add_offer", "category": "greengrocer_bakery", "lon": _HALT[0], "lat": _HALT[1],
         "name": "Neu", "opening_hours": "Mo-Fr 08:00-18:00"},
        {"do": "move_offer", "offer": "osm:n1001", "lon": _HALT[0], "lat": _HALT[1]},
        {"do": "close_offer", "offer": "osm:n1002"},
        {"do": "change_hours", "offer": "osm:n1003", "opening_hours": "Mo 08:00-18:00"},
        {"do": "add_people", "people": 40, "place": {"type": "Polygon", "coordinates": [_RING]}},
        {"do": "add_people", "dwellings": 20, "people_per_dwelling": 2.1,
         "place": {"type": "Point", "coordinates": _HALT}},
        {"do": "close_street", "lon": _HALT[0], "lat": _HALT[1], "modes": ["car"],
         "to_lon": _RING[0][0], "to_lat": _RING[0][1]},
        {"do": "open_street", "modes": ["walk"], "name": "Weg", "connect_m": 30, "join_inner": True,
         "line": {"type": "LineString", "coordinates": [_RING[0], _RING[2]]}},
        {"do": "change_headway", "line": "1", "every_min": 10, "from": "06:00", "until": "20:00"},
        {"do": "close_stop", "stop": "Stop b"},
        {"do": "move_stop", "stop": "Stop a", "lon": _HALT[0], "lat": _HALT[1]},
        {"do": "extend_line", "line": "1", "at_stop": "Stop c", "ride_min": 4, "lon": _HALT[0],
         "lat": _HALT[1], "name": "Ende"},
    ],
}  # fmt: skip
HOURS: Final = (
    "Mo-Fr 08:00-12:00,14:00-18:00; Sa 09:00-13:00; PH off", "24/7", "Mar-Oct Sa[1,-1] 14:00-17:00",
    "week 1-53/2 Tu 10:00-12:00 || \"nach Absprache\"", "sunrise-sunset; Dec 24-26 off",
    "2024 Jan 01-2024 Feb 10: 22:00-26:00", "easter +1 day 10:00+", "SH Mo-Su,PH 10:00-10:00",
)  # fmt: skip
QUERIES: Final = (
    "bbox=13.2,53.5,13.3,53.6&limit=5&offset=1", "datetime=2016-01-01/..&f=json",
    "datetime=2024-05-01",
    "bbox=13,53,0,14,54,9&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
    "crs=http://www.opengis.net/def/crs/EPSG/0/25833", "name=Dorfladen&residents=120",
    "datetime=../2024-05-01T00:00:00Z",
    "at=2026-10-06T16:00", "at=Mo-Fr 16:00-18:00", "window=2026-10-06T16:00/18:00",
    "place=13.2,53.5",
)  # fmt: skip


def _json(*documents: Any) -> Seeds:
    return {str(number): json.dumps(d).encode() for number, d in enumerate(documents)}


def _texts(*texts: str) -> Seeds:
    return {str(number): text.encode() for number, text in enumerate(texts)}


def geojson(_: Path) -> Seeds:
    """Offers as features."""
    return _json(FEATURES, markets_of(MARKET))


def districts(_: Path) -> Seeds:
    """Areas as features."""
    shape = {"type": "Polygon", "coordinates": [_RING]}
    many = {"type": "MultiPolygon", "coordinates": [[_RING]]}
    rows = [
        {"type": "Feature", "id": 1, "geometry": g, "properties": {"name": "A", "population": 5}}
        for g in (shape, many)
    ]
    return _json({"type": "FeatureCollection", "features": rows}, shape)


def table(_: Path) -> Seeds:
    """Lists as people keep them."""
    own = (DATA / "regions/toy/offers.csv").read_bytes()
    return {
        "own": b"\n".join(own.split(b"\n")[:5]),
        "semicolon": (
            "Name;Kategorie;Straße;PLZ;Ort;Öffnungszeiten;Rechtswert;Hochwert;Webseite\n"
            'Hof;Hofladen;Am Wall 3;49080;Osnabrück;Mo-Fr 8-18 Uhr;435000,5;5792000;"a.example"\n'
        ).encode("cp1252"),
        "degrees": b"name,category,lon,lat,gives,notices\nA,farm_shop,8.04,52.28,storage,x\n",
    }


def workbook(folder: Path) -> Seeds:
    """A small workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["name", "category", "lon", "lat", "seit"],
        ["A", "farm_shop", 8.04, 52.28, date(2020, 1, 1)],
    ):
        sheet.append(row)
    sheet["F2"] = "=1/0"
    sheet.merge_cells("A3:B4")
    book.create_sheet("zwei").append(["x", True])
    book.save(folder / "seed.xlsx")
    return {"book": (folder / "seed.xlsx").read_bytes()}


def openfairdb(_: Path) -> Seeds:
    """Answers of Karte von morgen."""
    return _json([entry()], {"visible": [entry()], "invisible": [{"id": "2"}]})


def lists(_: Path) -> Seeds:
    """The other lists that come as JSON."""
    farm = {
        "name": "Hof",
        "lat": 52.28,
        "lng": 8.04,
        "postalcode": "49080",
        "city": "Öd",
        "url": "a.example",
    }
    station = {"station_id": "1", "name": "Rad", "lat": 52.28, "lon": 8.04, "capacity": 4}
    return _json(
        [WORKSHOP], {"workshops": [WORKSHOP]}, {"farms": [farm], "depots": [farm]},
        {"last_updated": 1_700_000_000, "ttl": 0, "data": {"stations": [station]}},
        {"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.04, 52.28]},
             "properties": {"type": "Farm", **farm, "products": [{"name": "Gemüse"}]}}]},
    )  # fmt: skip


def census(folder: Path) -> Seeds:
    """Grids of two censuses."""
    cells = [cell_at((50, 50)), cell_at((250, 150))]
    rows = [(cell, people) for cell, people in zip(cells, (12, "–"), strict=True)]
    found = {
        "2022": write_2022(folder / "a.csv", rows).read_bytes(),
        "2011": write_2011(folder / "b.csv", rows).read_bytes(),
    }
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("Zensus.csv", found["2022"])
    return {**found, "packed": (folder / "c.zip").read_bytes()}


def gtfs(folder: Path) -> Seeds:
    """A feed of the toy town, with headways and transfers."""
    tables = {
        **TABLES, "stops": toy_stops(),
        "frequencies": ["trip_id,start_time,end_time,headway_secs", "night,06:00:00,07:00:00,600"],
        "transfers": ["from_stop_id,to_stop_id,transfer_type,min_transfer_time", "a,b,2,60"],
    }  # fmt: skip
    with zipfile.ZipFile(folder / "seed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            archive.writestr(f"{name}.txt", "\n".join([*rows, ""]))
    return {"feed": (folder / "seed.zip").read_bytes()}


def hours(_: Path) -> Seeds:
    """Opening hours of many kinds."""
    return _texts(*HOURS)


def scenario(_: Path) -> Seeds:
    """A scenario with all changes, and one for each."""
    rows = SCENARIO["changes"]
    return _json(SCENARIO, *({"version": 1, "changes": [row]} for row in rows))


def region(folder: Path) -> Seeds:
    """The toy region's definition, and one with people of a table."""
    plain = write_toml(folder / "seed.toml", CONFIG).read_bytes()
    kept = {k: v for k, v in CONFIG.items() if not k.startswith("population")}
    more = (
        b'\n[population]\npolygons = "municipalities.geojson"\nyear = 2023\nsource = "made up"\n'
        b'columns = {residents = "population"}\nofficial = false\n'
    )
    return {"toy": plain, "people": write_toml(folder / "seed.toml", kept).read_bytes() + more}


def taxonomy(_: Path) -> Seeds:
    """A taxonomy with one of each."""
    return {"small": SMALL_TAXONOMY.encode()}


def ogc(_: Path) -> Seeds:
    """Addresses with filters."""
    return _texts(*QUERIES)


def ical(_: Path) -> Seeds:
    """Calendars with series and exceptions."""
    series = (
        "DTSTART;TZID=Europe/Berlin:20260307T140000\nDURATION:PT2H\nRRULE:FREQ=MONTHLY;BYDAY=1SA;COUNT=5\n"
        "EXDATE;TZID=Europe/Berlin:20260404T140000\nRDATE:20260501T120000Z\nCATEGORIES:Repair-Café"
    )
    moved = "RECURRENCE-ID;TZID=Europe/Berlin:20260502T140000\nDTSTART:20260503T120000Z"
    weekly = (
        "DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260302\nRRULE:FREQ=WEEKLY;UNTIL=20260401"
    )
    return {
        "series": calendar(event(series), event(moved)),
        "days": calendar(event(weekly, uid="2")),
    }


def elevation(folder: Path) -> Seeds:
    """Grids of text, and a GeoTIFF; the first line says which."""
    x, y = toy_xy((0, 0))[0]
    rows = "\n".join(
        f"{x + 50 * i:.1f} {y + 50 * j:.1f} {i + j}" for i in range(4) for j in range(4)
    )
    with rasterio.open(
        folder / "seed.tif", "w", driver="GTiff", height=4, width=4, count=1, dtype="float32",
        crs=CRS, transform=from_origin(x, y + 200, 50, 50),
    ) as raster:  # fmt: skip
        raster.write(np.arange(16, dtype=np.float32).reshape(1, 4, 4))
    with zipfile.ZipFile(folder / "seed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N54E013.hgt", bytes(2 * 1201 * 1201))
    with zipfile.ZipFile(folder / "text.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xyz", rows)
    return {
        "text": b"xyz\n" + rows.encode(),
        "columns": b"csv\n" + ("x;y;z\n" + rows.replace(" ", ";").replace(".", ",")).encode(),
        "tif": b"tif\n" + (folder / "seed.tif").read_bytes(),
        "tile": b"zip\n" + (folder / "seed.zip").read_bytes(),
        "packed": b"zip\n" + (folder / "text.zip").read_bytes(),
    }


def package(folder: Path) -> Seeds:
    """A package with a paper and a card."""
    city = folder / "city"
    shutil.rmtree(city, ignore_errors=True)
    (city / "papers").mkdir(parents=True)
    (city / "papers/bread.json").write_text(
        '{"version": 1, "title": "Brot", "chapters": [{"kind": "text", "text": "Warum"}]}', "utf-8"
    )
    (folder / "taxonomy.toml").write_text(SMALL_TAXONOMY, "utf-8")
    made = collect(
        city, folder / "taxonomy.toml", [read_card(CARD, region="toy")], region="toy",
        name="Ödland",
        version="0.1.0", made_on=date(2026, 1, 2), licence="CC-BY-4.0",
    )  # fmt: skip
    return {"whole": to_zip(made)}


def backup(folder: Path) -> Seeds:
    """A register with an entry."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        with Register.open(f"sqlite:///{inner}/register.sqlite") as register:
            register.set_source("toy", Source("hand", "Öd", "CC0-1.0"), who="eva")
            values = {"name": "A", "categories": ["farm_shop"], "lon": 13.8, "lat": 54.5}
            register.create("toy", values, who="eva")
            register.backup(Path(inner) / "b.sqlite")
        with closing(sqlite3.connect(Path(inner) / "b.sqlite")) as small:
            small.executescript("PRAGMA page_size=512; VACUUM")
        return {"register": (Path(inner) / "b.sqlite").read_bytes()}


def pbf(folder: Path) -> Seeds:
    """The toy region's extract."""
    write_toy_region(folder / "seed")
    return {"toy": (folder / "seed" / EXTRACT).read_bytes()}


def papers(_: Path) -> Seeds:
    """Council papers."""
    kinds = ("coverage", "gaps", "sheet", "sites", "resilience", "equity", "scenario", "text")
    return _json(document(*kinds, title="Bread", author="Office"))


def cards(_: Path) -> Seeds:
    """Practice cards."""
    return _texts(CARD)


def experiments(_: Path) -> Seeds:
    """Experiments."""
    return _texts(EXPERIMENT)
