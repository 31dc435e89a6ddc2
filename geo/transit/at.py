"""Public transport at one window, as those see it who ask a street network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.network_results import Nearest, Pairs
from geo.once import cached_property
from geo.transit.days import DayReport, report_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from geo.network import Snapped
    from geo.transit.hours import OpenHours
    from geo.transit.limits import TransitTimes
    from geo.transit.transit import Transit
    from geo.transit.window import Window

LANES_OF_PAIRS = 64  # places that one pass answers


class TransitAt:
    """
    Public transport at one window, with the face of a street network.

    What it answers is the median over the departures of the window.
    """

    mode = "transit"

    def __init__(self, transit: Transit, window: Window) -> None:
        transit.first_s(window)  # a window that cannot be is refused before it is asked
        self.transit, self.window = transit, window
        self.crs = transit.walk.crs
        self.network_id = transit.walk.network_id

    def __repr__(self) -> str:
        return f"<TransitAt {self.window}, {self.transit!r}>"

    @property
    def day(self) -> DayReport:
        """How many departures the day has beside its weekday."""
        return report_day(self.transit.timetable, self.window.day)

    @cached_property
    def departures(self) -> int:
        """How many departures people could board, within the window and the cap after it."""
        events = self.transit.events(self.window)
        return int((events.row >= 0).sum())

    def snap(self, xy: ArrayLike) -> Snapped:
        """Place points on the walking network."""
        return self.transit.walk.snap(xy)

    def of(self, rows: NDArray[np.int64]) -> TransitAt:
        """Return the same window for some of the people, with their walks as they are."""
        return TransitAt(self.transit.take(rows), self.window)

    def to_nearest(
        self,
        demand: Snapped,
        supplies: Sequence[Snapped],
        *,
        hours: Sequence[OpenHours | None] | None = None,
        with_distance: bool = False,
    ) -> Nearest:
        """
        Find the median travel time to the nearest supply of each set.

        Parameters
        ----------
        demand
            The people that the mode was made for; others are measured as well, their walks anew.
        supplies
            k sets of any size, also empty.
        hours
            When the offers of each set are open, as for `Transit.times`.
        with_distance
            Must be False: a ride has no length here.

        Returns
        -------
        nearest
            Shapes (k, n). `supply` is the one that is nearest on foot, −1 where nobody can walk to
            any: which one the median journey ends at differs from minute to minute.

        Raises
        ------
        ParameterError
            If a distance is asked for.
        """
        _check_distance(with_distance)
        transit = self.transit if demand is self.transit.demand else self.transit.of(demand)
        found = transit.times(
            supplies, window=self.window, limits_s=[0.0] * len(supplies), hours=hours
        )
        on_foot = transit.walk.to_nearest(demand, supplies)
        return Nearest(found.median_s.astype(float), on_foot.supply, None)

    def within(
        self, sources: Snapped, targets: Snapped, limit_s: float, *, with_distance: bool = False
    ) -> Pairs:
        """
        Find all pairs of people and places whose median travel time is within a limit.

        Each place is a lane of its own, so that a pass over the timetable answers many.

        Parameters
        ----------
        sources, targets
            As `demand` and a set of `to_nearest`.
        limit_s
            Seconds.
        with_distance
            Must be False: a ride has no length here.

        Returns
        -------
        pairs
            Sorted by source and target; `distance_m` is NaN.

        Raises
        ------
        ParameterError
            If a distance is asked for.
        """
        _check_distance(with_distance)
        transit = self.transit if sources is self.transit.demand else self.transit.of(sources)
        parts = [(np.zeros(0, np.int64),) * 2 + (np.zeros(0),)]
        for first in range(0, len(targets), LANES_OF_PAIRS):
            last = min(first + LANES_OF_PAIRS, len(targets))
            each = [targets.take([k]) for k in range(first, last)]
            found = transit.times(each, window=self.window, limits_s=[limit_s] * len(each))
            target, source = np.nonzero(found.median_s <= limit_s)
            parts.append((source, target + first, found.median_s[target, source].astype(float)))
        source, target, travel_s = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((target, source))
        nothing = np.full(len(order), np.nan)
        return Pairs(source[order], target[order], travel_s[order], nothing)

    def times(
        self, supplies: Sequence[Snapped], *, limits_s: Sequence[float],
        hours: Sequence[OpenHours | None] | None = None,
    ) -> TransitTimes:  # fmt: skip
        """Sum up the departures of the window, as `Transit.times`."""
        return self.transit.times(supplies, window=self.window, limits_s=limits_s, hours=hours)

    def home_from_nearest(
        self, supplies: Sequence[Snapped], *, limits_s: Sequence[float],
        hours: Sequence[OpenHours | None] | None = None,
    ) -> TransitTimes:  # fmt: skip
        """Sum up the ways home that end at each minute of the window."""
        return self.transit.times(
            supplies, window=self.window, limits_s=limits_s, hours=hours, homeward=True
        )


def _check_distance(with_distance: bool) -> None:
    if with_distance:
        raise ParameterError(
            "`metres` have no meaning in public transport; give `minutes`", parameter="metres"
        )
