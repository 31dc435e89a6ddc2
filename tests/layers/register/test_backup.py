"""Backups are one committed state, hold everything, and are refused where they are damaged."""

import hashlib
import sqlite3
import threading
from datetime import date

import pytest
import sqlalchemy as sa

from benchmarks.register_crash import check_whole
from layers.errors import RegisterError
from layers.register import Register
from layers.register.schema import METADATA
from layers.register.snapshot import Snapshot

R = "toy"
WRITERS = 4
HERE = {"categories": ["bakery"], "lon": 13.0, "lat": 53.0}


def everything(register):
    """All rows of all tables."""
    with register.database.reading() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for name, table in METADATA.tables.items()
        }


@pytest.fixture
def filled(register, osm, record):
    register.put_many(R, osm, [record(f"n{i}", name=f"Mühle {i} 🍞") for i in range(9)], who="ada")
    register.merge(R, "osm:n1", "osm:n2", who="ada")
    register.tell_apart(R, "osm:n3", "osm:n4", who="ada")
    register.link(R, "osm:n3", "supplies", "osm:n4", who="ada")
    register.confirm_match(R, "osm:n3", "osm:n4", "room", on=date(2026, 1, 1), who="ada")
    register.keep_report(R, "osm", {"rows": 9}, who="ada")
    return register


def test_a_backup_is_put_back_with_everything(filled, tmp_path, record, osm):
    before = everything(filled)
    made = filled.backup(tmp_path / "b.sqlite")
    assert (made.rev, made.entries, made.revisions) == (6, 9, 12)
    filled.put_many(R, osm, [record("n77")], who="ada")
    filled.erase(R, "osm:n1", ["name"], who="ada")
    assert filled.restore_backup(tmp_path / "b.sqlite") == made
    assert everything(filled) == before
    check_whole(filled)


def test_a_backup_is_one_file_with_a_checksum_that_others_can_check(filled, tmp_path):
    made = filled.backup(tmp_path / "b.sqlite")
    names = {file.name for file in tmp_path.iterdir() if file.name.startswith("b.")}
    assert names == {"b.sqlite", "b.sqlite.sha256"}
    assert made.file.stat().st_mode & 0o077 == 0
    told = (tmp_path / "b.sqlite.sha256").read_text("utf-8")
    assert told == f"{made.sha256}  b.sqlite\n"
    assert hashlib.sha256(made.file.read_bytes()).hexdigest() == made.sha256


def test_a_backup_goes_from_either_database_into_a_new_file(filled, tmp_path):
    made = filled.backup(tmp_path / "b.sqlite")
    with Register.open(tmp_path / "new.sqlite") as new:
        new.restore_backup(made.file)
        assert everything(new) == everything(filled)


def test_a_register_moves_from_sqlite_to_postgresql(postgres_register, osm, record, tmp_path):
    with Register.open(tmp_path / "r.sqlite") as small:
        small.put_many(R, osm, [record("n1")], who="ada")
        small.backup(tmp_path / "b.sqlite")
        with Register.open(postgres_register) as large:
            large.restore_backup(tmp_path / "b.sqlite")
            assert everything(large) == everything(small)


def test_a_backup_beside_four_writers_is_some_committed_state(register, tmp_path):
    is_over = threading.Event()
    known = {}

    def write(name):
        while not is_over.is_set():
            made = register.create(R, {"name": name, **HERE}, who=name)
            register.correct(R, made, {"name": f"{name} 2"}, who=name)

    threads = [threading.Thread(target=write, args=(f"w{i}",)) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        while register.rev(R) < WRITERS * 5:
            pass
        for number in range(3):
            known[number] = register.backup(tmp_path / f"{number}.sqlite")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert known[0].rev < known[2].rev < register.rev(R)
    for number, made in known.items():
        with Register.open(tmp_path / f"{number}-copy.sqlite") as copy:
            copy.restore_backup(made.file)
            check_whole(copy)
            told = everything(copy)
        now = everything(register)
        for name in ("revision", "change"):
            assert told[name] == rows_until(name, now[name], made.rev)
        assert len(told["change"]) == made.rev


def rows_until(name, rows, rev):
    """What a table of changes held after one of them; its rows are only ever added to."""
    place = [column.name for column in METADATA.tables[name].columns].index("rev")
    return [row for row in rows if row[place] <= rev]


def test_readers_see_a_backup_put_back_though_numbers_begin_again(filled, tmp_path, osm, record):
    filled.backup(tmp_path / "b.sqlite")
    filled.put_many(R, osm, [record("n1", name="falsch")], who="ada")
    snapshot = Snapshot(filled.database, R)
    assert snapshot.select(text="falsch").total == 1
    filled.restore_backup(tmp_path / "b.sqlite")
    filled.put_many(R, osm, [record("n3", name="richtig")], who="ada")
    assert filled.rev(R) == snapshot.rev  # the same number for another change
    snapshot.refresh()
    assert snapshot.select(text="falsch").total == 0
    assert snapshot.select(text="richtig").ids == ("osm:n3",)


@pytest.mark.parametrize("register_url", ["sqlite"], indirect=True)
class TestRefused:
    def test_what_was_cut_off(self, filled, tmp_path):
        made = filled.backup(tmp_path / "b.sqlite")
        made.file.write_bytes(made.file.read_bytes()[:-4096])
        before = everything(filled)
        with pytest.raises(RegisterError, match="is not what was written"):
            filled.restore_backup(made.file)
        assert everything(filled) == before

    def test_what_has_no_checksum(self, filled, tmp_path):
        made = filled.backup(tmp_path / "b.sqlite")
        made.file.with_name("b.sqlite.sha256").unlink()
        with pytest.raises(RegisterError, match="belong together"):
            filled.restore_backup(made.file)
        with pytest.raises(RegisterError, match="cannot be checked"):
            filled.restore_backup(tmp_path / "nowhere")

    def test_what_is_no_register(self, filled, tmp_path):
        other = tmp_path / "other.sqlite"
        with sqlite3.connect(other) as connection:
            connection.execute("CREATE TABLE x (y)")
        connection.close()
        digest = hashlib.sha256(other.read_bytes()).hexdigest()
        (tmp_path / "other.sqlite.sha256").write_text(f"{digest}  other.sqlite\n", "utf-8")
        with pytest.raises(RegisterError, match="is no backup of a register"):
            filled.restore_backup(other)

    def test_a_file_that_is_there(self, filled, tmp_path):
        with pytest.raises(RegisterError, match="is there already"):
            filled.backup(tmp_path / "register.sqlite")

    def test_a_folder_that_cannot_be_written(self, filled, tmp_path):
        (tmp_path / "file").write_text("x", "utf-8")
        with pytest.raises(RegisterError, match="cannot be written"):
            filled.backup(tmp_path / "file" / "b.sqlite")
