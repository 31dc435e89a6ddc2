"""SIGKILL at each step of what changes something: nothing is lost, and the next try finishes it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from benchmarks.register_crash import SOURCE, check_whole, records
from layers.build_input import is_current
from layers.register import Register
from layers.register.database import Database
from layers.register.schema import VERSION
from layers.store import open_atlas
from tests.faults.conftest import rounds_of
from tests.faults.deeds import PORTION, RECORDS, ROOT, TAXONOMY


def test_a_killed_build_leaves_the_old_region_or_the_new_one(
    doer, toy_atlas, toy_region_dir: Path, tmp_path: Path
):
    region, atlas = tmp_path / "region", tmp_path / "atlas" / "toy"
    shutil.copytree(toy_region_dir, region)
    (region / "region.toml").write_text(
        (region / "region.toml").read_text("utf-8").replace('name = "', 'name = "Neu: ', 1), "utf-8"
    )
    shutil.copytree(toy_atlas.path, atlas)
    whole = doer.do("build", region, atlas)
    assert whole["failed"] == ""
    names = set()
    placing = [n for n, name in enumerate(whole["steps"], 1) if name == "os.rename"]
    assert len(placing) == 2  # the old one away, the new one there: nothing stands between them
    for step in sorted({*rounds_of(len(whole["steps"])), *placing, placing[1] + 1}):
        shutil.rmtree(atlas)
        shutil.copytree(toy_atlas.path, atlas)
        assert doer.do("build", region, atlas, kill_at=step)["killed"]
        opened = open_atlas(atlas)
        names.add(opened.region.name)
        assert opened.population.residents.sum() == toy_atlas.population.residents.sum()
    new = doer.do("build", region, atlas)
    assert new["failed"] == ""
    assert is_current(atlas, region, TAXONOMY)
    assert names == {toy_atlas.region.name, open_atlas(atlas).region.name}


def test_a_killed_import_is_finished_by_the_next(doer, new_url):
    steps = doer.do("take_in", new_url())["steps"]
    kept = set()
    for step in rounds_of(len(steps)):
        url = new_url()
        assert doer.do("take_in", url, kill_at=step)["killed"]
        with Register.open(url) as register:
            check_whole(register)
            kept.add(len(register.entries("toy", statuses=None)))
            written = register.put_many("toy", SOURCE, records(RECORDS), who="x", is_whole=True)
            assert len(written.added) + written.unchanged == RECORDS
            assert len(register.entries("toy", statuses=None)) == RECORDS
    assert kept <= set(range(0, RECORDS + 1, PORTION))  # whole portions alone
    assert len(kept) > 1


def test_a_killed_backup_is_whole_or_not_there_and_harms_nothing(doer, new_url, tmp_path: Path):
    url = new_url()
    doer.do("take_in", url)
    steps = doer.do("back_up", url, tmp_path / "first.sqlite")["steps"]
    for step in rounds_of(len(steps)):
        file = tmp_path / f"killed{step}" / "backup.sqlite"
        assert doer.do("back_up", url, file, kill_at=step)["killed"]
        if not file.exists():
            assert doer.do("back_up", url, file)["failed"] == ""
        other = new_url()
        assert doer.do("restore", other, file)["failed"] == ""
        with Register.open(other) as register:
            assert len(register.entries("toy", statuses=None)) == RECORDS
    with Register.open(url) as register:
        check_whole(register)


def test_a_killed_restore_leaves_what_was_or_what_is_put_back(doer, new_url, tmp_path: Path):
    url, file = new_url(), tmp_path / "backup.sqlite"
    doer.do("take_in", url)
    doer.do("back_up", url, file)
    doer.do("create", url, "since then")
    steps = doer.do("restore", url, file)["steps"]
    found = set()
    for step in rounds_of(len(steps)):
        doer.do("create", url, "since then")
        assert doer.do("restore", url, file, kill_at=step)["killed"]
        with Register.open(url) as register:
            check_whole(register)
            found.add(len(register.entries("toy", statuses=None)))
        assert doer.do("restore", url, file)["failed"] == ""
    assert found == {RECORDS + 1, RECORDS}


def _at_version(url: str, version: str) -> None:
    """Make tables of an older version, with a change in them."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "layers/register/migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.exec_driver_sql("INSERT INTO region (id, rev) VALUES ('toy', 7)")
    engine.dispose()


def test_a_killed_migration_leaves_one_version_or_the_other(doer, new_url):
    url = new_url()
    _at_version(url, "0001")
    steps = doer.do("migrate", url)["steps"]
    versions = set()
    for step in rounds_of(len(steps)):
        url = new_url()
        _at_version(url, "0001")
        assert doer.do("migrate", url, kill_at=step)["killed"]
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            of = "SELECT version_num FROM alembic_version"
            versions.add(connection.exec_driver_sql(of).scalar())
        engine.dispose()
        database = Database(url)  # finishes it
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT rev FROM region").scalar() == 7
            assert connection.exec_driver_sql(of).scalar() == VERSION
        database.close()
    assert "0001" in versions
    assert versions <= {"0001", VERSION}


@pytest.mark.parametrize("step", [5, 20])
def test_what_a_killed_backup_leaves_is_swept_by_a_later_one(doer, tmp_path: Path, step: int):
    """It holds contacts of people."""
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    doer.do("take_in", url)
    doer.do("back_up", url, tmp_path / "backup.sqlite", kill_at=step)
    left = list(tmp_path.glob(".umkreis-backup-*"))
    for folder in left:
        os.utime(folder, (0, 0))  # long ago
    (tmp_path / "backup.sqlite").unlink(missing_ok=True)
    assert doer.do("back_up", url, tmp_path / "backup.sqlite")["failed"] == ""
    assert list(tmp_path.glob(".umkreis-backup-*")) == []
    with closing(sqlite3.connect(tmp_path / "backup.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM offer").fetchone() == (RECORDS,)
