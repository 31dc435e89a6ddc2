"""
The words of the taxonomy: what a category, a field, a layer, a role, a resource and a fact are.

All of them come from `data/taxonomy.toml` by way of `layers.taxonomy`; nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from layers.selectors import Selector

Language = Literal["de", "en"]
FactType = Literal["text", "number", "boolean", "choice", "choices", "times"]

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
FACT_TYPES: Final[tuple[FactType, ...]] = (
    "text",
    "number",
    "boolean",
    "choice",
    "choices",
    "times",
)
ASSUMPTION: Final = "assumption"


@dataclass(frozen=True)
class Term:
    """Something with an id and a label in each language, in plain words that residents use."""

    id: str
    de: str
    en: str

    def label(self, language: Language) -> str:
        """Return the label in a language."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True)
class Note:
    """A remark in each language; both are empty, or none is."""

    de: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.en)

    def text(self, language: Language) -> str:
        """Return the remark in a language."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True)
class Field(Term):
    """A field of Wirtschaftsförderung 4.0; `context` marks what is there to compare with."""

    color: str
    source: str
    context: bool


@dataclass(frozen=True)
class Layer(Term):
    """A layer of the map; `context` marks what is there to compare with."""

    color: str
    context: bool


@dataclass(frozen=True)
class Role(Term):
    """
    How an offer is used.

    `meaning` defines it; `max_age_years` is how old its data may be before they are `unknown`.
    """

    meaning: str
    max_age_years: float


@dataclass(frozen=True)
class Resource(Term):
    """
    What offers give and need.

    A `weak` one, which everybody gives or needs, breaks ties and makes no match alone. What is
    `passed_on` makes a supply chain: whoever gets it may give it on.
    """

    weak: bool
    passed_on: bool


@dataclass(frozen=True)
class Impact(Term):
    """A goal that offers serve."""


@dataclass(frozen=True)
class Unit(Term):
    """A unit of capacities and facts; `consumable` where what one person uses is used up."""

    consumable: bool


@dataclass(frozen=True)
class Choice(Term):
    """
    One of the answers to a fact.

    `osm` are the selectors that tell it; `words` are further ones that people search it by.
    """

    osm: tuple[Selector, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact(Term):
    """
    Something worth knowing of an offer.

    Attributes
    ----------
    type
        `text`, `number`, `boolean`, `choice`, `choices` or `times` (syntax of OSM opening hours).
    unit
        Id of the unit of a number, "" where it is a plain count.
    choices
        The possible answers of `choice` and `choices`.
    osm
        Keys it is read from, the first present one wins; empty where OSM has none.
    """

    type: FactType
    unit: str
    choices: tuple[Choice, ...]
    osm: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """How far people go for it by default; `source` is a source or the word "assumption"."""

    mode: str
    minutes: float
    source: str

    @property
    def is_assumption(self) -> bool:
        """Tell whether no source stands behind it."""
        return self.source == ASSUMPTION


@dataclass(frozen=True)
class Category(Term):
    """
    One kind of offer.

    Attributes
    ----------
    field, layer, role
        Ids; `role` says how an offer of this kind is used.
    reach
        Default limit of travel.
    osm
        Selectors of OpenStreetMap, any of them; empty where OSM cannot tell the category.
    not_named
        Id of a name list: an object with such a name does not belong. "" for none.
    ofdb_types
        Types of OpenFairDB entries.
    ofdb_tags, ofdb_tags_guessed
        Hashtags of OpenFairDB: seen in use there, and plausible ones.
    gives, needs
        Ids of resources; an offer may state its own instead.
    capacity_unit
        Id of the unit of a stated capacity, "" for none. Capacities have no defaults.
    supply_km
        How far its goods travel by default, an assumption; None where it makes none.
    impact
        Ids of goals.
    facts
        What is worth knowing of such an offer.
    max_age_years
        Data older than this at a region's date say nothing any more: the answer is `unknown`.
    merge_m
        Objects of the same name within this distance are one offer; None: only a node and its area.
    note
        For planners: what the data can and cannot tell.
    """

    field: str
    layer: str
    role: str
    reach: Reach
    osm: tuple[Selector, ...]
    not_named: str
    ofdb_types: tuple[str, ...]
    ofdb_tags: tuple[str, ...]
    ofdb_tags_guessed: tuple[str, ...]
    gives: tuple[str, ...]
    needs: tuple[str, ...]
    capacity_unit: str
    supply_km: float | None
    impact: tuple[str, ...]
    facts: tuple[Fact, ...]
    max_age_years: float
    merge_m: float | None
    note: Note
