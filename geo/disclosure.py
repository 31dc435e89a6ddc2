"""
What may be published about few people.

A count of 1 to 24 people is withheld (of fewer than `smallest`, where an office that counted them
asks for more). So is a second one where subtracting published counts from a published sum would
give the first away: what is withheld below a published sum is at least two counts and holds at
least 25 (or `smallest`) people together. Zero may be said: it is nobody. Counts that change
with what is asked (limit, mode, category) are rounded to tens, so that two answers one house apart
do not tell who lives in it.

The first two columns of a table are its main ones (covered, uncovered). As a row's total is known
from other answers, they are withheld together, a zero as well. Totals are decided by themselves,
the same for every question: otherwise two answers that withhold different ones would tell both.
The others (unreachable, unplaced) are small as a rule: where one is withheld, its people are
counted as uncovered, so that no subtraction leads to them and the main figures can stand.

Rows are districts, nested in municipalities, nested in the region; each level is published, so the
levels are decided together, from the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

SMALLEST_PUBLISHED = 25  # people
ROUNDED_TO = 10  # people
_NOBODY = 1e-6  # people; sums of floats


@dataclass(frozen=True)
class Published:
    """
    Counts as they may leave the house.

    `counts` is shape (n, 4) and `totals` shape (n,): whole people, NaN where withheld. A row whose
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


def publish_levels(
    counts: ArrayLike,
    municipality: ArrayLike,
    *,
    known: ArrayLike | None = None,
    smallest: float = SMALLEST_PUBLISHED,
) -> PublishedLevels:
    """
    Withhold and round the counts of nested districts.

    Parameters
    ----------
    counts
        Shape (n, 4), exact people by finest district: covered, uncovered, unreachable, unplaced. A
        row's total is their sum; totals and the last column are the same whatever is asked.
    municipality
        Shape (n,): the municipality of each finest district, 0 … m − 1.
    known
        Shape (n, 4), whole people among `counts` who are no secret, as the asker assumed them. They
        are added after everything is decided for the others: otherwise they would lift a count of
        few above the threshold.
    smallest
        Fewest people of whom a count may be published: `Population.smallest_published`.

    Returns
    -------
    published
        All levels; NaN where withheld.
    """
    told = np.zeros(np.shape(counts)) if known is None else np.asarray(known, float)
    exact = np.asarray(counts, float) - told
    parent = np.asarray(municipality, np.int64)
    middle = np.zeros((parent.max(initial=-1) + 1, exact.shape[1]))
    np.add.at(middle, parent, exact)
    levels = [exact.sum(axis=0, keepdims=True), middle, exact]
    told_middle = np.zeros_like(middle)
    np.add.at(told_middle, parent, told)
    told_levels = [told.sum(axis=0, keepdims=True), told_middle, told]
    few = [
        np.column_stack(masks)
        for masks in zip(
            *(
                _decide_levels([level[:, [c]] for level in levels], parent, smallest)
                for c in (2, 3)
            ),
            strict=True,
        )
    ]
    # by the totals alone, so that every question withholds the same ones
    untold = _decide_levels(
        [level.sum(axis=1, keepdims=True) for level in levels], parent, smallest
    )
    merged = [_merge(level, mask) for level, mask in zip(levels, few, strict=True)]
    hidden = _decide_levels([level[:, :2] for level in merged], parent, smallest, untold)
    return PublishedLevels(
        *(
            _add_known(_published(*parts, smallest=smallest), _merge(known_level, parts[1]))
            for known_level, *parts in zip(told_levels, merged, few, untold, hidden, strict=True)
        )
    )


def publish_parts(parts: ArrayLike, *, smallest: float = SMALLEST_PUBLISHED) -> NDArray[np.float64]:
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
    hidden = _withhold(exact[:, None], np.zeros(len(exact), bool), smallest)
    return np.where(hidden, np.nan, round_to_tens(exact))


def publish_within(
    parts: ArrayLike, totals: ArrayLike, *, smallest: float = SMALLEST_PUBLISHED
) -> NDArray[np.float64]:
    """
    Withhold and round counts whose totals are known, by row and altogether.

    Parameters
    ----------
    parts, totals
        Shape (n,): exact people of each row, and all of whom they are a part. Where few are left
        over, a count is withheld as well: subtracting it from the total would tell of them.

    Returns
    -------
    published
        Shape (n,): tens of people, NaN where withheld.
    """
    exact = np.asarray(parts, float)
    table = np.column_stack([exact, np.asarray(totals, float) - exact])
    hidden = _withhold(table, np.zeros(len(exact), bool), smallest)
    return np.where(hidden, np.nan, round_to_tens(exact))


def round_to_tens(people: ArrayLike) -> NDArray[np.float64]:
    """Round people to tens, half up."""
    rounded: NDArray[np.float64] = (
        np.floor(np.asarray(people, float) / ROUNDED_TO + 0.5) * ROUNDED_TO
    )
    return rounded


def publish_singly(
    people: ArrayLike, *, smallest: float = SMALLEST_PUBLISHED
) -> NDArray[np.float64]:
    """Round counts to tens that no published sum connects; NaN where one is withheld."""
    exact = np.asarray(people, float)
    return np.where(_is_few(exact, smallest), np.nan, round_to_tens(exact))


def _is_few(people: NDArray[np.float64] | np.float64, smallest: float) -> NDArray[np.bool_]:
    return np.asarray((people > _NOBODY) & (people < smallest))


def _decide_levels(
    levels: Sequence[NDArray[np.float64]],
    parent: NDArray[np.int64],
    smallest: float,
    untold: Sequence[NDArray[np.bool_]] | None = None,
) -> list[NDArray[np.bool_]]:
    """
    Decide which rows of region, municipalities and finest districts are withheld.

    `levels` are shape (n, c): columns whose cells stand or fall together. Rows in `untold` are
    withheld in any case.
    """
    top, middle, finest = untold or [np.zeros(len(level), bool) for level in levels]
    middle = _withhold(levels[1], middle, smallest)
    finest = finest.copy()
    order = np.argsort(parent, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(parent[order])) + 1) if len(order) else []:
        above = middle[parent[rows[0]]]
        if len(rows) == 1:  # the municipality itself
            finest[rows] = above
            continue
        own = finest[rows]
        if above:  # its parts must not add up to it
            _withhold_more(levels[2][rows], own, smallest, at_least=1)
        finest[rows] = _withhold(levels[2][rows], own, smallest)
    return [_withhold(levels[0], top, smallest), middle, finest]


def _merge(level: NDArray[np.float64], few: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Count withheld people of the other columns in the second one."""
    merged = level.copy()
    merged[:, 1] += np.where(few, level[:, 2:], 0.0).sum(axis=1)
    merged[:, 2:][few] = 0.0
    return merged


def _add_known(published: Published, known: NDArray[np.float64]) -> Published:
    """Add people who are no secret; what is withheld stays so."""
    return Published(published.counts + known, published.totals + known.sum(axis=1))


def _withhold(
    table: NDArray[np.float64], untold: NDArray[np.bool_], smallest: float
) -> NDArray[np.bool_]:
    """Decide which rows are withheld of a table, shape (n, c), whose column sums are published."""
    hidden = untold | _is_few(table, smallest).any(axis=1)
    if len(table) > 1 and hidden.any():  # the column sums of a single row are the row itself
        _withhold_more(table, hidden, smallest, at_least=2)
    return hidden


def _withhold_more(
    table: NDArray[np.float64], hidden: NDArray[np.bool_], smallest: float, *, at_least: int
) -> None:
    """
    Withhold further rows in place, the smallest first, so that no column sum gives one away.

    Afterwards they are at least so many, with `smallest` people together in each column, or all
    that there are. For two and more, columns in which the withheld rows hold nobody stay. A
    withheld zero protects as well as any other number, as nobody knows that it is one.
    """
    before = -1
    while (now := int(hidden.sum())) != before:
        before = now
        for cells in table.T:
            held = cells > _NOBODY
            if at_least > 1 and not (hidden & held).any():
                continue
            while hidden.sum() < at_least or cells[hidden].sum() < smallest:
                candidates = np.flatnonzero(held & ~hidden)
                if not len(candidates):
                    break
                hidden[candidates[np.argmin(cells[candidates])]] = True


def _published(
    exact: NDArray[np.float64],
    few: NDArray[np.bool_],
    untold: NDArray[np.bool_],
    hidden: NDArray[np.bool_],
    *,
    smallest: float,
) -> Published:
    """Round so that rows add up; the second column takes up what rounding leaves over."""
    totals = np.floor(exact.sum(axis=1) + 0.5)
    counts = np.floor(exact + 0.5)
    unreachable = np.floor(exact[:, 2] / ROUNDED_TO) * ROUNDED_TO
    counts[:, 2] = np.where(exact[:, 2] > _NOBODY, np.maximum(unreachable, smallest), 0)
    first, second = exact[:, 0], exact[:, 1]
    left = totals - counts[:, 2:].sum(axis=1)
    nobody = np.flatnonzero(first + second <= _NOBODY)  # then the largest other part takes it up
    counts[nobody, 2 + exact[nobody, 2:].argmax(axis=1)] += left[nobody]
    left[nobody] = 0
    shown = round_to_tens(first)
    too_few_left = (second >= smallest) & (left - shown < smallest)
    shown = np.where(too_few_left, np.maximum(shown - ROUNDED_TO, smallest), shown)
    shown = np.where(second <= _NOBODY, left, np.where(first <= _NOBODY, 0.0, shown))
    counts[:, 0], counts[:, 1] = shown, left - shown
    return Published(
        counts=np.where(np.column_stack([hidden, hidden, few]), np.nan, counts),
        totals=np.where(untold, np.nan, totals),
    )
