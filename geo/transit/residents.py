"""
From departures at stops to the minutes of people: median, best, and how often within a limit.

A person leaves at each step of the window. Each row of a stop near by is dropped into the latest
step that still catches it; a running minimum backwards gives the earliest arrival of every step. A
journey longer than the cap counts as none; walking the whole way is always allowed and has no cap.
The median is the lower one (nearest rank); a step at which nothing is reached is worse than all
others. It is found lane by lane by halving the range between best and cap, without sorting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Small = NDArray[Any]


@dataclass(frozen=True)
class Access:
    """Stops near people: `start` (n + 1,) rows of `stop` and `seconds`."""

    start: NDArray[np.int64]
    stop: Ints
    seconds: Ints

    @property
    def has_stop(self) -> NDArray[np.bool_]:
        """Shape (n,): who has a stop near by."""
        return np.asarray(np.diff(self.start) > 0)

    def take(self, rows: NDArray[np.int64]) -> Access:
        """Return the stops near some of the people."""
        count = self.start[rows + 1] - self.start[rows]
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        at = np.arange(start[-1]) + np.repeat(self.start[rows] - start[:-1], count)
        return Access(start, self.stop[at], self.seconds[at])


def statistics(
    access: Access, first_row: Ints, row_at_s: Ints, arrival_s: Small, walk_s: Small,
    limit_s: Small, *, steps: int, step_s: int, cap_s: int, never: int,
) -> tuple[Small, Small, NDArray[np.uint16]]:  # fmt: skip
    """
    Sum up the departures of each person and lane.

    Parameters
    ----------
    access
        n people.
    first_row, row_at_s, arrival_s
        Of the window's events and its scan, shape (rows, lanes).
    walk_s
        Shape (n, lanes), seconds of walking the whole way, at most `never`.
    limit_s
        Shape (lanes,).

    Returns
    -------
    median_s, best_s, within
        Shape (n, lanes): seconds, `never` where nothing is reached; how many departures are within
        the limit.
    """
    people, lanes = walk_s.shape
    if len(access.start) != people + 1 or arrival_s.shape != (len(row_at_s), lanes):
        raise ValueError("people, rows and lanes do not belong together")
    kind = arrival_s.dtype
    median_s, best_s = np.empty((people, lanes), kind), np.empty((people, lanes), kind)
    within = np.empty((people, lanes), np.uint16)
    _statistics(
        access.start, access.stop, access.seconds, first_row, row_at_s, arrival_s,
        np.ascontiguousarray(walk_s, kind), np.ascontiguousarray(limit_s, kind), steps, step_s,
        cap_s, never, np.empty((steps, lanes), kind),
        median_s, best_s, within,
    )  # fmt: skip
    return median_s, best_s, within


def statistics_while_open(
    access: Access, first_row: Ints, row_at_s: Ints, arrival_s: Small, walk_s: Ints, limit_s: Small,
    lane: Ints, open_s: Ints, close_s: Ints,
    *, steps: int, step_s: int, cap_s: int, never: int,
) -> tuple[Small, Small, NDArray[np.uint16]]:  # fmt: skip
    """
    Sum up the departures where offers have hours.

    As `statistics`, but `walk_s` is of shape (n, c): walks to the offers of c classes, of `lane`
    (c,) each, which are open from `open_s` until `close_s` (c,).
    """
    people, lanes = len(walk_s), arrival_s.shape[1]
    if len(access.start) != people + 1 or walk_s.shape[1] != len(lane):
        raise ValueError("people, rows and lanes do not belong together")
    kind = arrival_s.dtype
    median_s, best_s = np.empty((people, lanes), kind), np.empty((people, lanes), kind)
    within = np.empty((people, lanes), np.uint16)
    _statistics_while_open(
        access.start, access.stop, access.seconds, first_row, row_at_s, arrival_s,
        np.ascontiguousarray(walk_s, np.int32), np.ascontiguousarray(limit_s, kind), lane, open_s,
        close_s, steps, step_s, cap_s, never, np.empty((steps, lanes), kind),
        median_s, best_s, within,
    )  # fmt: skip
    return median_s, best_s, within


@kernel(
    "int int i4[] i4[] i4[] i4[] u2[,] int int int u2[,]=",
    "int int i4[] i4[] i4[] i4[] i4[,] int int int i4[,]=",
)
def _drop(
    start: int, end: int, stop: Ints, seconds: Ints, first_row: Ints, row_at_s: Ints,
    arrival_s: Small, steps: int, step_s: int, never: int, by_step: Small,
) -> None:  # fmt: skip
    """Find the earliest arrival of each step by way of the stops of one person."""
    lanes = by_step.shape[1]
    by_step[:] = by_step.dtype.type(never)
    for k in range(start, end):
        after = steps  # rows of a step that has one already are no better
        for row in range(first_row[stop[k]], first_row[stop[k] + 1] - 1):
            left_s = row_at_s[row] - seconds[k]
            if left_s < 0:
                continue
            step = left_s // step_s
            is_beyond = step >= steps
            if is_beyond:
                step = steps - 1
            if step != after:
                here, caught = by_step[step], arrival_s[row]
                for lane in range(lanes):
                    here[lane] = min(here[lane], caught[lane])
                after = step
            if is_beyond:
                break


@kernel("u2[,]= u2[] u2[]= int int int", "i4[,]= i4[] i4[]= int int int")
def _travel(
    by_step: Small, walk: Small, earliest: Small, step_s: int, cap: int, never: int
) -> None:
    """Turn arrivals into travel times: a running minimum backwards, the cap, the walk at most."""
    steps, lanes = by_step.shape
    number = by_step.dtype.type
    longest, unreached = number(cap), number(never)
    earliest[:] = unreached
    for step in range(steps - 1, -1, -1):
        here, left = by_step[step], number(step * step_s)
        for lane in range(lanes):
            earliest[lane] = min(earliest[lane], here[lane])
        for lane in range(lanes):
            took = number(earliest[lane] - left)
            here[lane] = min(took if took <= longest else unreached, walk[lane])


@kernel("u2[,] u2[] u2[]= u2[]=", "i4[,] i4[] i4[]= u2[]=")
def _sum_up(by_step: Small, limit: Small, best: Small, often: NDArray[np.uint16]) -> None:
    """Find the least travel time of each lane, and how many are within its limit."""
    best[:] = by_step[0]
    often[:] = 0
    for step in range(by_step.shape[0]):
        here = by_step[step]
        for lane in range(by_step.shape[1]):
            best[lane] = min(best[lane], here[lane])
        for lane in range(by_step.shape[1]):
            often[lane] += np.uint16(here[lane] <= limit[lane])


@kernel("u2[,] u2[] u2[]=", "i4[,] i4[] u2[]=")
def _count(took: Small, middle: Small, count: NDArray[np.uint16]) -> None:
    """Count the steps of each lane that take at most `middle`, four at once: that is faster."""
    steps, lanes = took.shape
    fours = steps - steps % 4
    count[:] = 0
    for step in range(0, fours, 4):
        a, b, c, d = took[step], took[step + 1], took[step + 2], took[step + 3]
        for lane in range(lanes):
            m = middle[lane]
            two = np.uint16(np.uint16(a[lane] <= m) + np.uint16(b[lane] <= m))
            count[lane] += np.uint16(two + np.uint16(c[lane] <= m) + np.uint16(d[lane] <= m))
    for step in range(fours, steps):
        a = took[step]
        for lane in range(lanes):
            count[lane] += np.uint16(a[lane] <= middle[lane])


@kernel("u2[,] u2[]= u2[]= u2[]= u2[]=", "i4[,] i4[]= i4[]= i4[]= u2[]=")
def _lower_median(
    took: Small, low: Small, high: Small, middle: Small, count: NDArray[np.uint16]
) -> None:
    """Halve the range of each lane until `low` is the least number that half of its steps reach."""
    steps, lanes = took.shape
    number = took.dtype.type
    one = number(1)
    rank = np.uint16((steps + 1) // 2)
    widest = np.int64(0)
    for lane in range(lanes):
        widest = max(widest, np.int64(high[lane]) - np.int64(low[lane]))
    while widest > 0:
        for lane in range(lanes):
            middle[lane] = number(low[lane] + number(number(high[lane] - low[lane]) >> one))
        _count(took, middle, count)
        widest >>= 1
        for lane in range(lanes):
            is_enough = count[lane] >= rank
            high[lane] = middle[lane] if is_enough else high[lane]
            above = min(number(middle[lane] + one), high[lane])  # a settled lane stays so
            low[lane] = low[lane] if is_enough else above


@kernel(
    "i8[] i4[] i4[] i4[] i4[] u2[,] u2[,] u2[] int int int int u2[,]= u2[,]= u2[,]= u2[,]=",
    "i8[] i4[] i4[] i4[] i4[] i4[,] i4[,] i4[] int int int int i4[,]= i4[,]= i4[,]= u2[,]=",
)
def _statistics(
    start: NDArray[np.int64], stop: Ints, seconds: Ints, first_row: Ints, row_at_s: Ints,
    arrival_s: Small, walk_s: Small, limit_s: Small, steps: int, step_s: int, cap: int, never: int,
    by_step: Small, median_s: Small, best_s: Small, within: NDArray[np.uint16],
) -> None:  # fmt: skip
    people, lanes = walk_s.shape
    number = by_step.dtype.type
    beyond = number(cap + 1)
    high, middle = np.empty(lanes, by_step.dtype), np.empty(lanes, by_step.dtype)
    count = np.empty(lanes, np.uint16)
    for i in range(people):
        walk, best, low, often = walk_s[i], best_s[i], median_s[i], within[i]
        if start[i] == start[i + 1]:
            for lane in range(lanes):
                best[lane] = walk[lane]
                low[lane] = walk[lane]
                often[lane] = np.uint16(steps) if walk[lane] <= limit_s[lane] else np.uint16(0)
            continue
        _drop(start[i], start[i + 1], stop, seconds, first_row, row_at_s, arrival_s, steps, step_s,
              never, by_step)  # fmt: skip
        _travel(by_step, walk, high, step_s, cap, never)
        _sum_up(by_step, limit_s, best, often)
        for lane in range(lanes):
            low[lane] = min(best[lane], beyond)
            high[lane] = min(walk[lane], beyond)
        _lower_median(by_step, low, high, middle, count)
        for lane in range(lanes):
            # beyond the cap only those who walk all the way arrive, always after the same time
            low[lane] = low[lane] if low[lane] < beyond else walk[lane]


@kernel(
    "i8[] i4[] i4[] i4[] i4[] u2[,] i4[,] u2[] i4[] i4[] i4[] int int int int "
    "u2[,]= u2[,]= u2[,]= u2[,]=",
    "i8[] i4[] i4[] i4[] i4[] i4[,] i4[,] i4[] i4[] i4[] i4[] int int int int "
    "i4[,]= i4[,]= i4[,]= u2[,]=",
)
def _statistics_while_open(
    start: NDArray[np.int64], stop: Ints, seconds: Ints, first_row: Ints, row_at_s: Ints,
    arrival_s: Small, walk_s: Ints, limit_s: Small, lane_of: Ints, open_s: Ints, close_s: Ints,
    steps: int, step_s: int, cap: int, never: int,
    by_step: Small, median_s: Small, best_s: Small, within: NDArray[np.uint16],
) -> None:  # fmt: skip
    people, lanes = median_s.shape
    number = by_step.dtype.type
    no_walk = np.full(lanes, number(never))
    high, middle = np.empty(lanes, by_step.dtype), np.empty(lanes, by_step.dtype)
    count = np.empty(lanes, np.uint16)
    for i in range(people):
        _drop(start[i], start[i + 1], stop, seconds, first_row, row_at_s, arrival_s, steps, step_s,
              never, by_step)  # fmt: skip
        _travel(by_step, no_walk, high, step_s, cap, never)
        for step in range(steps):
            here, left = by_step[step], step * step_s
            for each in range(len(lane_of)):
                there = max(left + walk_s[i, each], open_s[each])
                if there <= close_s[each] and there - left < never:
                    lane = lane_of[each]
                    here[lane] = min(here[lane], number(there - left))
        best, low = best_s[i], median_s[i]
        _sum_up(by_step, limit_s, best, within[i])
        for lane in range(lanes):
            low[lane] = best[lane]
            high[lane] = number(never)
        _lower_median(by_step, low, high, middle, count)
