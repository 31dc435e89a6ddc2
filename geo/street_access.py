"""
Who may use which way, in which direction and how fast: the access model.

The model reads OpenStreetMap's tags as its wiki defines them: the most specific access key wins
(`foot` before `access`; `bicycle` before `vehicle` before `access`; `motorcar` before
`motor_vehicle` before `vehicle` before `access`), then the default of the road class. A value of
unknown meaning counts as not tagged. The decisions where the wiki leaves room:

- **Private, customers, destination.** Such a way is used at the two ends of a journey and never
  passed through (`ends_only`). A general `access=destination` or `delivery` closes nothing for
  people on foot or on bicycles: those signs speak to motor vehicles. A general `agricultural` or
  `forestry` does, except for those who live there.
- **Cycleways** without a foot tag are open to people on foot; trunk roads and motor roads only
  where a sidewalk or a foot tag is mapped.
- **Mountain paths** from `sac_scale=mountain_hiking` up ask for sure feet and are no everyday way.
- **Bicycles** are ridden where they may and pushed at walking pace where only walking is allowed:
  on footways, against one-way streets, where `bicycle=dismount`; on stairs only beside a ramp.
- **Step-free** leaves out what stops a wheelchair or a stroller, unless `wheelchair=yes`.
- **Cars** use tracks only at the ends of a journey, unless a motor tag opens them.
- **Doors** open on no tunnel, motorway or ferry: one passes through, but nobody starts there.

Sources: OpenStreetMap wiki, pages Key:access, OSM tags for routing/Access restrictions, Key:oneway,
Key:smoothness, Key:kerb, Key:sac_scale, Key:conveying (read in November 2026);
DIN 18040-3:2014 for widths and slopes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.osm import Tags

# Open road speeds by class, from the default car profile of the Open Source Routing Machine
# (osrm-backend, profiles/car.lua, version 5): averages with junctions, not speed limits.
CAR_KMH: Mapping[str, float] = {
    "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40,
    "primary": 65, "primary_link": 30, "secondary": 55, "secondary_link": 25,
    "tertiary": 40, "tertiary_link": 20, "unclassified": 25, "residential": 25, "road": 25,
    "living_street": 10, "service": 15, "track": 10, "pedestrian": 10,
}  # fmt: skip
MAXSPEED_FACTOR = 0.8  # what is driven of a signed limit; source: the same profile
FERRY_KMH = 5.0  # where no duration is mapped; slow, as nobody knows the wait; source: the same
RAMP_MAX_PERCENT = 6.0  # DIN 18040-3:2014, 4.3: longitudinal slope with resting places
PASSAGE_MIN_M = 0.9  # DIN 18040-3:2014, 4.1: least clear width


@dataclass(frozen=True)
class Speeds:
    """
    Speeds in km/h, all settable.

    `push_kmh` is a bicycle that is pushed, `car_leg_kmh` the driver's straight way between door and
    street, on foot. `ferry_kmh` holds where no `duration` is mapped. `car_kmh`
    is by road class; where a limit is signed, `maxspeed_factor` of it is driven instead, on service
    roads and lanes only where that is slower. `bicycle` says how it takes slopes, one of
    `geo.slope.BICYCLES`.
    """

    walk_kmh: float = 4.8
    stepfree_kmh: float = 3.6
    bike_kmh: float = 15.0
    push_kmh: float = 4.8
    ferry_kmh: float = FERRY_KMH
    car_leg_kmh: float = 4.8
    car_kmh: Mapping[str, float] = field(default_factory=lambda: dict(CAR_KMH))
    maxspeed_factor: float = MAXSPEED_FACTOR
    bicycle: str = "bicycle"

    def leg_kmh(self, mode: str) -> float:
        """Return the speed on the straight leg between door and street."""
        by_mode = {"walk": self.walk_kmh, "stepfree": self.stepfree_kmh, "bike": self.bike_kmh}
        return by_mode.get(mode, self.car_leg_kmh)


class Passage(NamedTuple):
    """
    What one mode may do on a way.

    `forward_kmh`, `backward_kmh` are 0 where closed. `ends_only`: only at the ends of a journey.
    `no_stop`: nobody gets on or off between its nodes (motorways, ferries, tunnels). `duration_s`:
    a ferry's mapped crossing time, 0 where none is mapped.
    """

    forward_kmh: float
    backward_kmh: float
    ends_only: bool = False
    no_stop: bool = False
    duration_s: float = 0.0


CLOSED = Passage(0.0, 0.0)

_LINKED = ("primary", "secondary", "tertiary")
_STREETS = {
    *_LINKED, *(f"{c}_link" for c in _LINKED),
    "unclassified", "residential", "living_street", "service", "road", "track",
}  # fmt: skip
_ROADS_WITH_LIMITS = {"motorway", "trunk", *_LINKED, "unclassified", "residential", "road"}
_TRUNKS = {"trunk", "trunk_link"}
_MOTORWAYS = {"motorway", "motorway_link"}
_WALKED = {"footway", "path", "pedestrian", "steps", "cycleway", "corridor", "platform", "elevator"}
_WALK_BY_TAG = {*_TRUNKS, *_MOTORWAYS, "bridleway", "busway", "bus_guideway", "escape"}
_RIDDEN = {*_STREETS, *_TRUNKS, "path", "cycleway"}
_RIDE_BY_TAG = {"footway", "pedestrian", "bridleway", "busway", "corridor", "platform"}
_DRIVEN_BY_TAG = {"pedestrian", "footway", "path", "cycleway"}

OPEN = {"yes", "designated", "official", "permissive", "public", "allowed", "discouraged"}
_ENDS = {"private", "destination", "customers", "delivery", "residents", "permit", "members"}
_SHUT = {
    "no", "agricultural", "forestry", "emergency", "military", "service", "psv", "bus",
    "use_sidepath", "closed",
}  # fmt: skip
FOR_MOTORS = {"destination", "delivery", "residents"}  # what a general tag means for motors only
_FOR_FARMS = {"agricultural", "forestry"}

_KEYS = {
    "foot": ("foot", "access"),
    "bicycle": ("bicycle", "vehicle", "access"),
    "motorcar": ("motorcar", "motor_vehicle", "vehicle", "access"),
}

_SAC_EVERYDAY = {"hiking", "strolling"}
_ROUGH_SURFACES = {
    "sand", "mud", "gravel", "pebblestone", "grass", "ground", "dirt", "earth", "soil", "rock",
    "unhewn_cobblestone", "stepping_stones", "woodchips", "grass_paver", "shells", "snow", "ice",
}  # fmt: skip
# Key:smoothness: "intermediate" is the last step for wheelchairs
_ROUGH_SMOOTHNESS = {"bad", "very_bad", "horrible", "very_horrible", "impassable"}
_ROUGH_TRACKS = {"grade3", "grade4", "grade5"}

WHEELS = {"yes", "designated", "limited"}
KERBS_SHUT = {"raised", "rolled", "regular", "yes"}


def way_passage(tags: Tags, *, mode: str, speeds: Speeds) -> Passage:
    """
    Say what `mode` may do on a way with these tags.

    Returns
    -------
    passage
        `CLOSED` where the mode may not go, or where the tags name no street.
    """
    if mode == "walk":
        passage = _walk(tags, speeds.walk_kmh, speeds)
    elif mode == "stepfree":
        passage = CLOSED if _stops_wheels(tags) else _walk(tags, speeds.stepfree_kmh, speeds)
    elif mode == "bike":
        passage = _bike(tags, speeds)
    else:
        passage = _car(tags, speeds)
    return passage._replace(no_stop=True) if _is_underground(tags) else passage


def _is_underground(tags: Tags) -> bool:
    return tags.get("tunnel") == "yes" or tags.get("level", "").startswith("-")


def most_specific(tags: Tags, who: str) -> tuple[str | None, str]:
    """Return the first access key with a value of known meaning, and the value."""
    for key in _KEYS[who]:
        value = tags.get(key, "")
        if value in OPEN or value in _ENDS or value in _SHUT or value == "dismount":
            return key, value
    return None, ""


def _walk(tags: Tags, kmh: float, speeds: Speeds) -> Passage:
    key, value = most_specific(tags, "foot")
    if key == "access" and value in FOR_MOTORS:
        key, value = None, ""
    lives_there = value in _ENDS or (key == "access" and value in _FOR_FARMS)
    if (value in _SHUT and not lives_there) or tags.get("sac_scale", "hiking") not in _SAC_EVERYDAY:
        return CLOSED
    by_tag = key == "foot" and value in OPEN | _ENDS
    if tags.get("route") == "ferry":
        return _ferry(tags, speeds)
    if not _is_walkable_class(tags, by_tag=by_tag):
        return CLOSED
    forward, backward = _foot_directions(tags)
    return Passage(kmh * forward, kmh * backward, ends_only=lives_there)


def _is_walkable_class(tags: Tags, *, by_tag: bool) -> bool:
    highway = tags.get("highway")
    if highway is None:
        return "platform" in {tags.get("railway"), tags.get("public_transport")} or (
            tags.get("man_made") == "pier"
        )
    has_sidewalk = tags.get("sidewalk") in {"yes", "both", "left", "right"}
    if tags.get("motorroad") == "yes" or highway in _TRUNKS:
        return by_tag or has_sidewalk
    return highway in _STREETS or highway in _WALKED or (by_tag and highway in _WALK_BY_TAG)


def _foot_directions(tags: Tags) -> tuple[bool, bool]:
    forward, backward = _directions(tags.get("oneway:foot"))
    conveyed = tags.get("conveying")  # an escalator or moving walkway against the feet
    return forward and conveyed != "backward", backward and conveyed != "forward"


def _directions(oneway: str | None) -> tuple[bool, bool]:
    if oneway in {"yes", "true", "1"}:
        return True, False
    if oneway in {"-1", "reverse"}:
        return False, True
    # which way a reversible lane runs at a given time is not known
    return (False, False) if oneway == "reversible" else (True, True)


def _ferry(tags: Tags, speeds: Speeds) -> Passage:
    kmh = speeds.ferry_kmh
    return Passage(kmh, kmh, no_stop=True, duration_s=_duration_s(tags.get("duration")))


def _stops_wheels(tags: Tags) -> bool:
    wheelchair = tags.get("wheelchair")
    if wheelchair in WHEELS:
        return False
    if wheelchair == "no" or "sac_scale" in tags:
        return True
    if tags.get("highway") == "steps":
        return tags.get("ramp:wheelchair") != "yes"
    # the surface of a street with a sidewalk is that of its carriageway
    rough = tags.get("surface") in _ROUGH_SURFACES and (
        tags.get("sidewalk") not in {"yes", "both", "left", "right"}
    )
    return (
        rough
        or tags.get("smoothness") in _ROUGH_SMOOTHNESS
        or tags.get("tracktype") in _ROUGH_TRACKS
        or tags.get("kerb") in KERBS_SHUT
        or _is_steep(tags.get("incline", ""))
        or metres(tags.get("width")) < PASSAGE_MIN_M
    )


def _bike(tags: Tags, speeds: Speeds) -> Passage:
    pushed = _walk(tags, speeds.push_kmh, speeds)
    highway = tags.get("highway", "")
    key, value = most_specific(tags, "bicycle")
    if tags.get("route") == "ferry":
        return CLOSED if value in _SHUT else _ferry(tags, speeds)
    if key == "access" and value in FOR_MOTORS:
        value = ""
    by_tag = key == "bicycle" and value in OPEN | _ENDS
    if highway == "steps":
        has_ramp = by_tag or "yes" in {tags.get("ramp"), tags.get("ramp:bicycle")}
        return pushed if has_ramp else CLOSED
    rides = value not in _SHUT and value != "dismount"
    rides = rides and (highway in _RIDDEN or (by_tag and highway in _RIDE_BY_TAG))
    if (tags.get("motorroad") == "yes" or highway in _MOTORWAYS) and not by_tag:
        rides = False
    if not rides:
        return pushed
    forward, backward = _bike_directions(tags)
    return Passage(
        speeds.bike_kmh if forward else pushed.forward_kmh,
        speeds.bike_kmh if backward else pushed.backward_kmh,
        ends_only=value in _ENDS,
    )


def _bike_directions(tags: Tags) -> tuple[bool, bool]:
    if (own := tags.get("oneway:bicycle")) is not None:
        return _directions(own)
    lanes = [tags.get(k, "") for k in ("cycleway", "cycleway:left", "cycleway:right")]
    if any(lane.startswith("opposite") for lane in lanes):
        return True, True
    return _vehicle_directions(tags)


def _vehicle_directions(tags: Tags) -> tuple[bool, bool]:
    oneway = tags.get("oneway")
    if oneway is None and (
        tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in _MOTORWAYS
    ):
        oneway = "yes"
    return _directions(oneway)


def _car(tags: Tags, speeds: Speeds) -> Passage:
    highway = tags.get("highway", "")
    key, value = most_specific(tags, "motorcar")
    if value in _SHUT:
        return CLOSED
    by_tag = key in {"motorcar", "motor_vehicle"} and value in OPEN | _ENDS
    if tags.get("route") == "ferry":
        return _ferry(tags, speeds) if by_tag else CLOSED
    if highway not in speeds.car_kmh or (highway in _DRIVEN_BY_TAG and not by_tag):
        return CLOSED
    kmh = _car_kmh(tags, highway, speeds)
    forward, backward = _vehicle_directions(tags)
    return Passage(
        kmh * forward,
        kmh * backward,
        ends_only=value in _ENDS or (highway == "track" and not by_tag),
        no_stop=highway in _MOTORWAYS,
    )


def _car_kmh(tags: Tags, highway: str, speeds: Speeds) -> float:
    """Return the driven part of a signed limit, else the class speed; lanes only get slower."""
    by_class = speeds.car_kmh[highway]
    driven = _limit_kmh(tags.get("maxspeed", "")) * speeds.maxspeed_factor
    is_road = highway.removesuffix("_link") in _ROADS_WITH_LIMITS
    return driven if is_road and driven < float("inf") else min(by_class, driven)


def _limit_kmh(value: str) -> float:
    """Return a signed limit; infinite where it is no number."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph)?", value.strip())
    if match is None or float(match[1]) == 0:
        return float("inf")
    return float(match[1]) * (1.609344 if match[2] else 1.0)


def metres(value: str | None) -> float:
    """Return a width; infinite where it is not tagged or no number."""
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*m?", (value or "").strip())
    return float(match[1].replace(",", ".")) if match else float("inf")


def _is_steep(incline: str) -> bool:
    if incline == "steep":
        return True
    match = re.fullmatch(r"-?(\d+(?:\.\d+)?)\s*(%|°)", incline.strip())
    # 6 % are 3.43°
    return match is not None and float(match[1]) * (1 if match[2] == "%" else 1.75) > (
        RAMP_MAX_PERCENT
    )


def _duration_s(value: str | None) -> float:
    """Return minutes, `hh:mm` or `hh:mm:ss` in seconds; 0 where it is none of these."""
    if value is None or re.fullmatch(r"\d+(:\d\d){0,2}", value.strip()) is None:
        return 0.0
    parts = [int(part) for part in value.strip().split(":")]
    if len(parts) == 1:
        return parts[0] * 60.0
    hours, minutes, *seconds = parts
    return hours * 3600.0 + minutes * 60.0 + (seconds[0] if seconds else 0)
