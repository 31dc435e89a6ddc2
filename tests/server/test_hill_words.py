"""What reports say of hills: that they do not count, or how, and where heights are unknown."""

from pathlib import Path

import numpy as np
import pytest

from geo.elevation import Elevation, ElevationAbout
from geo.elevation_grid import write_elevation
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.coverage import coverage
from layers.region_elevation import GRID, add_elevation
from layers.region_toml import rewrite_region
from server.answers import coverage_out
from server.hill_words import hill_lines, hill_summary
from server.method import method_lines
from server.texts import texts_of
from server.view import sentences
from tests.toyregion import CONFIG, CRS, ORIGIN, write_toy_region

FLAT = "Hills do not count: no heights of the region are known, every street is taken as flat."


@pytest.fixture(scope="module")
def hilly(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Atlas:
    """The toy region on a plane that rises 5 % to the east, with heights up to y = 200 only."""
    folder = tmp_path_factory.mktemp("hilly")
    region = write_toy_region(folder / "toy").parent
    height = np.tile(100 + 0.05 * np.arange(-100, 101) * 10, (121, 1)).astype(np.float32)
    about = ElevationAbout(("plane",), 10.0, height.size, 0, 0, 0)
    plane = Elevation(height, ORIGIN[0] - 1000, ORIGIN[1] + 200, 10.0, CRS, about)
    write_elevation(plane, folder / "plane.tif")
    add_elevation(region, [folder / "plane.tif"], attribution="Landesamt <Öd>", bicycle="pedelec")
    return build_atlas(region, taxonomy_path, folder / "atlas", base_map=False)


def asked(atlas: Atlas, mode: str):
    return coverage(atlas, category="greengrocer_bakery", mode=mode, minutes=5)


def test_without_heights_every_report_says_flat(toy_atlas: Atlas):
    report = asked(toy_atlas, "walk")
    assert FLAT in method_lines(report, texts_of("en"))
    assert FLAT in sentences(report, "en")
    told = coverage_out(report, by="district").assumptions.hills
    assert told is not None
    assert told.model_dump() == {
        "count": False, "source": None, "unknown_share": None, "too_steep_m": None,
        "bicycle": None,
    }  # fmt: skip
    assert hill_summary(toy_atlas)[0].startswith("  flat: no heights are known")


@pytest.mark.parametrize("mode", ["car", "line"])
def test_who_notices_no_slope_hears_nothing_of_them(toy_atlas: Atlas, mode: str):
    report = asked(toy_atlas, "car") if mode == "car" else coverage(
        toy_atlas, category="greengrocer_bakery", mode="line", metres=300
    )  # fmt: skip
    assert hill_lines(toy_atlas, mode, texts_of("en")) == []
    assert coverage_out(report, by="district").assumptions.hills is None


def test_with_heights_the_source_and_the_flat_rest_are_told(hilly: Atlas):
    told = coverage_out(asked(hilly, "walk"), by="district").assumptions.hills
    assert told is not None
    assert told.count
    assert told.source == "Landesamt <Öd>"
    assert told.unknown_share == pytest.approx(0.6, abs=0.05)  # of ten streets those in the north
    lines = hill_lines(hilly, "bike", texts_of("en"))
    assert lines[0] == "Hills count: up takes longer than down. Heights: Landesamt <Öd>."
    assert lines[1] == "Bicycles are taken to be pedelecs."
    assert "of the streets have no known height" in lines[2]
    assert "Steigungen zählen" in hill_lines(hilly, "walk", texts_of("de"))[0]
    assert "Elevation: Landesamt <Öd>" in hilly.region.attributions


def test_hills_change_who_is_reached(hilly: Atlas, toy_atlas: Atlas):
    up, flat = (atlas.networks["walk"] for atlas in (hilly, toy_atlas))
    assert not np.array_equal(up.forward_s, up.backward_s)
    assert np.array_equal(flat.forward_s, flat.backward_s)
    assert np.array_equal(hilly.networks["car"].forward_s, toy_atlas.networks["car"].forward_s)


def test_heights_that_are_added_twice_are_named_once(tmp_path: Path):
    region = write_toy_region(tmp_path / "toy").parent
    height = np.full((200, 200), 100, np.float32)
    about = ElevationAbout(("plane",), 10.0, height.size, 0, 0, 0)
    plane = Elevation(height, ORIGIN[0] - 800, ORIGIN[1] + 1200, 10.0, CRS, about)
    write_elevation(plane, tmp_path / "plane.tif")
    for name in ("Amt A", "Amt B"):
        add_elevation(region, [tmp_path / "plane.tif"], attribution=name)
    text = (region / "region.toml").read_text("utf-8")
    assert "Elevation: Amt B" in text
    assert "Amt A" not in text
    assert (region / GRID).is_file()


def test_the_head_of_a_regions_file_stays(tmp_path: Path):
    file = tmp_path / "region.toml"
    file.write_text("# umkreis region new toy\nid = 'toy'\n", encoding="utf-8")
    rewrite_region(file, CONFIG)
    assert file.read_text("utf-8").startswith("# umkreis region new toy\nid = ")
