"""
How shapes of a table are coloured: by shares, by classes of a number, by different texts, or alike.

Shares have the classes of all our maps. Other numbers make up to five classes with about as many
rows each. A figure that is missing has the look of its reason, never a colour of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import ParameterError
from layers.frames.columns import FEW_PEOPLE, NOBODY
from server import classes
from server.classes import SHARE_CLASSES, ShareClass
from server.texts import Texts

# source: Okabe and Ito 2008, Color Universal Design: told apart in every kind of colour vision
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#8a7a00")
SCALE = tuple(look.color for look in reversed(SHARE_CLASSES))  # light: few, dark: many
_MISSING = {FEW_PEOPLE: classes.WITHHELD, NOBODY: classes.NOBODY}


@dataclass(frozen=True)
class Look:
    """A colour (`#rrggbb`) with what it means; `class_id` names a class with a pattern."""

    label: str
    color: str
    class_id: str = ""


@dataclass(frozen=True, eq=False)
class Colouring:
    """The looks of a legend, and for each row of a table which of them it has, shape (n,)."""

    looks: tuple[Look, ...]
    of_row: NDArray[np.int64]


def alike(table: gpd.GeoDataFrame, label: str, color: str) -> Colouring:
    """Give all rows one look."""
    return Colouring((Look(label, color),), np.zeros(len(table), np.int64))


def by_column(table: gpd.GeoDataFrame, column: str, texts: Texts) -> Colouring:
    """
    Colour rows by a column: shares by their classes, numbers by up to five, texts each its own.

    Raises
    ------
    ParameterError
        If the table has no such column, or it holds more different texts than can be told apart.
    """
    if column not in table.columns or column == table.geometry.name:
        known = ", ".join(str(name) for name in table.columns if name != table.geometry.name)
        raise ParameterError(f"`column` is {column!r}; this table has {known}", parameter="column")
    values = table[column]
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return _by_text(values)
    numbers = values.astype("Float64").to_numpy(float, na_value=np.nan)
    if column.startswith("share") and not column.endswith("change"):
        known = np.isfinite(numbers)
        if (numbers[known] >= 0).all() and (numbers[known] <= 1).all():
            return _by_look(table, [classes.share_class(n) for n in numbers], texts)
    return _by_number(table, numbers, texts)


def by_looks(table: gpd.GeoDataFrame, column: str, looks: dict[str, Look]) -> Colouring:
    """Colour rows by a text whose looks are known."""
    order = list(looks)
    rows = np.array([order.index(value) for value in table[column]], np.int64)
    return _used(tuple(looks.values()), rows)


def _by_look(table: gpd.GeoDataFrame, found: list[ShareClass], texts: Texts) -> Colouring:
    reasons = table["reason"] if "reason" in table.columns else [""] * len(table)
    shown = [
        _MISSING.get(str(reason), look) if look is classes.UNKNOWN else look
        for look, reason in zip(found, reasons, strict=True)
    ]
    order = [look for look in classes.ALL_CLASSES if look in SHARE_CLASSES or look in shown]
    looks = tuple(Look(look.label(texts.language), look.color, look.id) for look in order)
    return Colouring(looks, np.array([order.index(look) for look in shown], np.int64))


def _by_number(table: gpd.GeoDataFrame, numbers: NDArray[np.float64], texts: Texts) -> Colouring:
    """Divide numbers into classes of about as many rows; inf is a class of its own."""
    finite = numbers[np.isfinite(numbers)]
    parts = np.linspace(0, 1, len(SCALE) + 1)
    edges = np.unique(np.quantile(finite, parts)) if len(finite) else np.zeros(0)
    count = max(len(edges) - 1, 1 if len(finite) else 0)
    place = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(count - 1, 0))
    steps = np.linspace(0, len(SCALE) - 1, count).round().astype(int) if count > 1 else [2]
    decimals = 0 if not len(finite) or np.ptp(finite) >= 20 else 1 if np.ptp(finite) >= 2 else 2

    def told(value: float) -> str:
        return texts.number(round(float(value), decimals), decimals=decimals)

    looks = [
        Look(texts.gettext("{low} to {high}", low=told(edges[i]), high=told(edges[i + 1])), color)
        if len(edges) > 1
        else Look(told(edges[0]), color)
        for i, color in enumerate(SCALE[step] for step in list(steps)[:count])
    ]
    reasons = table["reason"] if "reason" in table.columns else [""] * len(table)
    kinds = [*dict.fromkeys(_MISSING.values()), classes.UNKNOWN]
    looks += [Look(kind.label(texts.language), kind.color, kind.id) for kind in kinds]
    looks.append(Look(texts.gettext("out of reach"), "#38424a"))
    for i, (number, reason) in enumerate(zip(numbers, reasons, strict=True)):
        if np.isinf(number):
            place[i] = len(looks) - 1
        elif np.isnan(number):
            place[i] = count + kinds.index(_MISSING.get(str(reason), classes.UNKNOWN))
    return _used(tuple(looks), place.astype(np.int64))


def _by_text(values: pd.Series[Any]) -> Colouring:
    written = values.astype("str").fillna("").to_numpy()
    different = sorted(set(written))
    if len(different) > len(PALETTE):
        raise ParameterError(
            f"`column` {values.name!r} holds {len(different)} different texts; at most "
            f"{len(PALETTE)} colours can be told apart: group them first",
            parameter="column",
        )
    looks = tuple(Look(text or "–", PALETTE[i]) for i, text in enumerate(different))
    return Colouring(looks, np.searchsorted(different, written).astype(np.int64))


def _used(looks: tuple[Look, ...], of_row: NDArray[np.int64]) -> Colouring:
    """Leave out the looks that no row has."""
    used, place = np.unique(of_row, return_inverse=True)
    return Colouring(tuple(looks[i] for i in used), place.astype(np.int64))
