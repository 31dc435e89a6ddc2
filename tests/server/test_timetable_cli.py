"""`umkreis region timetable`: a feed into a region."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.gtfsfile import write_feed
from tests.layers.test_transit_coverage import toy_stops


@pytest.fixture
def umkreis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_region_dir: Path):
    data = tmp_path / "data"
    shutil.copytree(toy_region_dir, data / "regions" / "toy")
    shutil.copyfile(Path(__file__).parents[2] / "data/taxonomy.toml", data / "taxonomy.toml")
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("UMKREIS_DATA_DIR", str(data))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


def test_a_feed_is_added_to_a_copy_of_a_shipped_region(umkreis, tmp_path: Path):
    feed = write_feed(tmp_path / "feed.zip", stops=toy_stops())
    shipped = (tmp_path / "data/regions/toy/region.toml").read_bytes()
    done = umkreis("region", "timetable", "toy", "--gtfs", str(feed), "--licence", "CC0-1.0")
    assert done.exit_code == 0, done.stderr
    assert "feed.zip: 3 stops in the region, 4 trips, 11 calls" in done.stdout
    assert "valid from 2026-10-01 to 2027-04-01, Europe/Berlin" in done.stdout
    assert "named: Verkehrsbetrieb Öd; licence: CC0-1.0" in done.stdout
    assert "a usual Tuesday (2026-10-06): 4 departures" in done.stdout
    assert "calls at unknown stops: 1" in done.stdout
    assert "next: umkreis build toy" in done.stdout
    assert "is now a region of its own" in done.stderr
    assert (tmp_path / "data/regions/toy/region.toml").read_bytes() == shipped
    assert (tmp_path / "state/regions/toy/timetable.zip").read_bytes() == feed.read_bytes()


@pytest.mark.parametrize(
    ("change", "says"),
    [({"stops": None}, "no stops.txt"), ({"feed_info": None}, "with `--attribution`")],
)
def test_a_feed_that_cannot_be_used_is_one_line_and_status_2(umkreis, tmp_path, change, says):
    feed = write_feed(tmp_path / "feed.zip", **{"stops": toy_stops(), **change})
    done = umkreis("region", "timetable", "toy", "--gtfs", str(feed))
    assert done.exit_code == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "state/regions").exists()
