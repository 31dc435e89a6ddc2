"""
Duplicates planted among offers of a made-up region: how many are found, and how long it takes.

Offers lie in towns, as densely as shops do; names are made of a few surnames, streets and words for
the kind, so that neighbours have names that are like each other. One of twenty is listed a second
time by another source: 30 m off in any direction, with a typo or two in its name, words in another
order, without the word for its kind, or as it is.

    python -m benchmarks.register_duplicates
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.geocode import with_typo
from layers.register_duplicates import Item, suspected
from layers.taxonomy import load_taxonomy
from server.settings import default_data_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.register_duplicates import Suspected
    from layers.taxonomy import Taxonomy

SEED = 20260124
DUPLICATES = 0.05
SHIFT_M = 30.0
SURNAMES = (
    "Meier", "Schulze", "Krüger", "Lehmann", "Hoffmann", "Wagner", "Becker", "Schäfer", "Koch",
    "Richter", "Wolf", "Neumann", "Braun", "Zimmermann", "Hartmann", "Lange", "Schmitt", "Krause",
    "Werner", "Köhler", "Walter", "Huber", "Kaiser", "Fuchs", "Peters", "Lang", "Scholz", "Möller",
    "Weiß", "Jung", "Hahn", "Vogel", "Friedrich", "Keller", "Günther", "Berger", "Winkler", "Roth",
    "Beck", "Lorenz",
)  # fmt: skip
PLACES = (
    "Nord", "Süd", "West", "Ost", "Altstadt", "Neustadt", "Bahnhof", "Markt", "Hafen", "Mühle",
    "Schloss", "Kirche", "Rathaus", "See", "Wald", "Linden", "Eichen", "Birken", "Wiesen",
    "Garten", "Brücke", "Tor", "Turm", "Park", "Berg", "Tal", "Quelle", "Insel", "Anger", "Heide",
)  # fmt: skip
_M_PER_DEGREE = 111_195.0
_WEST, _SOUTH, _SIZE = 9.0, 52.0, 1.0  # degrees: 67 by 111 km
_PER_TOWN = 2_000
_TOWN_M = 900.0  # standard deviation of the distance to a town's middle


def planted(
    taxonomy: Taxonomy, count: int, *, draw: np.random.Generator
) -> tuple[list[Item], set[tuple[str, str]]]:
    """Return offers, duplicates among them, and the pairs that are one."""
    towns = draw.random((max(count // _PER_TOWN, 1), 2)) * _SIZE + (_WEST, _SOUTH)
    kinds = taxonomy.categories
    items: list[Item] = []
    pairs: set[tuple[str, str]] = set()
    for row in range(count):
        kind = kinds[draw.integers(len(kinds))]
        town = towns[draw.integers(len(towns))]
        lon, lat = _moved(town, draw.normal(0, _TOWN_M, 2))
        word = kind.de.partition(",")[0].partition(" ")[0]
        own = [SURNAMES[draw.integers(len(SURNAMES))], PLACES[draw.integers(len(PLACES))]]
        own = own[: 1 + draw.integers(2)]
        item = Item(f"a:{row}", " ".join([word, *own]), (kind.id,), lon, lat)
        items.append(_with(item, sources="a"))
        if row < count * DUPLICATES:
            angle = draw.random() * 2 * np.pi
            shift = SHIFT_M * np.array([np.cos(angle), np.sin(angle)])
            twin_lon, twin_lat = _moved((lon, lat), shift)
            name = _written_again(word, own, draw)
            twin = Item(f"b:{row}", name, (kind.id,), twin_lon, twin_lat)
            items.append(_with(twin, sources="b"))
            pairs.add((f"a:{row}", f"b:{row}"))
    return items, pairs


def score(found: Sequence[Suspected], pairs: set[tuple[str, str]]) -> tuple[float, float]:
    """Return which share of the planted pairs was found, and which share of the found ones is."""
    suspects = {(pair.first, pair.second) for pair in found}
    right = len(suspects & pairs)
    return right / len(pairs), right / max(len(suspects), 1)


def _written_again(word: str, own: list[str], draw: np.random.Generator) -> str:
    name = " ".join([word, *own])
    way = draw.integers(4)
    if way == 0:
        return " ".join([*own, word])
    if way == 1:
        return " ".join(own)
    if way == 2:
        for _ in range(1 + draw.integers(2)):
            name = with_typo(name, draw)
    return name


def _moved(lonlat: Sequence[float] | np.ndarray, metres: np.ndarray) -> tuple[float, float]:
    lon, lat = float(lonlat[0]), float(lonlat[1])
    east = metres[0] / (_M_PER_DEGREE * np.cos(np.radians(lat)))
    return lon + float(east), lat + float(metres[1]) / _M_PER_DEGREE


def _with(item: Item, *, sources: str) -> Item:
    return Item(
        item.id, item.name, item.categories, item.lon, item.lat, sources=frozenset({sources})
    )


def main() -> None:
    """Print how well and how fast, for a tenth and for all of 100,000 offers."""
    taxonomy = load_taxonomy(default_data_dir() / "taxonomy.toml")
    for count in (10_000, 100_000):
        items, pairs = planted(taxonomy, count, draw=np.random.default_rng(SEED))
        start = perf_counter()
        found = suspected(items, taxonomy)
        seconds = perf_counter() - start
        recall, precision = score(found, pairs)
        print(
            f"| {count:,} offers, {len(pairs):,} planted twice | {recall:.1%} found, "
            f"{precision:.1%} of the suspected are | {seconds:.1f} s |"
        )


if __name__ == "__main__":
    main()
