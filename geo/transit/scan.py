"""
Earliest arrival at any offer of each lane, for whoever stands at a stop by a departure.

A lane is one set of offers. With `F[s]` the final walk from stop s to the nearest offer of a lane:

    arrival at s at t:   X[s] = min(X[s], E[rows that can be caught]);
                         V[vehicle] = min(V[vehicle], X[s], t + F[s])
    departure, row r:    E[r] = min(E[r + 1], V[vehicle])

V is who stays seated, X who changes. Events come latest first, so that every E on the right is
final: one pass over the timetable answers all lanes. Where offers have hours, `t + F` waits for
the opening, and never comes after the closing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.compiled import kernel
from geo.transit.events import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.transit.events import Events

    Ints = NDArray[np.int32]
    Small = NDArray[Any]

LANES_AT_ONCE = 16
SHORT_S = 25_000  # times up to here, and one unreachable number added to them, fit in 16 bits
UNREACHED_SHORT = 40_000


def lane_type(last_s: int) -> tuple[type[np.generic], int]:
    """Return the smallest type that holds a question's seconds, and its number for never."""
    return (np.uint16, UNREACHED_SHORT) if last_s <= SHORT_S else (np.int32, NEVER)


def padded(lanes: int) -> int:
    """Return how many lanes a row has, so that a pass needs no rest."""
    return -(-max(lanes, 1) // LANES_AT_ONCE) * LANES_AT_ONCE


def scan(
    events: Events, final_s: Small, *, open_s: Ints | None = None, close_s: Ints | None = None
) -> Small:
    """
    Find the earliest arrival of each row and lane.

    Parameters
    ----------
    events
        Of the window.
    final_s
        Shape (s, lanes): seconds from each stop to the nearest offer, of a type and with a number
        for never as `lane_type` says; lanes as `padded` says.
    open_s, close_s
        Shape (up to lanes,): when offers open and close, in seconds of the events; always, where
        left out.

    Returns
    -------
    arrival_s
        Shape (rows, lanes).
    """
    stops, lanes = final_s.shape
    if stops != len(events.first_row) - 1 or lanes % LANES_AT_ONCE:
        raise ValueError(
            f"`final_s` has shape {final_s.shape} for {len(events.first_row) - 1} stops"
        )
    kind, never = lane_type(events.last_s)
    final_s = np.ascontiguousarray(final_s, kind)
    arrival_s = np.full((len(events.row_at_s), lanes), never, kind)
    arguments = (
        events.row, events.stop, events.vehicle, events.at_s, events.arc_start, events.arc, final_s,
        np.full((stops, lanes), never, kind), np.full((events.vehicles, lanes), never, kind),
        arrival_s,
    )  # fmt: skip
    if open_s is None or close_s is None:
        _scan(*arguments)
    else:
        opens, closes = np.zeros(lanes, np.int32), np.full(lanes, never, np.int32)
        opens[: len(open_s)], closes[: len(close_s)] = open_s, close_s
        _scan_while_open(*arguments, opens, closes, never)
    return arrival_s


@kernel(
    "i4[] i4[] i4[] i4[] i8[] i4[] u2[,] u2[,]= u2[,]= u2[,]=",
    "i4[] i4[] i4[] i4[] i8[] i4[] i4[,] i4[,]= i4[,]= i4[,]=",
)
def _scan(
    row: Ints, stop: Ints, vehicle: Ints, at_s: Ints, arc_start: NDArray[np.int64], arc: Ints,
    final_s: Small, x: Small, v: Small, e: Small,
) -> None:  # fmt: skip
    lanes = final_s.shape[1]
    for i in range(len(row)):
        if row[i] >= 0:
            here, after, seated = e[row[i]], e[row[i] + 1], v[vehicle[i]]
            for lane in range(lanes):
                here[lane] = min(after[lane], seated[lane])
        else:
            changing, seated, final = x[stop[i]], v[vehicle[i]], final_s[stop[i]]
            for k in range(arc_start[i], arc_start[i + 1]):
                caught = e[arc[k]]
                for lane in range(lanes):
                    changing[lane] = min(changing[lane], caught[lane])
            t = final_s.dtype.type(at_s[i])
            for lane in range(lanes):
                best = min(changing[lane], seated[lane])
                seated[lane] = min(best, final_s.dtype.type(t + final[lane]))


@kernel(
    "i4[] i4[] i4[] i4[] i8[] i4[] u2[,] u2[,]= u2[,]= u2[,]= i4[] i4[] int",
    "i4[] i4[] i4[] i4[] i8[] i4[] i4[,] i4[,]= i4[,]= i4[,]= i4[] i4[] int",
)
def _scan_while_open(
    row: Ints, stop: Ints, vehicle: Ints, at_s: Ints, arc_start: NDArray[np.int64], arc: Ints,
    final_s: Small, x: Small, v: Small, e: Small, open_s: Ints, close_s: Ints, never: int,
) -> None:  # fmt: skip
    lanes = final_s.shape[1]
    for i in range(len(row)):
        if row[i] >= 0:
            here, after, seated = e[row[i]], e[row[i] + 1], v[vehicle[i]]
            for lane in range(lanes):
                here[lane] = min(after[lane], seated[lane])
        else:
            changing, seated, final = x[stop[i]], v[vehicle[i]], final_s[stop[i]]
            for k in range(arc_start[i], arc_start[i + 1]):
                caught = e[arc[k]]
                for lane in range(lanes):
                    changing[lane] = min(changing[lane], caught[lane])
            for lane in range(lanes):
                there = max(at_s[i] + np.int32(final[lane]), open_s[lane])
                if there > close_s[lane] or there > never:
                    there = never
                best = min(changing[lane], seated[lane])
                seated[lane] = min(best, final_s.dtype.type(there))
