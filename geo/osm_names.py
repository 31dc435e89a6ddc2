"""
What an extract calls things: the names of streets, house numbers, the names of places.

Where a street runs is not read again: `Streets` has it by the same `way_id`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium

from geo.extract import explained, objects
from geo.osm import read_features

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.osm import Features

# Landmarks by which people say where they are, besides `place=*`
LANDMARKS: Mapping[str, frozenset[str]] = {
    "railway": frozenset({"station", "halt"}),
    "amenity": frozenset({"townhall", "hospital", "bus_station", "university"}),
}


def read_street_names(path: Path) -> dict[int, str]:
    """
    Return the name of each street that has one, by the id of its way.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    names = {}
    with explained(path):
        for way in objects(path, osmium.osm.WAY, keys=("name",)):
            if "highway" in way.tags and (name := " ".join(way.tags["name"].split())):
                names[way.id] = name
    return names


def read_addresses_and_places(path: Path) -> Features:
    """
    Read whatever has a house number, and named places and landmarks, in one pass.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    keys = ("addr:housenumber", "place", *LANDMARKS)
    return read_features(path, keys=keys, keep=_is_wanted)


def place_kind(tags: Mapping[str, str]) -> str:
    """Return what kind of place or landmark something is, "" where it is none or has no name."""
    if not tags.get("name", "").strip():
        return ""
    landmark = next((tags[k] for k, kinds in LANDMARKS.items() if tags.get(k) in kinds), "")
    return tags.get("place", "") or landmark


def _is_wanted(tags: Mapping[str, str]) -> bool:
    return "addr:housenumber" in tags or bool(place_kind(tags))
