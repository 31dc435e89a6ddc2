"""
Builds the base map of an extract as one PMTiles file of vector tiles.

GDAL cuts, simplifies and encodes; it writes one layer a file, so each layer gets its own file and
the tiles are then joined: a vector tile is a repeated field of layers (Mapbox Vector Tile 2.1,
section 4.1), hence the bytes of two tiles, one after the other, are a tile with both layers. Layer
names must differ for that. The file appears at its place only when it is whole.
"""

from __future__ import annotations

import gzip
import logging
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio.raw
import shapely
from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write as pmtiles_writer

from geo.cartography import MAX_ZOOM, MapLayer, map_layers
from geo.errors import ExtractError
from geo.osm import extract_info

if TYPE_CHECKING:
    from datetime import date

    from geo.cartography import Bounds

ATTRIBUTION = "© OpenStreetMap contributors"
# In tile units of 1/4096; a tile is drawn on 512 pixels, so 8 units are one pixel
SIMPLIFICATION = 6
SIMPLIFICATION_MAX_ZOOM = 1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BaseMapInfo:
    """
    What the file holds.

    `bounds` is west, south, east, north in degrees; `tiles` counts the tiles; `features` the shapes
    of each layer before cutting into tiles.
    """

    path: Path
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    tiles: int
    size_bytes: int
    features: dict[str, int]
    attribution: str


def build_base_map(pbf: Path, out: Path, *, bounds: Bounds | None = None) -> BaseMapInfo:
    """
    Write the base map of an extract.

    Parameters
    ----------
    pbf
        The extract.
    out
        The PMTiles file to write; its folder exists. An older file there is replaced.
    bounds
        West, south, east, north in degrees; the extract's own box if None.

    Returns
    -------
    info
        What was written.

    Raises
    ------
    ExtractError
        If the extract cannot be read, or has nothing to draw inside the bounds.
    """
    extract = extract_info(pbf)
    box = bounds or extract.bounds
    layers = [layer for layer in map_layers(pbf, bounds=box) if layer.geometry]
    if not layers:
        raise ExtractError(
            f"`extract` {pbf.name} has nothing to draw inside {box}; "
            "give bounds that meet its data (west, south, east, north in degrees)",
            path=str(pbf),
        )
    with tempfile.TemporaryDirectory(prefix=".tiles-", dir=out.parent) as folder:
        tiles = _joined_tiles([_write_layer(layer, Path(folder)) for layer in layers])
        whole = Path(folder) / "whole.pmtiles"
        _write(tiles, whole, _metadata(layers, box, extract.as_of), box)
        whole.replace(out)  # atomic: both lie in one folder
    info = BaseMapInfo(
        path=out,
        bounds=box,
        min_zoom=min(z for z, _, _ in tiles),
        max_zoom=max(z for z, _, _ in tiles),
        tiles=len(tiles),
        size_bytes=out.stat().st_size,
        features={layer.name: len(layer.geometry) for layer in layers},
        attribution=ATTRIBUTION,
    )
    log.info("base map: %d tiles, %d bytes, %s", info.tiles, info.size_bytes, info.features)
    return info


def _write_layer(layer: MapLayer, folder: Path) -> Path:
    """Let GDAL cut one layer into tiles."""
    path = folder / f"{layer.name}.pmtiles"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(layer.geometry, object)),
        field_data=[_column(values) for values in layer.fields.values()],
        field_mask=[np.array([v is None for v in values]) for values in layer.fields.values()],
        fields=list(layer.fields),
        layer=layer.name,
        driver="PMTiles",
        geometry_type="Unknown",
        crs="EPSG:4326",
        dataset_options={
            "MINZOOM": str(layer.min_zoom),
            "MAXZOOM": str(MAX_ZOOM),
            "SIMPLIFICATION": str(SIMPLIFICATION),
            "SIMPLIFICATION_MAX_ZOOM": str(SIMPLIFICATION_MAX_ZOOM),
        },
    )
    return path


def _column(values: list[str | int | None]) -> Any:
    if any(isinstance(value, str) for value in values):
        return np.array(values, object)
    return np.array([value or 0 for value in values], np.int32)


def _joined_tiles(paths: list[Path]) -> dict[tuple[int, int, int], bytes]:
    """Return the tiles of all files by zoom, column, row, each with all its layers."""
    parts: dict[tuple[int, int, int], list[bytes]] = defaultdict(list)
    for path in paths:
        with path.open("rb") as file:
            for zxy, data in all_tiles(MmapSource(file)):  # type: ignore[no-untyped-call]
                parts[zxy].append(gzip.decompress(data))
    return {zxy: b"".join(data) for zxy, data in parts.items()}


def _metadata(layers: list[MapLayer], bounds: Bounds, as_of: date | None) -> dict[str, Any]:
    return {
        "name": "Umkreis base map",
        "attribution": ATTRIBUTION,
        "as_of": as_of.isoformat() if as_of else None,
        "bounds": ",".join(f"{value:.6f}" for value in bounds),
        "vector_layers": [
            {
                "id": layer.name,
                "minzoom": layer.min_zoom,
                "maxzoom": MAX_ZOOM,
                "fields": {
                    name: "String" if any(isinstance(v, str) for v in values) else "Number"
                    for name, values in layer.fields.items()
                },
            }
            for layer in layers
        ],
    }


def _write(
    tiles: dict[tuple[int, int, int], bytes], path: Path, metadata: dict[str, Any], bounds: Bounds
) -> None:
    west, south, east, north = (round(value * 1e7) for value in bounds)
    header = {
        "version": 3,
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 12,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    with pmtiles_writer(path) as writer:
        for tile_id, zxy in sorted((zxy_to_tileid(*zxy), zxy) for zxy in tiles):
            # no time stamp inside, so that the same extract gives the same bytes
            writer.write_tile(tile_id, gzip.compress(tiles[zxy], compresslevel=9, mtime=0))
        writer.finalize(header, metadata)
