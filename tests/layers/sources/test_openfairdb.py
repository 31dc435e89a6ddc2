"""Karte von morgen: search answers, entries and the CSV export."""

from __future__ import annotations

import json
from datetime import date

import pytest

from layers.errors import SourceError
from layers.sources.openfairdb import read_openfairdb_csv, read_openfairdb_json

INITIATIVE = "2cd00bebec0c48ba9db761da48678134"
COMPANY = "77b3c33a92554bcf8e8c2c86cedd6f6f"


def entry(**keys):
    plain = {
        "id": "a" * 32, "created": 1_700_000_000, "version": 2, "title": "Repair-Café Nord",
        "description": "eins\nzwei", "lat": 52.28, "lng": 8.04, "street": "Am Wall 3",
        "zip": "49080", "city": "Osnabrück", "country": None, "email": "a@example.org",
        "telephone": None, "homepage": "https://example.org", "opening_hours": "Sa 14:00-17:00",
        "founded_on": "2015-04-01", "categories": [INITIATIVE], "tags": ["reparieren"],
        "ratings": [], "license": "CC0-1.0", "image_url": None, "custom": [],
    }  # fmt: skip
    return {**plain, **keys}


def read(answer, options):
    return read_openfairdb_json(json.dumps(answer).encode(), options())


def test_an_entry_is_read_with_all_it_says(options):
    (record,) = read([entry()], options).records
    assert (record.source_id, record.name) == ("a" * 32, "Repair-Café Nord")
    assert (record.lon, record.lat) == (8.04, 52.28)
    assert (record.street, record.housenumber, record.postcode) == ("Am Wall", "3", "49080")
    assert (record.email, record.website) == ("a@example.org", "https://example.org")
    assert (record.opened_on, record.as_of) == (date(2015, 4, 1), date(2023, 11, 14))
    assert (record.licence, record.description) == ("CC0-1.0", "eins\nzwei")
    assert record.categories == ("repair_cafe",)
    assert record.kinds == ("reparieren",)


def test_a_search_answer_has_what_lies_outside_as_skipped(options):
    answer = {"visible": [{"id": "1", "lat": 52.0, "lng": 8.0, "title": "A", "description": "",
                           "categories": [COMPANY], "tags": ["Bio", "#hofladen"]}],
              "invisible": [{"id": "2"}, {"id": "3"}]}  # fmt: skip
    reading = read(answer, options)
    assert (reading.kind, reading.rows) == ("openfairdb-search", 3)
    assert reading.skipped == {"outside the box that was asked": 2}
    assert reading.records[0].kinds == ("bio", "hofladen")
    assert reading.records[0].categories == ("farm_shop",)
    assert reading.licence == "ODbL-1.0"


def test_missing_and_null_are_the_same(options):
    bare = {
        "id": "1",
        "title": "Wochenmarkt Mitte",
        "lat": 52.0,
        "lng": 8.0,
        "tags": ["wochenmarkt"],
    }
    nulls = {
        **bare,
        "street": None,
        "zip": None,
        "categories": None,
        "license": None,
        "email": None,
    }
    assert read([bare], options).records == read([nulls], options).records


@pytest.mark.parametrize("status", ["archived", "rejected"])
def test_what_is_gone_at_the_source_is_skipped_and_counted(options, status):
    reading = read([entry(status=status), entry(id="b", status="confirmed")], options)
    assert reading.skipped == {f"{status} at the source": 1}
    assert len(reading.records) == 1


def test_hashtags_that_many_share_are_put_before_a_person(options):
    reading = read([entry(title="X", tags=["reparieren", "fahrrad"])], options)
    assert reading.records[0].categories == ()
    (decision,) = reading.decisions
    assert (decision.topic, decision.taken) == ("category", "")
    assert set(decision.candidates) & {"repair_cafe", "bike_self_repair"}


def test_a_broad_hashtag_is_taken_and_put_before_a_person(options):
    reading = read([entry(title="X", categories=[COMPANY], tags=["bio"])], options)
    assert reading.records[0].categories == ("organic_shop",)
    assert reading.decisions[0].taken == "organic_shop"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"lat": None}, "is no number"),
        ({"lat": "x"}, "'x' is no number"),
        ({"lat": 0, "lng": 0}, "sea off Africa"),
        ({"lat": 95.0, "lng": 200.0}, "neither degrees"),
    ],
)
def test_an_entry_without_a_place_is_looked_up_by_its_address_or_named(options, place, reason):
    reading = read([entry(**place), entry(**place, street=None, zip=None, city=None)], options)
    assert [r.is_placed for r in reading.records] == [False]
    assert reading.decisions[0].topic == "place"
    assert reason in reading.faults[0].reason


def test_entries_of_another_shape_are_named(options):
    reading = read([5, None, entry()], options)
    assert [(f.line, f.reason) for f in reading.faults] == [(1, "is no entry"), (2, "is no entry")]
    assert reading.rows == 3


def test_the_csv_says_the_same_as_the_json(options):
    told = {
        "id": "1", "created_at": "1700000000", "title": "A", "description": '"x, y"',
        "lat": "52.28", "lng": "8.04", "street": "Am Wall 3", "zip": "49080", "city": "Osnabrück",
        "contact_email": "a@example.org", "categories": INITIATIVE, "tags": '"solawi,bio"',
        "license": "CC0-1.0",
    }  # fmt: skip
    header, line = ",".join(told), ",".join(told.values())
    (record,) = read_openfairdb_csv(f"{header}\n{line}\n".encode(), options()).records
    (same,) = read(
        [{"id": "1", "created": 1_700_000_000, "title": "A", "description": "x, y", "lat": 52.28,
          "lng": 8.04, "street": "Am Wall 3", "zip": "49080", "city": "Osnabrück",
          "email": "a@example.org", "categories": [INITIATIVE], "tags": ["solawi", "bio"],
          "license": "CC0-1.0"}], options).records  # fmt: skip
    assert (record.digest, record.categories[0]) == (same.digest, "csa")


def test_who_created_an_entry_is_not_kept(options):
    (record,) = read([entry(created_by="eva@example.org")], options).records
    assert "eva" not in str(record)


@pytest.mark.parametrize("answer", [{}, {"visible": 5}, "text", 5])
def test_what_is_no_answer_is_refused(options, answer):
    with pytest.raises(SourceError, match="neither a search answer"):
        read(answer, options)
