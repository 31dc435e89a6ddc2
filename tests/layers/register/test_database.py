"""The database: its versions, its two kinds, what is refused."""

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from layers.errors import RegisterError
from layers.register import Register, database
from layers.register.schema import META, METADATA, VERSION
from tests.postgres import new_database

R = "toy"
FIRST_TABLES = (
    "alias", "apart", "change", "link", "match", "meta", "offer", "origin", "region", "report",
    "revision", "source",
)  # fmt: skip


def test_the_version_is_that_of_the_newest_migration():
    config = Config()
    folder = database.Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_migrations_make_the_tables_that_the_code_knows(register):
    with register.database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found = compare_metadata(context, METADATA)
    assert [change for change in found if "alembic_version" not in str(change)] == []


def test_a_register_of_a_newer_version_is_not_touched(tmp_path):
    path = tmp_path / "register.sqlite"
    Register.open(path).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(RegisterError, match="newer version of Umkreis"):
        Register.open(path)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://a@b/c", "SQLite or PostgreSQL"),
        ("sqlite://", "lost with the process"),
        ("sqlite:///:memory:", "lost with the process"),
        ("://", "no address such as"),
        ("postgresql://u:geheim@127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_what_is_no_register_is_refused_without_telling_passwords(url, reason):
    with pytest.raises(RegisterError, match=reason) as failed:
        Register.open(url)
    assert "geheim" not in str(failed.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "register.sqlite"
    path.write_text("name;lon;lat\n" * 100, "utf-8")
    with pytest.raises(RegisterError, match="cannot be opened"):
        Register.open(path)


def test_sqlite_waits_for_the_disk_and_writes_ahead(tmp_path):
    with (
        Register.open(tmp_path / "r.sqlite") as register,
        register.database.reading() as connection,
    ):
        modes = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]
    assert modes == ["wal", 2, 1]


def test_a_change_that_fails_leaves_nothing(register):
    def fail():
        with register.database.changing(R, who="ada", what="test") as change:
            change.connection.execute(sa.update(META).values(recorded_at="2999"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert register.rev(R) == 0
    with register.database.reading() as connection:
        assert connection.execute(sa.select(META.c.rev, META.c.recorded_at)).one() == (0, "")


def test_a_database_that_is_busy_for_long_is_told_as_such(tmp_path, monkeypatch):
    monkeypatch.setattr("layers.register.database._BUSY_S", 0.05)
    values = {"name": "x", "categories": ["bakery"], "lon": 13, "lat": 53}
    with Register.open(tmp_path / "r.sqlite") as register:
        with register.database.writing() as other:
            assert other.exec_driver_sql("SELECT 1").scalar() == 1
            with pytest.raises(RegisterError, match="at the moment: database is locked"):
                register.create(R, values, who="ada")
        register.create(R, values, who="ada")
        assert register.rev(R) == 1


def test_where_postgis_is_there_is_a_view_with_places(postgres, osm, record):
    try:
        url = new_database(postgres, "with_postgis", with_postgis=True)
    except psycopg.errors.Error as exc:
        pytest.skip(f"PostGIS is not installed: {exc}")
    with Register.open(url) as register:
        hidden = register.create(
            R, {"name": "x", "categories": ["bakery"], "lon": 13, "lat": 53}, who="eva"
        )
        register.put_many(R, osm, [record("n1", name="Süd")], who="ada")
        assert hidden
        query = "SELECT id, name, ST_X(geom), ST_SRID(geom), properties FROM offer_geometry"
        with register.database.reading() as connection:
            rows = connection.exec_driver_sql(query).all()
    assert [tuple(row[:4]) for row in rows] == [("osm:n1", "Süd", 13.2, 4326)]
    assert rows[0].properties["licence"] == "ODbL-1.0"

    Register.open(url).close()  # the view is there already


def test_a_register_of_the_first_version_is_brought_to_this_one(tmp_path, osm, record):
    path = tmp_path / "register.sqlite"
    with Register.open(path) as register:
        register.put_many(R, osm, [record("n1")], who="ada")
    engine = sa.create_engine(f"sqlite:///{path}")
    later = [table for table in METADATA.sorted_tables if table.name not in FIRST_TABLES]
    with engine.begin() as connection:
        for table in reversed(later):
            connection.exec_driver_sql(f'DROP TABLE "{table.name}"')
        connection.exec_driver_sql("DROP INDEX alias_offer")
        connection.exec_driver_sql("ALTER TABLE source DROP COLUMN categories")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    engine.dispose()
    with Register.open(path) as register:
        assert register.sources(R)["osm"].categories == ()
        register.put_many(R, osm, [record("n1")], who="ada")
        assert register.sources(R)["osm"].categories == ("bakery",)
