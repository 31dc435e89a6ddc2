"""Answers and tables as maps: what is drawn, what the page says, what it may load."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import ParameterError
from layers import coverage
from layers.atlas import Atlas
from layers.week import WeekReport
from server.maps import show
from server.texts import texts_of
from tests.layers.test_tabular import ANSWERS, asked
from tests.toyregion import HOSTILE_NAME

EVIL = "</script><img src=x onerror=alert(1)>${7*7}`{{7*7}}"


def points(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    at = shapely.points(np.column_stack([13.26 + np.arange(count) * 0.01, np.full(count, 53.55)]))
    return gpd.GeoDataFrame(dict(columns), geometry=at, crs=4326)


def legend(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'</span>([^<]*)<span class="count">([^<]*)</span>', page)
    return [(label, count) for label, count in found]


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "week"])
def test_every_answer_with_shapes_is_a_page_that_loads_nothing(toy_atlas: Atlas, name: str):
    page = show(ANSWERS[name](toy_atlas)).page
    assert 'content="default-src &#39;none&#39;; script-src &#39;sha256-' in page
    assert not re.search(r"""\ssrc=["']http|<link rel="stylesheet"|url\(["']?http""", page)
    assert HOSTILE_NAME not in page
    assert "© nobody, made in code" in page


def test_an_answer_without_shapes_says_how_to_see_it(toy_atlas: Atlas):
    week = ANSWERS["week"](toy_atlas)
    assert isinstance(week, WeekReport)
    with pytest.raises(ParameterError, match=r"WeekReport, which has no shapes; `\.to_frame\(\)`"):
        show(week)


def test_what_is_no_answer_is_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="`answer` is a int; a map shows an Atlas"):
        show([toy_atlas, 7])
    with pytest.raises(ParameterError, match="`answer` is an empty list"):
        show([])


def test_a_coverage_report_alone_is_the_page_of_the_command_line(toy_atlas: Atlas):
    page = show(coverage(**asked(toy_atlas))).page
    assert "Gaps in supply" in page
    assert "All districts as a table" in page
    titled = show(coverage(**asked(toy_atlas)), title="Bread <b>").page
    assert "<h1>Bread &lt;b&gt;</h1>" in titled


def test_districts_of_a_verdict_are_counted_in_the_legend(toy_atlas: Atlas):
    found = ANSWERS["verdicts"](toy_atlas)
    told = dict(legend(show(found).page))
    verdicts = found.to_frame()["verdict"]
    assert told["served in every variant"] == str((verdicts == "served").sum())
    assert told["Offers"] == "2"


def test_streets_are_drawn_where_they_are_asked_for(toy_atlas: Atlas):
    assert "Streets" not in dict(legend(show(toy_atlas).page))
    assert dict(legend(show(toy_atlas, streets=True).page))["Streets"] == "36"


def test_several_are_layers_with_the_names_that_they_were_given(toy_atlas: Atlas):
    mine = points(name=["a", "b", "c"])
    page = show({"Bread": coverage(**asked(toy_atlas)), "My list": mine}).page
    assert ("My list", "3") in legend(page)
    assert "Bread: Share of people who reach an offer" in page
    assert "<h1>Bread · My list</h1>" in page


def test_another_table_and_column_may_be_chosen(toy_atlas: Atlas):
    page = show(coverage(**asked(toy_atlas)), of="municipalities", column="share").page
    counts = [int(count) for _, count in legend(page)]
    assert sum(counts) == 2
    with pytest.raises(ParameterError, match="`column` is 'sharee'; this table has id, name"):
        show(coverage(**asked(toy_atlas)), of="municipalities", column="sharee")


def test_numbers_make_classes_and_what_is_missing_none_of_them():
    table = points(8, n=[1, 2, 3, 4, 5, 6, np.nan, np.inf], reason=[""] * 6 + ["few_people", ""])
    told = legend(show(table, column="n").page)
    assert [count for _, count in told] == ["1", "1", "1", "1", "2", "1", "1"]
    assert told[-2:] == [("too few people to tell", "1"), ("out of reach", "1")]


@pytest.mark.parametrize("values", [[5.0, 5.0, 5.0], [np.nan, np.nan, np.nan], [0.0, np.inf, 1.0]])
def test_columns_without_a_spread_are_drawn_as_well(values: list[float]):
    counts = [int(count) for _, count in legend(show(points(3, n=values), column="n").page)]
    assert sum(counts) == 3


def test_texts_have_a_colour_each_until_they_cannot_be_told_apart():
    table = points(9, kind=list("abcdefghh"))
    assert ("h", "2") in legend(show(table, column="kind").page)
    with pytest.raises(ParameterError, match="holds 9 different texts; at most 8 colours"):
        show(points(9, kind=list("abcdefghi")), column="kind")


def test_columns_values_names_and_titles_stay_text():
    table = points(1, **{EVIL: [EVIL], "name": [EVIL]})
    table.attrs["attributions"] = [EVIL]
    page = show({EVIL: table}, title=EVIL).page
    assert EVIL not in page
    assert "<img src=x" not in page
    assert "alert(1)&gt;" in page
    assert "49" not in "".join(label for label, _ in legend(page))


def test_a_frame_in_a_notebook_is_a_sandbox_and_its_page_stays_in_the_attribute(toy_atlas: Atlas):
    drawn = show(toy_atlas)._repr_html_()
    assert re.fullmatch(r'<iframe srcdoc="[^"<>]*" sandbox="allow-scripts" [^<>]*></iframe>', drawn)


def test_a_map_is_saved_as_one_file(toy_atlas: Atlas, tmp_path: Path):
    shown = show(toy_atlas, language="de")
    shown.save(tmp_path / "map.html")
    written = (tmp_path / "map.html").read_text("utf-8")
    assert written == shown.page
    assert '<html lang="de">' in written
    assert "Menschen, je Zelle von 100 m" in written
    assert repr(shown).startswith("<Shown, ")


def test_rows_without_a_shape_are_told_not_dropped_silently():
    table = points(3)
    table.loc[1, "geometry"] = None
    assert "1 row has no shape and is not drawn." in show(table).page


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (points().set_crs(None, allow_override=True), r"has no CRS; set it with \.set_crs"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(1e9, 1e9)], crs=25833), "lie nowhere"),
    ],
)
def test_tables_that_lie_nowhere_are_refused(table: gpd.GeoDataFrame, told: str):
    with pytest.raises(ParameterError, match=told):
        show(table)


def test_a_table_in_another_crs_lies_where_it_lies():
    metric = points().to_crs(25833)
    assert "13.27" in show(metric).page


def test_more_shapes_than_a_page_can_hold_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.shown_page.MOST_SHAPES", 2)
    with pytest.raises(ParameterError, match="holds 3 shapes, a map in a page at most 2"):
        show(points())


def test_a_category_of_which_nobody_tells_is_drawn_as_unknown(toy_atlas: Atlas):
    page = show(coverage(toy_atlas, category="csa_depot"), of="districts", column="share").page
    assert ("unknown: no data", "3") in legend(page)


def test_every_language_has_the_words_of_a_map(toy_atlas: Atlas):
    page = show([coverage(**asked(toy_atlas)), toy_atlas], language="de").page
    assert texts_of("de").plain("Gaps") in dict(legend(page))
