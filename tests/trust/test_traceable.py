"""Every figure that a council reads leads to its method and data, their files and dates."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geo.extract import sha256_of
from layers.coverage import coverage
from layers.evidence import sources_of
from layers.trace import FIGURES, HEIGHTS, MEASURES, TIMETABLE, trace
from server.cli import main
from tests.server.conftest import client, toy_settings  # noqa: F401 (fixtures)
from tests.toytransit import TEN, build_toy_with_timetable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.testclient import TestClient

    from layers.atlas import Atlas

ROOT = Path(__file__).parents[2]
ASKED = "category=greengrocer_bakery&minutes=4"
ANSWERS = {
    "coverage": f"coverage?{ASKED}&at=Sa",
    "gaps": "gaps?category=greengrocer_bakery&minutes=1",
    "sheet": f"sheets/A?{ASKED}",
    "sites": f"sites?{ASKED}&new=1",
    "resilience": f"resilience?{ASKED}",
    "equity": f"equity?{ASKED}",
}
# what was asked, told again, and how long it took
ASKED_FOR = {"minutes", "metres", "new", "given", "grid_m", "seconds", "threshold"}
# shapes; and `assumptions`, which are the sources themselves
NO_FIGURES = {"geometry", "assumptions", "bbox"}
MAY_LACK = {HEIGHTS, TIMETABLE, MEASURES}
_SUM = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"\d{4}(-\d\d-\d\d)?|\d+\.\d+")


def figures_in(value: Any, name: str = "") -> Iterator[str]:
    """Yield the name of each number that is told."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in NO_FIGURES:
                yield from figures_in(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from figures_in(part, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_figure_of_an_answer_has_a_path_to_its_data(
    answer: str,
    client: TestClient,  # noqa: F811
    toy_atlas: Atlas,
):
    told = client.get(f"/api/v1/regions/toy/{ANSWERS[answer]}")
    assert told.status_code == 200, told.text
    names = set(figures_in(told.json())) - ASKED_FOR
    assert len(names) >= 3
    traced = trace(coverage(toy_atlas, category="greengrocer_bakery", minutes=4))
    for name in names:
        assert name in FIGURES, f"{answer} tells `{name}`, of which nobody says where it comes from"
        figure, origins = traced.of(name)
        assert set(figure.made_of) - MAY_LACK <= {origin.kind for origin in origins}
        for origin in origins:
            assert origin.source
            assert _DATE.fullmatch(origin.date)
            assert origin.licence or all(origin.named)
            assert origin.named
            assert origin.files
            assert all(map(_SUM.fullmatch, origin.files.values()))


def test_each_method_is_written_down():
    for name, figure in FIGURES.items():
        assert (ROOT / figure.method).is_file(), name


def test_the_checksums_are_those_of_the_regions_files(toy_atlas: Atlas, toy_region_dir: Path):
    traced = trace(coverage(toy_atlas, category="greengrocer_bakery"))
    for origin in traced.origins:
        for name, told in origin.files.items():
            folder = ROOT / "data" if name in ("taxonomy.toml", "benchmarks.toml") else None
            assert sha256_of((folder or toy_region_dir) / name) == told
    by_kind = {origin.kind: origin for origin in traced.origins}
    assert by_kind["population"].date == "2023"
    assert list(by_kind["streets"].files) == ["toy.osm.pbf"]
    assert list(by_kind["districts"].files) == ["municipalities.geojson", "toy.osm.pbf"]
    assert traced.atlas == sha256_of(toy_atlas.path / "manifest.json")


def test_what_a_report_calls_its_sources_is_what_is_traced(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="greengrocer_bakery")
    told = {(s.kind, s.source, s.licence) for s in sources_of(report)}
    assert told <= {(o.kind, o.source, o.licence) for o in trace(report).origins}


def test_a_departure_leads_to_its_feed(taxonomy_path: Path, tmp_path: Path):
    atlas = build_toy_with_timetable(tmp_path, taxonomy_path)
    report = coverage(atlas, category="repair_cafe", mode="transit", window=TEN)
    (feed,) = (o for o in trace(report).origins if o.kind == TIMETABLE)
    assert (feed.licence, feed.named) == ("CC0-1.0", ("Verkehrsbetrieb Öd",))
    assert list(feed.files.values()) == [sha256_of(tmp_path / "feed.zip")]
    on_foot = trace(coverage(atlas, category="repair_cafe", mode="walk"))
    assert TIMETABLE not in {origin.kind for origin in on_foot.origins}


def test_the_command_line_tells_it(
    toy_settings: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    monkeypatch.setattr("sys.argv", ["umkreis", "coverage", "toy", "-c", "repair_cafe", "--trace"])
    main()
    told = json.loads(capsys.readouterr().out)
    assert told["figures"]["share"]["method"] == "docs/methods/coverage.md"
    assert told["program"].startswith("umkreis ")
    assert {"streets", "offers", "population"} <= {origin["kind"] for origin in told["origins"]}
