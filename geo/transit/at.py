"""Public transport at one window, as those see it who ask a street network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.network_results import Nearest
from geo.once import cached_property
from geo.transit.days import DayReport, report_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from geo.network import Snapped
    from geo.transit.hours import OpenHours
    from geo.transit.limits import TransitTimes
    from geo.transit.transit import Transit
    from geo.transit.window import Window


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

    def to_nearest(
        self, demand: Snapped, supplies: Sequence[Snapped], *, with_distance: bool = False
    ) -> Nearest:
        """
        Find the median travel time to the nearest supply of each set.

        Parameters
        ----------
        demand
            The people that the mode was made for; others are measured as well, their walks anew.
        supplies
            k sets of any size, also empty.
        with_distance
            Must be False: a ride has no length here.

        Returns
        -------
        nearest
            Shapes (k, n). `supply` is the one that is nearest on foot, −1 where no way at all leads
            to one: which one the median journey ends at differs from minute to minute.

        Raises
        ------
        ParameterError
            If a distance is asked for.
        """
        if with_distance:
            raise ParameterError(
                "`metres` have no meaning in public transport; give `minutes`", parameter="metres"
            )
        transit = self.transit if demand is self.transit.demand else self.transit.of(demand)
        found = transit.times(supplies, window=self.window, limits_s=[0.0] * len(supplies))
        on_foot = transit.walk.to_nearest(demand, supplies)
        reached = np.isfinite(found.median_s)
        return Nearest(
            found.median_s.astype(float),
            np.where(reached, on_foot.supply, -1).astype(np.int32),
            None,
        )

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
