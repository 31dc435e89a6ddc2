"""
What residents can choose from: kinds of offers by field, the usual ones first, and facts.

Only facts that some offer of the region states are offered as filters: a filter that always finds
nothing is no help.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from layers.atlas import Atlas
from layers.vocabulary import Category, Fact
from layers.when import PRESETS
from server.offer_icons import icon_of
from server.resident_asked import FREE_PRESETS, ResidentAsked
from server.sentences import label
from server.texts import Texts

# What people look for most, each where the region has one
USUAL = (
    "greengrocer_bakery",
    "supermarket",
    "pharmacy",
    "doctor",
    "repair_cafe",
    "second_hand",
    "library",
    "library_of_things",
    "farm_shop",
    "food_sharing",
    "repair_service",
    "public_bookcase",
    "transit_stop",
)
MOST_USUAL = 8
FREE_TIMES = "free_times"  # other times are dates: they stand in the week, they are no filter


@dataclass(frozen=True)
class Kind:
    """A category as something to choose."""

    id: str
    name: str
    icon: str
    color: str
    count: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class Group:
    """The kinds of one field."""

    name: str
    kinds: list[Kind]


@dataclass(frozen=True)
class Wish:
    """One value of a fact that may be wanted, `value` as it stands in an address."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class FactFilter:
    """A fact with its values; `categories` are the ids of those that have it."""

    id: str
    name: str
    wishes: list[Wish]
    categories: list[str]

    @property
    def is_single(self) -> bool:
        """Whether it is there or not, without a choice."""
        return [wish.value for wish in self.wishes] == [self.id]


def groups_of(atlas: Atlas, asked: ResidentAsked, texts: Texts) -> list[Group]:
    """Return all kinds that the region has offers of, by field in the order of the taxonomy."""
    groups = []
    for field in atlas.taxonomy.fields:
        kinds = [
            kind
            for category in atlas.taxonomy.categories
            if category.field == field.id and (kind := _kind(atlas, category, asked, texts)).count
        ]
        if kinds:
            name = texts.gettext("Everyday needs") if field.context else label(texts, field)
            groups.append(Group(name, kinds))
    return groups


def usual_kinds(atlas: Atlas, asked: ResidentAsked, texts: Texts) -> list[Kind]:
    """Return the kinds that people look for most, those that are chosen among them."""
    known = {c.id: c for c in atlas.taxonomy.categories}
    kinds = [_kind(atlas, known[i], asked, texts) for i in USUAL if i in known]
    return [kind for kind in kinds if kind.count][:MOST_USUAL]


def _kind(atlas: Atlas, category: Category, asked: ResidentAsked, texts: Texts) -> Kind:
    return Kind(
        id=category.id,
        name=label(texts, category),
        icon=icon_of(category.id),
        color=color_of(atlas, category),
        count=len(atlas.offers_of(category)),
        chosen=category.id in asked.categories,
        url=asked.with_(categories=(category.id,)).url(atlas.region.id),
    )


def color_of(atlas: Atlas, category: Category) -> str:
    """Return the colour of a category's layer."""
    return next(layer.color for layer in atlas.taxonomy.layers if layer.id == category.layer)


def fact_filters(atlas: Atlas, asked: ResidentAsked, texts: Texts) -> list[FactFilter]:
    """Return what can be wanted of offers, with the values that occur."""
    stated = _stated(atlas)
    filters = []
    for fact in _facts(atlas):
        wishes = [
            Wish(value, name, value in asked.has) for value, name in _values(fact, stated, texts)
        ]
        if wishes:
            of = [c.id for c in atlas.taxonomy.categories if fact in c.facts]
            filters.append(FactFilter(fact.id, label(texts, fact), wishes, of))
    return filters


def _values(fact: Fact, stated: Counter[str], texts: Texts) -> list[tuple[str, str]]:
    if fact.type in ("choice", "choices"):
        choices = [c for c in fact.choices if stated[f"{fact.id}.{c.id}"]]
        return [(f"{fact.id}.{c.id}", label(texts, c)) for c in choices]
    if fact.type == "times" and fact.id == FREE_TIMES and stated[fact.id]:
        named = {preset.id: preset.label(texts.language) for preset in PRESETS}
        return [(f"{fact.id}.{i}", named[i]) for i in FREE_PRESETS]
    if fact.type in ("boolean", "number") and stated[fact.id]:
        return [(fact.id, label(texts, fact))]
    return []


def _facts(atlas: Atlas) -> list[Fact]:
    return list({f.id: f for c in atlas.taxonomy.categories for f in c.facts}.values())


@lru_cache(maxsize=8)
def _stated(atlas: Atlas) -> Counter[str]:
    """Count what offers state: `organic`, `repairs.bicycles`; "no" and 0 are no wish."""
    counts: Counter[str] = Counter()
    for offer in atlas.offers:
        for name, value in offer.facts.items():
            if isinstance(value, tuple):
                counts.update(f"{name}.{choice}" for choice in value)
            elif value:
                counts.update([name, f"{name}.{value}"])
    return counts
