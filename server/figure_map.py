"""
The map of a report as a figure on paper: districts by class, gaps, offers, places, scale and north.

There is no base map under it; the districts' names, or their numbers in the ranking where a name
does not fit, lead to the table. What is asked about is outlined and in the middle of the sheet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.coverage import CoverageReport
from layers.districts import REGION, Area
from server.classes import ALL_CLASSES, SHARE_CLASSES, ShareClass
from server.drawing import Area as Shape
from server.drawing import Dot, Drawing, Item, Line, Word, word_width
from server.rows import Row
from server.texts import Texts

WIDTH = 680.0
_MOST_HEIGHT, _LEAST_HEIGHT = 560.0, 260.0
_MARGIN = 12.0
_SURROUNDINGS = 0.35  # of the size of the area asked about, on each side
_NAME, _NUMBER = 12.0, 11.0
_LEAST_ROOM = 60.0  # for a number
_BORDER, _ASKED, _GAP = "#ffffff", "#0b3d91", "#111111"
_SMALL_DOTS = 150  # from so many offers on they are drawn smaller
_SWATCH = (26.0, 16.0)


@dataclass(frozen=True)
class LegendItem:
    """A class or a sign with what it means."""

    drawing: Drawing
    text: str


@dataclass(frozen=True, eq=False)
class FigureMap:
    """A map with its legend."""

    drawing: Drawing
    legend: tuple[LegendItem, ...]


@dataclass(frozen=True)
class _Frame:
    """Where metres of the region lie on the sheet."""

    west: float
    north: float
    scale: float  # units of the sheet a metre
    height: float

    def place(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            [(xy[:, 0] - self.west) * self.scale, (self.north - xy[:, 1]) * self.scale]
        )

    def shape(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Bring a shape onto the sheet and cut what lies outside."""
        cut = shapely.box(-5, -5, WIDTH + 5, self.height + 5)
        return shapely.intersection(shapely.transform(shape, self.place), cut)


def figure_map(
    report: CoverageReport,
    area: Area,
    rows: Sequence[Row],
    texts: Texts,
    *,
    alt: str,
    numbered_gaps: Collection[int] = (),
    places: Sequence[tuple[float, float]] = (),
) -> FigureMap:
    """
    Draw a report.

    Parameters
    ----------
    report
        What is shown.
    area
        What it is about: a district is outlined, with its surroundings.
    rows
        Of the finest districts, as in the ranking.
    texts
        In which language.
    alt
        What is drawn, in words.
    numbered_gaps
        Ranks of the gaps that have their number on the map. Without any a district too small for
        its name has its number in the ranking.
    places
        Numbered places to mark, in metres of the region's CRS.
    """
    finest = report.atlas.region.finest
    frame = _frame(finest.geometry.to_numpy(), area)
    by_id = {row.id: row for row in rows}
    ordered = [by_id[str(id_)] for id_ in finest["district_id"]]
    simple = shapely.coverage_simplify(finest.geometry.to_numpy(), 0.4 / frame.scale)
    shapes = [frame.shape(shape) for shape in simple]
    shown = {row.look.id for shape, row in zip(shapes, ordered, strict=True) if not shape.is_empty}
    legend = [_class_item(look, texts) for look in _classes(report, shown)]
    gaps = _gaps(frame, report, numbered=numbered_gaps)
    dots, pins = _offers(frame, report), _pins(frame, places)
    items: list[Item] = [
        Shape(shape, row.look.color, _BORDER, 1.2, row.look.pattern)
        for shape, row in zip(shapes, ordered, strict=True)
    ]
    items += _asked_outline(frame, area, simple)
    bar, arrow = _scale_bar(frame, texts), _north(texts)
    names = _names(frame, shapes, ordered, with_ranks=not numbered_gaps)
    items += [*gaps, *dots, *names, *pins, *bar, *arrow]
    legend += _signs(texts, gaps=gaps, dots=dots, pins=pins, is_part=area.level != REGION)
    return FigureMap(Drawing(WIDTH, frame.height, tuple(items), alt), tuple(legend))


def _frame(shapes: NDArray[np.object_], area: Area) -> _Frame:
    """Fit what is asked about, with its surroundings, or the whole region."""
    west, south, east, north = shapely.total_bounds(shapes[area.holds])
    if area.level != REGION:
        around = max(east - west, north - south) * _SURROUNDINGS
        west, south, east, north = west - around, south - around, east + around, north + around
    wide, high = max(east - west, 1.0), max(north - south, 1.0)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (_MOST_HEIGHT - 2 * _MARGIN) / high)
    height = max(high * scale + 2 * _MARGIN, _LEAST_HEIGHT)
    return _Frame(
        west=(west + east) / 2 - WIDTH / 2 / scale,
        north=(south + north) / 2 + height / 2 / scale,
        scale=scale,
        height=round(height),
    )


def _asked_outline(frame: _Frame, area: Area, shapes: NDArray[np.object_]) -> list[Item]:
    if area.level == REGION:
        return []
    whole = frame.shape(shapely.union_all(shapes[area.holds]))
    return [Shape(whole, "", "#ffffff", 6.5), Shape(whole, "", _ASKED, 3.2)]


def _classes(report: CoverageReport, shown: set[str]) -> list[ShareClass]:
    """Return the classes of the legend: those on the sheet, and all of a share."""
    return [
        look
        for look in ALL_CLASSES
        if look.id in shown or (look in SHARE_CLASSES and not report.unknown)
    ]


def _class_item(look: ShareClass, texts: Texts) -> LegendItem:
    wide, high = _SWATCH
    box = shapely.box(0.5, 0.5, wide - 0.5, high - 0.5)
    drawn = Drawing(wide, high, (Shape(box, look.color, "#6b736f", 1.0, look.pattern),))
    return LegendItem(drawn, look.label(texts.language))


def _signs(
    texts: Texts, *, gaps: list[Item], dots: list[Item], pins: list[Item], is_part: bool
) -> list[LegendItem]:
    wide, high = _SWATCH
    box = shapely.box(3, 3, wide - 3, high - 3)
    found = []
    if is_part:
        drawn = Drawing(wide, high, (Shape(box, "", _ASKED, 3.0),))
        found.append(LegendItem(drawn, texts.gettext("the area that this is about")))
    if gaps:
        drawn = Drawing(wide, high, (Shape(box, "", _GAP, 1.6),))
        found.append(LegendItem(drawn, texts.gettext("gap: people without an offer in reach")))
    if dots:
        color = next(dot.fill for dot in dots if isinstance(dot, Dot))
        drawn = Drawing(wide, high, (Dot(wide / 2, high / 2, 5.0, color),))
        found.append(LegendItem(drawn, texts.gettext("offer that counts")))
    if pins:
        drawn = Drawing(wide, high, tuple(_pin(wide / 2, high / 2, "1")))
        found.append(LegendItem(drawn, texts.gettext("place for a new offer")))
    return found


def _gaps(frame: _Frame, report: CoverageReport, *, numbered: Collection[int]) -> list[Item]:
    """Outline the gaps on the sheet, some with their numbers."""
    items: list[Item] = []
    words: list[Item] = []
    for rank, gap in enumerate(report.gaps, start=1):
        shape = frame.shape(shapely.simplify(gap.shape, 0.4 / frame.scale))
        if shape.is_empty:
            continue
        items += [Shape(shape, "", "#ffffff", 3.6), Shape(shape, "", _GAP, 1.6)]
        if rank not in numbered:
            continue
        middle = shapely.point_on_surface(shape)
        words.append(Word(middle.x, middle.y, str(rank), _NUMBER, _GAP, is_bold=True))
    return items + words


def _offers(frame: _Frame, report: CoverageReport) -> list[Item]:
    if report.unknown or not len(report.offers):
        return []
    atlas = report.atlas
    places = frame.place(atlas.offer_xy[report.offers])
    asked = {c.id: c.layer for c in report.question.categories}
    colors: Mapping[str, str] = {layer.id: layer.color for layer in atlas.taxonomy.layers}
    radius = 4.5 if len(places) < _SMALL_DOTS else 3.0
    found: list[Item] = []
    for row, (x, y) in zip(report.offers.tolist(), places.tolist(), strict=True):
        if 0 <= x <= WIDTH and 0 <= y <= frame.height:
            kind = next(c for c in atlas.offers[row].categories if c in asked)
            found.append(Dot(x, y, radius, colors[asked[kind]]))
    return found


def _pins(frame: _Frame, places: Sequence[tuple[float, float]]) -> list[Item]:
    if not len(places):
        return []
    found: list[Item] = []
    for number, (x, y) in enumerate(frame.place(np.array(places, float)).tolist(), start=1):
        if 0 <= x <= WIDTH and 0 <= y <= frame.height:
            found += _pin(x, y, str(number))
    return found


def _pin(x: float, y: float, number: str) -> list[Item]:
    return [Dot(x, y, 8.0, _ASKED), Word(x, y, number, 10.0, "#ffffff", True, False)]


def _names(
    frame: _Frame, shapes: Sequence[shapely.Geometry], rows: Sequence[Row], *, with_ranks: bool
) -> list[Item]:
    """Write the name of a district where it fits, else its number in the ranking."""
    sheet = shapely.box(2, 2, WIDTH - 2, frame.height - 2)
    arrow = shapely.box(WIDTH - _MARGIN - 22, 0, WIDTH, _MARGIN + 36)
    bar = shapely.box(0, frame.height - _MARGIN - 22, WIDTH / 4 + 2 * _MARGIN, frame.height)
    free = sheet - arrow - bar
    found: list[Item] = []
    for shape, row in zip(shapes, rows, strict=True):
        room = shapely.intersection(shape, free)
        if room.area < _LEAST_ROOM:
            continue
        number = str(row.rank) if with_ranks and row.rank is not None else ""
        for text, size in ((row.name, _NAME), (row.name, _NAME - 2), (number, _NUMBER)):
            place = _room_for(room, word_width(text, size), size) if text else None
            if place is not None:
                found.append(Word(*place, text, size))
                break
    return found


def _room_for(shape: shapely.Geometry, width: float, height: float) -> tuple[float, float] | None:
    """Return a middle at which a box of text lies inside a shape; None where there is no room."""
    part = max(shapely.get_parts(shape), key=lambda each: each.area)
    circle = shapely.maximum_inscribed_circle(part, tolerance=1.0)
    for middle in (shapely.get_point(circle, 0), part.centroid):
        x, y = middle.x, middle.y
        box = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if part.contains(box):
            return x, y
    return None


def _scale_bar(frame: _Frame, texts: Texts) -> list[Item]:
    """Draw a length that is a round number, at most a quarter of the sheet."""
    most = WIDTH / 4 / frame.scale
    power = 10.0 ** np.floor(np.log10(most))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= most)
    wide, y = length_m * frame.scale, frame.height - _MARGIN
    left = _MARGIN
    text = (
        f"{texts.number(length_m / 1000, decimals=1)} km"
        if length_m >= 1000
        else f"{texts.number(length_m)} m"
    )
    points = ((left, y - 5), (left, y), (left + wide, y), (left + wide, y - 5))
    return [
        Line(points, "#ffffff", 5.0),
        Line(points, "#1a201d", 1.8),
        Word(left + wide / 2, y - 11, text, 11.0),
    ]


def _north(texts: Texts) -> list[Item]:
    x, y = WIDTH - _MARGIN - 10, _MARGIN + 10
    arrow = shapely.Polygon([(x, y - 10), (x + 6, y + 8), (x, y + 4), (x - 6, y + 8)])
    return [
        Shape(arrow, "#1a201d", "#ffffff", 1.0),
        Word(x, y + 18, texts.gettext("N"), 11.0, is_bold=True),
    ]
