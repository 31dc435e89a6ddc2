"""
A timetable as integer arrays: who calls where and when, on which days.

It is made of a feed once (`geo.transit.gtfs`), kept in an Atlas, and never changed: a scenario
makes another one (`geo.transit.changes`). Times are seconds of the service day, which begins twelve
hours before local noon, as GTFS defines it; they may lie beyond 24:00.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.once import cached_property
from geo.transit.errors import TimetableError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Flags = NDArray[np.bool_]

FORMAT = 1
ABOUT = "timetable.json"
RECOMMENDED, TIMED, TIMED_LEAST, FORBIDDEN = 0, 1, 2, 3  # transfer_type of GTFS
STAY_SEATED, LEAVE_SEAT = 4, 5
_ARRAYS = (
    "stop_xy", "stop_station", "trip_start", "trip_line", "trip_headsign", "trip_service",
    "trip_block", "trip_by_headway", "call_stop", "call_arrival_s", "call_departure_s",
    "call_boards", "call_alights", "line_type", "runs", "transfers", "seats",
)  # fmt: skip
_TEXTS = ("stop_id", "stop_name", "line_id", "line_name", "headsign")


@dataclass(frozen=True)
class About:
    """
    Where a timetable comes from, and what was found in it.

    Attributes
    ----------
    crs, timezone
        Of `stop_xy`; of all times.
    first_day
        Day of the first column of `runs`.
    valid_from, valid_until
        What the feed says of itself, within the days that it has trips for.
    name, sha256
        Of the file.
    publisher, version, attribution, licence
        Who made it; whom to name; empty where nobody says.
    on_demand
        Lines that have to be booked; they are named and not routed.
    counts
        What was read, left out or repaired, by name.
    """

    crs: str
    timezone: str
    first_day: date
    valid_from: date
    valid_until: date
    name: str = ""
    sha256: str = ""
    publisher: str = ""
    version: str = ""
    attribution: str = ""
    licence: str = ""
    on_demand: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Timetable:
    """
    Stops, trips and their calls; s stops, t trips, c calls, l lines, v services, d days.

    Attributes
    ----------
    stop_xy
        Shape (s, 2), metres of `about.crs`: where vehicles halt, never a parent station.
    stop_station
        Shape (s,): the same number for stops of one station, −1 for a stop alone.
    trip_start
        Shape (t + 1,): calls of trip i are `trip_start[i]` to `trip_start[i + 1] - 1`, in order.
    trip_line, trip_headsign, trip_service
        Shape (t,): row in `line_*`, in `headsign`, in `runs`.
    trip_block
        Shape (t,): trips of the same number are run by one vehicle, −1 for none.
    trip_by_headway
        Shape (t,): the feed tells only how often this runs, not when.
    call_stop, call_arrival_s, call_departure_s, call_boards, call_alights
        Shape (c,): seconds never fall along a trip.
    runs
        Shape (v, d): which service runs on which day.
    transfers
        Shape (r, 4): from stop, to stop, type 0 to 3, least seconds.
    seats
        Shape (q, 3): from trip, to trip, 4 (stay seated) or 5 (leave).
    """

    stop_xy: NDArray[np.float64]
    stop_station: Ints
    trip_start: NDArray[np.int64]
    trip_line: Ints
    trip_headsign: Ints
    trip_service: Ints
    trip_block: Ints
    trip_by_headway: Flags
    call_stop: Ints
    call_arrival_s: Ints
    call_departure_s: Ints
    call_boards: Flags
    call_alights: Flags
    line_type: Ints
    runs: Flags
    transfers: Ints
    seats: Ints
    stop_id: tuple[str, ...]
    stop_name: tuple[str, ...]
    line_id: tuple[str, ...]
    line_name: tuple[str, ...]
    headsign: tuple[str, ...]
    about: About

    def __repr__(self) -> str:
        about = self.about
        return (
            f"<Timetable {about.name}, {len(self.stop_xy)} stops, {self.trip_count} trips, "
            f"{about.valid_from} to {about.valid_until}>"
        )

    @property
    def trip_count(self) -> int:
        """How many trips there are, on all days together."""
        return len(self.trip_line)

    @cached_property
    def trip_first_s(self) -> Ints:
        """Shape (t,): when each trip leaves its first stop."""
        return self.call_departure_s[self.trip_start[:-1]]

    @cached_property
    def trip_last_s(self) -> Ints:
        """Shape (t,): when each trip is at its last stop."""
        return self.call_arrival_s[self.trip_start[1:] - 1]

    @cached_property
    def days(self) -> list[date]:
        """The days of the columns of `runs`."""
        return [self.about.first_day + timedelta(days=k) for k in range(self.runs.shape[1])]

    @cached_property
    def departures_by_day(self) -> NDArray[np.int64]:
        """Shape (d,): departures of each service day."""
        of_trip = np.diff(self.trip_start) - 1
        of_service = np.bincount(self.trip_service, of_trip, minlength=len(self.runs))
        departures: NDArray[np.int64] = np.rint(of_service @ self.runs).astype(np.int64)
        return departures

    def save(self, folder: Path) -> None:
        """Write one `.npy` an array and `timetable.json`; the same input gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        about = {"format": FORMAT, "about": asdict(self.about)}
        about["texts"] = {name: getattr(self, name) for name in _TEXTS}
        text = json.dumps(about, ensure_ascii=False, indent=0, default=date.isoformat)
        (folder / ABOUT).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """
        Open a stored timetable by memory map.

        Raises
        ------
        TimetableError
            If it is of another format.
        """
        stored: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
        if stored["format"] != FORMAT:
            raise TimetableError(
                f"the timetable in {folder.name} has format {stored['format']}, this version reads "
                f"{FORMAT}; build the region again with `umkreis build`"
            )
        about = stored["about"]
        for key in ("first_day", "valid_from", "valid_until"):
            about[key] = date.fromisoformat(about[key])
        about["on_demand"] = tuple(about["on_demand"])
        parts: dict[str, Any] = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
            for name in _ARRAYS
        }
        parts |= {name: tuple(stored["texts"][name]) for name in _TEXTS}
        return cls(**parts, about=About(**about))
