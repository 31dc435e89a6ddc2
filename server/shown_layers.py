"""What a map in a notebook shows of each answer: its tables as layers, and their colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import geopandas as gpd
import numpy as np

from geo.errors import ParameterError
from layers.access_scores import ScoresReport
from layers.atlas import Atlas
from layers.balanced import BalancedReport
from layers.compare import Comparison
from layers.coverage import CoverageReport
from layers.difference import Difference
from layers.equity import EquityReport
from layers.isochrone import ReachAreas
from layers.partners import Partners
from layers.radius import RadiusReport
from layers.resilience import ResilienceReport
from layers.sheet import Sheet
from layers.site_report import SitesReport
from layers.tabular import Tabular
from layers.verdicts import Verdicts
from server import classes
from server import sentences as words
from server.shown_looks import PALETTE, SCALE, Colouring, Look, alike, by_column, by_looks
from server.texts import Texts

_OUTLINE, _GAP, _NEW = "#38424a", "#1c1c2b", "#0b3d91"
_CHANGES = ("#8c3b7a", "#d9a7cb", "#eef0ee", "#9ccfa8", "#1f7a4a")  # of fewer, of more covered
_MUCH, _NOTHING = 0.1, 0.0005  # of a share


@dataclass(frozen=True, eq=False)
class MapLayer:
    """
    A table as a layer of a map.

    `column` is by what it is coloured, empty where all rows are alike; `is_filled` is False for
    outlines; `is_prominent` draws points large.
    """

    name: str
    table: gpd.GeoDataFrame
    colouring: Colouring
    column: str = ""
    is_filled: bool = True
    is_prominent: bool = False


@dataclass(frozen=True, eq=False)
class Drawn:
    """Layers, the lowest first, of what, and in which region; None where it has none."""

    title: str
    layers: list[MapLayer]
    atlas: Atlas | None = None
    lines: list[str] = field(default_factory=list)


@singledispatch
def layers_of(answer: Any, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    """
    Return what is shown of an answer where nothing else is asked for.

    Raises
    ------
    ParameterError
        If it is nothing that a map could show.
    """
    if isinstance(answer, Tabular):
        raise ParameterError(
            f"`answer` is a {type(answer).__name__}, which has no shapes; `.to_frame()` gives its "
            f"tables: {', '.join(answer.tables)}",
            parameter="answer",
        )
    raise ParameterError(
        f"`answer` is a {type(answer).__name__}; a map shows an Atlas, an answer with shapes, a "
        "GeoDataFrame, or a list of them",
        parameter="answer",
    )


def table_layer(
    table: gpd.GeoDataFrame, name: str, column: str | None, texts: Texts, *, place: int = 0
) -> MapLayer:
    """Show a table by a column, or alike in the colour of its place among the layers."""
    if column is None:
        return MapLayer(name, table, alike(table, name, PALETTE[place % len(PALETTE)]))
    return MapLayer(name, table, by_column(table, column, texts), column)


@layers_of.register
def _(answer: gpd.GeoDataFrame, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Shapes")
    return Drawn(name, [table_layer(answer, name, None, texts)])


@layers_of.register
def _(answer: Atlas, texts: Texts, *, streets: bool = False) -> Drawn:
    districts, cells, offers = (answer.to_gdf(of) for of in ("districts", "cells", "offers"))
    people = texts.gettext("People, by cells of 100 m")
    by_layer = {
        layer.id: Look(words.label(texts, layer), layer.color) for layer in answer.taxonomy.layers
    }
    found = [MapLayer(people, cells, by_column(cells, "residents", texts), "residents")]
    if streets:
        name = texts.gettext("Streets")
        lines = answer.to_gdf("streets")
        found.append(MapLayer(name, lines, alike(lines, name, "#6b736f")))
    found.append(_outline(districts, texts.gettext("Districts")))
    shown = MapLayer(texts.gettext("Offers"), offers, by_looks(offers, "layer", by_layer), "layer")
    return Drawn(answer.region.name, [*found, shown], answer)


@layers_of.register
def _(answer: CoverageReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    gaps = answer.to_gdf("gaps")
    layers = [
        _by(answer.to_gdf(), "share", _share_name(answer, texts), texts),
        _outline(gaps, texts.gettext("Gaps"), _GAP),
        _offers(answer, texts),
    ]
    return _of_question(answer, layers, texts)


@layers_of.register
def _(answer: Verdicts, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    table = answer.to_gdf()
    looks = {
        "underserved": Look(texts.gettext("underserved in every variant"), SCALE[-1]),
        "depends": Look(texts.gettext("depends on the assumption"), SCALE[1]),
        "served": Look(texts.gettext("served in every variant"), SCALE[0]),
        "unclear": _look(classes.WITHHELD, texts),
        "unknown": _look(classes.UNKNOWN, texts),
    }
    name = texts.gettext("Verdict")
    shown = MapLayer(name, table, by_looks(table, "verdict", looks), "verdict")
    return _of_question(answer.report, [shown, _offers(answer.report, texts)], texts)


@layers_of.register
def _(answer: EquityReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Minutes beyond the limit, of those who fall short")
    layers = [_by(answer.to_gdf(), "missing_min", name, texts), _offers(answer.coverage, texts)]
    return _of_question(answer.coverage, layers, texts)


@layers_of.register
def _(answer: ScoresReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Offers per 10,000 people within reach")
    layers = [_by(answer.to_gdf(), "per_10000", name, texts), _offers(answer.coverage, texts)]
    return _of_question(answer.coverage, layers, texts)


@layers_of.register
def _(answer: ResilienceReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Share of people with two offers in reach")
    offers = answer.to_gdf("offers")
    lose = texts.gettext("People who lose cover if the offer closes")
    layers = [
        _by(answer.to_gdf(), "share_twice", name, texts),
        MapLayer(lose, offers, alike(offers, texts.gettext("Offers"), _NEW)),
    ]
    return _of_question(answer.once, layers, texts)


@layers_of.register
def _(answer: Sheet, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    drawn = layers_of(answer.report, texts)
    outline = _outline(answer.to_gdf("area"), answer.area.name, _NEW)
    layers = [*drawn.layers[:-1], outline, drawn.layers[-1]]
    return Drawn(f"{answer.area.name}: {drawn.title}", layers, answer.atlas)


@layers_of.register
def _(answer: RadiusReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Supply radii")
    table = answer.to_gdf()
    offers = answer.atlas.to_gdf("offers").iloc[answer.offers]
    layers = [MapLayer(name, table, alike(table, name, "#009e73")), _points(offers, texts)]
    return Drawn(_asked(answer.question, answer.atlas, texts), layers, answer.atlas)


@layers_of.register
def _(answer: BalancedReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Where those live whom each offer serves")
    table = answer.to_gdf()
    names = [name or id_ for id_, name in zip(table["id"], table["name"], strict=True)]
    looks = tuple(Look(name, PALETTE[i % len(PALETTE)]) for i, name in enumerate(names))
    colouring = Colouring(looks, np.arange(len(table)))
    layers = [MapLayer(name, table, colouring), _points(answer.to_gdf("offers"), texts)]
    return Drawn(_asked(answer.question, answer.atlas, texts), layers, answer.atlas)


@layers_of.register
def _(answer: ReachAreas, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Within reach")
    table = answer.to_gdf().sort_values("limit_min", ascending=False, ignore_index=True)
    told = [texts.number(minutes, decimals=1) for minutes in table["limit_min"]]
    looks = tuple(
        Look(texts.gettext("within {minutes} minutes", minutes=text), SCALE[i % len(SCALE)])
        for i, text in enumerate(told)
    )
    colouring = Colouring(looks, np.arange(len(table)))
    region = answer.atlas.region.name
    return Drawn(f"{name}: {region}", [MapLayer(name, table, colouring, "limit_min")], answer.atlas)


@layers_of.register
def _(answer: SitesReport, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    before, sites = answer.before, answer.to_gdf()
    name = texts.gettext("Places for new offers")
    new = MapLayer(name, sites, alike(sites, name, _NEW), is_prominent=True)
    shares = _by(before.to_gdf(), "share", _share_name(before, texts), texts)
    return _of_question(before, [shares, _offers(before, texts), new], texts)


@layers_of.register
def _(answer: Difference, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    table = answer.to_gdf()
    steps = [_step(change) for change in table["share_change"]]
    labels = (
        texts.gettext("at least 10 points fewer"),
        texts.gettext("fewer in reach"),
        texts.gettext("no change"),
        texts.gettext("more in reach"),
        texts.gettext("at least 10 points more"),
    )
    looks = {str(i): Look(label, _CHANGES[i]) for i, label in enumerate(labels)}
    looks["-1"] = _look(classes.WITHHELD, texts)
    steps_table = table.assign(step=[str(step) for step in steps])
    colouring = by_looks(steps_table, "step", looks)
    name = texts.gettext("Change of the share within reach")
    layers = [MapLayer(name, table, colouring, "share_change"), _offers(answer.after, texts)]
    return _of_question(answer.after, layers, texts)


def _step(change: float) -> int:
    """Return the class of a changed share; −1 where it may not be told."""
    if change != change:
        return -1
    if abs(change) < _NOTHING:
        return 2
    return (4 if change >= _MUCH else 3) if change > 0 else (0 if change <= -_MUCH else 1)


@layers_of.register
def _(answer: Partners, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Partners nearby")
    table, own = answer.to_gdf(), answer.atlas.to_gdf("offers").iloc[[answer.offer]]
    title = own["name"].iloc[0] or own["id"].iloc[0]
    layers = [
        MapLayer(name, table, alike(table, name, "#009e73")),
        MapLayer(title, own, alike(own, title, _NEW), is_prominent=True),
    ]
    return Drawn(f"{title}: {name}", layers, answer.atlas)


@layers_of.register
def _(answer: Comparison, texts: Texts, *, streets: bool = False) -> Drawn:  # noqa: ARG001
    name = texts.gettext("Share of people within reach")
    return Drawn(texts.gettext("Regions compared"), [_by(answer.to_gdf(), "share", name, texts)])


def _of_question(report: CoverageReport, layers: list[MapLayer], texts: Texts) -> Drawn:
    lines = words.summary_lines(report, texts)
    return Drawn(_asked(report.question, report.atlas, texts), layers, report.atlas, lines)


def _asked(question: Any, atlas: Atlas, texts: Texts) -> str:
    return texts.gettext(
        "{category} {how}: {region}",
        category=words.category_names(texts, question),
        how=words.question_phrase(texts, question),
        region=atlas.region.name,
    )


def _share_name(report: CoverageReport, texts: Texts) -> str:
    how = words.question_phrase(texts, report.question)
    return texts.gettext("Share of people who reach an offer {how}", how=how)


def _by(table: gpd.GeoDataFrame, column: str, name: str, texts: Texts) -> MapLayer:
    return MapLayer(name, table, by_column(table, column, texts), column)


def _look(look: classes.ShareClass, texts: Texts) -> Look:
    return Look(look.label(texts.language), look.color, look.id)


def _outline(table: gpd.GeoDataFrame, name: str, color: str = _OUTLINE) -> MapLayer:
    return MapLayer(name, table, alike(table, name, color), is_filled=False)


def _offers(report: CoverageReport, texts: Texts) -> MapLayer:
    return _points(report.to_gdf("offers"), texts)


def _points(table: gpd.GeoDataFrame, texts: Texts) -> MapLayer:
    name = texts.gettext("Offers")
    return MapLayer(name, table, alike(table, name, "#0b6b4f"))
