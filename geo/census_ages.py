"""
Three age groups out of the columns that offices publish: under 18, 18 to 64, 65 and older.

Shares in percent (Zensus 2011: `unter18_A`, `ab65_A`; 2022: `AnteilUnter18`, `AnteilUeber65`) and
counts by classes (`Unter18`, `a18bis29`, `a10bis19`, `a65undaelter`) are both read. A class of ten
years or fewer across a limit is divided evenly by years; a wider one tells nothing of either side.
What an office keeps secret stays unknown (NaN), unless the rest tells it: where all that live in a
cell are in the classes that are shown, the others are empty.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AGE_GROUPS = ("under_18", "18_to_64", "65_and_older")
_FROM = (0, 18, 65)
_TO = (18, 65, 200)
_WIDEST_DIVIDED = 10  # years of a class that may be divided among groups
_TOLERANCE_SHARE = 1.01  # of shares that an office rounded, or perturbed each by itself
_SHARES = {
    "unter18_a": 0, "anteilunter18": 0, "anteil_unter_18": 0,
    "ab65_a": 2, "anteilueber65": 2, "anteil_ueber_65": 2, "anteilab65": 2,
}  # fmt: skip
_CLASSES = (
    (re.compile(r"(?:unter|u|under)_?([0-9]+)"), lambda m: (0, int(m[1]))),
    (
        re.compile(r"(?:a|age|alter)?_?([0-9]+)_?(?:bis|to|_|-)_?(?:unter_?)?([0-9]+)"),
        lambda m: (int(m[1]), int(m[2]) + ("unter" not in m[0])),
    ),
    (
        re.compile(r"(?:a|age|alter|ab|ue|from)?_?([0-9]+)_?(?:und|u|and)?_?(?:aelter|älter|plus|\+|older)"),
        lambda m: (int(m[1]), math.inf),
    ),
    (re.compile(r"(?:ab|from|ue)_?([0-9]+)"), lambda m: (int(m[1]), math.inf)),
)  # fmt: skip


@dataclass(frozen=True)
class AgeColumns:
    """
    Which columns of a table tell of ages.

    `shares` are the columns of `AGE_GROUPS` in percent, `classes` those of counts with their years
    (from, to before); one of the two is empty. Empty altogether where a table tells none.
    """

    shares: Mapping[str, int]
    classes: Mapping[str, tuple[float, float]]

    @property
    def names(self) -> list[str]:
        """All of them, in the order of the table."""
        return [*self.shares, *self.classes]


def find_age_columns(columns: Sequence[str], named: Mapping[str, str] | None = None) -> AgeColumns:
    """
    Find columns of ages by their names.

    Parameters
    ----------
    columns
        Of the table.
    named
        `under_18`, `18_to_64` or `65_and_older` to the column of counts that holds it.
    """
    if named:
        return AgeColumns(
            {},
            {
                named[group]: (_FROM[i], _TO[i])
                for i, group in enumerate(AGE_GROUPS)
                if group in named
            },
        )
    shares = {c: _SHARES[c.lower()] for c in columns if c.lower() in _SHARES}
    if shares:
        return AgeColumns(shares, {})
    classes = {c: years for c in columns if (years := _years_of(c.lower()))}
    return AgeColumns({}, classes)


def _years_of(column: str) -> tuple[float, float] | None:
    for pattern, years in _CLASSES:
        if match := pattern.fullmatch(column):
            low, high = years(match)
            return (low, high) if 0 <= low < high else None
    return None


def shares_from_percent(percent: Floats, groups: Sequence[int]) -> Floats:
    """
    Make shares of age groups from percentages.

    Parameters
    ----------
    percent
        Shape (n, k), NaN or negative where secret.
    groups
        Shape (k,): the group of each column.

    Returns
    -------
    shares
        Shape (n, 3), 0 to 1, NaN where unknown. Impossible ones (above 100 %, or together above it
        by more than rounding) are unknown as well.
    """
    shares = np.full((len(percent), 3), np.nan)
    for column, group in enumerate(groups):
        shares[:, group] = percent[:, column] / 100
    shares[(shares < 0) | (shares > _TOLERANCE_SHARE)] = np.nan
    both = shares[:, 0] + shares[:, 2]
    shares[both > _TOLERANCE_SHARE] = np.nan
    middle = 1 - (shares[:, 0] + shares[:, 2])
    if 1 not in groups:
        shares[:, 1] = np.clip(middle, 0, 1)
    clipped: Floats = np.clip(shares, 0, 1)
    return clipped


def shares_from_classes(
    counts: Floats, years: Sequence[tuple[float, float]], total: Floats
) -> Floats:
    """
    Make shares of age groups from counts by classes.

    Parameters
    ----------
    counts
        Shape (n, k), NaN where secret or nobody.
    years
        Shape (k,): years of each class, from and to before.
    total
        Shape (n,): people of the same cells, NaN where unknown.

    Returns
    -------
    shares
        Shape (n, 3), 0 to 1 and together 1 where all are known; NaN where unknown.
    """
    parts = np.array([_parts(low, high) for low, high in years]).reshape(-1, 3)
    seen = np.nansum(counts, axis=1)
    is_hidden = np.isnan(counts)
    left = np.where(np.isnan(total), 0.0 if _is_complete(years) else np.nan, total - seen)
    known = np.nan_to_num(counts)
    groups = known @ np.nan_to_num(parts)
    # a group is unknown where a class that might be in it is hidden and somebody is left over
    doubtful = (np.isnan(parts) | (np.nan_to_num(parts) > 0)).astype(float)
    may_hide = (is_hidden.astype(float) @ doubtful > 0) & ~(left <= 0)[:, None]
    wide = (known > 0).astype(float) @ np.isnan(parts).astype(float) > 0
    missing = np.broadcast_to(_missing(years), groups.shape) & ~(left <= 0)[:, None]
    unknown = may_hide | wide | missing
    alone = unknown.sum(axis=1) == 1  # one group alone takes all who are left over
    alone &= ~wide.any(axis=1) & (left > 0)
    groups = np.where(unknown, np.where(alone[:, None], groups + left[:, None], np.nan), groups)
    whole = np.where(np.isnan(groups).any(axis=1), total, groups.sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = groups / whole[:, None]
    shares[~np.isfinite(shares)] = np.nan
    return np.where(shares > 1, np.nan, shares)


def _parts(low: float, high: float) -> list[float]:
    """Return the parts of a class that are in each group; NaN where nobody can tell."""
    shared = [
        max(0.0, min(high, to) - max(low, start)) for start, to in zip(_FROM, _TO, strict=True)
    ]
    inside = [s > 0 for s in shared]
    if sum(inside) == 1:
        return [float(i) for i in inside]
    if high - low > _WIDEST_DIVIDED:
        return [math.nan if i else 0.0 for i in inside]
    return [s / (high - low) for s in shared]


def _missing(years: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell which groups no class covers from beginning to end."""
    return np.array([
        sum(max(0.0, min(high, to, 100) - max(low, start)) for low, high in years)
        < min(to, 100) - start
        for start, to in zip(_FROM, _TO, strict=True)
    ])  # fmt: skip


def _is_complete(years: Sequence[tuple[float, float]]) -> bool:
    return not _missing(years).any()
