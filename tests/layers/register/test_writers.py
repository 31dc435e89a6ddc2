"""Writers at once, each doing anything at all: whatever comes of it is whole."""

import os
import random
import threading
from collections import Counter
from contextlib import suppress
from datetime import date

import pytest
import sqlalchemy as sa

from benchmarks.register_crash import check_whole
from layers.errors import RegisterError, UnknownOfferError
from layers.register import Register, Source
from layers.register.entry import HAND, PUBLISHED, STATUSES, SUBMITTED
from layers.register.reading import entries_at
from layers.register.resolve import links_of, values_of
from layers.register.schema import ALIAS, LINK, OFFER
from layers.register.snapshot import Snapshot
from layers.register.store import _head
from layers.sources.record import SourceRecord

R = "toy"
WRITERS = 4
STEPS = 25 * int(os.environ.get("SOAK", "1"))
KEYS = [f"{source}:{i}" for source in "ab" for i in range(5)]


def record(source, key, chance):
    name, phone = chance.choice(["Süd", "Nord", ""]), chance.choice(["", "1", "2"])
    lon = round(13 + chance.random(), 3)
    return SourceRecord(source, key, 0, name, ("bakery",), lon=lon, lat=53.0, phone=phone)


def put(register, chance):
    source = chance.choice("ab")
    keys = chance.sample("01234", k=chance.randrange(1, 5))
    register.put_many(
        R,
        Source(source, as_of=date(2026, chance.randrange(1, 13), 1)),
        [record(source, key, chance) for key in keys],
        who="ada",
        is_whole=chance.random() < 0.5,
        status=chance.choice([PUBLISHED, SUBMITTED]),
        joins={key: chance.choice(KEYS) for key in keys if chance.random() < 0.2},
    )


def undo(register, chance):
    register.undo(R, chance.randrange(1, register.rev(R) + 1), who="ada")


def restore(register, chance):
    rev = chance.randrange(1, register.rev(R) + 1)
    register.restore(R, chance.choice(KEYS), rev=rev, who="ada")


def correct(register, chance):
    register.correct(R, chance.choice(KEYS), {"name": chance.choice(["Neu", None])}, who="ada")


def status(register, chance):
    register.set_status(R, chance.choice(KEYS), chance.choice(STATUSES), who="ada")


def remove(register, chance):
    register.remove(R, chance.choice(KEYS), who="ada", why="closed")


def two(name):
    def do(register, chance):
        getattr(register, name)(R, *chance.sample(KEYS, k=2), who="ada")

    return do


def link(register, chance):
    start, end = chance.sample(KEYS, k=2)
    register.link(R, start, "partner", end, who="ada", is_set=chance.random() < 0.7)


def accept(register, chance):
    register.accept(R, chance.choice(KEYS), who="ada")


def reject(register, chance):
    register.reject(R, chance.choice(KEYS), who="ada")


CHOICES = [
    put, put, put, undo, undo, restore, correct, status, remove, link, accept, reject,
    two("merge"), two("merge"), two("split"), two("split"), two("tell_apart"),
]  # fmt: skip


def check_consistent(register):
    """Everything that is kept twice says the same twice."""
    check_whole(register)
    with register.database.reading() as connection:
        entries = {e.id: e for e in entries_at(connection, R, rev=None)}
        heads = {row[1]: tuple(row) for row in connection.execute(sa.select(OFFER))}
        aliases = set(connection.execute(sa.select(ALIAS.c.alias, ALIAS.c.offer_id)).all())
        links = Counter(tuple(row) for row in connection.execute(sa.select(LINK)))
    wanted_links = Counter()
    for entry in entries.values():
        values = values_of(entry)
        assert heads[entry.id] == _head(R, entry.rev, entry, values)
        if entry.is_live:
            wanted_links.update((R, entry.id, x.kind, x.target) for x in links_of(entry, values))
        into, seen = entry, set()
        while into.merged_into:
            assert into.id not in seen, "entries merged in a circle"
            seen.add(into.id)
            into = entries[into.merged_into]
        if entry.merged_into:
            assert entry.id in into.aliases or into.is_removed
    assert links == wanted_links
    live = [e for e in entries.values() if e.is_live]
    assert aliases == {(alias, e.id) for e in live for alias in e.aliases}
    held = Counter(c.key for e in live for c in e.claims if c.source != HAND)
    assert {key: n for key, n in held.items() if n > 1} == {}


@pytest.mark.parametrize("seed", range(3))
def test_any_writers_at_once_leave_a_whole_register(register, register_url, seed):
    first = random.Random(seed)  # noqa: S311
    for _ in range(2):
        put(register, first)
    kept = Snapshot(register.database, R)
    faults = []

    def write(number):
        chance = random.Random(f"{seed} {number}")  # noqa: S311
        try:
            with Register.open(register_url) as own:
                for _ in range(STEPS):
                    # of two decisions that do not go together one is refused
                    with suppress(RegisterError, UnknownOfferError):
                        chance.choice(CHOICES)(own, chance)
                    kept.refresh()
        except Exception as exc:  # noqa: BLE001
            faults.append(exc)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    check_consistent(register)
    kept.refresh()
    new = Snapshot(register.database, R)
    assert sorted(kept.select().features) == sorted(new.select().features)
