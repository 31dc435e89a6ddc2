"""`umkreis region elevation`: heights into a region."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner, Result
from rasterio.transform import from_origin

from server.cli import main
from tests.toyregion import CRS, ORIGIN


@pytest.fixture
def umkreis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_region_dir: Path):
    data = tmp_path / "data"
    shutil.copytree(toy_region_dir, data / "regions" / "toy")
    taxonomy = Path(__file__).parents[2] / "data/taxonomy.toml"
    shutil.copyfile(taxonomy, data / "taxonomy.toml")
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("UMKREIS_DATA_DIR", str(data))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


@pytest.fixture
def hill(tmp_path: Path) -> Path:
    """A plane that rises 5 % to the east, over the town."""
    east = np.tile(np.arange(200) * 10 * 0.05, (200, 1)).astype(np.float32)
    path = tmp_path / "hill.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs=CRS,
        transform=from_origin(ORIGIN[0] - 800, ORIGIN[1] + 1200, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(east, 1)
    return path


def test_heights_are_added_to_a_copy_of_a_shipped_region_and_stay(umkreis, tmp_path, hill):
    shipped = (tmp_path / "data/regions/toy/region.toml").read_bytes()
    named = ("--attribution", "Landesamt Öd", "--licence", "CC-BY-4.0", "--bicycle", "pedelec")
    done = umkreis("region", "elevation", "toy", str(hill), *named)
    assert done.exit_code == 0, done.stderr
    assert "every 10 m, from hill.tif" in done.stdout
    assert "smoothed over 25 m" in done.stdout
    assert "next: umkreis build toy" in done.stdout
    assert (tmp_path / "data/regions/toy/region.toml").read_bytes() == shipped
    config = (tmp_path / "state/regions/toy/region.toml").read_text("utf-8")
    for line in ('elevation = "elevation.tif"', '"Elevation: Landesamt Öd, CC-BY-4.0"',
                 'bicycle = "pedelec"'):  # fmt: skip
        assert line in config

    built = umkreis("build", "toy")
    assert built.exit_code == 0, built.stderr
    manifest = json.loads((tmp_path / "state/atlas/toy/manifest.json").read_text("utf-8"))
    assert manifest["elevation"]["names"] == ["hill.tif"]
    assert manifest["networks"]["walk"]["hills"]["unknown_share"] == 0
    assert manifest["networks"]["car"]["hills"] is None
    assert manifest["parameters"]["speeds"]["bicycle"] == "pedelec"


def test_without_anybody_to_name_nothing_is_written(umkreis, tmp_path, hill):
    done = umkreis("region", "elevation", "toy", str(hill))
    assert done.exit_code == 2
    assert "say it with `--attribution`" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "state/regions").exists()


def test_a_file_of_elsewhere_is_one_line_and_status_2(umkreis, tmp_path):
    tile = tmp_path / "N10E100.hgt"
    tile.write_bytes(b"\0" * (1201 * 1201 * 2))
    done = umkreis("region", "elevation", "toy", str(tile))
    assert done.exit_code == 2
    assert "nothing of it lies in the region" in done.stderr
    assert not (tmp_path / "state/regions").exists()
