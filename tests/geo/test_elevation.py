"""Files of heights: read as offices write them, refused where they are something else."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.crs import to_lonlat, to_metric
from geo.elevation_grid import read_elevation, write_elevation
from geo.errors import ElevationError
from tests.hillground import write_hgt

if TYPE_CHECKING:
    from geo.elevation import Elevation

CRS = "EPSG:25832"
# a square of 4 × 4 km in the tile N51E009
WEST, SOUTH = to_metric([9.4], [51.4], CRS)[0].round(-2)
BOX = shapely.box(WEST, SOUTH, WEST + 4000, SOUTH + 4000)
SHARED = Path(
    os.environ.get("UMKREIS_TEST_DATA", Path(__file__).parents[3] / "shared/data/test-only")
)
OSNABRUECK = SHARED / "elevation/N52E008.hgt.zip"


def read(*paths: Path, within: shapely.Geometry = BOX, file_crs: str = "") -> Elevation:
    return read_elevation(paths, crs=CRS, within=within, file_crs=file_crs)


def at(elevation: Elevation, x: float, y: float) -> float:
    """Return the height at metres from the box's corner."""
    return float(elevation.heights([[WEST + x, SOUTH + y]])[0])


def tile(void: int = 0) -> np.ndarray:
    """Return an SRTM tile that rises 1 m a row to the south; with a void in the box's middle."""
    heights = np.repeat(np.arange(1201, dtype=np.int16)[:, None], 1201, axis=1)
    if void:
        lon, lat = to_lonlat([[WEST + 2000, SOUTH + 2000]], CRS)[0]
        row, column = round((52 - lat) * 1200), round((lon - 9) * 1200)
        heights[row - void : row + void + 1, column - void : column + void + 1] = -32768
    return heights


def write_tif(path: Path, heights: np.ndarray, *, cell: float = 50.0, x: float = 0.0, **options):
    transform = from_origin(WEST + x, SOUTH + 4000, cell, cell)
    profile = {
        "driver": "GTiff", "height": heights.shape[-2], "width": heights.shape[-1], "count": 1,
        "dtype": str(heights.dtype), "crs": CRS, "transform": transform, "nodata": -9999, **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(heights.reshape(profile["count"], *heights.shape[-2:]))
    return path


def xyz_lines(separator: str, decimal: str, *, zone: str = "", header: str = "") -> str:
    """Return a plane of 100 m cells as text: 100 m high and 1 m higher each cell east."""
    lines = [header] if header else []
    for j in range(41):
        for i in range(41):
            x, y, z = f"{WEST + 100 * i:.2f}", f"{SOUTH + 100 * j:.2f}", f"{100 + i:.1f}"
            lines.append(separator.join((zone + x, y, z)).replace(".", decimal))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("packed", [False, True])
def test_an_srtm_tile_lies_where_its_name_says(tmp_path: Path, packed: bool) -> None:
    elevation = read(write_hgt(tmp_path / "N51E009.hgt", tile(), packed=packed))
    lat = to_lonlat([[WEST + 2000, SOUTH + 2000]], CRS)[0, 1]
    assert at(elevation, 2000, 2000) == pytest.approx((52 - lat) * 1200, abs=0.1)
    assert elevation.about.names == ("N51E009.hgt",)
    assert elevation.about.native_m == pytest.approx(73.3, abs=0.5)
    assert elevation.about.covered_share == 1.0


def test_a_void_is_filled_from_its_rim_and_counted(tmp_path: Path) -> None:
    elevation = read(write_hgt(tmp_path / "N51E009.hgt", tile(void=2)))
    whole = read(write_hgt(tmp_path / "N51E009.hgt", tile()))
    assert 20 <= elevation.about.voids_filled <= 60
    assert elevation.about.voids_left == 0
    assert at(elevation, 2000, 2000) == pytest.approx(at(whole, 2000, 2000), abs=1.5)


def test_the_middle_of_a_wide_void_is_not_guessed(tmp_path: Path) -> None:
    elevation = read(write_hgt(tmp_path / "N51E009.hgt", tile(void=10)))
    assert elevation.about.voids_left > 50
    assert elevation.about.uncovered == 0
    assert np.isnan(at(elevation, 2000, 2000))


def test_what_no_tile_covers_is_unknown_and_no_void(tmp_path: Path) -> None:
    half = write_tif(tmp_path / "half.tif", np.full((80, 40), 120.0, np.float32))
    elevation = read(half)
    assert elevation.about.uncovered / elevation.about.cells == pytest.approx(0.5, abs=0.02)
    assert elevation.about.voids_left == 0
    assert at(elevation, 500, 2000) == pytest.approx(120)
    assert np.isnan(at(elevation, 3000, 2000))


def test_tiles_that_touch_leave_no_seam_and_the_finest_counts(tmp_path: Path) -> None:
    west = write_tif(tmp_path / "west.tif", np.full((80, 40), 120.0, np.float32))
    east = write_tif(tmp_path / "east.tif", np.full((80, 40), 120, np.int16), x=2000)
    coarse = write_hgt(tmp_path / "N51E009.hgt", tile())
    elevation = read(coarse, east, west)
    assert elevation.cell_m == 50
    along = np.arange(200.0, 3800, 90)
    grid = np.stack(np.meshgrid(WEST + along, SOUTH + along), axis=-1)
    inside = elevation.heights(grid.reshape(-1, 2))
    assert inside == pytest.approx(np.full(len(inside), 120.0), abs=1e-3)


def test_a_finer_raster_is_averaged_and_not_skipped_through(tmp_path: Path) -> None:
    # every other cell of 2 m is a pillar
    pillars = np.indices((2000, 2000)).sum(axis=0) % 2 * 10 + 100
    elevation = read(write_tif(tmp_path / "fine.tif", pillars.astype(np.float32), cell=2))
    assert elevation.cell_m == 10
    assert at(elevation, 2000, 2000) == pytest.approx(105, abs=0.5)


@pytest.mark.parametrize(
    ("separator", "decimal", "zone", "header"),
    [
        (" ", ".", "", ""),
        ("  ", ",", "", ""),
        (";", ",", "", "Rechtswert;Hochwert;Höhe"),
        ("\t", ".", "", "x\ty\tz"),
        (",", ".", "", "x,y,z"),
        (" ", ".", "32", ""),
    ],
)
def test_a_text_grid_is_read_as_each_office_writes_it(
    tmp_path: Path, separator: str, decimal: str, zone: str, header: str
) -> None:
    text = xyz_lines(separator, decimal, zone=zone, header=header)
    (tmp_path / "dgm.xyz").write_text(text, encoding="latin-1")
    elevation = read(tmp_path / "dgm.xyz")
    assert at(elevation, 2000, 2000) == pytest.approx(120, abs=0.05)
    assert at(elevation, 2550, 1000) == pytest.approx(125.5, abs=0.05)
    assert elevation.about.native_m == 100


def test_packed_texts_are_read_alike(tmp_path: Path) -> None:
    text = xyz_lines(" ", ".").encode()
    with gzip.open(tmp_path / "dgm.xyz.gz", "wb") as stream:
        stream.write(text)
    rows = text.splitlines(keepends=True)
    with zipfile.ZipFile(tmp_path / "dgm.zip", "w") as archive:
        archive.writestr("a/south.xyz", b"".join(rows[: 41 * 20]))
        archive.writestr("a/north.xyz", b"".join(rows[41 * 20 :]))
        archive.writestr("readme.pdf", b"%PDF")
    for name in ("dgm.xyz.gz", "dgm.zip"):
        assert at(read(tmp_path / name), 2000, 2000) == pytest.approx(120, abs=0.05)


def test_a_grid_that_was_written_is_read_as_the_same(tmp_path: Path) -> None:
    elevation = read(write_hgt(tmp_path / "N51E009.hgt", tile(void=10)))
    write_elevation(elevation, tmp_path / "elevation.tif")
    again = read(tmp_path / "elevation.tif")
    assert np.array_equal(again.height_m, elevation.height_m, equal_nan=True)
    assert again.about == elevation.about
    assert again.smoothing_m == elevation.smoothing_m


def test_files_with_nothing_for_the_region_are_counted(tmp_path: Path) -> None:
    here = write_hgt(tmp_path / "N51E009.hgt", tile())
    elsewhere = write_hgt(tmp_path / "N10E100.hgt", tile())
    assert read(here, elsewhere).about.tiles_unused == 1
    with pytest.raises(ElevationError, match=r"N10E100.hgt: nothing of it lies in the region"):
        read(elsewhere)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("N51E009.hgt", b"\0" * 1000, "holds 1000 bytes"),
        ("tile.hgt", b"\0" * (1201 * 1201 * 2), "does not say where it lies"),
        ("N51E009.hgt.zip", b"PK nothing", "cannot be read"),
        ("dgm.tif", b"no raster", "no GeoTIFF that can be read"),
        ("dgm.tif", b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>", "no GeoTIFF"),
        ("dgm.xyz", b"<html><body>Not found</body></html>\n<p>\n", "a line of a grid is three"),
        ("dgm.xyz", b"500000 5700000 1\n" * 4 + b"500100 57OO000 2\n", "no three numbers"),
        ("dgm.xyz.gz", b"\x1f\x8b nothing", "cannot be read"),
        ("dgm.xyz", b"", "nothing of it lies in the region"),
        ("dgm.jpg", b"", "of no kind that is read"),
    ],
)
def test_what_is_no_file_of_heights_is_one_clear_error(tmp_path, name, data, says) -> None:
    with pytest.raises(ElevationError, match=says):
        read(write(tmp_path / name, data))


def test_a_zip_without_heights_names_what_may_be_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "dgm.zip", "w") as archive:
        archive.writestr("dgm.tif", b"packed")
    with pytest.raises(ElevationError, match=r"no \.hgt and no text grid"):
        read(tmp_path / "dgm.zip")


def test_places_that_are_no_grid_are_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    rows = np.column_stack([WEST + random.random(50) * 900, SOUTH + random.random(50) * 900])
    text = "\n".join(f"{x:.1f} {y:.1f} 100" for x, y in rows)
    with pytest.raises(ElevationError, match="is no grid"):
        read(write(tmp_path / "points.xyz", text.encode()))


def test_a_picture_of_three_bands_and_a_raster_without_crs_are_refused(tmp_path: Path) -> None:
    picture = write_tif(tmp_path / "rgb.tif", np.zeros((3, 8, 8), np.uint8), count=3, nodata=0)
    with pytest.raises(ElevationError, match="has 3 bands of uint8"):
        read(picture)
    nowhere = write_tif(tmp_path / "dgm.tif", np.full((80, 80), 9.0, np.float32), crs=None)
    with pytest.raises(ElevationError, match="does not name its CRS; say it with `--crs`"):
        read(nowhere)
    assert at(read(nowhere, file_crs=CRS), 2000, 2000) == pytest.approx(9)
    with pytest.raises(ElevationError, match="the CRS 'EPSG:nothing' is not known"):
        read(nowhere, file_crs="EPSG:nothing")


def test_nothing_but_voids_is_no_elevation(tmp_path: Path) -> None:
    empty = write_tif(tmp_path / "dgm.tif", np.full((80, 80), -9999.0, np.float32))
    with pytest.raises(ElevationError, match="only voids"):
        read(empty)


@pytest.mark.skipif(not OSNABRUECK.is_file(), reason="the tile of Osnabrück is not at hand")
def test_osnabruecks_city_hall_stands_seventy_metres_high() -> None:
    xy = to_metric([8.0421], [52.2776], CRS)
    elevation = read(OSNABRUECK, within=shapely.Point(*xy[0]).buffer(2500))
    assert elevation.heights(xy)[0] == pytest.approx(70, abs=5)
    assert elevation.about.covered_share == 1.0
