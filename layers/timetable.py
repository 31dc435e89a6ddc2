"""
A region's public transport: the timetable of its Atlas over its walking streets.

The feed lies in the region's folder and is named in `region.toml`, so that every build reads it
anew; without one a region has no mode `transit`.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from datetime import time
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from geo.transit.days import usual_day
from geo.transit.limits import Limits
from geo.transit.transit import Transit
from geo.transit.window import Window

if TYPE_CHECKING:
    from geo.network import Network, Snapped
    from geo.transit.timetable import Timetable
    from layers.atlas import Atlas

TRANSIT = "transit"
WALK = "walk"
_KEPT = 4
_Key = tuple[int, int, int, Limits]

# Part of the week: weekday (0 is Monday), wall clock, seconds. Beside each other they show what a
# single one hides: evenings and Sundays have half the service of an afternoon.
WINDOWS: dict[str, tuple[int, time, int]] = {
    "weekday": (1, time(16), 7200),
    "evening": (1, time(20), 7200),
    "saturday": (5, time(10), 7200),
    "sunday": (6, time(14), 7200),
}
_kept: OrderedDict[_Key, Transit] = OrderedDict()
_lock = threading.Lock()


def timetable_of(atlas: Atlas) -> Timetable:
    """
    Return the timetable of a region.

    Raises
    ------
    ParameterError
        If it has none.
    """
    if atlas.timetable is None or WALK not in atlas.networks:
        raise ParameterError(
            f"`mode` {TRANSIT!r} needs a timetable, and region {atlas.region.id!r} has none; add "
            f"one with `umkreis region timetable {atlas.region.id} --gtfs FILE`",
            parameter="mode",
        )
    return atlas.timetable


def transit_of(atlas: Atlas, *, limits: Limits | None = None) -> Transit:
    """
    Return the public transport of a region; the last few stay ready, with their windows.

    Raises
    ------
    ParameterError
        If the region has no timetable.
    """
    timetable = timetable_of(atlas)
    return _transit(atlas.networks[WALK], timetable, atlas.demand[WALK], limits or Limits())


def _transit(walk: Network, timetable: Timetable, demand: Snapped, limits: Limits) -> Transit:
    key = (id(walk), id(timetable), id(demand), limits)  # which live as long as what is kept
    with _lock:
        if key not in _kept:
            alike = next((t for (*_, k), t in _kept.items() if k == limits and t.walk is walk
                          and t.demand is demand), None)  # fmt: skip
            _kept[key] = (  # a scenario's timetable has the same walks
                alike.with_timetable(timetable)
                if alike
                else Transit(walk, timetable, demand, limits=limits)
            )
        _kept.move_to_end(key)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
        return _kept[key]


def usual_window(timetable: Timetable, part: str = "weekday") -> Window:
    """
    Return a window of `WINDOWS` on the first usual day that the timetable covers.

    Raises
    ------
    ParameterError
        If the part is not known, or the timetable has no such weekday.
    """
    if part not in WINDOWS:
        raise ParameterError(
            f"`window` {part!r} is not known; use one of {', '.join(WINDOWS)} or a day and a span "
            "such as 2026-11-24T16:00/18:00",
            parameter="window",
        )
    weekday, start, span_s = WINDOWS[part]
    day = usual_day(timetable, weekday)
    if day is None:
        raise ParameterError(
            f"`window` {part!r}: the timetable covers no such day; name one from "
            f"{timetable.about.valid_from} to {timetable.about.valid_until}",
            parameter="window",
        )
    return Window(day, start, span_s)


def usual_windows(timetable: Timetable) -> dict[str, Window]:
    """Return the windows of the week that stand beside each other, without those of no service."""
    found = {}
    for part in WINDOWS:
        with contextlib.suppress(ParameterError):  # a feed of weekdays has no Sunday
            found[part] = usual_window(timetable, part)
    return found


def window_of(timetable: Timetable, text: str | None) -> Window:
    """Read a window that an asker wrote: a day and a span, a part of `WINDOWS`, or nothing."""
    if text is None or text in WINDOWS or "/" not in text:
        return usual_window(timetable, text or "weekday")
    return Window.parse(text)
