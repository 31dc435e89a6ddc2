"""
A plain search over the text of a feed, to hold the fast one against.

It shares no code with `geo.transit` but the walking seconds: trips from csv rows, one label-setting
search for each origin and departure, no connections, no rows, no profiles. Feeds without
`frequencies`, blocks and untimed stops only; those have tests of their own.
"""

from __future__ import annotations

import bisect
import csv
import heapq
import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INF = 10**9
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Call:
    stop: str
    arrival_s: int
    departure_s: int
    boards: bool
    alights: bool


class PlainFeed:
    """Trips of a feed as lists of calls, by service."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as packed:
            self._text = {name: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}
        self.zone = ZoneInfo(self._rows("agency.txt")[0]["agency_timezone"])
        calls: dict[str, list[tuple[int, Call]]] = defaultdict(list)
        for row in self._rows("stop_times.txt"):
            call = Call(
                row["stop_id"], seconds(row["arrival_time"]), seconds(row["departure_time"]),
                (row.get("pickup_type") or "0") in "03", (row.get("drop_off_type") or "0") in "03",
            )  # fmt: skip
            calls[row["trip_id"]].append((int(row["stop_sequence"]), call))
        self.trips = [
            (row["service_id"], [call for _, call in sorted(calls[row["trip_id"]], key=first)])
            for row in self._rows("trips.txt")
        ]

    def _rows(self, name: str) -> list[dict[str, str]]:
        if name not in self._text:
            return []
        return list(csv.DictReader(io.StringIO(self._text[name])))

    def services(self, day: date) -> set[str]:
        """Which services run on a day."""
        stamp = f"{day:%Y%m%d}"
        found = {
            row["service_id"]
            for row in self._rows("calendar.txt")
            if row[DAYS[day.weekday()]] == "1" and row["start_date"] <= stamp <= row["end_date"]
        }
        for row in self._rows("calendar_dates.txt"):
            if row["date"] == stamp:
                (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
        return found

    def zero(self, day: date) -> datetime:
        """When a service day begins."""
        return datetime.combine(day, time(12), self.zone).astimezone(UTC) - timedelta(hours=12)

    def runs(self, day: date) -> list[list[Call]]:
        """All trips around a day, in seconds of that day."""
        runs = []
        for offset in (-2, -1, 0, 1):
            other = day + timedelta(days=offset)
            shift = int((self.zero(other) - self.zero(day)).total_seconds())
            services = self.services(other)
            for service, calls in self.trips:
                if service in services:
                    runs.append(
                        [
                            Call(c.stop, c.arrival_s + shift, c.departure_s + shift,
                                 c.boards, c.alights)
                            for c in calls
                        ]
                    )  # fmt: skip
        return runs


def first(pair: tuple[int, Call]) -> int:
    return pair[0]


def seconds(text: str) -> int:
    hours, minutes, rest = text.strip().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


class PlainSearch:
    """Earliest arrivals over runs, given changes between stops and final walks (lane, seconds)."""

    def __init__(
        self,
        runs: Sequence[Sequence[Call]],
        changes: Mapping[str, Sequence[tuple[str, int]]],
        final_s: Mapping[str, Sequence[tuple[int, int]]],
    ) -> None:
        self.runs, self.changes, self.final_s = runs, changes, final_s
        self.at_stop: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, calls in enumerate(runs):
            for place, call in enumerate(calls[:-1]):
                if call.boards:
                    self.at_stop[call.stop].append((call.departure_s, number, place))
        for rows in self.at_stop.values():
            rows.sort()

    def travel_s(  # noqa: C901 (one plain search, read in one piece)
        self, access: Sequence[tuple[str, int]], walk_s: Sequence[int], leaves_s: int, cap_s: int
    ) -> list[int]:
        """Seconds from leaving home to the door, by lane; `INF` where nothing is reached."""
        ready: dict[str, int] = {}
        queue: list[tuple[int, str]] = []
        for stop, walk in access:
            heapq.heappush(queue, (leaves_s + walk, stop))
            ready[stop] = min(ready.get(stop, INF), leaves_s + walk)
        arrived: dict[str, int] = {}
        boarded: dict[int, int] = {}
        while queue:
            at_s, stop = heapq.heappop(queue)
            if at_s > leaves_s + cap_s:
                break
            if at_s > ready[stop]:
                continue
            rows = self.at_stop.get(stop, [])
            for departure_s, number, place in rows[bisect.bisect_left(rows, (at_s,)) :]:
                if departure_s > leaves_s + cap_s:
                    break
                end = boarded.get(number, len(self.runs[number]))
                if place >= end:
                    continue
                boarded[number] = place
                for call in self.runs[number][place + 1 : end + 1]:
                    if not call.alights:
                        continue
                    arrived[call.stop] = min(arrived.get(call.stop, INF), call.arrival_s)
                    for other, change_s in self.changes[call.stop]:
                        if call.arrival_s + change_s < ready.get(other, INF):
                            ready[other] = call.arrival_s + change_s
                            heapq.heappush(queue, (ready[other], other))
        took = list(walk_s)
        for stop, at_s in arrived.items():
            for lane, walk in self.final_s[stop]:
                if at_s + walk - leaves_s <= cap_s:
                    took[lane] = min(took[lane], at_s + walk - leaves_s)
        return took
