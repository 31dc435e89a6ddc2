"""What is handed over of a region: its collections with their looks, and the classes of a share."""

from __future__ import annotations

from dataclasses import dataclass

from layers.atlas import Atlas
from server.asked import DEFAULT_CATEGORY
from server.classes import SHARE_CLASSES, UNKNOWN, ShareClass
from server.ogc.collections import DISTRICTS, GAPS, About, find_collection, list_collections
from server.sentences import label
from server.texts import Texts


@dataclass(frozen=True)
class Topic:
    """A category by which districts are coloured and gaps are chosen."""

    id: str
    name: str


@dataclass(frozen=True)
class Points:
    """A layer of offers."""

    about: About
    name: str
    color: str


@dataclass(frozen=True)
class Handover:
    """All that is handed over of a region; the first topic is the one that is shown at first."""

    points: tuple[Points, ...]
    districts: About
    districts_name: str
    gaps: About
    gaps_name: str
    topics: tuple[Topic, ...]


def handover(atlas: Atlas, texts: Texts) -> Handover:
    """Collect it, with names in one language."""
    known = {about.id.removeprefix(f"{about.region}."): about for about in list_collections(atlas)}
    layers = [y for y in atlas.taxonomy.layers if y.id in known]
    return Handover(
        points=tuple(Points(known[y.id], label(texts, y), y.color) for y in layers),
        districts=known[DISTRICTS],
        districts_name=texts.gettext("Who reaches it, by district"),
        gaps=known[GAPS],
        gaps_name=texts.gettext("Gaps"),
        topics=_topics(atlas, known[DISTRICTS], texts),
    )


def _topics(atlas: Atlas, districts: About, texts: Texts) -> tuple[Topic, ...]:
    """List the categories of which at least one district's share is known, the usual one first."""
    told = {
        name.removeprefix("share_")
        for properties in find_collection(atlas, districts).properties
        for name, value in properties.items()
        if name.startswith("share_") and value is not None
    }
    found = [Topic(c.id, label(texts, c)) for c in atlas.taxonomy.categories if c.id in told]
    found.sort(key=lambda topic: (topic.id != DEFAULT_CATEGORY, topic.name.casefold()))
    return tuple(found)


def share_rules(language: str) -> list[tuple[ShareClass, str]]:
    """Return the classes of a share with their words; what has none comes last."""
    unknown = "unbekannt, oder zu wenige Menschen" if language == "de" else "unknown, or too few"
    return [*((each, each.label(language)) for each in SHARE_CLASSES), (UNKNOWN, unknown)]


def rgb(color: str) -> tuple[int, int, int]:
    """Return the parts of a colour written as #rrggbb."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
