"""
Kills writers of the register in the middle of their work, and looks for what is lost.

    python -m benchmarks.register_crash [--rounds 20] [--minutes 15] [--seed 1]     both databases

One round kills an import, repeats it, and kills four writers at once, each with SIGKILL at a random
moment; no round begins after so many minutes. Whatever a writer was told is written must be there
afterwards, and every change must be whole: as many changes as the counter says, and each entry's
last revision is the one that it shows.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from layers.register import Register, Source, bulk
from layers.register.schema import CHANGE, META, OFFER, REVISION
from layers.sources.record import SourceRecord
from tests.postgres import new_database, programs, server

PORTION = 250
RECORDS = 5_000
WRITERS = 4
REGION = "writers"
SOURCE = Source("osm", licence="ODbL-1.0", as_of=date(2026, 1, 1))
_NO_ANSWER_S = 120


def records(count: int = RECORDS) -> list[SourceRecord]:
    """Make records that are the same each time."""
    return [
        SourceRecord(
            "osm", f"n{i}", i, f"Bäckerei {i}", ("bakery",), lon=13 + i / 1e5, lat=53 + i / 1e5
        )
        for i in range(count)
    ]


def kill_import(url: str, region: str, chance: random.Random) -> tuple[int, int]:
    """
    Kill an import into an empty region, then repeat it.

    Returns
    -------
    acknowledged, lost
        Records of portions that the import had reported, and those of them not found again.
    """
    after = chance.randrange(1, RECORDS // PORTION)
    child = _start("import", url, region)
    acknowledged = 0
    for line in _lines(child):
        acknowledged += int(line)
        if acknowledged >= after * PORTION:
            break
    time.sleep(chance.random() * 0.02)  # into the next portion
    _kill(child)
    with Register.open(url) as register:
        check_whole(register)
        written = register.put_many(region, SOURCE, records(), who="again", is_whole=True)
        assert len(written.added) + written.unchanged == RECORDS, written
        repeated = register.put_many(region, SOURCE, records(), who="again", is_whole=True)
        assert repeated.revs == []
        check_whole(register)
        return acknowledged, max(acknowledged - written.unchanged, 0)


def kill_writers(url: str, chance: random.Random, *, acknowledgements: int) -> tuple[int, int]:
    """Kill four writers at once after so many acknowledged writes; return those, and the lost."""
    children = [_start("write", url, str(i)) for i in range(WRITERS)]
    # all of them write before any is killed
    acknowledged = {next(_lines(child)) for child in children}
    time.sleep(0.01 * acknowledgements * (0.5 + chance.random()))
    for child in children:
        child.send_signal(signal.SIGKILL)
    acknowledged |= {line for child in children for line in _lines(child)}
    for child in children:
        _kill(child)
    with Register.open(url) as register:
        check_whole(register)
        kept = {entry.id for entry in register.entries(REGION, statuses=None)}
    return len(acknowledged), len(acknowledged - kept)


def check_whole(register: Register) -> None:
    """Find half of a change, if there is one."""
    with register.database.reading() as connection:
        if register.database.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        rev = connection.execute(sa.select(META.c.rev)).scalar()
        count, last = connection.execute(
            sa.select(sa.func.count(), sa.func.max(CHANGE.c.rev))
        ).one()
        assert count == (last or 0) == rev, (count, last, rev)
        latest = (
            sa.select(REVISION.c.offer_id, sa.func.max(REVISION.c.rev).label("rev"))
            .group_by(REVISION.c.region, REVISION.c.offer_id)
            .subquery()
        )
        shown = sa.select(sa.func.count()).select_from(
            sa.join(
                OFFER, latest, (OFFER.c.id == latest.c.offer_id) & (OFFER.c.rev == latest.c.rev)
            )
        )
        offers = connection.execute(sa.select(sa.func.count()).select_from(OFFER)).scalar()
        histories = connection.execute(sa.select(sa.func.count()).select_from(latest)).scalar()
        assert connection.execute(shown).scalar() == offers == histories


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "benchmarks.register_crash", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _lines(child: subprocess.Popen[str]):
    """Give whole lines; one that was cut off by the kill was never told."""
    assert child.stdout is not None
    for line in child.stdout:
        if line.endswith("\n"):
            yield line.strip()


def _kill(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait(timeout=_NO_ANSWER_S)
    if child.stdout is not None:
        child.stdout.close()


def _import(url: str, region: str) -> None:
    bulk.PORTION = PORTION  # type: ignore[misc]
    with Register.open(url) as register:
        register.put_many(region, SOURCE, records(), who="import", progress=print)


def _write(url: str, name: str) -> None:
    values = {"name": name, "categories": ["bakery"], "lon": 13.0, "lat": 53.0}
    with Register.open(url) as register:
        while True:
            print(register.create(REGION, values, who=name), flush=True)


def soak(url: str, rounds: int, chance: random.Random, *, minutes: float) -> int:
    """Run rounds on one database; return how many acknowledged writes were lost."""
    lost = told = 0
    ends = time.monotonic() + minutes * 60
    for number in range(1, rounds + 1):
        if time.monotonic() > ends:
            print(f"  stopped after {number - 1} of {rounds} rounds: {minutes:g} minutes are over")
            break
        for kept, missing in (
            kill_import(url, f"import{number}", chance),
            kill_writers(url, chance, acknowledgements=100),
        ):
            told, lost = told + kept, lost + missing
        print(f"  round {number}: {told} acknowledged, {lost} lost", flush=True)
    return lost


def main() -> int:
    """Run the child's part, or all rounds on both databases."""
    if sys.argv[1:2] == ["import"]:
        _import(*sys.argv[2:])
        return 0
    if sys.argv[1:2] == ["write"]:
        _write(*sys.argv[2:])
        return 0
    options = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--minutes", type=float, default=15, help="on each database")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print("SQLite")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "register.sqlite")
        lost = soak(path, asked.rounds, random.Random(asked.seed), minutes=asked.minutes)
    if (folder_of_programs := programs()) is None:
        print("PostgreSQL is not installed: only SQLite was tried", file=sys.stderr)
        return 1
    print("PostgreSQL")
    with server(folder_of_programs) as address:
        url = new_database(address, "crash")
        lost += soak(url, asked.rounds, random.Random(asked.seed), minutes=asked.minutes)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
