"""
Which buildings people live in, and on how much floor.

Most buildings are mapped as `building=yes` and nothing else. Such a building is taken for a home
unless something speaks against it: what is inside it, its size (a shed), its depth (a hall), or the
land it stands on (allotments, industry, a school's ground). A building whose own tag says that
people live there is a home wherever it stands.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_HOME_M2 = 30.0  # footprint; assumption: what is smaller is a shed, a garage, a bower
LARGE_FOOTPRINT_M2 = 400.0  # assumption: an untagged home from here on is a block of flats
DEEPEST_HOME_M = 12.0  # 2 · area / outline; assumption: rooms need daylight, deeper is a hall
DEFAULT_LEVELS = 2.0  # assumption, where no storeys are tagged
DEFAULT_LEVELS_LARGE = 4.0  # assumption, for blocks of flats
HIGHEST_LEVELS = 60.0  # a larger tag is a slip of the pen

# building=* that says "people live here"
RESIDENTIAL = frozenset({
    "apartments", "annexe", "bungalow", "cabin", "detached", "dormitory", "farm", "farmhouse",
    "house", "houseboat", "manor", "monastery", "nursing_home", "prefabricated", "residential",
    "retirement_home", "semidetached_house", "static_caravan", "terrace", "tower_block",
})  # fmt: skip
FLATS = frozenset({"apartments", "dormitory", "residential", "tower_block"})
# building=* that leaves it open
UNDECIDED = frozenset({
    "1", "block", "civic", "historic", "mixed", "mixed_use", "tower", "true", "unclassified", "yes",
})  # fmt: skip
# Something that leaves no room for homes in an undecided building, or takes its ground floor
_TAKES_ALL = ("man_made", "power", "military", "aeroway", "railway")
_TAKES_GROUND_FLOOR = ("shop", "office", "craft", "amenity", "tourism", "leisure", "club")
_HOMES_INSIDE = frozenset({"no", "nursing_home", "retirement_home", "social_facility"})
# Land on which an undecided building is no home
LAND_WITHOUT_HOMES: Mapping[str, frozenset[str]] = {
    "landuse": frozenset({
        "allotments", "brownfield", "cemetery", "construction", "depot", "farmyard", "garages",
        "greenhouse_horticulture", "industrial", "landfill", "military", "port", "quarry",
        "railway", "recreation_ground", "retail",
    }),
    "amenity": frozenset({
        "clinic", "college", "courthouse", "fire_station", "fuel", "grave_yard", "hospital",
        "kindergarten", "marketplace", "place_of_worship", "police", "prison",
        "research_institute", "school", "townhall", "university",
    }),
    "leisure": frozenset({
        "golf_course", "marina", "pitch", "sports_centre", "stadium", "swimming_area", "track",
    }),
    "tourism": frozenset({
        "camp_site", "caravan_site", "chalet", "museum", "theme_park", "zoo",
    }),
    "aeroway": frozenset({"aerodrome", "apron", "hangar"}),
    "military": frozenset({"barracks", "base", "danger_area", "range", "training_area", "yes"}),
    "man_made": frozenset({"wastewater_plant", "water_works", "works"}),
    "power": frozenset({"plant", "sub_station", "substation"}),
}  # fmt: skip
# Every key that is looked at here
JUDGED_KEYS = tuple(dict.fromkeys((
    "building", "building:levels", *_TAKES_ALL, *_TAKES_GROUND_FLOOR, *LAND_WITHOUT_HOMES,
)))  # fmt: skip


class Home(NamedTuple):
    """
    How much of a building people live in.

    `floor_m2` is 0 where nobody does; `is_tagged` says that its own tag calls it a home;
    `has_levels` that its storeys are tagged.
    """

    floor_m2: float
    is_tagged: bool
    has_levels: bool


def judge_building(tags: Mapping[str, str], *, footprint_m2: float, outline_m: float) -> Home:
    """
    Judge a building by its tags and shape; the land it stands on is the caller's.

    An undecided building with a shop, an office or the like inside loses its ground floor, and all
    of it where no storeys are tagged.
    """
    kind = tags["building"]
    is_tagged = kind in RESIDENTIAL
    tagged_levels = _levels(tags.get("building:levels"))
    nobody = Home(0.0, is_tagged, tagged_levels is not None)
    if footprint_m2 < SMALLEST_HOME_M2:
        return nobody
    levels = tagged_levels or _default_levels(kind, footprint_m2)
    if not is_tagged:
        if kind not in UNDECIDED or any(key in tags for key in _TAKES_ALL):
            return nobody
        if footprint_m2 >= LARGE_FOOTPRINT_M2 and 2 * footprint_m2 > DEEPEST_HOME_M * outline_m:
            return nobody
        if any(tags.get(key, "no") not in _HOMES_INSIDE for key in _TAKES_GROUND_FLOOR):
            if tagged_levels is None:
                return nobody
            levels = max(levels - 1, 0.0)
    return Home(footprint_m2 * levels, is_tagged, tagged_levels is not None)


def is_building(tags: Mapping[str, str]) -> bool:
    """Whether these are the tags of a building; `building=no` is none."""
    return tags.get("building", "no") != "no"


def is_land_without_homes(tags: Mapping[str, str]) -> bool:
    """Whether undecided buildings on land with these tags are no homes."""
    return any(tags.get(key) in values for key, values in LAND_WITHOUT_HOMES.items())


def _default_levels(kind: str, footprint_m2: float) -> float:
    is_flats = kind in FLATS or footprint_m2 >= LARGE_FOOTPRINT_M2
    return DEFAULT_LEVELS_LARGE if is_flats else DEFAULT_LEVELS


def _levels(text: str | None) -> float | None:
    try:
        value = float(text.replace(",", ".")) if text else math.nan
    except ValueError:
        return None
    return value if 0 < value <= HIGHEST_LEVELS else None
