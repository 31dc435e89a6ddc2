"""
Finds entries of the register that may be one offer, for a person to decide.

Two entries are suspected when they are of the same or a related kind, close by, and

    same name       spelt alike but for a typo or two, within 100 m
    part of name    one name is the beginning or a part of the other, within 60 m
    no name         one has none, within 20 m, and they come from different sources
    same phone      or same web address, within 500 m

"Related" kinds share a layer or field of the taxonomy; they need the same name. What one source
lists twice needs exactly the same name within 30 m. Words that only say the kind ("Bäckerei"),
legal forms and the order of words do not count, numbers must be equal. A pair that was told apart
is not suspected again. The numbers are assumptions, tried on planted duplicates
(`benchmarks/register_duplicates.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.crs import to_metric
from layers.register.entry import PEOPLE
from layers.register.resolve import values_of
from layers.spelling import words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.offers import Offer
    from layers.register import Entry
    from layers.sources.record import SourceRecord
    from layers.taxonomy import Taxonomy

NAME_M: Final = 100.0
PART_M: Final = 60.0
UNNAMED_M: Final = 20.0
CONTACT_M: Final = 500.0
ONE_SOURCE_M: Final = 30.0
SAME_NAME, PART_OF_NAME, NO_NAME, SAME_PHONE, SAME_SITE = (
    "same name", "part of name", "no name", "same phone", "same site",
)  # fmt: skip
_PEOPLE: Final = frozenset(PEOPLE)  # they speak of what lists hold
_COMPARED: Final = ("name", "categories", "lon", "lat", "phone", "website")
_SHORT: Final = 4  # letters; in these one may differ, in longer ones one more than a fifth
_FEWEST_DIGITS: Final = 6  # of a telephone number
_MOST_ALIKE: Final = 20  # entries with one web address: more are a chain or a portal
_LEGAL: Final = frozenset({
    "ev", "e", "v", "gmbh", "mbh", "ug", "ag", "eg", "kg", "gbr", "ohg", "co", "inh", "und", "and",
    "der", "die", "das", "am", "im", "in", "zum", "zur",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """What is compared of an entry; `sources` are who tells of it."""

    id: str
    name: str
    categories: tuple[str, ...]
    lon: float
    lat: float
    phone: str = ""
    website: str = ""
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Suspected:
    """
    A pair that may be one offer.

    `first` is the one that was there before, or has the smaller id. `why` says what they have in
    common, the strongest first.
    """

    first: str
    second: str
    first_name: str
    second_name: str
    distance_m: float
    why: tuple[str, ...]


def items_of(entries: Iterable[Entry]) -> list[Item]:
    """Return what is compared of entries; rejected and archived ones as well."""
    return [
        _item(
            values_of(entry), entry.id, frozenset(c.source for c in entry.claims).difference(PEOPLE)
        )
        for entry in entries
    ]


def record_item(record: SourceRecord, entry_id: str, source: str) -> Item:
    """Return what is compared of a record that is placed and becomes an entry."""
    told = {name: getattr(record, name) for name in _COMPARED}
    return _item(told, entry_id, frozenset({source}))


def offer_item(offer: Offer) -> Item:
    """Return what is compared of an offer that is not in the register."""
    told = {name: getattr(offer, name) for name in _COMPARED}
    return _item(told, offer.id, frozenset({offer.source}))


def suspected(
    items: Sequence[Item],
    taxonomy: Taxonomy,
    *,
    apart: Collection[tuple[str, str]] = (),
    among: Collection[str] | None = None,
) -> list[Suspected]:
    """
    Find pairs that may be one offer.

    Parameters
    ----------
    items
        Each once.
    taxonomy
        Tells which kinds are related.
    apart
        Pairs that were told apart, the smaller id first.
    among
        Only pairs with one of these ids; None for all.

    Returns
    -------
    pairs
        The surest first: by the number of things in common, then by distance.
    """
    if len(items) < 2:
        return []
    search = _Search(items, taxonomy)
    wanted = None if among is None else np.array([item.id in among for item in items])
    first, second = search.near(NAME_M, wanted)
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for why, is_so in search.by_name(first, second):
        for pair in zip(first[is_so].tolist(), second[is_so].tolist(), strict=True):
            reasons[pair].append(why)
    for why, keys in ((SAME_PHONE, _phones(items)), (SAME_SITE, _sites(items))):
        for pair in search.by_contact(keys):
            if wanted is None or wanted[list(pair)].any():
                reasons[pair].append(why)
    told_apart = set(apart)
    pairs = [
        search.pair(i, j, tuple(why), is_new=among)
        for (i, j), why in reasons.items()
        if tuple(sorted((items[i].id, items[j].id))) not in told_apart
    ]
    return sorted(pairs, key=lambda p: (-len(p.why), p.distance_m, p.first, p.second))


class _Search:
    """Columns of all items, and the questions asked of pairs of rows."""

    def __init__(self, items: Sequence[Item], taxonomy: Taxonomy) -> None:
        self.items = items
        lon = np.array([item.lon for item in items])
        lat = np.array([item.lat for item in items])
        # Plain metres around the middle, right to a percent anywhere in a region
        crs = f"+proj=laea +lat_0={np.mean(lat):.1f} +lon_0={np.mean(lon):.1f} +units=m"
        self.xy = to_metric(lon, lat, crs)
        self.kinds, self.kin = _kinship([item.categories for item in items], taxonomy)
        generic = _generic(taxonomy)
        words = [[w for w in words_of(item.name) if w not in _LEGAL] for item in items]
        self.full = [" ".join(sorted(w)) for w in words]
        self.core = [" ".join(sorted(x for x in w if not _is_generic(x, generic))) for w in words]
        self.joined = ["".join(w) for w in words]
        self.digits = _codes([re.sub(r"\D", "", name) for name in self.full])
        self.is_named = np.array([bool(name) for name in self.full])
        self.source = _codes(["+".join(sorted(item.sources)) for item in items])
        self.has_source = np.array([bool(item.sources) for item in items])

    def near(
        self, most_m: float, wanted: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs of rows of kin kinds within a distance, each once."""
        points = shapely.points(self.xy)
        asked = np.arange(len(points)) if wanted is None else np.flatnonzero(wanted)
        tree = shapely.STRtree(points)
        at, second = tree.query(points[asked], predicate="dwithin", distance=most_m)
        first = asked[at]
        if wanted is None:
            keep = first < second
        else:  # a pair of two that are asked for comes twice
            keep = (first != second) & ~(wanted[second] & (first > second))
        keep &= self.kin[self.kinds[first], self.kinds[second]] > 0
        low, high = np.minimum(first, second)[keep], np.maximum(first, second)[keep]
        return low.astype(np.int64), high.astype(np.int64)

    def by_name(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> list[tuple[str, NDArray[np.bool_]]]:
        """Tell for each pair whether the names say that it may be one."""
        shares = self.kin[self.kinds[first], self.kinds[second]] > 1
        is_one_source = (self.source[first] == self.source[second]) & self.has_source[first]
        both = self.is_named[first] & self.is_named[second]
        numbers = self.digits[first] == self.digits[second]
        distance_m = np.hypot(*(self.xy[first] - self.xy[second]).T)
        alike, part = self._names(first, second, both & numbers)
        equal = np.array(
            [self.joined[i] == self.joined[j] for i, j in zip(first, second, strict=True)], bool
        ).reshape(len(first))
        again = equal & shares & (distance_m <= ONE_SOURCE_M)
        same = both & np.where(is_one_source, again, alike)
        part &= both & shares & ~same & ~is_one_source & (distance_m <= PART_M)
        unnamed = ~both & shares & ~is_one_source & (distance_m <= UNNAMED_M)
        return [(SAME_NAME, same), (PART_OF_NAME, part), (NO_NAME, unnamed)]

    def by_contact(self, groups: Mapping[str, list[int]]) -> list[tuple[int, int]]:
        """Return the pairs of groups that share a kind and are not far apart."""
        found = []
        for rows in groups.values():
            for i, j in combinations(rows, 2) if len(rows) <= _MOST_ALIKE else ():
                shares = self.kin[self.kinds[i], self.kinds[j]] > 1
                if shares and self.distance_m(i, j) <= CONTACT_M:
                    found.append((i, j))
        return found

    def distance_m(self, i: int, j: int) -> float:
        """Return the straight line between two rows."""
        return float(np.hypot(*(self.xy[i] - self.xy[j])))

    def pair(
        self, i: int, j: int, why: tuple[str, ...], *, is_new: Collection[str] | None
    ) -> Suspected:
        """Describe a pair; what was there before comes first."""
        a, b = self.items[i], self.items[j]
        if is_new is not None and (a.id in is_new) != (b.id in is_new):
            a, b = (b, a) if a.id in is_new else (a, b)
        elif a.id > b.id:
            a, b = b, a
        return Suspected(a.id, b.id, a.name, b.name, round(self.distance_m(i, j), 1), why)

    def _names(
        self, first: NDArray[np.int64], second: NDArray[np.int64], asked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which names are alike but for typos, and of which one is a part of the other."""
        alike, part = np.zeros(len(first), bool), np.zeros(len(first), bool)
        rows = np.flatnonzero(asked)
        if not len(rows):
            return alike, part
        pairs = list(zip(first[rows].tolist(), second[rows].tolist(), strict=True))
        # by what tells it from others of its kind; by all words where one has nothing of that
        has_core = [bool(self.core[i] and self.core[j]) for i, j in pairs]
        a = [self.core[i] if c else self.full[i] for (i, _), c in zip(pairs, has_core, strict=True)]
        b = [self.core[j] if c else self.full[j] for (_, j), c in zip(pairs, has_core, strict=True)]
        alike[rows] = _differ(a, b) <= _allowed(a, b)
        # "Repair Café" and "RepairCafé" differ in nothing
        a, b = [self.joined[i] for i, _ in pairs], [self.joined[j] for _, j in pairs]
        alike[rows] |= _differ(a, b) <= np.minimum(_allowed(a, b), 2)
        sets = [set(name.split()) for name in self.full]
        part[rows] = [sets[i] <= sets[j] or sets[j] <= sets[i] for i, j in pairs]
        return alike, part


def _differ(a: list[str], b: list[str]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = process.cpdist(a, b, scorer=OSA.distance).astype(np.int64)
    return found


def _allowed(a: list[str], b: list[str]) -> NDArray[np.int64]:
    length = np.array([min(len(x), len(y)) for x, y in zip(a, b, strict=True)], np.int64)
    return np.where(length <= _SHORT, 1, 1 + length // 5) * (length > 1)


def _kinship(
    categories: Sequence[tuple[str, ...]], taxonomy: Taxonomy
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """
    Return the row of each item's set of categories, and how the sets are kin.

    2 where two sets share a category, 1 where they are related, else 0.
    """
    sets = list(dict.fromkeys(categories))
    number = {names: i for i, names in enumerate(sets)}
    context = {x.id for x in taxonomy.layers if x.context}
    context |= {x.id for x in taxonomy.fields if x.context}
    groups = {c.id: {("layer", c.layer), ("field", c.field)} for c in taxonomy.categories}
    wide = [
        {g for name in names for g in groups.get(name, ()) if g[1] not in context} for names in sets
    ]
    kin = np.zeros((len(sets), len(sets)), np.int8)
    for i, mine in enumerate(sets):
        for j, theirs in enumerate(sets):
            kin[i, j] = 2 if set(mine) & set(theirs) else int(bool(wide[i] & wide[j]))
    return np.array([number[names] for names in categories], np.int64), kin


def _generic(taxonomy: Taxonomy) -> frozenset[str]:
    """Return the words that only say what kind of offer something is."""
    labels = (label for c in taxonomy.categories for label in (c.de, c.en, c.id))
    return frozenset(w for label in labels for w in words_of(label.replace("_", " ")))


def _is_generic(word: str, generic: frozenset[str]) -> bool:
    """Tell whether a word only says the kind; "baeckerei" does where "baecker" does."""
    return not generic.isdisjoint((word, word[:-1], word[:-2]))


def _codes(texts: Sequence[str]) -> NDArray[np.int64]:
    number: dict[str, int] = {}
    return np.array([number.setdefault(text, len(number)) for text in texts], np.int64)


def _phones(items: Sequence[Item]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        if not item.phone:
            continue
        digits = re.sub(r"\D", "", item.phone).lstrip("0")
        digits = digits.removeprefix("49").lstrip("0")
        if len(digits) >= _FEWEST_DIGITS:
            groups[digits].append(row)
    return groups


def _sites(items: Sequence[Item]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        if not item.website:
            continue
        site = re.sub(r"^https?://(www\.)?", "", item.website.casefold()).partition("#")[0]
        if site := site.rstrip("/"):
            groups[site].append(row)
    return groups


def _item(values: Mapping[str, Any], entry_id: str, sources: frozenset[str]) -> Item:
    return Item(
        entry_id,
        values.get("name", ""),
        tuple(values["categories"]),
        values["lon"],
        values["lat"],
        values.get("phone", ""),
        values.get("website", ""),
        sources,
    )
