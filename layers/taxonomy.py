"""
The taxonomy: which kinds of offers there are, and how OpenStreetMap and others tell them.

It is data (`data/taxonomy.toml`), checked as a whole when it is read.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.once import cached_property
from layers.errors import TaxonomyError, UnknownCategoryError
from layers.selectors import NameList, OsmRules, SelectorIndex
from layers.taxonomy_file import TaxonomyReader
from layers.vocabulary import (
    Category,
    Choice,
    Fact,
    Field,
    Impact,
    Language,
    Layer,
    Note,
    Reach,
    Resource,
    Role,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "Category",
    "Choice",
    "Fact",
    "Field",
    "Impact",
    "Language",
    "Layer",
    "Note",
    "Reach",
    "Resource",
    "Role",
    "Taxonomy",
    "Unit",
    "load_taxonomy",
]

_NAME_KEYS = ("name", "brand", "operator")


@dataclass(frozen=True)
class Taxonomy:
    """
    All kinds of offers with what they refer to, each in the order of the file.

    `ofdb_types` are the ids of OpenFairDB's types by name.
    """

    version: str
    fields: tuple[Field, ...]
    layers: tuple[Layer, ...]
    roles: tuple[Role, ...]
    resources: tuple[Resource, ...]
    impacts: tuple[Impact, ...]
    units: tuple[Unit, ...]
    categories: tuple[Category, ...]
    ofdb_types: Mapping[str, str]
    name_lists: Mapping[str, NameList]
    rules: OsmRules

    def category(self, category_id: str) -> Category:
        """
        Return the category with an id.

        Raises
        ------
        UnknownCategoryError
            If there is none; it names the nearest ids.
        """
        if (category := self._by_id.get(category_id)) is None:
            raise UnknownCategoryError(category_id, self._by_id)
        return category

    @cached_property
    def passed_on(self) -> frozenset[str]:
        """The ids of resources that a supply chain passes on."""
        return frozenset(resource.id for resource in self.resources if resource.passed_on)

    def osm_keys(self) -> frozenset[str]:
        """Return the keys of OpenStreetMap of which every offer has at least one."""
        return self._index.keys()

    def match_osm(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of the categories that an object's tags tell, in the order of the file."""
        return tuple(self.categories[i].id for i in sorted(self._match(tags)))

    def rank_osm(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """
        Return the ids of the categories that an object's tags tell, the primary one first.

        The more specific goes first: the category whose selector states more conditions; with
        equal ones a category of the five fields before one that is there to compare with, then the
        order of the file. A category that is an attribute of other offers is never before them.
        """
        weights = self._match(tags)

        def rank(i: int) -> tuple[bool, int, bool, int]:
            category = self.categories[i]
            is_attribute = category.role == "attribute"
            return is_attribute, -weights[i], category.field in self._context_fields, i

        return tuple(self.categories[i].id for i in sorted(weights, key=rank))

    def _match(self, tags: Mapping[str, str]) -> dict[int, int]:
        found = self._index.match(tags)
        return {i: w for i, w in found.items() if not self._is_left_out(self.categories[i], tags)}

    def _is_left_out(self, category: Category, tags: Mapping[str, str]) -> bool:
        if not category.not_named:
            return False
        names = self.name_lists[category.not_named]
        return any(tags[key] in names for key in _NAME_KEYS if key in tags)

    @cached_property
    def _by_id(self) -> dict[str, Category]:
        return {category.id: category for category in self.categories}

    @cached_property
    def _context_fields(self) -> frozenset[str]:
        return frozenset(field.id for field in self.fields if field.context)

    @cached_property
    def _index(self) -> SelectorIndex:
        owned = ((i, s) for i, category in enumerate(self.categories) for s in category.osm)
        return SelectorIndex.build(owned, self.rules)


def load_taxonomy(path: Path) -> Taxonomy:
    """
    Read and check a taxonomy file.

    Raises
    ------
    TaxonomyError
        With all faults at once: what is no TOML, unknown names, ids that stand twice or do not fit
        into an address, empty labels, reach out of bounds, selectors of a wrong shape.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise TaxonomyError(path.name, [f"it cannot be read ({exc.strerror})"]) from exc
    except (ValueError, RecursionError) as exc:  # no TOML, or no UTF-8
        raise TaxonomyError(path.name, [f"it is no TOML ({exc})"]) from exc
    reader = TaxonomyReader(raw).read()
    known = ("version", "osm", "ofdb", *_KINDS)
    reader.faults += [
        f"{key}: unknown; known are {', '.join(known)}" for key in raw if key not in known
    ]
    if not isinstance(version := raw.get("version"), str):
        reader.faults.append(f"version: {version!r} is no text")
    if reader.faults:
        raise TaxonomyError(path.name, reader.faults)
    return Taxonomy(
        version=str(version),
        fields=tuple(reader.fields.values()),
        layers=tuple(reader.layers.values()),
        roles=tuple(reader.roles.values()),
        resources=tuple(reader.resources.values()),
        impacts=tuple(reader.impacts.values()),
        units=tuple(reader.units.values()),
        categories=tuple(reader.categories.values()),
        ofdb_types=reader.ofdb_types,
        name_lists=reader.name_lists,
        rules=reader.rules,
    )


_KINDS = ("field", "layer", "role", "resource", "impact", "unit", "fact", "category")
