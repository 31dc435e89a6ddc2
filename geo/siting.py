"""
Where the next n sites help most, with what exists fixed.

Every person counts what the best of the chosen sites saves them; a choice is worth the sum. With 1
for "newly covered" that is the maximal covering location problem (MCLP, Church and ReVelle 1974);
with the seconds saved against the nearest existing offer it is the p-median problem (Hakimi 1964).
The fewest sites that cover a share (LSCP, Toregas et al. 1971, in its partial form) are the least
number whose best choice covers it. `geo.site_search` finds the best choice and proves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.site_search import ROUNDING, Found, Savings, greedy, solve, worth_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TIME_LIMIT_S = 20.0


@dataclass(frozen=True)
class Siting:
    """
    The best choice that was found, and how good any choice can be.

    Attributes
    ----------
    chosen
        Candidates, the one that adds most first; fewer than asked where more would add nothing.
    value
        What the choice is worth, in the unit of the weights (or weight × seconds).
    bound
        No choice of as many sites is worth more.
    fewest
        Lower bound of the number of sites (`fewest_sites`), else that of `chosen`.
    seconds
        Time taken.
    """

    chosen: Ints
    value: float
    bound: float
    fewest: int
    seconds: float

    @property
    def gap(self) -> float:
        """How much better a choice could at most be, as a share of `value`; 0 where proven best."""
        gap = (self.bound - self.value) / max(self.value, 1e-12)
        return 0.0 if gap <= ROUNDING else gap

    @property
    def proven(self) -> bool:
        """Whether no choice is better, or needs fewer sites."""
        return self.gap == 0.0 and self.fewest == len(self.chosen)


def most_covered(
    person: Ints,
    site: Ints,
    weight: Floats,
    *,
    candidates: int,
    new: int,
    time_limit_s: float = TIME_LIMIT_S,
) -> Siting:
    """
    Choose the sites that newly cover most people (MCLP).

    Parameters
    ----------
    person, site
        Shape (k,): pairs of a person's row and a candidate that would cover them; leave out people
        whom an existing offer covers.
    weight
        Shape (n,): people of each row.
    candidates, new
        How many there are, and how many to choose.
    time_limit_s
        Afterwards the best so far is returned, with its gap.

    Raises
    ------
    ParameterError
        If `new` is below 1 or above `candidates`.
    """
    start = perf_counter()
    check_new(new, candidates)
    cover, people = grouped(person, site, weight, candidates)
    keep = undominated(cover)
    savings = _savings_of(cover[:, keep], people)
    found = solve(savings, new, start + time_limit_s)
    return _siting(savings, found, keep, start)


def least_travel(
    person: Ints,
    site: Ints,
    travel_s: Floats,
    existing_s: Floats,
    weight: Floats,
    *,
    candidates: int,
    new: int,
    time_limit_s: float = TIME_LIMIT_S,
) -> Siting:
    """
    Choose the sites that save most travel time, hence the least mean time (p-median).

    Parameters
    ----------
    person, site, travel_s
        Shape (k,): seconds from a person to a candidate; pairs that are no shorter than the way to
        the nearest existing offer may be left out.
    existing_s
        Shape (n,): seconds to the nearest existing offer, inf where there is none. Then all pairs
        of that person must be there; `value` counts from a second beyond the farthest candidate.
    weight
        Shape (n,): people of each row.
    candidates, new, time_limit_s
        As in `most_covered`.

    Raises
    ------
    ParameterError
        If `new` is out of bounds, or somebody without an existing offer reaches only some of the
        candidates, so that no mean exists for every choice.
    """
    start = perf_counter()
    check_new(new, candidates)
    without = np.isinf(existing_s)
    reached = np.bincount(person, minlength=len(existing_s))
    if (without & (weight > 0) & (reached > 0) & (reached < candidates)).any():
        raise ParameterError(
            "`candidates`: some people reach no existing offer and only some of the candidates; "
            "leave out candidates that not everybody reaches",
            parameter="candidates",
        )
    farthest = np.zeros(len(existing_s))
    np.maximum.at(farthest, person, travel_s)
    # a constant on top, so that even the farthest candidate is better than none
    before = np.where(without, farthest + 1.0, existing_s)
    saved = weight[person] * (before[person] - travel_s)
    use = np.flatnonzero(saved > 0)
    use = use[np.argsort(site[use], kind="stable")]
    savings = Savings(person[use], site[use], saved[use], len(weight), candidates)
    found = solve(savings, new, start + time_limit_s)
    return _siting(savings, found, np.arange(candidates), start)


def fewest_sites(
    person: Ints,
    site: Ints,
    weight: Floats,
    *,
    candidates: int,
    needed: float,
    time_limit_s: float = TIME_LIMIT_S,
) -> Siting:
    """
    Choose the fewest sites that newly cover at least `needed` people, and of those the best (LSCP).

    Parameters
    ----------
    person, site, weight, candidates
        As in `most_covered`.
    needed
        People to be newly covered.
    time_limit_s
        Afterwards the best so far is returned, with the number that is proven to be needed.

    Raises
    ------
    ParameterError
        If all candidates together cover fewer.
    """
    start = perf_counter()
    cover, people = grouped(person, site, weight, candidates)
    keep = undominated(cover)
    savings = _savings_of(cover[:, keep], people)
    most = float(people.sum())
    if needed > most * (1 + ROUNDING):
        raise ParameterError(
            f"`share` asks for {needed:.0f} more people, all candidates together cover {most:.0f}; "
            "ask for less, a longer way or other candidates",
            parameter="share",
        )
    enough = needed * (1 - ROUNDING)
    if enough <= 0:
        return Siting(np.zeros(0, np.int64), 0.0, 0.0, 0, perf_counter() - start)
    chosen = greedy(savings, savings.sites, enough=enough)
    best = Found(chosen, worth_of(savings, chosen), most)
    while len(best.chosen) > 1:
        fewer = solve(savings, len(best.chosen) - 1, start + time_limit_s, enough=enough)
        if fewer.value < enough:
            fewest = len(best.chosen) if fewer.bound < enough else 1
            found = solve(savings, len(best.chosen), start + time_limit_s)
            return _siting(savings, found, keep, start, fewest=fewest)
        best = fewer
    found = solve(savings, 1, start + time_limit_s)
    return _siting(savings, found, keep, start)


def check_new(new: int, candidates: int) -> None:
    """
    Check how many sites are asked for.

    Raises
    ------
    ParameterError
        If it is below 1 or above the number of candidates.
    """
    if not 1 <= new <= candidates:
        raise ParameterError(
            f"`new` is {new} but must be at least 1 and at most the number of candidates, "
            f"{candidates}",
            parameter="new",
        )


def _siting(
    savings: Savings, found: Found, keep: Ints, start: float, *, fewest: int | None = None
) -> Siting:
    """Order the chosen by what each adds, and number them as the caller does."""
    inside = np.isin(np.arange(savings.sites), found.chosen)
    chosen = greedy(savings.of_sites(inside), len(found.chosen))
    return Siting(
        keep[chosen],
        found.value,
        max(found.bound, found.value),
        len(chosen) if fewest is None else fewest,
        perf_counter() - start,
    )


def grouped(
    person: Ints, site: Ints, weight: Floats, candidates: int
) -> tuple[NDArray[np.bool_], Floats]:
    """Make one row of all people whom the very same candidates cover, shape (g, candidates)."""
    rows, row = np.unique(person, return_inverse=True)
    packed = np.zeros((len(rows), (candidates + 63) // 64 * 8), np.uint8)
    np.bitwise_or.at(packed, (row, site // 8), (128 >> (site % 8)).astype(np.uint8))
    first, of_set = _equal_rows(packed)
    total = np.bincount(of_set, weight[rows], minlength=len(first)).astype(float)
    cover = np.unpackbits(packed[first], axis=1, count=candidates).astype(bool)
    return cover[total > 0], total[total > 0]


def _equal_rows(packed: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return the first row of each kind, and the kind of each row; width in whole words."""
    words = packed.view(np.uint64)
    factor = np.random.default_rng(0).integers(2**63, size=words.shape[1], dtype=np.uint64) * 2 + 1
    _, first, kind = np.unique(words @ factor, return_index=True, return_inverse=True)
    if not np.array_equal(packed[first[kind]], packed):  # two kinds met in one number
        _, first, kind = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return first, kind.ravel()


def undominated(cover: NDArray[np.bool_], *, by: int = 1) -> Ints:
    """
    Return the candidates that cover somebody and are no part of `by` others.

    Of a choice of `by` sites one of those others is free to take such a candidate's place.
    """
    counts = cover.astype(np.float32)
    common = counts.T @ counts  # whole numbers far below 2^24: exact
    size = np.diag(common)
    inside = common == size[:, None]
    number = np.arange(len(size))
    earlier = number[None, :] < number[:, None]
    larger = size[None, :] > size[:, None]
    worse = inside & (larger | ((size[None, :] == size[:, None]) & earlier))
    return np.flatnonzero((worse.sum(axis=1) < by) & (size > 0))


def _savings_of(cover: NDArray[np.bool_], weight: Floats) -> Savings:
    site, row = np.nonzero(cover.T)
    return Savings(row, site, weight[row], *cover.shape)
