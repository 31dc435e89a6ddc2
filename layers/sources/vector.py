"""
Reads GeoPackage, Shapefile (zipped) and GeoParquet in any CRS.

GDAL opens more than it is told to: a file may name others, and addresses. So a file is first known
by its own first bytes, never by its name; then a process of its own reads it, in which GDAL has
that one driver, no network, and limits of time, memory and output. What comes back is lines of
JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import shapely

from layers.errors import SourceError
from layers.sources.bounded import MAX_UNPACKED_BYTES, head_of, opened_zip, read_bytes, unpack
from layers.sources.features import MapFeature, read_features
from layers.sources.vector_worker import NO_PYARROW

if TYPE_CHECKING:
    import zipfile

    from layers.sources.bounded import ReadOptions, Source
    from layers.sources.record import Reading

DRIVERS = {"geopackage": "GPKG", "shapefile": "ESRI Shapefile", "geoparquet": ""}
SUFFIXES = {"geopackage": ".gpkg", "shapefile": ".shp", "geoparquet": ".parquet"}
MAX_SECONDS = 60
MAX_WORKER_BYTES = 4_000_000_000  # of addresses; numpy and GDAL reserve much that they never use
MAX_SHAPES_BYTES = 500_000_000  # a state's areas; offers come in far smaller files
MAX_SHAPES = 100_000
_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_START = "import runpy, sys; sys.exit(runpy.run_path(sys.argv[1])['main'](sys.argv[2:]))"
_SHP_MAGIC = b"\x00\x00\x27\x0a"


def read_vector(source: Source, kind: str, options: ReadOptions) -> Reading:
    """
    Read the offers of a GIS file.

    Parameters
    ----------
    source
        The file; a Shapefile as zip with `.shp`, `.dbf`, `.shx`, `.prj`.
    kind
        `geopackage`, `shapefile` or `geoparquet`.
    options
        `layer` chooses a layer, or the Shapefile of several.

    Raises
    ------
    SourceError
        If it is not of that kind, cannot be read within the limits, or GeoParquet cannot be read
        because pyarrow is not installed.
    """
    limits = {"max_bytes": options.max_bytes, "max_rows": options.max_rows}
    about, lines = _read(source, kind, options.layer, "points", **limits)
    others = about.get("others") or []
    notes = (
        (f"layer {about['layer']!r} was read, not {', '.join(map(repr, others))}",)
        if others and not (options.layer and kind != "shapefile")
        else ()
    )
    features = [_feature(line) for line in lines]
    return read_features(kind, features, options, crs=about.get("crs"), notes=notes)


def read_shapes(source: Source, kind: str, *, layer: str = "") -> gpd.GeoDataFrame:
    """
    Read the shapes of a GIS file, whole, with their properties, in the CRS that it states.

    `kind` and errors are those of `read_vector`; a file that states no CRS is an error as well, and
    so is one with more than 100,000 features.
    """
    limits = {"max_bytes": MAX_SHAPES_BYTES, "max_rows": MAX_SHAPES}
    about, lines = _read(source, kind, layer, "shapes", **limits)
    if len(lines) > MAX_SHAPES:
        raise SourceError(f"`source` has more than {MAX_SHAPES:,} features")
    if not about.get("crs"):
        raise SourceError("`source` does not say its CRS; save it with one")
    shapes = shapely.from_wkb([line["place"] for line in lines])
    return gpd.GeoDataFrame(
        [line["properties"] for line in lines], geometry=shapes, crs=about["crs"]
    )


def _read(
    source: Source, kind: str, layer: str, form: str, *, max_bytes: int, max_rows: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Put a file where the worker reads it; return what that says of it, and a line a feature."""
    data = read_bytes(source, max_bytes=max_bytes)
    with tempfile.TemporaryDirectory(prefix="umkreis-") as folder:
        path = Path(folder) / f"source{SUFFIXES[kind]}"
        if kind == "shapefile":
            with opened_zip(data) as archive:
                _unpack_shapefile(archive, path, layer)
        elif kind_of_vector(data) != kind:
            raise SourceError(f"`source` is no {kind} by its first bytes")
        else:
            path.write_bytes(data)
        del data
        return _run(path, kind, "" if kind == "shapefile" else layer, max_rows, form)


def kind_of_vector(source: Source) -> str:
    """Return the kind that a file's first bytes say, "" for none."""
    head = head_of(source, length=512)
    if head.startswith(b"SQLite format 3\x00") and head[68:72] in (b"GPKG", b"GP10", b"GP11"):
        return "geopackage"
    return "geoparquet" if head.startswith(b"PAR1") else ""


def _unpack_shapefile(archive: zipfile.ZipFile, path: Path, layer: str) -> None:
    """Write the parts of one Shapefile under one name, whatever they are called in the archive."""
    shapes = [e for e in archive.infolist() if e.filename.lower().endswith(".shp")]
    names = {Path(entry.filename).stem: entry for entry in shapes if not _is_hidden(entry)}
    if layer and layer not in names:
        raise SourceError(f"`layer` {layer!r} is no Shapefile; there are {', '.join(names)}")
    if len(names) != 1 and not layer:
        raise SourceError(
            f"`source` is an archive with {len(names)} Shapefiles ({', '.join(names)}); "
            "it needs exactly one, or name one as `layer`"
        )
    stem = names[layer or next(iter(names))].filename[:-4]
    for entry in archive.infolist():
        suffix = Path(entry.filename).suffix.lower()
        if entry.filename[: -len(suffix) or None] == stem and suffix in _PARTS:
            unpack(archive, entry, path.with_suffix(suffix))
    if not path.read_bytes()[:4].startswith(_SHP_MAGIC):
        raise SourceError("`source` holds a .shp that is no Shapefile")


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    return Path(entry.filename).name.startswith(".") or entry.filename.startswith("__MACOSX")


def _run(
    path: Path, kind: str, layer: str, most: int, form: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Let the worker read a file, and return what it says of it and its lines."""
    script = str(Path(__file__).with_name("vector_worker.py"))
    with tempfile.TemporaryFile() as output:
        try:
            # The interpreter and script are ours; the path is a name that we chose
            done = subprocess.run(  # noqa: S603
                [
                    sys.executable,
                    "-P",
                    "-s",
                    "-c",
                    _START,
                    script,
                    str(path),
                    kind,
                    layer,
                    str(most),
                    form,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                cwd=path.parent,
                env=_environment(kind),
                timeout=MAX_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise SourceError(f"`source` took longer than {MAX_SECONDS} s to read") from exc
        if done.returncode:
            raise SourceError(_explained(kind, done.returncode, done.stderr))
        output.seek(0)
        about = json.loads(output.readline())
        return about, [json.loads(line) for line in output]


def _environment(kind: str) -> dict[str, str]:
    others = [name for name in pyogrio.list_drivers() if name != DRIVERS[kind]]
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GDAL_SKIP": ",".join(others),
        "OGR_SKIP": ",".join(others),
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR" if kind == "geopackage" else "FALSE",
        "SHAPE_RESTORE_SHX": "YES",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "UMKREIS_WORKER_BYTES": str(MAX_WORKER_BYTES),
        "UMKREIS_WORKER_SECONDS": str(MAX_SECONDS),
        "UMKREIS_WORKER_OUTPUT": str(2 * MAX_UNPACKED_BYTES),
    }


def _explained(kind: str, status: int, errors: bytes) -> str:
    if status == NO_PYARROW:
        return (
            "`source` is GeoParquet, and pyarrow is not installed; install umkreis[parquet], or "
            "convert it to GeoPackage"
        )
    lines = errors.decode(errors="replace").strip().splitlines()
    said = next((x.removeprefix("reason: ") for x in lines if x.startswith("reason: ")), "")
    if said:
        return f"`source` cannot be read as {kind}: {said}"
    if status < 0:
        return f"`source` cannot be read as {kind} within {MAX_SECONDS} s and the memory allowed"
    return f"`source` cannot be read as {kind} ({lines[-1][:200] if lines else 'no reason given'})"


def _feature(line: dict[str, Any]) -> MapFeature:
    place = line["place"]
    pair = (place[0], place[1]) if place else None
    return MapFeature("", line["properties"], pair, "" if pair else "no geometry")
