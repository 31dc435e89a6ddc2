"""
Addresses of the demo region with one typo each: how many are found, and how fast.

Every house of the region is asked once, with a typo drawn from a seed in its street's name: a
letter left out, added, changed, or two swapped. The number is intact.

    python -m benchmarks.geocode
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import demo_atlas, row
from layers.geocode import geocode

if TYPE_CHECKING:
    from layers.addresses import Addresses
    from layers.atlas import Atlas
    from layers.geocode import Answer

SEED = 20160210
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"


def with_typo(name: str, draw: np.random.Generator) -> str:
    """Return a name with one letter left out, added, changed, or swapped with the next."""
    at = int(draw.choice([i for i, c in enumerate(name) if c.isalpha()]))
    letter = LETTERS[draw.integers(len(LETTERS))]
    kind = draw.integers(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + letter + name[at:]
    if kind == 2 or at + 1 == len(name):
        return name[:at] + letter + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


@dataclass
class Score:
    """What became of the questions; the shares are of all of them."""

    first: float
    """the house is the only answer"""
    listed: float
    """the house is among several that fit alike"""
    wrong: float
    """another house is the only answer: the one mistake that nobody notices"""
    median_ms: float
    p99_ms: float


def score(atlas: Atlas, houses: np.ndarray, *, with_town: bool, typos: int = 1) -> Score:
    """Ask for each house, by street and number or with postcode and town as well."""
    table = atlas.addresses
    draw = np.random.default_rng(SEED)
    counts = {"first": 0, "listed": 0, "wrong": 0}
    times = []
    for house in houses.tolist():
        name = _text(table, table.street_name[table.house_street[house]])
        for _ in range(typos):
            name = with_typo(name, draw)
        q = f"{name} {_text(table, table.house_text[house])}"
        if with_town:
            town = (table.house_postcode[house], table.house_city[house])
            q += f", {' '.join(_text(table, t) for t in town)}"
        start = perf_counter()
        found = geocode(atlas, q, limit=50)
        times.append((perf_counter() - start) * 1e3)
        is_there = any(_is_house(table, house, answer) for answer in found.answers)
        if found.status == "found":
            counts["first" if is_there else "wrong"] += 1
        elif found.status == "ambiguous" and is_there:
            counts["listed"] += 1
    shares = {what: count / len(houses) for what, count in counts.items()}
    return Score(
        **shares, median_ms=float(np.median(times)), p99_ms=float(np.percentile(times, 99))
    )


def _text(table: Addresses, row: int) -> str:
    return table.texts[row]


def _is_house(table: Addresses, house: int, answer: Answer) -> bool:
    return bool(
        answer.kind == "address"
        and (answer.lon, answer.lat) == tuple(table.house_lonlat[house].tolist())
    )


def main() -> None:
    """Ask for all houses and print rows."""
    with demo_atlas() as atlas:
        houses = np.arange(len(atlas.addresses.house_number))
        geocode(atlas, "Ring 1")  # the index is made when it is first asked
        for typos in (0, 1, 2):
            for with_town in (True, False):
                result = score(atlas, houses, with_town=with_town, typos=typos)
                asked = "street, number, postcode, town" if with_town else "street and number"
                row(
                    f"{len(houses):,} addresses by {asked}, {typos} typos in the street: right "
                    "alone, among several that fit alike, wrong alone",
                    f"{result.first:.1%}, {result.listed:.1%}, {result.wrong:.2%}",
                    "",
                    f"median {result.median_ms:.2f}, 99 % {result.p99_ms:.2f} ms",
                    "≥ 98 % with one, < 1 ms",
                )  # fmt: skip


if __name__ == "__main__":
    main()
