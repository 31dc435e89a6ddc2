"""
What takes place in the coming days and is reached by public transport.

Each date has departures of its own: who leaves as many minutes before it begins as the limit has,
is there in time. For what has begun, and what begins sooner, one leaves at once and arrives before
it ends.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo.transit.errors import OutsideValidityError
from geo.transit.from_place import travel_from
from layers.nearby import OfferInReach, snap_place
from layers.question import MAX_MINUTES, check_limit
from layers.timetable import WALK, transit_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from numpy.typing import NDArray

    from layers.agenda import Entry
    from layers.atlas import Atlas


class RiddenReach:
    """
    What is reached from one place by public transport, at any moment.

    Raises
    ------
    ParameterError
        If the region has no timetable, the limit is not allowed, or the place lies outside the data
        or far from any street.
    """

    def __init__(self, atlas: Atlas, *, lon: float, lat: float, minutes: float) -> None:
        self.atlas = atlas
        self.transit = transit_of(atlas)
        self.limit_s = check_limit("minutes", minutes, MAX_MINUTES) * 60
        self.home = snap_place(atlas, lon=lon, lat=lat, mode=WALK)

    def leaving(self, moment: datetime, rows: NDArray[np.int64]) -> list[OfferInReach]:
        """
        List those of some offers that are within reach when leaving at a moment, soonest first.

        Raises
        ------
        OutsideValidityError
            If the timetable does not cover that day.
        """
        offers = self.atlas.supply[WALK].take(rows)
        travel_s = travel_from(self.transit, self.home, offers, moment, limit_s=self.limit_s)
        order = np.lexsort((rows, travel_s))
        return [
            OfferInReach(int(rows[i]), float(travel_s[i]), math.nan)
            for i in order
            if travel_s[i] <= self.limit_s
        ]

    def in_time(self, entries: Iterable[Entry], moment: datetime) -> tuple[list[Entry], int]:
        """
        Return the dates at which one is in time, and how many lie on days without a timetable.

        Parameters
        ----------
        entries
            Whatever their offer's `hit` says of the way.
        moment
            Nobody leaves before.
        """
        by_leaving: dict[datetime, list[Entry]] = {}
        for entry in entries:
            before = entry.span.start.astimezone(UTC) - timedelta(seconds=self.limit_s)
            leaves = max(before.astimezone(moment.tzinfo), moment)
            by_leaving.setdefault(leaves, []).append(entry)
        reached: list[Entry] = []
        without = 0
        for leaves, group in by_leaving.items():
            rows = np.unique([entry.hit.offer for entry in group])
            try:
                hits = {hit.offer: hit for hit in self.leaving(leaves, rows)}
            except OutsideValidityError:
                without += len(group)
                continue
            reached += [
                replace(entry, hit=hit)
                for entry in group
                if (hit := hits.get(entry.hit.offer)) is not None
                and leaves + timedelta(seconds=hit.travel_s) < entry.span.end
            ]
        return reached, without
