"""
What may be published about few people.

A count of 1 to 24 people is withheld. So is a second one where subtracting published counts from a
published sum would give the first away: the withheld counts of a row, and those of a column below a
published sum, are at least two and hold at least 25 people together. Zero may be said: it is
nobody. Counts that change with the limit that an asker chooses are rounded to tens, so that two
limits one house apart do not tell who lives in it.

The first two columns of a table are its main ones (covered, uncovered). The others (unreachable,
unplaced) are small as a rule: where one is withheld, its people are counted as uncovered, so that
no subtraction leads to them and the main figures can stand.

Rows are districts, nested in municipalities, nested in the region; each level is published, so the
levels are decided together, from the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SMALLEST_PUBLISHED = 25  # people
ROUNDED_TO = 10  # people
_NOBODY = 1e-6  # people; sums of floats


@dataclass(frozen=True)
class Published:
    """
    Counts as they may leave the house.

    `counts` is shape (n, c) and `totals` shape (n,): whole people, NaN where withheld. A row whose
    main counts are published adds up to its total, withheld others taken as 0.
    """

    counts: NDArray[np.float64]
    totals: NDArray[np.float64]


@dataclass(frozen=True)
class PublishedLevels:
    """The same table for the region (one row), its municipalities and its finest districts."""

    region: Published
    municipalities: Published
    finest: Published


def publish_levels(counts: ArrayLike, municipality: ArrayLike) -> PublishedLevels:
    """
    Withhold and round the counts of nested districts.

    Parameters
    ----------
    counts
        Shape (n, c), exact people by finest district; the first two columns change with the asker's
        limit (covered, uncovered), the others do not. A row's total is their sum.
    municipality
        Shape (n,): the municipality of each finest district, 0 … m − 1.

    Returns
    -------
    published
        All levels; NaN where withheld.
    """
    exact = np.asarray(counts, float)
    parent = np.asarray(municipality, np.int64)
    middle = np.zeros((parent.max(initial=-1) + 1, exact.shape[1]))
    np.add.at(middle, parent, exact)
    levels = [exact.sum(axis=0, keepdims=True), middle, exact]
    few = _decide_levels([level[:, 2:] for level in levels], parent, has_total=False)
    merged = [_merge(level, mask) for level, mask in zip(levels, few, strict=True)]
    main = [np.column_stack([level[:, :2], level.sum(axis=1)]) for level in merged]
    hidden = _decide_levels(main, parent, has_total=True)
    return PublishedLevels(*(_published(*parts) for parts in zip(merged, few, hidden, strict=True)))


def publish_parts(parts: ArrayLike) -> NDArray[np.float64]:
    """
    Withhold and round the parts of a published sum that changes with the asker's limit.

    Parameters
    ----------
    parts
        Shape (n,): exact people, such as those nearest to each offer.

    Returns
    -------
    published
        Shape (n,): tens of people, NaN where withheld.
    """
    exact = np.asarray(parts, float)
    hidden = _withhold(exact[:, None], has_total=False)[:, 0]
    return np.where(hidden, np.nan, round_to_tens(exact))


def round_to_tens(people: ArrayLike) -> NDArray[np.float64]:
    """Round people to tens, half up."""
    rounded: NDArray[np.float64] = (
        np.floor(np.asarray(people, float) / ROUNDED_TO + 0.5) * ROUNDED_TO
    )
    return rounded


def publish_singly(people: ArrayLike) -> NDArray[np.float64]:
    """Round counts to tens that no published sum connects; NaN where one is withheld."""
    exact = np.asarray(people, float)
    return np.where(_is_few(exact), np.nan, round_to_tens(exact))


def _is_few(people: NDArray[np.float64] | np.float64) -> NDArray[np.bool_]:
    return np.asarray((people > _NOBODY) & (people < SMALLEST_PUBLISHED))


def _decide_levels(
    levels: list[NDArray[np.float64]], parent: NDArray[np.int64], *, has_total: bool
) -> list[NDArray[np.bool_]]:
    """Decide for region, municipalities and finest districts which cells are withheld."""
    top, middle, finest = levels
    middle_hidden = _withhold(middle, has_total=has_total)
    return [
        _withhold(top, has_total=has_total),
        middle_hidden,
        _withhold_below(finest, parent, middle_hidden, has_total=has_total),
    ]


def _merge(level: NDArray[np.float64], few: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Count withheld people of the other columns in the second one."""
    merged = level.copy()
    merged[:, 1] += np.where(few, level[:, 2:], 0.0).sum(axis=1)
    merged[:, 2:][few] = 0.0
    return merged


def _withhold(
    table: NDArray[np.float64], *, has_total: bool, hidden: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """
    Decide which cells are withheld of a table whose column sums are published.

    With `has_total` the last column is the sum of the others. Cells already `hidden` stay so.
    """
    hidden = np.zeros(table.shape, bool) if hidden is None else hidden
    hidden |= _is_few(table)
    before = -1
    while (now := int(hidden.sum())) != before:
        before = now
        if now:
            if has_total:
                _withhold_rows(table, hidden)
            _withhold_columns(table, hidden)
    return hidden


def _withhold_rows(table: NDArray[np.float64], hidden: NDArray[np.bool_]) -> None:
    for row in np.flatnonzero(hidden.any(axis=1)):
        cells, mask = table[row, :-1], hidden[row, :-1]
        if hidden[row, -1]:
            _hide_more(cells, mask, at_least=1, people=0.0)  # a sum of all parts tells the total
        elif not _hide_more(cells, mask, at_least=2, people=SMALLEST_PUBLISHED):
            hidden[row, -1] = True


def _withhold_columns(table: NDArray[np.float64], hidden: NDArray[np.bool_]) -> None:
    if len(table) == 1:  # its column sum is the row itself
        return
    for column in np.flatnonzero(hidden.any(axis=0)):
        _hide_more(table[:, column], hidden[:, column], at_least=2, people=SMALLEST_PUBLISHED)


def _hide_more(
    cells: NDArray[np.float64], mask: NDArray[np.bool_], *, at_least: int, people: float
) -> bool:
    """Withhold the smallest further cells with people until enough are; False if there are none."""
    while mask.sum() < at_least or cells[mask].sum() < people:
        candidates = np.flatnonzero(~mask & (cells > _NOBODY))
        if not len(candidates):
            return False
        mask[candidates[np.argmin(cells[candidates])]] = True
    return True


def _withhold_below(
    table: NDArray[np.float64],
    parent: NDArray[np.int64],
    above: NDArray[np.bool_],
    *,
    has_total: bool,
) -> NDArray[np.bool_]:
    """Decide for the finest rows, given what is withheld of their municipalities."""
    order = np.argsort(parent, kind="stable")
    families = np.split(order, np.flatnonzero(np.diff(parent[order])) + 1) if len(order) else []
    hidden = np.zeros(table.shape, bool)
    for rows in families:
        if len(rows) == 1:
            hidden[rows] = above[parent[rows]]
            continue
        own = np.zeros((len(rows), table.shape[1]), bool)
        for column in np.flatnonzero(above[parent[rows[0]]]):
            _hide_more(table[rows, column], own[:, column], at_least=1, people=SMALLEST_PUBLISHED)
        hidden[rows] = _withhold(table[rows], has_total=has_total, hidden=own)
    return hidden


def _published(
    exact: NDArray[np.float64], few: NDArray[np.bool_], hidden: NDArray[np.bool_]
) -> Published:
    """Round so that rows add up; the second column takes up what rounding leaves over."""
    totals = np.floor(exact.sum(axis=1) + 0.5)
    counts = np.floor(exact + 0.5)
    first, second = exact[:, 0], exact[:, 1]
    left = totals - counts[:, 2:].sum(axis=1)
    nobody = np.flatnonzero(first + second <= _NOBODY)  # then the largest other part takes it up
    counts[nobody, 2 + exact[nobody, 2:].argmax(axis=1)] += left[nobody]
    left[nobody] = 0
    shown = np.clip(round_to_tens(first), 0, left)
    shown = np.where(second <= _NOBODY, left, np.where(first <= _NOBODY, 0.0, shown))
    too_few_left = (second >= SMALLEST_PUBLISHED) & (left - shown < SMALLEST_PUBLISHED)
    shown = np.where(too_few_left, np.maximum(shown - ROUNDED_TO, SMALLEST_PUBLISHED), shown)
    counts[:, 0], counts[:, 1] = shown, left - shown
    return Published(
        counts=np.where(np.column_stack([hidden[:, :2], few]), np.nan, counts),
        totals=np.where(hidden[:, -1], np.nan, totals),
    )
