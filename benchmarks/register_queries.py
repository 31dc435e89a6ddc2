"""
Random questions to the register: SQLite, PostgreSQL and the snapshot in memory must say the same.

    python -m benchmarks.register_queries [--questions 10000] [--seed 1]

Two registers get the same imports, corrections, merges and removals. The same questions (boxes,
categories, words, pages, nearest ones) go to each database as SQL, and to a snapshot of each; half
of the changes come while the snapshots are open, so that what changed beside their base is asked.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from layers.register import Register, Source
from layers.register.schema import OFFER
from layers.register.snapshot import Snapshot
from layers.sources.record import SourceRecord
from tests.postgres import new_database, programs, server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REGION = "queries"
OFFERS = 3_000
CATEGORIES = ("bakery", "cafe", "repair_cafe", "farm_shop")
WORDS = ("Bäckerei", "Straße", "100%", "a_b", "Hof \\ Laden", "'", '"', "🍞", "", "müller", "ẞ")
SOURCE = Source("osm", licence="ODbL-1.0", as_of=date(2026, 1, 1))


@dataclass(frozen=True)
class Query:
    """A question: a box with conditions, or the `k` nearest to a place."""

    box: tuple[float, float, float, float] | None
    category: str
    text: str
    place: tuple[float, float]
    k: int


def fill(register: Register, chance: np.random.Generator, *, count: int = OFFERS) -> None:
    """Import offers, some of them in one place, and change some by hand."""
    places = np.round(chance.random((count, 2)), 2)  # about three in a place
    told = [_record(i, place, chance) for i, place in enumerate(places)]
    register.put_many(REGION, SOURCE, told, who="bench")


def change(register: Register, chance: np.random.Generator, *, count: int = OFFERS) -> None:
    """Change some: by import, by hand, merged, removed, taken down."""
    some = chance.choice(count, size=max(count // 30, 12), replace=False).tolist()
    moved = [_record(i, np.round(chance.random(2), 2), chance) for i in some]
    register.put_many(REGION, SOURCE, moved, who="bench")
    ids = [f"osm:n{i}" for i in some]
    for entry_id, other in zip(ids[0:4], ids[4:8], strict=True):
        register.merge(REGION, entry_id, other, who="bench")
    register.remove(REGION, ids[8], who="bench", why="closed")
    register.set_status(REGION, ids[9], "archived", who="bench")
    register.correct(REGION, ids[10], {"name": "Straße Ecke", "lon": 0.5, "lat": 0.5}, who="bench")


def questions(chance: np.random.Generator, count: int) -> Iterator[Query]:
    """Make questions."""
    for _ in range(count):
        west, south, east, north = np.round(np.sort(chance.random((2, 2)), axis=0).ravel(), 2)
        box = (float(west), float(south), float(east), float(north))
        yield Query(
            box if chance.random() < 0.7 else None,
            str(chance.choice(("", *CATEGORIES, "nothing"))),
            str(chance.choice(WORDS)) if chance.random() < 0.5 else "",
            (float(chance.random()), float(chance.random())),
            int(chance.integers(0, 12)),
        )


def by_sql(register: Register, query: Query) -> list[str]:
    """Ask the database for what lies in a box, ordered by id."""
    wanted = sa.select(OFFER.c.id).where(OFFER.c.region == REGION, OFFER.c.is_public)
    if query.box is not None:
        west, south, east, north = query.box
        wanted = wanted.where(OFFER.c.lon.between(west, east), OFFER.c.lat.between(south, north))
    if query.category:
        listed = sa.literal(",").concat(OFFER.c.categories).concat(",")
        wanted = wanted.where(listed.contains(f",{query.category},", autoescape=True))
    if query.text:
        needle = " ".join(query.text.casefold().split())
        wanted = wanted.where(OFFER.c.words.contains(needle, autoescape=True))
    with register.database.reading() as connection:
        return sorted(connection.execute(wanted).scalars())


def nearest_by_sql(register: Register, query: Query) -> list[float]:
    """Ask the database for the squared distances of the nearest, as equal ones have no order."""
    lon, lat = query.place
    dx = (OFFER.c.lon - lon) * math.cos(math.radians(lat))
    dy = OFFER.c.lat - lat
    squared = (dx * dx + dy * dy).label("squared")
    wanted = sa.select(squared).where(OFFER.c.region == REGION, OFFER.c.is_public)
    if query.category:
        listed = sa.literal(",").concat(OFFER.c.categories).concat(",")
        wanted = wanted.where(listed.contains(f",{query.category},", autoescape=True))
    with register.database.reading() as connection:
        found = connection.execute(wanted.order_by(squared).limit(query.k)).scalars()
        return [round(value, 12) for value in found]


def differences(
    registers: Sequence[Register], snapshots: Sequence[Snapshot], asked: Sequence[Query]
) -> list[tuple[Query, list[object]]]:
    """Return the questions to which not all say the same, with what they said."""
    found: list[tuple[Query, list[object]]] = []
    for query in asked:
        told: list[object] = [by_sql(register, query) for register in registers]
        selected = [
            s.select(box=query.box, category=query.category, text=query.text) for s in snapshots
        ]
        told += [sorted(selection.ids) for selection in selected]
        told += [_in_pages(snapshot, query) for snapshot in snapshots]
        near: list[object] = [nearest_by_sql(register, query) for register in registers]
        near += [_nearest(snapshot, query) for snapshot in snapshots]
        for answers in (told, near):
            if any(answer != answers[0] for answer in answers):
                found.append((query, answers))
    return found


def _in_pages(snapshot: Snapshot, query: Query) -> list[str]:
    """Put the pages of a question together."""
    ids: list[str] = []
    while True:
        page = snapshot.select(
            box=query.box, category=query.category, text=query.text, limit=500, offset=len(ids)
        )
        ids += page.ids
        if len(ids) >= page.total:
            return sorted(ids)


def _nearest(snapshot: Snapshot, query: Query) -> list[float]:
    lon, lat = query.place
    found = snapshot.nearest(lon, lat, query.k, category=query.category)
    dx = (found.lon - lon) * math.cos(math.radians(lat))
    return [round(value, 12) for value in (dx * dx + (found.lat - lat) ** 2).tolist()]


def _record(i: int, place: Sequence[float], chance: np.random.Generator) -> SourceRecord:
    kinds = tuple(
        chance.choice(CATEGORIES, size=int(chance.integers(1, 3)), replace=False).tolist()
    )
    name = f"{chance.choice(WORDS)} {i} {chance.choice(WORDS)}"
    return SourceRecord(
        "osm", f"n{i}", i, name, kinds, lon=float(place[0]), lat=float(place[1]),
        street=str(chance.choice(WORDS)),
    )  # fmt: skip


def compare(registers: Sequence[Register], *, count: int, seed: int, offers: int = OFFERS) -> int:
    """Fill registers alike and ask them; return how many questions have different answers."""
    for register in registers:
        fill(register, np.random.default_rng(seed), count=offers)
        change(register, np.random.default_rng(seed + 1), count=offers)
    snapshots = [Snapshot(register.database, REGION) for register in registers]
    for register, snapshot in zip(registers, snapshots, strict=True):
        change(register, np.random.default_rng(seed + 2), count=offers)
        snapshot.refresh()
    asked = list(questions(np.random.default_rng(seed + 3), count))
    found = differences(registers, snapshots, asked)
    for query, answers in found[:3]:
        print(query, *answers, sep="\n  ", file=sys.stderr)
    return len(found)


def main() -> int:
    """Ask both databases and their snapshots."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    options.add_argument("--questions", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    if (found := programs()) is None:
        print("PostgreSQL is not installed: there is nothing to compare with", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        server(found) as url,
        Register.open(Path(folder) / "register.sqlite") as small,
        Register.open(new_database(url, "queries")) as large,
    ):
        count = compare([small, large], count=asked.questions, seed=asked.seed)
    print(f"{asked.questions} questions to 2 databases and 2 snapshots: {count} differ")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
