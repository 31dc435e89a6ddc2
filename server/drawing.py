"""
A drawing described once, and its two painters: SVG for pages, PNG for documents.

Coordinates are units of the drawing, y downwards. SVG says its looks in attributes of its elements,
so that it needs no style of its own in a page whose policy allows none.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Floats = NDArray[np.float64]

HATCH, DOTS = "hatch", "dots"
INK, PAPER = "#1a201d", "#ffffff"
_FONTS = Path(__file__).parent / "static" / "vendor" / "noto-sans"
_FAMILY = "Umkreis Sans, Noto Sans, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"
_HALO = 3.0
_HATCH_EVERY, _HATCH_WIDTH = 7.0, 2.0
_DOTS_EVERY, _DOTS_RADIUS = 6.0, 1.2
_FINER = 2  # a PNG is painted at twice its size and made smaller: its edges are smooth then


@dataclass(frozen=True, eq=False)
class Area:
    """A polygon or multipolygon; without `fill` an outline alone, `pattern` is HATCH or DOTS."""

    shape: shapely.Geometry
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    pattern: str = ""


@dataclass(frozen=True)
class Line:
    """A line through points (n, 2)."""

    points: tuple[tuple[float, float], ...]
    stroke: str
    width: float


@dataclass(frozen=True)
class Dot:
    """A circle with a white rim."""

    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True)
class Word:
    """A text in one line, its middle at `x`, `y`; with a white halo."""

    x: float
    y: float
    text: str
    size: float
    color: str = INK
    is_bold: bool = False
    has_halo: bool = True


Item = Area | Line | Dot | Word


@dataclass(frozen=True, eq=False)
class Drawing:
    """Items on a white sheet, the first at the bottom; `alt` says in words what is drawn."""

    width: float
    height: float
    items: tuple[Item, ...]
    alt: str = ""


def word_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a text is."""
    return float(_font(size, is_bold=is_bold).getlength(text))


def to_svg(drawing: Drawing, *, prefix: str) -> Markup:
    """
    Write a drawing as an SVG element.

    Parameters
    ----------
    drawing
        What to draw; its texts are escaped.
    prefix
        Begins the ids inside, which must differ between the drawings of a page.
    """
    about = (
        Markup('role="img" aria-label="{}"').format(drawing.alt)
        if drawing.alt
        else Markup('aria-hidden="true" focusable="false"')
    )
    # a width of its own, so that it has a size where no style reaches it
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" width="{w:g}" '
        'height="{h:g}" {about} font-family="{family}">'
    ).format(w=drawing.width, h=drawing.height, about=about, family=_FAMILY)
    return head + _definitions(drawing, prefix) + Markup("").join(
        _svg(item, prefix) for item in drawing.items
    ) + Markup("</svg>")  # fmt: skip


def svg_painter() -> Callable[[Drawing], Markup]:
    """Return what draws in one page, each drawing with ids of its own."""
    number = count(1)
    return lambda drawing: to_svg(drawing, prefix=f"drawing-{next(number)}")


def _definitions(drawing: Drawing, prefix: str) -> Markup:
    used = {item.pattern for item in drawing.items if isinstance(item, Area)}
    parts = {
        HATCH: Markup(
            '<pattern id="{p}-hatch" width="{e:g}" height="{e:g}" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><rect width="{w:g}" height="{e:g}" fill="#fff" '
            'fill-opacity="0.55"/></pattern>'
        ).format(p=prefix, e=_HATCH_EVERY, w=_HATCH_WIDTH),
        DOTS: Markup(
            '<pattern id="{p}-dots" width="{e:g}" height="{e:g}" patternUnits="userSpaceOnUse">'
            '<circle cx="{h:g}" cy="{h:g}" r="{r:g}" fill="#fff"/></pattern>'
        ).format(p=prefix, e=_DOTS_EVERY, h=_DOTS_EVERY / 2, r=_DOTS_RADIUS),
    }
    found = Markup("").join(parts[name] for name in (HATCH, DOTS) if name in used)
    return Markup("<defs>{}</defs>").format(found) if found else Markup("")


def _svg(item: Item, prefix: str) -> Markup:
    if isinstance(item, Area):
        return _svg_area(item, prefix)
    if isinstance(item, Line):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in item.points)
        return Markup(
            '<polyline points="{}" fill="none" stroke="{}" stroke-width="{:g}"/>'
        ).format(points, item.stroke, item.width)  # fmt: skip
    if isinstance(item, Dot):
        return Markup(
            '<circle cx="{:.1f}" cy="{:.1f}" r="{:g}" fill="{}" stroke="#fff" stroke-width="1"/>'
        ).format(item.x, item.y, item.radius, item.fill)
    halo = Markup(
        ' stroke="#fff" stroke-width="{:g}" stroke-linejoin="round" paint-order="stroke"'
    ).format(_HALO) if item.has_halo else Markup("")  # fmt: skip
    weight = Markup(' font-weight="600"') if item.is_bold else Markup("")
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" font-size="{:g}" text-anchor="middle" fill="{}"{}{}>{}</text>'
    ).format(item.x, item.y + item.size * 0.35, item.size, item.color, weight, halo, item.text)


def _svg_area(item: Area, prefix: str) -> Markup:
    path = "".join(
        "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring[:-1]) + "Z" for ring in _rings(item)
    )
    stroke = (
        Markup(' stroke="{}" stroke-width="{:g}" stroke-linejoin="round"').format(
            item.stroke, item.width
        )
        if item.stroke
        else Markup("")
    )
    fill = item.fill or "none"
    drawn = Markup('<path d="{}" fill="{}" fill-rule="evenodd"{}/>').format(path, fill, stroke)
    if item.pattern:
        drawn += Markup('<path d="{}" fill="url(#{}-{})" fill-rule="evenodd"/>').format(
            path, prefix, item.pattern
        )
    return drawn


def _rings(item: Area) -> Iterator[Floats]:
    """Return the rings of an area, outer and inner, each closed, shape (n, 2)."""
    for part in shapely.get_parts(item.shape):
        if not isinstance(part, shapely.Polygon) or part.is_empty:
            continue  # what clipping leaves of a shape that only touches the sheet
        for ring in (part.exterior, *part.interiors):
            yield shapely.get_coordinates(ring)


def to_png(drawing: Drawing, *, width_px: int, dpi: int) -> bytes:
    """
    Paint a drawing.

    Parameters
    ----------
    drawing
        What to draw.
    width_px
        Of the picture; its height follows.
    dpi
        Written into the file: how large it is on paper.
    """
    scale = width_px / drawing.width
    fine = scale * _FINER
    size = (round(drawing.width * fine), round(drawing.height * fine))
    sheet = Image.new("RGB", size, PAPER)
    for item in drawing.items:
        _paint(sheet, item, fine)
    done = sheet.resize((width_px, round(drawing.height * scale)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    done.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()


def _paint(sheet: Image.Image, item: Item, scale: float) -> None:
    pen = ImageDraw.Draw(sheet)
    if isinstance(item, Area):
        _paint_area(sheet, item, scale)
    elif isinstance(item, Line):
        points = [(x * scale, y * scale) for x, y in item.points]
        pen.line(points, fill=item.stroke, width=max(1, round(item.width * scale)), joint="curve")
    elif isinstance(item, Dot):
        for radius, color in ((item.radius + 0.5, PAPER), (item.radius - 0.5, item.fill)):
            pen.ellipse(_box(item.x, item.y, radius, scale), fill=color)
    else:
        pen.text(
            (item.x * scale, item.y * scale),
            item.text,
            font=_font(item.size * scale, is_bold=item.is_bold),
            fill=item.color,
            anchor="mm",
            stroke_width=round(_HALO / 2 * scale) if item.has_halo else 0,
            stroke_fill=PAPER,
        )


def _paint_area(sheet: Image.Image, item: Area, scale: float) -> None:
    rings = [ring * scale for ring in _rings(item)]
    if not rings:
        return
    if item.fill:
        left, top = np.floor(np.min([ring.min(axis=0) for ring in rings], axis=0)).astype(int)
        right, bottom = np.ceil(np.max([ring.max(axis=0) for ring in rings], axis=0)).astype(int)
        inside = np.zeros((bottom - top + 1, right - left + 1), bool)
        for ring in rings:  # a ring inside a ring takes away again: even-odd, as in SVG
            one = Image.new("1", inside.shape[::-1])
            ImageDraw.Draw(one).polygon(_points(ring - (left, top)), fill=1)
            inside ^= np.asarray(one)
        at = (int(left), int(top))
        sheet.paste(item.fill, at, Image.fromarray(inside))
        if item.pattern:
            pattern = inside & _pattern(item.pattern, inside.shape, at, scale)
            sheet.paste(_lighter(item.fill), at, Image.fromarray(pattern))
    if item.stroke:
        pen = ImageDraw.Draw(sheet)
        width = max(1, round(item.width * scale))
        for ring in rings:
            pen.line(_points(ring), fill=item.stroke, width=width, joint="curve")


def _points(ring: Floats) -> list[tuple[float, float]]:
    return [(x, y) for x, y in ring.tolist()]


def _pattern(
    name: str, shape: tuple[int, ...], at: tuple[int, int], scale: float
) -> NDArray[np.bool_]:
    """Return where a pattern is drawn, of a part of the sheet."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    x, y = (x + at[0]) / scale, (y + at[1]) / scale
    if name == HATCH:
        return np.asarray((x + y) / np.sqrt(2) % _HATCH_EVERY < _HATCH_WIDTH)
    half = _DOTS_EVERY / 2
    off = (x % _DOTS_EVERY - half) ** 2 + (y % _DOTS_EVERY - half) ** 2
    return np.asarray(off < _DOTS_RADIUS**2)


def _lighter(color: str) -> str:
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(p + (255 - p) * 0.6):02x}" for p in parts)


def _box(x: float, y: float, radius: float, scale: float) -> Sequence[float]:
    return [(x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale]


@lru_cache(maxsize=64)
def _font(size: float, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    weight = "600" if is_bold else "400"
    return ImageFont.truetype(_FONTS / f"noto-sans-latin-{weight}-normal.woff2", size)
