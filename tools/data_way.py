"""
Draws the way of the data, `docs/images/data-way.svg`: from files to an Atlas to an answer.

    python tools/data_way.py
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "data-way.svg"
WIDTH, HEIGHT = 1180, 560
BOX_W, LINE_H = 196, 17
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1c2a25 }
  .head { font-weight: 700 }
  .small { font-size: 11.5px; fill: #4a5a54 }
  .layer { font-weight: 700; font-size: 15px; fill: #0b6b4d }
  .box { fill: #fff; stroke: #7d8f88 }
  .atlas { fill: #0b6b4d; stroke: #0b6b4d }
  .atlas-text { fill: #fff }
  .way { fill: none; stroke: #0b6b4d; stroke-width: 1.6; marker-end: url(#tip) }
"""


@dataclass(frozen=True)
class Box:
    """A box with a name and lines below it."""

    x: int
    y: int
    name: str
    lines: tuple[str, ...]
    is_atlas: bool = False

    @property
    def height(self) -> int:
        """Height, by its lines."""
        return 30 + LINE_H * len(self.lines)

    @property
    def left(self) -> tuple[int, int]:
        """Where ways arrive."""
        return self.x, self.y + self.height // 2

    @property
    def right(self) -> tuple[int, int]:
        """Where ways leave."""
        return self.x + BOX_W, self.y + self.height // 2

    def drawn(self) -> str:
        """SVG of the box."""
        kind, words = ("atlas", " atlas-text") if self.is_atlas else ("box", "")
        x, y = self.x + 10, self.y + 20
        told = [f'<text class="head{words}" x="{x}" y="{y}">{escape(self.name)}</text>']
        told += [
            f'<text class="small{words}" x="{x}" y="{y + LINE_H * n}">{escape(line)}</text>'
            for n, line in enumerate(self.lines, 1)
        ]
        frame = f'class="{kind}" x="{self.x}" y="{self.y}" width="{BOX_W}" height="{self.height}"'
        return f'<rect {frame} rx="6"/>' + "".join(told)


FILES = (
    Box(20, 60, "region.toml", ("what belongs to the region",)),
    Box(20, 122, "extract.osm.pbf", ("streets, houses, offers,", "boundaries, addresses")),
    Box(20, 201, "counts of people", ("districts, census grid, areas",)),
    Box(20, 263, "timetable.zip", ("GTFS",)),
    Box(20, 401, "lists", ("Excel, CSV, Karte von morgen,", "calendars, GIS files")),
    Box(20, 480, "suggestions", ("residents and initiatives",)),
)
BUILT = (
    Box(256, 60, "geo.region_file", ("study area, districts",)),
    Box(256, 122, "geo.network", ("on foot, step-free, bike, car:", "contracted, ordered once")),
    Box(256, 201, "geo.population", ("people on houses",)),
    Box(256, 263, "geo.transit", ("stops and departures",)),
    Box(256, 325, "layers.offers", ("kinds by the taxonomy",)),
    Box(256, 401, "layers.imports", ("placed, compared, reported", "row by row")),
    Box(256, 480, "the desk", ("somebody decides",)),
)
ATLAS = Box(492, 160, "Atlas", ("immutable, a folder", "opened by memory map"), is_atlas=True)
REGISTER = Box(492, 400, "Register", ("claims of each source,", "two histories, undo"))
ASKED = Box(
    728,
    160,
    "one function a question",
    ("coverage, nearby, sites,", "scenario, partners, …"),
)
PUBLISHED = Box(728, 290, "geo.disclosure", ("nobody is told of alone",))
SKINS = (
    Box(964, 60, "pages", ("residents, planners, initiatives",)),
    Box(964, 137, "API, OGC API", ("JSON, GeoJSON, CSV",)),
    Box(964, 214, "command line", ("tables and files",)),
    Box(964, 291, "papers, maps, GIS", ("Word, one HTML file, QGIS",)),
)
HEADS = ((20, "files"), (256, "geo, layers: build"), (492, "kept"), (728, "layers: ask"),
         (964, "server: tell"))  # fmt: skip


def way(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Draw a way from one place to another."""
    (x0, y0), (x1, y1) = start, end
    bend = (x1 - x0) // 2
    return f'<path class="way" d="M{x0},{y0} C{x0 + bend},{y0} {x1 - bend},{y1} {x1 - 3},{y1}"/>'


def down(start: Box, end: Box) -> str:
    """Draw a way from a box to one below it."""
    x = start.x + BOX_W // 2
    y0, y1 = start.y + start.height, end.y - 3
    return f'<path class="way" d="M{x},{y0} L{x},{y1}"/>'


def ways() -> list[str]:
    """Draw all ways."""
    region, streets, people, stops, offers, lists, desk = BUILT
    toml, extract, counts, timetable, files, said = FILES
    straight = ((toml, region), (extract, streets), (extract, people), (extract, offers),
                (extract, region), (counts, people), (timetable, stops), (files, lists),
                (said, desk))  # fmt: skip
    drawn = [way(a.right, b.left) for a, b in straight]
    drawn += [way(box.right, ATLAS.left) for box in (region, streets, people, stops, offers)]
    drawn += [way(box.right, REGISTER.left) for box in (lists, desk)]
    drawn += [way(ATLAS.right, ASKED.left), way(REGISTER.right, ASKED.left)]
    drawn += [down(ASKED, PUBLISHED)]
    drawn += [way(PUBLISHED.right, box.left) for box in SKINS]
    return drawn


def picture() -> str:
    """Draw the whole."""
    boxes = (*FILES, *BUILT, ATLAS, REGISTER, ASKED, PUBLISHED, *SKINS)
    heads = [f'<text class="layer" x="{x}" y="36">{escape(words)}</text>' for x, words in HEADS]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            "<title>The way of the data from files to an answer</title>",
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7"'
            ' markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#0b6b4d"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f3f1ec"/>',
            *heads,
            *ways(),
            *(box.drawn() for box in boxes),
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    TARGET.write_text(picture(), "utf-8")
