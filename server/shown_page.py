"""Layers of tables as one page: the folium map, its legend, its tables, its sources."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.map import CustomPane
from markupsafe import Markup

from geo.crs import LONLAT
from geo.errors import ParameterError
from server.classes import ALL_CLASSES, FILL_OPACITY
from server.folium_page import Basemap, Finish, UmkreisMap, page_parts
from server.map_features import feature_layer, popup, tooltip
from server.map_view import TEXTS
from server.shown_layers import Drawn, MapLayer
from server.shown_looks import Look
from server.single_file import one_file
from server.texts import Texts

MOST_SHAPES = 50_000
_PANES = {"areas": 410, "lines": 425, "points": 440}  # below the labels of the base map (450)
_MOST_ROWS = 300  # of a table in the panel
_MANY = 500  # areas: white lines between them would hide them
_SKIPPED = ("parent_id", "level")


@dataclass(frozen=True)
class ShownView:
    """What the page says around the map, as its template reads it."""

    title: str
    language: str
    as_of: str
    totals_lines: tuple[str, ...]
    note_lines: tuple[str, ...]
    attributions: tuple[str, ...]


def drawn_page(drawn: Drawn, texts: Texts) -> str:
    """
    Write layers as a page of its own.

    Raises
    ------
    ParameterError
        If there are too many shapes, or a table has no CRS, or positions that lie nowhere.
    """
    layers = [layer for layer in drawn.layers if len(layer.table)]
    shapes = [_lonlat(layer) for layer in layers]
    if (count := sum(map(len, shapes))) > MOST_SHAPES:
        raise ParameterError(
            f"`answer` holds {count:,} shapes, a map in a page at most {MOST_SHAPES:,}; choose "
            "some rows first",
            parameter="answer",
        )
    atlas = drawn.atlas
    base_map = atlas.base_map if atlas is not None and atlas.base_map.is_file() else None
    view = _view(drawn, shapes, texts)
    umkreis_map = UmkreisMap(
        label=f"{TEXTS[texts.language]['map']}: {drawn.title}",
        language=texts.language,
        attributions=view.attributions,
    )
    if (bounds := _bounds(shapes)) is not None:
        umkreis_map.fit_bounds(bounds, padding_top_left=(12, 12), padding_bottom_right=(12, 44))
    if base_map is not None:
        Basemap(None, language=texts.language).add_to(umkreis_map)
    for pane, z_index in _PANES.items():
        custom = CustomPane(pane, z_index=z_index)
        custom._id = pane
        custom.add_to(umkreis_map)
    for number, (layer, placed) in enumerate(zip(layers, shapes, strict=True)):
        _add(umkreis_map, layer, placed, number, texts)
    control = folium.LayerControl(collapsed=True)
    control._id = "main"
    control.add_to(umkreis_map)
    Finish(TEXTS[texts.language]).add_to(umkreis_map)
    parts = page_parts(umkreis_map)
    context = {
        "view": view,
        "texts": TEXTS[texts.language],
        "layers": [_legend(layer, number, texts) for number, layer in enumerate(layers)],
        "map_style": Markup(_style(layers)),  # noqa: S704 (numbers and checked colours only)
        "map_html": Markup(parts.html),  # noqa: S704 (folium's, from safe_text)
        "map_script": Markup(parts.script),  # noqa: S704 (checked by page_parts)
    }
    return one_file("shown_map.html", parts, context, pmtiles=base_map)


def _view(drawn: Drawn, shapes: Sequence[gpd.GeoDataFrame], texts: Texts) -> ShownView:
    rows = sum(len(layer.table) for layer in drawn.layers)
    without = rows - sum(map(len, shapes))
    sources = [] if drawn.atlas is None else [*drawn.atlas.region.attributions]
    for layer in drawn.layers:
        sources += map(str, layer.table.attrs.get("attributions", ()))
        if "licence" in layer.table.columns:
            names = sorted({str(each) for each in layer.table["licence"].dropna() if each})
            sources += [texts.gettext("Licences of the offers: {names}", names=", ".join(names))]
    notes = []
    if without:
        one = "{n} row has no shape and is not drawn."
        notes.append(texts.ngettext(one, "{n} rows have no shape and are not drawn.", without))
    return ShownView(
        title=drawn.title,
        language=texts.language,
        as_of=""
        if drawn.atlas is None
        else texts.gettext("Data of {date}", date=drawn.atlas.region.as_of.isoformat()),
        totals_lines=tuple(drawn.lines),
        note_lines=tuple(notes),
        attributions=tuple(dict.fromkeys(sources)),
    )


def _lonlat(layer: MapLayer) -> gpd.GeoDataFrame:
    """Return the rows that have a shape in degrees, with their place in the table."""
    table = layer.table
    if table.crs is None:
        raise ParameterError(
            f"`answer`: the table {layer.name!r} has no CRS; set it with .set_crs(…)",
            parameter="answer",
        )
    shapes = table.geometry.reset_index(drop=True)
    kept = shapes[shapes.notna() & ~shapes.is_empty]
    placed = gpd.GeoDataFrame({"row": kept.index.to_numpy()}, geometry=kept.to_numpy(),
                              crs=table.crs).to_crs(LONLAT)  # fmt: skip
    flat = shapely.force_2d(placed.geometry.to_numpy())
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise ParameterError(
            f"`answer`: the table {layer.name!r} has positions that lie nowhere; is its CRS "
            f"{table.crs.to_string()} the right one?",
            parameter="answer",
        )
    rounded = shapely.transform(flat, lambda xy: np.round(xy, 6)) if len(flat) else flat
    return placed.set_geometry(rounded)


def _bounds(shapes: Sequence[gpd.GeoDataFrame]) -> list[list[float]] | None:
    """South-west and north-east corner of all shapes; lat, lon."""
    boxes = [table.total_bounds for table in shapes if len(table)]
    if not boxes:
        return None
    west, south = np.min(boxes, axis=0)[:2].tolist()
    east, north = np.max(boxes, axis=0)[2:].tolist()
    return [[south, west], [north, east]]


def _kind(placed: gpd.GeoDataFrame) -> str:
    found = shapely.get_dimensions(placed.geometry.to_numpy()).max(initial=0)
    return ("points", "lines", "areas")[int(found)]


def _add(
    umkreis_map: UmkreisMap, layer: MapLayer, placed: gpd.GeoDataFrame, number: int, texts: Texts
) -> None:
    table, of_row = layer.table, layer.colouring.of_row
    columns = [
        name
        for name in table.columns
        if name != table.geometry.name and name not in _SKIPPED and _says_anything(table[name])
    ]
    rows = placed["row"].to_numpy()
    written = {f"c{i}": [value_text(v, str(name), texts) for v in table[name].iloc[rows]]
               for i, name in enumerate(columns)}  # fmt: skip
    features = [
        {"type": "Feature", "geometry": json.loads(shape),
         "properties": {key: values[i] for key, values in written.items()}}
        for i, shape in enumerate(shapely.to_geojson(placed.geometry.to_numpy()).tolist())
    ]  # fmt: skip
    pane = _kind(placed)
    looks = [_look_style(layer, look, pane) for look in layer.colouring.looks]
    styles = {f"s{number}-{i}": looks[of_row[row]] for i, row in enumerate(rows.tolist())}
    labels = {f"c{i}": str(name) for i, name in enumerate(columns)}
    named = [f"c{columns.index(each)}" for each in ("name", layer.column) if each in columns]
    radius = 9 if layer.is_prominent else 6
    feature_layer(
        {"type": "FeatureCollection", "features": features}, list(labels),
        prefix=f"s{number}-", name=layer.name, layer_id=f"layer_{number}",
        style=lambda feature: styles[feature["id"]],
        highlight=lambda _: {"weight": 3},
        tooltip=tooltip(list(dict.fromkeys(named))) if named else None,
        popup=popup(labels) if labels else None,
        pane=pane,
        marker=folium.CircleMarker(radius=radius, fill=True) if pane == "points" else None,
    ).add_to(umkreis_map)  # fmt: skip


def _says_anything(column: pd.Series[Any]) -> bool:
    return bool((column.notna() & (column.astype("str") != "")).any())


def _look_style(layer: MapLayer, look: Look, pane: str) -> dict[str, Any]:
    class_name = f"district {look.class_id}" if look.class_id else "shown"
    if pane == "points":
        return {"className": "shown", "color": "#ffffff", "weight": 1.5,
                "fillColor": look.color, "fillOpacity": 0.95}  # fmt: skip
    if pane == "lines":
        return {"className": "shown", "color": look.color, "weight": 1.6, "opacity": 0.8}
    if not layer.is_filled:
        return {"className": "shown", "color": look.color, "weight": 1.8, "fill": False}
    edge = look.color if not layer.column or len(layer.table) > _MANY else "#ffffff"
    opacity = FILL_OPACITY if layer.column else 0.3
    return {"className": class_name, "fillColor": look.color, "fillOpacity": opacity,
            "color": edge, "weight": 1.2, "opacity": 0.9}  # fmt: skip


def _legend(layer: MapLayer, number: int, texts: Texts) -> dict[str, Any]:
    """Return what the panel says of a layer."""
    counts = np.bincount(layer.colouring.of_row, minlength=len(layer.colouring.looks))
    is_point = layer.table.geom_type.isin(["Point", "MultiPoint"]).all()
    entries = [
        {
            "label": look.label,
            "count": texts.number(int(count)),
            "swatch": f"offer layer-{number}-{i}"
            if is_point
            else f"{look.class_id} layer-{number}-{i}"
            if layer.is_filled
            else f"outline layer-{number}-{i}",
        }
        for i, (look, count) in enumerate(zip(layer.colouring.looks, counts, strict=True))
    ]
    columns = [c for c in ("name", layer.column) if c and c in layer.table.columns]
    has_table = len(columns) == 2 and not is_point and len(layer.table) <= _MOST_ROWS
    rows = [
        [value_text(value, name, texts) for name, value in zip(columns, row, strict=True)]
        for row in layer.table.sort_values(layer.column)[columns].itertuples(index=False)
    ] if has_table else []  # fmt: skip
    return {
        "name": layer.name,
        "caption": "",
        "entries": entries,
        "columns": columns,
        "rows": rows,
        "summary": texts.gettext("{layer} as a table", layer=layer.name),
    }


def value_text(value: Any, column: str, texts: Texts) -> str:
    """Write a value of a table; a dash where there is none."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool | np.bool_):
        return texts.gettext("yes") if value else texts.gettext("no")
    if isinstance(value, int | np.integer):
        return texts.number(int(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isinf(number):
            return "∞"
        if column.startswith("share") and 0 <= number <= 1:
            return texts.percent(number)
        return texts.number(number, decimals=2 if abs(number) < 10 else 1)
    return str(value)


def _style(layers: Sequence[MapLayer]) -> str:
    """Return the rules of the legend's swatches."""
    rules = [f".swatch.{each.id} {{ background-color: {each.color}; }}" for each in ALL_CLASSES]
    rules.append(".umkreis-map { background: #f2f1ec; }")  # where there is no base map
    for number, layer in enumerate(layers):
        for i, look in enumerate(layer.colouring.looks):
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", look.color):
                raise ValueError(f"`color` is {look.color!r}; it must look like #3f7d20")
            name = f".swatch.layer-{number}-{i}"
            rules.append(f"{name} {{ background-color: {look.color}; --layer: {look.color}; }}")
            rules.append(f"{name}.outline {{ background: none; border: 2px solid {look.color}; }}")
    return "\n".join(rules)
