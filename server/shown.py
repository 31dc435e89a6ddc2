"""
Draws answers and tables for a notebook: a page of its own that asks nothing of the web.

A coverage report alone is the page that `umkreis map` writes. Anything else is a map with a layer
for each table, its legend and its sources. Columns, values and names are anybody's and escaped.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.errors import ParameterError
from layers.coverage import CoverageReport
from layers.tabular import Tabular
from server.folium_page import page_parts
from server.map_view import MapView
from server.maps import coverage_map, page_context
from server.outputs import write_text
from server.shown_layers import Drawn, layers_of, table_layer
from server.shown_page import drawn_page
from server.single_file import one_file
from server.texts import Texts, texts_of
from server.view import map_view

HEIGHT_PX = 640


@dataclass(frozen=True)
class Shown:
    """A page that a notebook draws; `page` is the whole of it."""

    page: str

    def _repr_html_(self) -> str:
        # a document of its own in a sandbox: its scripts see nothing of the notebook
        return (
            f'<iframe srcdoc="{html.escape(self.page, quote=True)}" sandbox="allow-scripts" '
            f'width="100%" height="{HEIGHT_PX}" style="border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Shown, {len(self.page) / 1e6:.1f} MB; `.save(path)` writes it as a file>"

    def save(self, path: str | Path) -> None:
        """Write the page as one HTML file, to open or pass on."""
        write_text(self.page, Path(path))


def draw(
    answer: Any,
    *,
    of: str | None,
    column: str | None,
    language: str,
    title: str,
    streets: bool,
) -> Shown:
    """Draw what `server.maps.show` was asked for."""
    texts = texts_of(language)
    if isinstance(answer, CoverageReport) and of is None and column is None:
        view = map_view(answer, language)
        return Shown(_coverage_page(replace(view, title=title or view.title), answer))
    named = _named(answer)
    if not named:
        raise ParameterError("`answer` is an empty list; there is nothing to draw",
                             parameter="answer")  # fmt: skip
    parts = [
        _renamed(_drawn(each, texts, name, of, column, streets, place), name)
        for place, (name, each) in enumerate(named)
    ]
    drawn = Drawn(
        " · ".join(dict.fromkeys(part.title for part in parts)),
        [layer for part in parts for layer in part.layers],
        next((part.atlas for part in parts if part.atlas is not None), None),
        [line for part in parts for line in part.lines],
    )
    return Shown(drawn_page(replace(drawn, title=title or drawn.title), texts))


def _named(answer: Any) -> list[tuple[str, Any]]:
    """Return the layers with their names, "" where the asker gave none."""
    if isinstance(answer, Mapping):
        return [(str(name), each) for name, each in answer.items()]
    is_several = isinstance(answer, Sequence) and not isinstance(answer, str | bytes | Tabular)
    return [("", each) for each in answer] if is_several else [("", answer)]


def _drawn(
    answer: Any,
    texts: Texts,
    name: str,
    of: str | None,
    column: str | None,
    streets: bool,
    place: int,
) -> Drawn:
    if of is None and column is None and not isinstance(answer, gpd.GeoDataFrame):
        return layers_of(answer, texts, streets=streets)
    if isinstance(answer, gpd.GeoDataFrame):
        name = name or texts.gettext("Shapes")
        return Drawn(name, [table_layer(answer, name, column, texts, place=place)])
    usual = layers_of(answer, texts)
    table = answer.to_gdf(of)
    name = name or column or of or answer.tables[0]
    return replace(usual, layers=[table_layer(table, name, column, texts, place=place)])


def _renamed(drawn: Drawn, name: str) -> Drawn:
    """Put the asker's name before those of the layers, or in its place where there is but one."""
    if not name:
        return drawn
    is_one = len(drawn.layers) == 1
    layers = [replace(y, name=name if is_one else f"{name}: {y.name}") for y in drawn.layers]
    return replace(drawn, title=name, layers=layers)


def _coverage_page(view: MapView, report: CoverageReport) -> str:
    """Write the page of a coverage report, without a base map where the region has none."""
    base_map = report.atlas.base_map if report.atlas.base_map.is_file() else None
    parts = page_parts(coverage_map(view, tiles_url="" if base_map is None else None))
    return one_file("folium_map.html", parts, page_context(view, parts), pmtiles=base_map)
