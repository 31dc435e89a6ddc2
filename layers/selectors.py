"""
Decides which categories an object of OpenStreetMap belongs to.

A selector is a table of conditions that all must hold:

    "bakery"            the value is exactly this
    ["milk", "eggs"]    the value is any of these
    "*"                 the key is present, and its value does not say "none here"
    "!"                 the key is absent
    "~repair.?caf[eé]"  a case-insensitive regular expression finds something
    "!~christmas"       the key is absent, or the expression finds nothing

A list may hold expressions besides its values, as in ["food", "!~drinks|sweets"]; then all of them
must hold as well. A value that is a `;`-list holds when any of its parts does. A name alone does
not make an offer (a bus stop may be named after one): where a selector looks at names only, the
object must also be a place by one of `OsmRules.place_keys`. What is vacant, closed, or not yet
built never matches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.once import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_GONE_KEYS = ("disused", "abandoned", "demolished", "razed", "removed", "ruins", "vacant")
_NOT_YET_KEYS = ("construction", "proposed", "planned")
_PREFIXES = frozenset((*_GONE_KEYS, *_NOT_YET_KEYS, "was", "old", "closed", "destroyed"))
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class OsmRules:
    """
    What holds for all selectors.

    Attributes
    ----------
    text_keys
        Keys that hold names and free text.
    place_keys
        A text match requires one of these with a living value.
    not_places
        Values of place keys that are street furniture or ground, never an offer by its name.
    vacant_values
        Values that say that nothing is there: they satisfy no `"*"` and make no place.
    """

    text_keys: frozenset[str]
    place_keys: tuple[str, ...]
    not_places: frozenset[str]
    vacant_values: frozenset[str]

    def is_place(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the object is somewhere an offer can be, and not a stop or a street."""
        if "highway" in tags or "public_transport" in tags or "railway" in tags:
            return False
        values = [tags[key] for key in self.place_keys if key in tags]
        return any(value not in self.vacant_values for value in values) and not any(
            value in self.not_places for value in values
        )

    def is_gone(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the object is vacant, closed, or not yet built."""
        if any(tags.get(key) == "yes" for key in (*_GONE_KEYS, *_NOT_YET_KEYS)):
            return True
        values = [tags[key] for key in self.place_keys if key in tags and key != "building"]
        alive = any(value not in self.vacant_values for value in values)
        if any(value in self.vacant_values and value != "no" for value in values):
            return not alive
        return not alive and any(self._is_former(key) for key in tags)

    def _is_former(self, key: str) -> bool:
        prefix, _, rest = key.partition(":")
        return rest in self.place_keys and prefix in _PREFIXES


@dataclass(frozen=True)
class Condition:
    """One key of a selector; exactly one of the three ways to look at its value is set."""

    key: str
    values: frozenset[str] | None = None
    pattern: re.Pattern[str] | None = None
    present: bool | None = None
    negated: bool = False

    @property
    def is_positive(self) -> bool:
        """Tell whether an object without the key can never match."""
        return not self.negated and self.present is not False

    def holds(self, tags: Mapping[str, str], vacant_values: frozenset[str]) -> bool:
        """Tell whether the condition holds for an object's tags."""
        value = tags.get(self.key)
        if self.present is not None:
            return self.present is (value is not None and value not in vacant_values)
        if value is None:
            return self.negated
        parts = [part.strip() for part in value.split(";")] if ";" in value else [value]
        if self.values is not None:
            return any(part in self.values for part in parts)
        if self.pattern is None:
            return False
        found = any(self.pattern.search(part) for part in parts)
        return found is not self.negated


@dataclass(frozen=True)
class Selector:
    """
    Conditions that all must hold.

    `needs_place` is set where all positive conditions look at text. `weight` is the number of
    positive conditions: of two that match, the one with more says more of the object.
    """

    conditions: tuple[Condition, ...]
    needs_place: bool

    @cached_property
    def weight(self) -> int:
        """The number of positive conditions, the place that a text match needs included."""
        return sum(c.is_positive for c in self.conditions) + self.needs_place

    @property
    def anchor(self) -> Condition:
        """The positive condition by which objects are found: the one that is tried least often."""
        positive = [c for c in self.conditions if c.is_positive]
        return min(positive, key=lambda c: (c.values is None, c.pattern is not None))

    def matches(self, tags: Mapping[str, str], rules: OsmRules) -> bool:
        """Tell whether all conditions hold for an object's tags."""
        if self.needs_place and not rules.is_place(tags):
            return False
        return self.conditions_hold(tags, rules)

    def conditions_hold(self, tags: Mapping[str, str], rules: OsmRules) -> bool:
        """Tell whether all conditions hold, wherever the object is."""
        return all(c.holds(tags, rules.vacant_values) for c in self.conditions)


def parse_selector(raw: object, rules: OsmRules) -> tuple[Selector | None, list[str]]:
    """Return the selector of a table, or None, and all that is wrong with the table."""
    if not isinstance(raw, dict) or not raw:
        return None, [f"selector {raw!r} is no table of conditions such as {{ shop = 'farm' }}"]
    conditions: list[Condition] = []
    faults: list[str] = []
    for key, value in raw.items():
        parsed, wrong = _parse_conditions(str(key), value)
        conditions += parsed
        faults += [f"selector key {key!r}: {fault}" for fault in wrong]
    positive = [c for c in conditions if c.is_positive]
    if not faults and not positive:
        faults.append(f"selector {raw!r} has no condition that an object must fulfil")
    if faults:
        return None, faults
    return Selector(tuple(conditions), all(c.key in rules.text_keys for c in positive)), []


def _parse_conditions(key: str, value: object) -> tuple[list[Condition], list[str]]:
    if isinstance(value, str) and value in ("*", "!"):
        return [Condition(key, present=value == "*")], []
    raw = value if isinstance(value, list) else [value]
    values = [text for text in raw if isinstance(text, str) and text]
    if not values or len(values) < len(raw):
        return [], [f"{value!r} is neither a text nor a list of texts"]
    conditions: list[Condition] = []
    faults: list[str] = []
    for text in values:
        if text.startswith(("~", "!~")):
            condition, fault = _parse_pattern(key, text)
            conditions += [condition] if condition else []
            faults += [fault] if fault else []
        elif text[0] in "!*":
            faults.append(f"{text!r} is not understood; use a value, '*', '!', '~…' or '!~…'")
    plain = frozenset(text for text in values if text[0] not in "~!*")
    if plain:
        conditions.append(Condition(key, values=plain))
    return conditions, faults


def _parse_pattern(key: str, text: str) -> tuple[Condition | None, str]:
    negated = text.startswith("!")
    try:
        pattern = re.compile(text[1 + negated :], re.IGNORECASE)
    except re.error as exc:
        return None, f"{text!r} is no regular expression ({exc})"
    if pattern.search(""):
        return None, f"{text!r} finds something in every value"
    return Condition(key, pattern=pattern, negated=negated), ""


@dataclass(frozen=True)
class NameList:
    """
    Names of chains and the like.

    A name is in the list when it begins with the words of an entry, whatever their case and
    punctuation: "H & M" and "H&M Kids" are in a list with "H&M".
    """

    entries: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, names: Iterable[str]) -> NameList:
        """Make a list of plain names."""
        return cls(frozenset(words for name in names if (words := name_words(name))))

    def __contains__(self, name: str) -> bool:
        words = name_words(name)
        return any(words[:end] in self.entries for end in range(1, len(words) + 1))


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, case and punctuation aside."""
    return tuple(_WORDS.findall(name.casefold()))


@dataclass(frozen=True)
class SelectorIndex:
    """
    Finds the matching selectors of an object without trying each.

    Selectors are looked up by the key, and where possible the value, of their anchor.

    Attributes
    ----------
    rules
        What holds for all selectors.
    by_value
        Anchor key and value → (owner, selector).
    by_key
        Anchor key → (owner, selector), for anchors that are no plain values.
    """

    rules: OsmRules
    by_value: Mapping[str, Mapping[str, list[tuple[int, Selector]]]] = field(repr=False)
    by_key: Mapping[str, list[tuple[int, Selector]]] = field(repr=False)

    @classmethod
    def build(cls, selectors: Iterable[tuple[int, Selector]], rules: OsmRules) -> SelectorIndex:
        """Index selectors, each with the number of its owner."""
        by_value: dict[str, dict[str, list[tuple[int, Selector]]]] = {}
        by_key: dict[str, list[tuple[int, Selector]]] = {}
        for owner, selector in selectors:
            anchor = selector.anchor
            if anchor.values is None:
                by_key.setdefault(anchor.key, []).append((owner, selector))
            for value in sorted(anchor.values or ()):
                values = by_value.setdefault(anchor.key, {})
                values.setdefault(value, []).append((owner, selector))
        return cls(rules, by_value, by_key)

    def keys(self) -> frozenset[str]:
        """Return the keys of which a matching object has at least one."""
        return frozenset(self.by_value) | frozenset(self.by_key)

    def match(self, tags: Mapping[str, str]) -> dict[int, int]:
        """Return the owners whose selectors match, with the weight of the weightiest."""
        found: dict[int, int] = {}
        is_place = self.rules.is_place(tags)
        for key, value in tags.items():
            for owner, selector in self._candidates(key, value):
                if selector.needs_place and not is_place:
                    continue
                weight = selector.weight
                if found.get(owner, 0) < weight and selector.conditions_hold(tags, self.rules):
                    found[owner] = weight
        return {} if found and self.rules.is_gone(tags) else found

    def _candidates(self, key: str, value: str) -> Iterable[tuple[int, Selector]]:
        if (values := self.by_value.get(key)) is not None:
            if ";" in value:
                for part in value.split(";"):
                    yield from values.get(part.strip(), ())
            else:
                yield from values.get(value, ())
        if (others := self.by_key.get(key)) is not None:
            yield from others
