"""Erased is erased: from the entry, its history, what is searched, and the files."""

from datetime import date

import pytest

from layers.errors import RegisterError
from layers.register import Source, erasure
from layers.register.entry import PERSONAL_FIELDS
from layers.register.schema import METADATA
from layers.register.store import find

R = "toy"
CLUB = Source("club", licence="CC0-1.0", has_public_contacts=True, as_of=date(2026, 1, 1))
SECRETS = ("Zenobia Quastenflosser", "+49 395 77123", "zenobia@quasten.example")
TOLD = dict(zip(PERSONAL_FIELDS, SECRETS, strict=True))


def everything(register):
    """Every text of every table."""
    with register.database.reading() as connection:
        rows = (r for t in METADATA.tables.values() for r in connection.execute(t.select()))
        return "\n".join(str(tuple(row)) for row in rows)


@pytest.fixture
def planted(register, record):
    """Personal data in an entry, its history, a merge that was split, a reason and a report."""
    register.put_many(R, CLUB, [record("1", **TOLD), record("2"), record("3")], who="ada")
    register.merge(R, "club:2", "club:1", who="ada")
    register.split(R, "club:2", "club:1", who="ada")
    register.merge(R, "club:1", "club:3", who="ada", why=f"{SECRETS[0]} says so")
    register.correct(R, "club:1", {"phone": SECRETS[1] + "9"}, who="eva")
    register.keep_report(R, "club", {"rows": [f'„{SECRETS[0]}" {SECRETS[2]}']}, who="ada")
    register.put_many(R, CLUB, [record("1", **TOLD, street="Ring")], who="ada")
    return register


def test_erased_fields_are_nowhere_any_more(planted):
    assert all(secret in everything(planted) for secret in SECRETS)
    assert planted.erase(R, "club:1", who="eva") >= 6
    left = everything(planted)
    assert [secret for secret in SECRETS if secret in left] == []
    assert planted.entry(R, "club:1").erased == ("contact_name", "email", "phone")


@pytest.mark.parametrize("register_url", ["sqlite"], indirect=True)
def test_erased_bytes_are_not_left_in_the_files(planted):
    planted.erase(R, "club:1", who="eva")
    path = planted.database.url.database
    for name in (path, f"{path}-wal"):
        with open(name, "rb") as file:
            content = file.read()
        assert [secret for secret in SECRETS if secret.encode() in content] == []


@pytest.mark.parametrize("register_url", ["postgresql"], indirect=True)
def test_erased_values_are_not_left_in_the_planners_samples(planted, record):
    # short texts of many rows are what the planner keeps samples of
    told = [record(f"m{i}", name=f"Laden {SECRETS[0]} {i}") for i in range(300)]
    planted.put_many(R, CLUB, told, who="ada")
    planted.database.settle()
    assert sampled(planted, SECRETS[0]) > 0
    erase_all(planted, [f"club:m{i}" for i in range(300)])
    planted.erase(R, "club:1", who="eva")
    assert sampled(planted, SECRETS[0]) == 0


def sampled(register, text):
    """In how many samples of the planner a text stands."""
    query = """
        SELECT count(*) FROM pg_stats
        WHERE concat(histogram_bounds::text, most_common_vals::text) ILIKE %s
    """
    with register.database.reading() as connection:
        return connection.exec_driver_sql(query, (f"%{text}%",)).scalar()


def erase_all(register, ids):
    """Erase the names of entries in one go."""
    with register.database.changing(R, who="eva", what="erase") as change:
        for entry_id in ids:
            erasure.erase(change, find(change.connection, R, entry_id), ["name"])


def test_no_import_and_no_correction_brings_erased_fields_back(planted, record):
    planted.erase(R, "club:1", who="eva")
    again = planted.put_many(R, CLUB, [record("1", **TOLD, street="Neu")], who="ada")
    assert again.changed == ["club:1"]
    assert not any(secret in everything(planted) for secret in SECRETS)
    with pytest.raises(RegisterError, match="was erased for good"):
        planted.correct(R, "club:1", {"phone": "1"}, who="eva")


def test_undoing_brings_no_erased_field_back(planted):
    planted.erase(R, "club:1", who="eva")
    planted.restore(R, "club:1", rev=planted.history(R, "club:1")[-2].change.rev, who="eva")
    assert not any(secret in everything(planted) for secret in SECRETS)


def test_what_everything_needs_cannot_be_erased(planted):
    with pytest.raises(RegisterError, match="no entry is without"):
        planted.erase(R, "club:1", ["lon", "lat"], who="eva")
    with pytest.raises(RegisterError, match="'fone'"):
        planted.erase(R, "club:1", ["fone"], who="eva")


def test_numbers_of_a_report_are_no_words(planted, record):
    planted.put_many(R, CLUB, [record("5", phone="2026")], who="ada")
    rev = planted.keep_report(R, "club", {"rows": 2026, "lines": ["tel. 2026"]}, who="ada")
    planted.erase(R, "club:5", who="eva")
    assert planted.reports(R)[0] == (rev, "club", {"rows": 2026, "lines": ["tel. [erased]"]})


def test_other_entries_keep_their_own_data(planted, record):
    planted.put_many(R, CLUB, [record("4", phone="0800 1")], who="ada")
    planted.erase(R, "club:1", who="eva")
    assert planted.entry(R, "club:4").claims[0].values["phone"] == "0800 1"


def test_a_person_is_erased_as_author(planted):
    assert planted.erase_person(R, "eva", who="ada") == 1
    assert "eva" not in {change.who for change in planted.changes(R)}
