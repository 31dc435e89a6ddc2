"""
Reads a taxonomy file and finds all its faults.

The parts are read in the order in which they refer to each other. A faulty entry is left out of the
result and its faults are kept, so that one pass finds everything; `layers.taxonomy.load_taxonomy`
raises where there is any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layers.entry import Entry, Table
from layers.selectors import NameList, OsmRules
from layers.vocabulary import (
    FACT_TYPES,
    Category,
    Choice,
    Fact,
    Field,
    Impact,
    Layer,
    Note,
    Reach,
    Resource,
    Role,
    Term,
    Unit,
)

REACH_MODES = ("walk", "stepfree", "bike", "car")
MAX_REACH_MIN = 120
_NO_RULES = OsmRules(frozenset(), (), frozenset(), frozenset())


@dataclass
class TaxonomyReader:
    """
    Turns the tables of a taxonomy file into checked parts.

    After `read`, `faults` holds everything that is wrong, each with its entry and key.
    """

    raw: Table
    faults: list[str] = field(default_factory=list)
    rules: OsmRules = _NO_RULES
    name_lists: dict[str, NameList] = field(default_factory=dict)
    ofdb_types: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    impacts: dict[str, Impact] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)

    def read(self) -> TaxonomyReader:
        """Read all parts; returns itself."""
        self._read_rules()
        for e in self._entries("field", {"color", "source", "context"}):
            self.fields[e.id] = Field(
                *e.term, e.color(), e.text("source", required=True), e.flag("context")
            )
        for e in self._entries("layer", {"color", "context"}):
            self.layers[e.id] = Layer(*e.term, e.color(), e.flag("context"))
        for e in self._entries("role", {"meaning", "max_age_years"}):
            years = e.number("max_age_years", low=0, high=100)
            self.roles[e.id] = Role(*e.term, e.text("meaning", required=True), years or 0.0)
        for e in self._entries("resource", {"weak", "passed_on"}):
            self.resources[e.id] = Resource(*e.term, e.flag("weak"), e.flag("passed_on"))
            if self.resources[e.id].weak and self.resources[e.id].passed_on:
                e.fault("passed_on", "what is weak makes no supply chain")
        for e in self._entries("impact", set()):
            self.impacts[e.id] = Impact(*e.term)
        for e in self._entries("unit", {"consumable"}):
            self.units[e.id] = Unit(*e.term, e.flag("consumable"))
        for e in self._entries("fact", {"type", "unit", "osm", "choices"}):
            self._read_fact(e)
        for e in self._entries("category", _CATEGORY_KEYS):
            self._read_category(e)
        self._check_labels_differ(self.categories.values())
        if not self.faults:  # a fault elsewhere leaves entries unused
            self._check_used("role", self.roles, {c.role for c in self.categories.values()})
            self._check_used(
                "fact", self.facts, {f.id for c in self.categories.values() for f in c.facts}
            )
        return self

    def _read_rules(self) -> None:
        osm = Entry(self.faults, "[osm]", self._table("osm"))
        osm.check_keys({"text_keys", "place_keys", "not_places", "vacant_values", "names"})
        self.rules = OsmRules(
            frozenset(osm.texts("text_keys")),
            osm.texts("place_keys"),
            frozenset(osm.texts("not_places")),
            frozenset(osm.texts("vacant_values")),
        )
        names = Entry(self.faults, "[osm.names]", osm.table("names"))
        self.name_lists = {key: NameList.of(names.texts(key)) for key in names.raw}
        ofdb = Entry(self.faults, "[ofdb.types]", self._table("ofdb").get("types", {}))
        self.ofdb_types = {key: ofdb.text(key, required=True) for key in ofdb.raw}

    def _read_fact(self, e: Entry) -> None:
        kind = e.known("type", FACT_TYPES)
        keys = e.texts("osm")
        raw_choices = e.tables("choices")
        if (kind in ("choice", "choices")) != bool(raw_choices):
            e.fault("choices", f"{len(raw_choices)} choices do not go with type {kind!r}")
        choices = tuple(self._read_choice(e, raw, keys) for raw in raw_choices)
        if len({c.id for c in choices}) < len(choices):
            e.fault("choices", "an id stands twice")
        self.facts[e.id] = Fact(*e.term, kind, e.known("unit", self.units, ""), choices, keys)

    def _read_choice(self, fact: Entry, raw: Table, keys: tuple[str, ...]) -> Choice:
        e = Entry(self.faults, f"{fact.name}, choice {raw.get('id')!r}", raw)
        e.check_keys({"id", "de", "en", "osm", "words"})
        e.check_id()
        # Without selectors of its own, a choice is told by its id as the value of the fact's key
        implied = [{key: str(raw.get("id", ""))} for key in keys]
        selectors = (
            e.selectors("osm", self.rules) if "osm" in raw else e.parse("osm", implied, self.rules)
        )
        return Choice(*e.term, selectors, e.texts("words"))

    def _read_category(self, e: Entry) -> None:
        role = e.known("role", self.roles)
        defaults = self.roles[role].max_age_years if role in self.roles else 0.0
        facts = e.all_known("facts", self.facts)
        self.categories[e.id] = Category(
            *e.term,
            field=e.known("field", self.fields),
            layer=e.known("layer", self.layers),
            role=role,
            reach=self._read_reach(e),
            osm=e.selectors("osm", self.rules),
            not_named=e.known("not_named", self.name_lists, ""),
            ofdb_types=e.all_known("ofdb_types", self.ofdb_types),
            ofdb_tags=e.texts("ofdb_tags"),
            ofdb_tags_guessed=e.texts("ofdb_tags_guessed"),
            gives=e.all_known("gives", self.resources),
            needs=e.all_known("needs", self.resources),
            capacity_unit=e.known("capacity_unit", self.units, ""),
            supply_km=e.number("supply_km", low=0, high=1000, required=False),
            impact=e.all_known("impact", self.impacts),
            facts=tuple(self.facts[id_] for id_ in facts if id_ in self.facts),
            max_age_years=e.number("max_age_years", low=0, high=100, required=False) or defaults,
            merge_m=e.number("merge_m", low=0, high=200, required=False),
            note=self._read_note(e),
        )

    def _read_reach(self, category: Entry) -> Reach:
        e = Entry(self.faults, f"{category.name}, reach", category.table("reach"))
        e.check_keys({"mode", "minutes", "source"})
        return Reach(
            e.known("mode", REACH_MODES),
            e.number("minutes", low=0, high=MAX_REACH_MIN) or 0.0,
            e.text("source", required=True),
        )

    def _read_note(self, category: Entry) -> Note:
        if "note" not in category.raw:
            return Note()
        e = Entry(self.faults, f"{category.name}, note", category.table("note"))
        e.check_keys({"de", "en"})
        return Note(e.text("de", required=True), e.text("en", required=True))

    def _table(self, key: str) -> Table:
        value = self.raw.get(key, {})
        return value if isinstance(value, Mapping) else {}

    def _entries(self, kind: str, keys: set[str]) -> Iterable[Entry]:
        """Yield the entries of one kind, each checked for its id, labels and unknown keys."""
        raw = self.raw.get(kind, [])
        if not isinstance(raw, list) or not raw:
            self.faults.append(f"there is no [[{kind}]]")
            return
        seen: set[str] = set()
        for number, table in enumerate(raw, 1):
            if not isinstance(table, Mapping):
                self.faults.append(f"{kind} number {number} is no table")
                continue
            entry = Entry(self.faults, f"{kind} {table.get('id', f'number {number}')!r}", table)
            entry.check_id()
            entry.check_keys({"id", "de", "en", *keys})
            if entry.id in seen:
                entry.fault("id", "stands twice")
            seen.add(entry.id)
            yield entry

    def _check_labels_differ(self, terms: Iterable[Term]) -> None:
        seen: dict[tuple[str, str], str] = {}
        for term in terms:
            for language in ("de", "en"):
                key = (language, getattr(term, language).casefold())
                if key[1] and (other := seen.setdefault(key, term.id)) != term.id:
                    self.faults.append(
                        f"category {term.id!r}, {language}: {other!r} has the same label"
                    )

    def _check_used(self, kind: str, known: Iterable[str], used: set[str]) -> None:
        self.faults += [f"{kind} {id_!r}: no category uses it" for id_ in known if id_ not in used]


_CATEGORY_KEYS = {
    "field", "layer", "role", "reach", "osm", "not_named", "ofdb_types", "ofdb_tags",
    "ofdb_tags_guessed", "gives", "needs", "capacity_unit", "supply_km", "impact", "facts",
    "max_age_years", "merge_m", "note",
}  # fmt: skip
