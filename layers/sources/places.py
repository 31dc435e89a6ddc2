"""
Where rows lie: degrees, swapped degrees, or metres of a system that is recognised or refused.

People's lists hold longitude and latitude in either order, and easting and northing of Gauß-Krüger
or UTM without saying so. What a pair of numbers can mean is decided by their size, and by the
region's bounds where those are known. A pair that means nothing, or several things, is refused with
its reason: a wrong guess would put an offer into the sea off Africa.

The grids are those of Germany: Gauß-Krüger zones 2 to 5 (EPSG:31466 to 31469), UTM 32 and 33 with
or without the zone before the easting (EPSG:25832, 25833), LAEA Europe (EPSG:3035), Web Mercator
(EPSG:3857).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import LONLAT, to_lonlat
from geo.errors import CRSError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.sources.bounded import Bounds

Pair = tuple[float, float]
# Where a list's coordinates are expected if nothing is known of its region
EUROPE: Bounds = (-32.0, 27.0, 45.0, 72.0)
_NORTHING = (5.2e6, 6.2e6)  # of Germany in every transverse Mercator grid
_DIGITS = 7  # of degrees that were computed: a centimetre
_GRIDS = {
    "EPSG:31466": "Gauß-Krüger zone 2",
    "EPSG:31467": "Gauß-Krüger zone 3",
    "EPSG:31468": "Gauß-Krüger zone 4",
    "EPSG:31469": "Gauß-Krüger zone 5",
    "EPSG:25832": "UTM zone 32",
    "EPSG:25833": "UTM zone 33",
    "EPSG:3035": "LAEA Europe",
    "EPSG:3857": "Web Mercator",
}


@dataclass(frozen=True)
class Placed:
    """
    Where rows lie; all lists are of the length of the input.

    `lonlat` is None where a row has no coordinates or refused ones; `reason` says why it was
    refused, "" where it was not; `notes` say what was done to many rows.
    """

    lonlat: list[Pair | None]
    reason: list[str]
    notes: tuple[str, ...] = ()


@dataclass
class _Wanted:
    """Rows that are in metres, by system, and what was done to which."""

    metres: dict[str, list[tuple[int, Pair]]] = field(default_factory=lambda: defaultdict(list))
    done: Counter[str] = field(default_factory=Counter)


def place(
    pairs: Sequence[Pair | None],
    *,
    bounds: Bounds | None = None,
    crs: str | None = None,
    named_swapped: bool = False,
) -> Placed:
    """
    Find out where pairs of numbers lie.

    Parameters
    ----------
    pairs
        x before y, longitude before latitude, easting before northing, as the columns' names say;
        finite; None where a row has none.
    bounds
        Where they must lie, in degrees. None: anywhere, but a pair is taken for swapped if only
        that puts it into Europe.
    crs
        Of all pairs, where it is known: then nothing is guessed but a swap.
    named_swapped
        The pairs come from one cell with two numbers, whose order nobody named: latitude first is
        then as likely, and no note is made of it.

    Raises
    ------
    ParameterError
        If `crs` is not known.
    """
    home = bounds or EUROPE
    lonlat: list[Pair | None] = [None] * len(pairs)
    reason = [""] * len(pairs)
    wanted = _Wanted()
    for row, pair in enumerate(pairs):
        if pair is None:
            continue
        if crs is not None and not _is_degrees(crs):
            wanted.metres[crs].append((row, pair))
        elif (taken := _as_degrees(pair, home, wanted.done)) is not None:
            lonlat[row] = taken
        else:
            reason[row] = _want_metres(row, pair, home, bounds is not None, wanted)
    for system, rows in wanted.metres.items():
        _transform(system, rows, lonlat, home, wanted.done, given=crs is not None)
    _refuse(lonlat, reason, bounds)
    given = sum(pair is not None for pair in pairs)
    return Placed(lonlat, reason, _notes(wanted.done, given, silent_swap=named_swapped))


def is_inside(lonlat: Pair, bounds: Bounds) -> bool:
    """Tell whether a place lies within bounds."""
    west, south, east, north = bounds
    return west <= lonlat[0] <= east and south <= lonlat[1] <= north


def _is_degrees(crs: str) -> bool:
    return crs.upper().removeprefix("URN:OGC:DEF:CRS:").replace("::", ":") in {
        "EPSG:4326", "EPSG:4258", "OGC:CRS84", "OGC:1.3:CRS84", LONLAT,
    }  # fmt: skip


def _as_degrees(pair: Pair, home: Bounds, done: Counter[str]) -> Pair | None:
    """Return longitude and latitude, in the other order where only that lies at home."""
    x, y = pair
    fits = abs(x) <= 180 and abs(y) <= 90
    if fits and is_inside(pair, home):
        return pair
    swapped = (y, x)
    if abs(y) <= 180 and abs(x) <= 90 and (is_inside(swapped, home) or not fits):
        done["swap"] += 1
        return swapped
    return pair if fits else None


def _want_metres(row: int, pair: Pair, home: Bounds, is_known: bool, wanted: _Wanted) -> str:
    """Note in which system a pair in metres is; or return why that cannot be told."""
    options = [(system, order) for order in (pair, pair[::-1]) for system in _systems_of(order)]
    if len(options) > 1:
        inside = [(s, o) for s, o in options if is_inside(_one_lonlat(s, o), home)]
        options = inside if len(inside) == 1 or is_known else options
    if len(options) == 1:
        system, order = options[0]
        wanted.metres[system].append((row, order))
        wanted.done["swap metres"] += order != pair
        return ""
    x, y = pair
    if not options:
        return (
            f"{x:g}, {y:g} are neither degrees nor metres of a grid that is known here; "
            "give `crs`, or longitude and latitude"
        )
    names = " or ".join(dict.fromkeys(f"{_GRIDS[s]} ({s})" for s, _ in options))
    return f"{x:g}, {y:g} may be {names}; give `crs`"


def _systems_of(pair: Pair) -> list[str]:
    x, y = pair
    if 4.0e6 <= x <= 4.7e6 and 2.6e6 <= y <= 3.6e6:
        return ["EPSG:3035"]
    systems: list[str] = []
    if _NORTHING[0] <= y <= _NORTHING[1]:
        zone, offset = divmod(x, 1e6)
        if zone in (2, 3, 4, 5) and 250_000 <= offset <= 750_000:
            systems.append(f"EPSG:{31464 + int(zone)}")
        if zone in (32, 33) and 100_000 <= offset <= 900_000:
            systems.append(f"EPSG:{25800 + int(zone)}")
        if 100_000 <= x <= 900_000:
            systems += ["EPSG:25832", "EPSG:25833"]
    if 600_000 <= x <= 1.7e6 and 5.9e6 <= y <= 7.4e6:
        systems.append("EPSG:3857")
    return systems


def _without_zone(system: str, pair: Pair) -> Pair:
    """Take the zone off the easting of UTM: 32401000 is 401000 in zone 32."""
    if system in ("EPSG:25832", "EPSG:25833") and pair[0] > 1e7:
        return pair[0] % 1e6, pair[1]
    return pair


def _one_lonlat(system: str, pair: Pair) -> Pair:
    lon, lat = to_lonlat([_without_zone(system, pair)], system)[0]
    return float(lon), float(lat)


def _transform(
    system: str,
    rows: list[tuple[int, Pair]],
    lonlat: list[Pair | None],
    home: Bounds,
    done: Counter[str],
    *,
    given: bool,
) -> None:
    try:
        straight = to_lonlat([_without_zone(system, pair) for _, pair in rows], system)
    except CRSError as exc:
        raise ParameterError(
            f"`crs` {system!r} is not known; give one such as EPSG:25832", parameter="crs"
        ) from exc
    swapped = to_lonlat([pair[::-1] for _, pair in rows], system) if given else straight
    for (row, _), here, there in zip(rows, straight, swapped, strict=True):
        point = _rounded(here)
        if given and (point is None or not is_inside(point, home)):
            other = _rounded(there)
            if other is not None and is_inside(other, home):
                point = other
                done["swap metres"] += 1
        lonlat[row] = point
        done[system] += 1


def _rounded(point: np.ndarray) -> Pair | None:
    if not np.isfinite(point).all():
        return None
    return round(float(point[0]), _DIGITS), round(float(point[1]), _DIGITS)


def _refuse(lonlat: list[Pair | None], reason: list[str], bounds: Bounds | None) -> None:
    """Take back what lies where no offer can lie, and say why."""
    for row, point in enumerate(lonlat):
        if point is None:
            continue
        if abs(point[0]) < 0.01 and abs(point[1]) < 0.01:
            reason[row] = "0, 0 lies in the sea off Africa: coordinates that nobody filled in"
        elif bounds is not None and not is_inside(point, bounds):
            reason[row] = f"{point[0]:g}, {point[1]:g} lies outside the region's data"
        else:
            continue
        lonlat[row] = None


def _notes(done: Counter[str], given: int, *, silent_swap: bool) -> tuple[str, ...]:
    notes = []
    for what, count in sorted(done.items()):
        rows = f"all {given} rows" if count == given > 1 else f"{count} of {given} rows"
        if what == "swap":
            if not silent_swap and count:
                notes.append(f"lon and lat were swapped in {rows}")
        elif what == "swap metres":
            if count:
                notes.append(f"easting and northing were swapped in {rows}")
        elif count:
            name = _GRIDS.get(what)
            label = f"{name} ({what})" if name else what
            notes.append(f"coordinates of {rows} were transformed from {label}")
    return tuple(notes)
