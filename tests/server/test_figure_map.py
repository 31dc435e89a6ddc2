"""The map of a report on paper: one drawing, painted as SVG and as PNG."""

import io
from itertools import pairwise

import pytest
import shapely
from defusedxml.ElementTree import fromstring
from PIL import Image

from layers.atlas import Atlas
from layers.coverage import coverage
from layers.districts import find_area
from server.classes import UNKNOWN, class_by_id
from server.drawing import HATCH, Area, Dot, Drawing, Word, to_png, to_svg, word_width
from server.figure_map import figure_map
from server.measures.papers.areas import district_rows
from server.texts import texts_of

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = texts_of("en")


def drawn(atlas, district=None, *, category="greengrocer_bakery", **options):
    report = coverage(atlas, category=category, mode="walk", minutes=3)
    area = find_area(atlas, district or atlas.region.id)
    return figure_map(
        report, area, district_rows(report, TEXTS), TEXTS, alt="what is drawn", **options
    )


def words_of(figure):
    return [item.text for item in figure.drawing.items if isinstance(item, Word)]


def test_districts_have_the_colours_of_their_classes(toy_atlas: Atlas):
    areas = [i for i in drawn(toy_atlas).drawing.items if isinstance(i, Area) and i.fill]
    looks = [class_by_id(look) for look in ("share-80", "withheld", "withheld")]
    assert [area.fill for area in areas[:3]] == [look.color for look in looks]
    assert [area.pattern for area in areas[:3]] == ["", "dots", "dots"]


def test_names_scale_and_north_are_written(toy_atlas: Atlas):
    words = words_of(drawn(toy_atlas))
    assert {"Altöd", "Süd", "Nord", "100 m", "N"} <= set(words)


def test_the_scale_bar_is_as_long_as_it_says(toy_atlas: Atlas):
    figure = drawn(toy_atlas)
    shapes = [i.shape for i in figure.drawing.items if isinstance(i, Area) and i.fill][:3]
    west, _, east, _ = shapely.total_bounds(shapes)
    bar = next(i for i in figure.drawing.items if hasattr(i, "points"))
    length = bar.points[2][0] - bar.points[1][0]
    assert length / (east - west) * 600 == pytest.approx(100, rel=0.01)  # the town is 600 m wide


def test_a_district_is_outlined_and_in_the_middle(toy_atlas: Atlas):
    figure = drawn(toy_atlas, "A")
    outline = [i for i in figure.drawing.items if isinstance(i, Area) and not i.fill][1]
    assert outline.width > 3
    assert outline.shape.centroid.x == pytest.approx(figure.drawing.width / 2, abs=1)
    assert "the area that this is about" in [item.text for item in figure.legend]


def test_offers_are_dots_in_their_layers_colour(toy_atlas: Atlas):
    dots = [item for item in drawn(toy_atlas).drawing.items if isinstance(item, Dot)]
    color = next(y.color for y in toy_atlas.taxonomy.layers if y.id == "trade")
    assert [dot.fill for dot in dots] == [color, color]


def test_what_is_unknown_is_hatched_and_has_neither_gaps_nor_offers(toy_atlas: Atlas):
    figure = drawn(toy_atlas, category="csa_depot")
    areas = [i for i in figure.drawing.items if isinstance(i, Area) and i.pattern]
    assert {(area.fill, area.pattern) for area in areas} == {(UNKNOWN.color, HATCH)}
    assert [item.text for item in figure.legend] == ["unknown: no data"]


def test_gaps_have_the_numbers_of_their_table(toy_atlas: Atlas):
    assert "1" in words_of(drawn(toy_atlas, numbered_gaps=[1]))
    assert "1" not in words_of(drawn(toy_atlas, numbered_gaps=[2]))


def test_places_are_numbered(toy_atlas: Atlas):
    x, y = toy_atlas.offer_xy[0].tolist()
    figure = drawn(toy_atlas, places=[(x, y), (x + 50, y)])
    assert words_of(figure).count("1") + words_of(figure).count("2") >= 2
    assert figure.legend[-1].text == "place for a new offer"


def test_the_svg_has_no_style_and_escapes_its_texts():
    hostile = '<img src=x onerror=alert(1)> & "'
    drawing = Drawing(100, 50, (Word(50, 25, hostile, 12),), alt=hostile)
    svg = to_svg(drawing, prefix="a")
    root = fromstring(svg)
    assert root.get("aria-label") == hostile
    assert root.find(f"{SVG}text").text == hostile
    assert [e.tag for e in root.iter()] == [f"{SVG}svg", f"{SVG}text"]
    assert "style" not in svg


def test_patterns_have_ids_of_their_own(toy_atlas: Atlas):
    drawing = drawn(toy_atlas, category="csa_depot").drawing
    first, second = (to_svg(drawing, prefix=prefix) for prefix in ("a", "b"))
    assert 'id="a-hatch"' in first
    assert "url(#a-hatch)" in first
    assert "a-hatch" not in second


def test_the_picture_has_its_size_and_the_same_colours(toy_atlas: Atlas):
    drawing = drawn(toy_atlas).drawing
    picture = Image.open(io.BytesIO(to_png(drawing, width_px=680, dpi=200)))
    assert picture.size == (680, round(drawing.height))
    assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)
    south = next(i for i in drawing.items if isinstance(i, Area) and i.fill).shape
    x, y = south.bounds[0] + 6, south.bounds[1] + 6
    color = class_by_id("share-80").color
    wanted = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    found = picture.convert("RGB").getpixel((round(x), round(y)))
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 6


def test_a_hole_stays_open_and_a_pattern_is_drawn():
    ring = shapely.box(0, 0, 100, 100) - shapely.box(30, 30, 70, 70)
    drawing = Drawing(100, 100, (Area(ring, "#000000", "", 0, HATCH),))
    picture = Image.open(io.BytesIO(to_png(drawing, width_px=100, dpi=72))).convert("L")
    assert picture.getpixel((50, 50)) == 255
    row = [picture.getpixel((x, 10)) for x in range(100)]
    changes = sum((a < 80) != (b < 80) for a, b in pairwise(row))
    assert changes > 10  # dark and light take turns


def test_painting_twice_gives_the_same(toy_atlas: Atlas):
    first, second = (drawn(toy_atlas, "A").drawing for _ in range(2))
    assert to_svg(first, prefix="x") == to_svg(second, prefix="x")
    assert to_png(first, width_px=200, dpi=72) == to_png(second, width_px=200, dpi=72)


def test_wider_texts_are_wider():
    assert word_width("Wohngebiet", 12) > word_width("Wohn", 12) > 0
    assert word_width("", 12) == 0
