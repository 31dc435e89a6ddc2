"""
Public transport with the face of a street network: how long people travel to the nearest offer.

    travel time at t = from leaving home at t until the offer's door, waiting included

Whoever leaves walks to any stop within the access limit, takes any number of rides, changes at a
stop or walks to one near by, and walks the rest; or walks the whole way. All times are whole
seconds, walks rounded up. What does not depend on offers is done once: walks from people and stops
(`Transit`), rides in order (a `Window`, kept for the last few). A question is then one pass over
the timetable and one over the people, whatever the number of its categories.

The way home is the same question with time and direction reversed: for each minute at which one
wants to be at home, how long before the latest start lies.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import ParameterError
from geo.network import Snapped
from geo.once import cached_property
from geo.transit.at import TransitAt
from geo.transit.days import check_day
from geo.transit.events import NEVER, Events
from geo.transit.hours import blocks_of, classes_of
from geo.transit.limits import Limits, TransitTimes
from geo.transit.residents import Access, statistics, statistics_while_open
from geo.transit.rides import Rides, rides_between
from geo.transit.scan import lane_type, padded, scan
from geo.transit.walks import access_of, changes_of, final_walks
from geo.transit.window import seconds_into

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network
    from geo.transit.events import Changes
    from geo.transit.hours import OpenHours
    from geo.transit.timetable import Timetable
    from geo.transit.window import Window

KEPT_WINDOWS = 8
MAX_LANES = 64  # of one pass: more are answered in turn


@dataclass(frozen=True)
class _Side:
    """People and changes of one direction: from home, or (mirrored) to it."""

    access: Access
    changes: Changes


class Transit:
    """
    A timetable over a walking network, for the same people.

    Parameters
    ----------
    walk
        The network of people on foot.
    timetable
        Stops in the network's CRS.
    demand
        People snapped to `walk`, shape (n,).
    limits
        By default those of `Limits()`.

    Raises
    ------
    ParameterError
        If timetable and network are not in the same CRS.
    """

    mode = "transit"

    def __init__(
        self, walk: Network, timetable: Timetable, demand: Snapped, *, limits: Limits | None = None
    ) -> None:
        if timetable.about.crs != walk.crs:
            raise ParameterError(
                f"`timetable` has its stops in {timetable.about.crs}, the network is in {walk.crs};"
                " read the feed with the region's CRS",
                parameter="timetable",
            )
        self.walk, self.timetable, self.demand = walk, timetable, demand
        self.limits = limits or Limits()
        self.stops = walk.snap(timetable.stop_xy)
        self._prepared: OrderedDict[tuple[Window, bool], Events] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Transit over {self.walk!r}, {self.timetable!r}>"

    @property
    def stops_unsnapped(self) -> int:
        """How many stops lie off the street network: they are ridden through, not walked to."""
        return int((~self.stops.placed).sum())

    @cached_property
    def changes(self) -> Changes:
        """Where one can change to, from each stop."""
        return changes_of(self.walk, self.timetable, self.stops, self.limits.transfer_s,
                          self.limits.change_s, pace=self.limits.pace)  # fmt: skip

    @cached_property
    def _outward(self) -> _Side:
        access = access_of(
            self.walk, self.demand, self.stops, self.limits.access_s, outward=True,
            pace=self.limits.pace,
        )  # fmt: skip
        return _Side(access, self.changes)

    @cached_property
    def _homeward(self) -> _Side:
        access = access_of(
            self.walk, self.demand, self.stops, self.limits.access_s, outward=False,
            pace=self.limits.pace,
        )  # fmt: skip
        return _Side(access, self.changes.mirrored())

    @property
    def access(self) -> Access:
        """Which stops people walk to, and in how many seconds."""
        return self._outward.access

    @property
    def has_stop(self) -> NDArray[np.bool_]:
        """Shape (n,): who has a stop within the access limit."""
        return self._outward.access.has_stop

    def with_timetable(self, timetable: Timetable) -> Transit:
        """Return the same people and walks with another timetable, as a scenario makes it."""
        made = Transit(self.walk, timetable, self.demand, limits=self.limits)
        is_same_place = np.array_equal(timetable.stop_xy, self.timetable.stop_xy)
        is_same_place &= np.array_equal(timetable.stop_station, self.timetable.stop_station)
        is_same_place &= np.array_equal(timetable.transfers, self.timetable.transfers)
        if is_same_place:  # then walks are the same too
            for name in ("changes", "_outward", "_homeward"):
                if name in self.__dict__:
                    made.__dict__[name] = self.__dict__[name]
        return made

    def of(self, demand: Snapped) -> Transit:
        """Return the same timetable for other people."""
        made = Transit(self.walk, self.timetable, demand, limits=self.limits)
        made.stops = self.stops
        if "changes" in self.__dict__:
            made.__dict__["changes"] = self.changes
        made._prepared = self._prepared
        made._lock = self._lock
        return made

    def take(self, rows: NDArray[np.int64]) -> Transit:
        """Return the same timetable for some of the people, whose walks are known."""
        made = self.of(self.demand.take(rows))
        for name in ("_outward", "_homeward"):
            if name in self.__dict__:
                side = self.__dict__[name]
                made.__dict__[name] = _Side(side.access.take(rows), side.changes)
        return made

    @cached_property
    def along_streets(self) -> Transit:
        """The same timetable for somebody at each node of the streets, then at each placed stop."""
        nodes, stops = self.walk.snap(self.walk.xy), self.stops.take(self.stops.placed)
        return self.of(
            Snapped(
                np.concatenate([nodes.edge, stops.edge]),
                np.concatenate([nodes.fraction, stops.fraction]),
                np.concatenate([nodes.leg_m, np.zeros(len(stops))]),  # on the street before it
                nodes.network_id,
            )
        )

    def at(self, window: Window) -> TransitAt:
        """
        Bind a window.

        Raises
        ------
        OutsideValidityError
            If the timetable does not cover the day.
        ParameterError
            If the clocks skip the start.
        """
        return TransitAt(self, window)

    def first_s(self, window: Window) -> int:
        """Return the first departure of a window in seconds of its service day."""
        check_day(self.timetable, window.day)
        return seconds_into(window.day, window.start, self.timetable.about.timezone)

    def rides(self, window: Window, *, homeward: bool = False) -> tuple[Rides, int, int]:
        """Return the rides that a window needs, and the seconds of its first and last use."""
        start = self.first_s(window)
        last = start + (window.count - 1) * window.step_s
        if homeward:
            rides = rides_between(self.timetable, window.day, start - self.limits.cap_s, last)
            return rides.mirrored(last), 0, last - start + self.limits.cap_s
        end = last + self.limits.cap_s
        return rides_between(self.timetable, window.day, start, end), start, end

    def events(self, window: Window, *, homeward: bool = False) -> Events:
        """Return the events of a window; the last few windows are kept."""
        key = (window, homeward)
        with self._lock:
            if key in self._prepared:
                self._prepared.move_to_end(key)
                return self._prepared[key]
        rides, first_s, last_s = self.rides(window, homeward=homeward)
        changes = (self._homeward if homeward else self._outward).changes
        made = Events.of(rides, changes, first_s=first_s, last_s=last_s)
        with self._lock:
            self._prepared[key] = made
            while len(self._prepared) > KEPT_WINDOWS:
                self._prepared.popitem(last=False)
        return made

    def times(
        self,
        supplies: Sequence[Snapped],
        *,
        window: Window,
        limits_s: Sequence[float],
        hours: Sequence[OpenHours | None] | None = None,
        homeward: bool = False,
    ) -> TransitTimes:
        """
        Sum up the departures of a window for each person and set of supply.

        Parameters
        ----------
        supplies
            k sets of any size, also empty, snapped to `walk`.
        window
            A departure at each of its steps; with `homeward` each is when one is at home.
        limits_s
            k limits of travel time for `share`.
        hours
            For each set when its offers are open, or None for always: one arrives while an offer is
            open (and waits at its door until it opens), or leaves it while it is open.
        homeward
            From the supply home.

        Raises
        ------
        OutsideValidityError, ParameterError
            As `at`; if sets, limits and hours are not as many.
        """
        hours = [None] * len(supplies) if hours is None else hours
        if not len(supplies) == len(limits_s) == len(hours):
            raise ParameterError(
                f"{len(supplies)} `supplies` have {len(limits_s)} `limits_s` and {len(hours)} "
                "`hours`; give one each",
                parameter="limits_s",
            )
        events = self.events(window, homeward=homeward)
        parts = [
            self._times(events, supplies[k:end], window, limits_s[k:end], hours[k:end],
                        homeward=homeward)
            for k, end in blocks_of(hours, most=MAX_LANES)
        ]  # fmt: skip
        names = ("median_s", "best_s", "share", "walk_s")
        nothing = np.zeros((0, len(self.demand)), np.float32)
        return TransitTimes(
            *(np.concatenate([nothing, *(getattr(p, name) for p in parts)]) for name in names)
        )

    def _times(
        self, events: Events, supplies: Sequence[Snapped], window: Window,
        limits_s: Sequence[float], hours: Sequence[OpenHours | None], *, homeward: bool,
    ) -> TransitTimes:  # fmt: skip
        """Answer up to `MAX_LANES` sets in one pass over the timetable and one over the people."""
        kind, never = lane_type(events.last_s)
        classes = classes_of(supplies, hours, window, never=never, homeward=homeward)
        outward, k = not homeward, len(supplies)
        final_s = final_walks(
            self.walk, self.stops, classes.supplies, self.limits.final_s, outward=outward,
            pace=self.limits.pace,
        )  # fmt: skip
        walk_s = final_walks(
            self.walk, self.demand, classes.supplies, np.inf, outward=outward,
            pace=self.limits.pace,
        )  # fmt: skip
        final = _lanes(final_s, never, kind)
        arrival_s = scan(events, final, open_s=classes.open_s, close_s=classes.close_s)
        limit = _lanes(np.minimum(np.floor(limits_s), never - 1)[:, np.newaxis], never, kind)[0]
        side = self._homeward if homeward else self._outward
        rows = (events.first_row, events.row_at_s)
        count, step_s, cap_s = window.count, window.step_s, self.limits.cap_s
        if classes.open_s is None or classes.close_s is None:
            walk = _lanes(walk_s, never, kind)
            median_s, best_s, within = statistics(
                side.access, *rows, arrival_s, walk, limit,
                steps=count, step_s=step_s, cap_s=cap_s, never=never,
            )  # fmt: skip
            walk_out = np.where(walk_s >= NEVER, np.inf, walk_s).astype(np.float32)
        else:
            median_s, best_s, within = statistics_while_open(
                side.access, *rows, classes.merged(arrival_s, padded(k), never), walk_s.T, limit,
                classes.lane, classes.open_s, classes.close_s,
                steps=count, step_s=step_s, cap_s=cap_s, never=never,
            )  # fmt: skip
            nearest = classes.merged(walk_s.T, k, NEVER).T
            walk_out = np.where(nearest >= NEVER, np.inf, nearest).astype(np.float32)
        has_hours = classes.open_s is not None

        def seconds(found: NDArray[Any]) -> NDArray[np.float32]:
            told = np.ascontiguousarray(found[:, :k].T).astype(np.float32)
            # hours of walking do not fit in 16 bits, and are known without them
            beyond = np.float32(np.inf) if has_hours else walk_out
            return np.where(told >= never, beyond, told).astype(np.float32)

        share = (np.ascontiguousarray(within[:, :k].T) / window.count).astype(np.float32)
        return TransitTimes(seconds(median_s), seconds(best_s), share, walk_out)


def _lanes(by_set: NDArray[Any], never: int, kind: type[np.generic]) -> NDArray[Any]:
    """Turn (k, n) seconds into rows of lanes, filled up with lanes that cost nothing."""
    lanes = np.zeros((by_set.shape[1], padded(len(by_set))), kind)
    lanes[:, : len(by_set)] = np.minimum(by_set, never).T
    return lanes
