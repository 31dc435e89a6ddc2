"""
Who may pass a barrier that stands on a way.

A node that a mode may not pass cuts every way through it, also in the middle of a way. The node's
access tags decide first, as on a way (`geo.street_access`), then the kind of barrier. A kind that
is not listed may be passed: a gate without further tags opens. `access=yes` lifts no bollard for
cars; a motor tag does. On a node that is itself part of the street (a crossing, a bus stop) the
tags speak of the crossing and close nothing.

Sources: OpenStreetMap wiki, pages Key:barrier, Key:kerb, Key:locked (read in November 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.street_access import (
    FOR_MOTORS,
    KERBS_SHUT,
    OPEN,
    PASSAGE_MIN_M,
    WHEELS,
    metres,
    most_specific,
)

if TYPE_CHECKING:
    from geo.osm import Tags

_WALLS = {"wall", "fence", "hedge", "city_wall", "retaining_wall", "ditch", "guard_rail"}
_NARROWS = {"stile", "kissing_gate", "turnstile", "full-height_turnstile", "horse_stile", "log"}
_BARRIERS_SHUT = {
    "walk": _WALLS,
    "stepfree": {*_WALLS, *_NARROWS, "cycle_barrier", "motorcycle_barrier", "debris", "chain"},
    "bike": {*_WALLS, *_NARROWS},
    "car": {
        *_WALLS, *_NARROWS, "bollard", "block", "cycle_barrier", "motorcycle_barrier", "chain",
        "debris", "jersey_barrier", "bus_trap", "sump_buster", "planter", "rope", "yes", "bar",
    },
}  # fmt: skip


def node_is_open(tags: Tags, *, mode: str) -> bool:
    """Say whether `mode` may pass a node with these tags; where not, every way is cut there."""
    barrier = tags.get("barrier")
    if barrier is None and "highway" in tags:
        return True  # a crossing's or a bus stop's tags speak of the crossing, not of the street
    if tags.get("locked") == "yes" and "foot" not in tags:
        return False
    if mode == "bike":
        verdicts = (_node_verdict(tags, "bicycle"), _node_verdict(tags, "foot"))
        if True in verdicts:
            return True
        return verdicts != (False, False) and barrier not in _BARRIERS_SHUT[mode]
    verdict = _node_verdict(tags, "motorcar" if mode == "car" else "foot")
    if mode == "stepfree" and verdict is not False and barrier not in _WALLS:
        verdict = _wheels_verdict(tags, barrier)
    return barrier not in _BARRIERS_SHUT[mode] if verdict is None else verdict


def _node_verdict(tags: Tags, who: str) -> bool | None:
    key, value = most_specific(tags, who)
    if key is None or (who == "foot" and key == "access" and value in FOR_MOTORS):
        return None
    if value in OPEN or value in {"destination", "customers"}:
        # a general permission does not lift a bollard
        return None if key == "access" and who == "motorcar" else True
    return False


def _wheels_verdict(tags: Tags, barrier: str | None) -> bool | None:
    if tags.get("wheelchair") in WHEELS:
        return True
    if tags.get("wheelchair") == "no" and (barrier is not None or "kerb" in tags):
        return False
    kerb = tags.get("kerb", "yes" if barrier == "kerb" else "no")
    width = metres(tags.get("maxwidth") or tags.get("width"))
    stops = kerb in KERBS_SHUT or (barrier is not None and width < PASSAGE_MIN_M)
    return False if stops else None
