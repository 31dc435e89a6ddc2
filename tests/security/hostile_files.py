"""
Files that are sent to break us, each by a name, and what becomes of them.

Run as a program it reads one after the other as an upload is read, and writes a line of JSON for
each: what it was answered with, the seconds, and by how many megabytes the process grew.
"""

from __future__ import annotations

import io
import json
import resource
import socket
import sqlite3
import stat
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING

import geopandas as gpd
import openpyxl

from tests.gtfsfile import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

_MEGABYTE = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _vrt(port: int) -> bytes:
    return (
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>'
        f"/vsicurl/http://127.0.0.1:{port}/secret.geojson</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    ).encode()


def _zip(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def _link(_: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("offers.shp")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return file.getvalue()


def _workbook(write_sheet: Callable[[IO[bytes]], object]) -> bytes:
    """Return a workbook that is whole, but for what its only sheet holds."""
    usual, changed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(usual)
    with (
        zipfile.ZipFile(usual) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            with new.open(name, "w", force_zip64=True) as entry:
                if name == _SHEET:
                    write_sheet(entry)
                else:
                    entry.write(old.read(name))
    return changed.getvalue()


def _sheet(entities: str, cell: str) -> bytes:
    return _workbook(
        lambda entry: entry.write(
            f"""<?xml version="1.0"?>{entities}<worksheet xmlns="{_SPREADSHEET}"><sheetData>
            <row r="1"><c r="A1" t="inlineStr"><is><t>{cell}</t></is></c></row>
            </sheetData></worksheet>""".encode()
        )
    )


def _bomb(_: int) -> bytes:
    """Six hundred megabytes of nothing in a sheet."""
    return _workbook(lambda entry: [entry.write(bytes(_MEGABYTE)) for _part in range(600)])


def _lying_bomb(_: int) -> bytes:
    """The same, whose index says that it is small."""
    data = bytearray(_bomb(0))
    for true_size in (struct.pack("<Q", 600 * _MEGABYTE), struct.pack("<I", 600 * _MEGABYTE)):
        while (at := data.find(true_size)) >= 0:
            data[at : at + 4] = struct.pack("<I", 1000)
    return bytes(data)


def _laughs(_: int) -> bytes:
    steps = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return _sheet(f'<!DOCTYPE x [<!ENTITY l0 "lol">{steps}]>', "&l9;")


def _outside(port: int) -> bytes:
    return _sheet(f'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{port}/secret">]>', "&e;")


def _gpx(_: int) -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        b'<gpx><wpt lat="52" lon="8"><name>&e;</name></wpt></gpx>'
    )


def _kml(port: int) -> bytes:
    link = f"<NetworkLink><Link><href>http://127.0.0.1:{port}/x.kml</href></Link></NetworkLink>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2">{link}</kml>'.encode()


def _geopackage(_: int, *, sql: str = "") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        points = gpd.GeoSeries.from_xy([8.0], [52.0], crs="EPSG:4326")
        gpd.GeoDataFrame({"name": ["A"], "category": ["farm_shop"]}, geometry=points).to_file(
            path, layer="a"
        )
        with closing(sqlite3.connect(path)) as database:
            database.executescript(sql)
        return path.read_bytes()


def _triggers(port: int) -> bytes:
    return _geopackage(
        port,
        sql="""
        CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN SELECT load_extension('evil'); END;
        CREATE VIEW v AS SELECT fid, name, category, zeroblob(900000000) AS geom FROM a;
        INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)
            VALUES ('v', 'features', 'v', 4326);
        INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POINT', 4326, 0, 0);
        DROP TABLE gpkg_extensions;
        """,
    )


def _feature(coordinates: str, kind: str = "Point") -> bytes:
    named = '{"name":"A","category":"farm_shop"}'
    shape = f'{{"type":"{kind}","coordinates":{coordinates}}}'
    feature = f'{{"type":"Feature","properties":{named},"geometry":{shape}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


def _million(_: int) -> bytes:
    corners = ",".join(f"[8.{i:06d},52.{i % 997:03d}]" for i in range(1_000_000))
    return _feature(f"[[{corners},[8.000000,52.000]]]", "Polygon")


def _extract(raw_size: int, blob: bytes) -> bytes:
    """An OSM header whose blob says one size and holds another."""

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    packed = zlib.compress(blob, 1)
    body = b"\x10" + varint(raw_size) + b"\x1a" + varint(len(packed)) + packed
    head = b"\x0a\x09OSMHeader\x18" + varint(len(body))
    return struct.pack(">I", len(head)) + head + body


def _endless_calendar(_: int) -> bytes:
    return (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:A\r\n"
        b"DTSTART:20260101T000000Z\r\nRRULE:FREQ=SECONDLY\r\nGEO:52.0;8.0\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


FILES: dict[str, Callable[[int], bytes]] = {
    "a VRT that calls itself GeoJSON": _vrt,
    "a VRT inside an archive": lambda port: _zip(
        **{"a.shp": _vrt(port), "a.dbf": b"", "a.shx": b""}
    ),
    "a link inside an archive": _link,
    "an entry above its archive": lambda _: _zip(**{"../../evil.shp": b"x", "../evil.dbf": b"x"}),
    "a workbook of 600 MB": _bomb,
    "the same with a lying index": _lying_bomb,
    "a workbook that laughs": _laughs,
    "a workbook that asks the web": _outside,
    "GPX that reads a file": _gpx,
    "KML that follows a link": _kml,
    "a GeoPackage with triggers": _triggers,
    "half a GeoPackage": lambda port: _geopackage(port)[:5000],
    "JSON nested 100,000 deep": lambda _: b'{"a":' * 100_000,
    "a place that is no number": lambda _: _feature("[NaN,52]"),
    "a place beyond all numbers": lambda _: _feature("[1e999,52]"),
    "a polygon of a million corners": _million,
    "a polygon that crosses itself": lambda _: _feature(
        "[[[8,52],[8.1,52.1],[8.1,52],[8,52.1],[8,52]]]", "Polygon"
    ),
    "an extract that swells": lambda _: _extract(600 * _MEGABYTE, bytes(64 * _MEGABYTE)),
    "an extract that says less than it holds": lambda _: _extract(100, bytes(64 * _MEGABYTE)),
    "a table of 300,000 columns": lambda _: b";".join([b"name"] * 300_000) + b"\nA;8;52\n",
    "a cell of 30 MB": lambda _: b'name;lon;lat\n"' + b"A" * 30_000_000 + b'";8;52\n',
    "a calendar without end": _endless_calendar,
}


def _feed(**tables: Callable[[IO[bytes]], object]) -> bytes:
    """Return the hand-made feed with tables that are written otherwise."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in TABLES.items():
            if name not in tables:
                archive.writestr(f"{name}.txt", "\n".join(rows))
        for name, write in tables.items():
            with archive.open(f"{name}.txt", "w", force_zip64=True) as entry:
                write(entry)
    return file.getvalue()


def _gigabyte(entry: IO[bytes]) -> None:
    entry.write(b"stop_id,stop_name,stop_lat,stop_lon\n")
    for _ in range(1024):
        entry.write(b"a" * _MEGABYTE)


def _services(entry: IO[bytes]) -> None:
    entry.write(b"service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,")
    entry.write(b"end_date\n")
    for number in range(100_000):
        entry.write(f"{number:x},1,1,1,1,1,1,1,20070101,20261231\n".encode())


def _headways(entry: IO[bytes]) -> None:
    entry.write(b"trip_id,start_time,end_time,headway_secs\n" + b"t1,00:00:00,167:00:00,1\n" * 50)


FEEDS: dict[str, Callable[[int], bytes]] = {
    "a feed of a gigabyte": lambda _: _feed(stops=_gigabyte),
    "a feed of 100,000 services over twenty years": lambda _: _feed(calendar=_services),
    "a feed that leaves every second": lambda _: _feed(frequencies=_headways),
    "a feed whose table is no text": lambda _: _feed(trips=lambda e: e.write(b"\x00\xff" * 999)),
    "half a feed": lambda _: _feed()[:1000],
}


def main(port: int, taxonomy_file: str) -> None:
    """Read them all; `port` is of a server on this machine where nobody may call."""
    from geo.errors import UmkreisError
    from geo.transit.gtfs import read_gtfs
    from layers.sources.bounded import ReadOptions
    from layers.sources.sniff import read_source
    from layers.taxonomy import load_taxonomy

    socket.setdefaulttimeout(5)
    taxonomy = load_taxonomy(Path(taxonomy_file))
    options = ReadOptions(
        taxonomy=taxonomy, bounds=(7.5, 51.5, 8.5, 52.6), as_of=date(2026, 3, 1), licence="CC0-1.0"
    )
    # what is loaded when it is first needed is no growth
    read_source(b"name;lon;lat\nA;8;52\n", options=options)

    def upload(path: Path) -> str:
        reading = read_source(path, options=options)
        return f"{len(reading.records)} offers, {len(reading.faults)} faults"

    def feed(path: Path) -> str:
        return f"{read_gtfs(path, crs='EPSG:25832').trip_count} trips"

    reads = {**dict.fromkeys(FILES, upload), **dict.fromkeys(FEEDS, feed)}
    for name, make in {**FILES, **FEEDS}.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload.geojson"
            path.write_bytes(make(port))
            before, start = _peak_mb(), time.perf_counter()
            try:
                answer = f"read: {reads[name](path)}"
            except UmkreisError as exc:
                answer = f"refused: {exc}"
            except Exception as exc:  # noqa: BLE001 what must not happen is told of
                answer = f"broke: {exc!r}"
            seconds, grown = time.perf_counter() - start, _peak_mb() - before
            sys.stdout.write(f"{json.dumps([name, answer[:300], seconds, grown])}\n")


def _peak_mb() -> float:
    own, others = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return max(own, others)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
