"""What is in memory is what is in the database, also after changes from elsewhere."""

import json
import threading

import numpy as np
import pytest

from layers.register import Register, Source
from layers.register.snapshot import Snapshot
from layers.sources.record import SourceRecord

R = "toy"
HERE = (13.0, 53.0, 13.5, 53.5)


def records(count, **told):
    values = {"categories": ("bakery",), **told}
    return [
        SourceRecord("osm", f"n{i:04}", 0, f"Bäckerei {i}", lon=13 + i / 1000, lat=53.0, **values)
        for i in range(count)
    ]


@pytest.fixture
def filled(register, osm):
    register.put_many(R, osm, records(400), who="ada")
    return register


def test_boxes_find_what_lies_in_them_with_their_edges(filled):
    found = Snapshot(filled.database, R).select(box=(13.001, 52.9, 13.003, 53.0))
    assert found.ids == ("osm:n0001", "osm:n0002", "osm:n0003")
    assert found.lon.tolist() == [13.001, 13.002, 13.003]
    feature = json.loads(found.features[0])
    assert feature["properties"]["name"] == "Bäckerei 1"
    assert feature["geometry"]["coordinates"] == [13.001, 53.0]


def test_conditions_hold_together_and_pages_follow_each_other(filled, osm):
    filled.put_many(R, osm, records(3, categories=("cafe", "bakery")), who="ada")
    snapshot = Snapshot(filled.database, R)
    assert snapshot.select(category="cafe").total == 3
    assert snapshot.select(category="bakery").total == 400
    assert snapshot.select(category="bakery", text="BÄCKEREI  39", box=HERE).total == 11
    assert snapshot.select(text="’").total == 0
    pages = [snapshot.select(limit=150, offset=start).ids for start in (0, 150, 300, 450)]
    assert [len(page) for page in pages] == [150, 150, 100, 0]
    assert len({offer_id for page in pages for offer_id in page}) == 400


def test_the_nearest_come_first(filled):
    snapshot = Snapshot(filled.database, R)
    assert snapshot.nearest(13.0101, 53.0, 3).ids == ("osm:n0010", "osm:n0011", "osm:n0009")
    assert snapshot.nearest(13.0, 53.0, 0).ids == ()
    assert len(snapshot.nearest(13.0, 53.0, 9999).ids) == 400


def test_places_on_both_sides_of_the_date_line_are_near(register, osm):
    east, west = records(2)
    told = [replace_place(east, 179.999), replace_place(west, -179.998)]
    register.put_many(R, osm, told, who="ada")
    found = Snapshot(register.database, R).nearest(-179.9999, 53.0, 2)
    assert found.ids == ("osm:n0000", "osm:n0001")


def replace_place(record, lon):
    return SourceRecord("osm", record.source_id, 0, record.name, ("bakery",), (), lon, 53.0)


def test_a_write_is_seen_by_the_next_request_of_another_process(filled, register_url):
    snapshot = Snapshot(filled.database, R)
    with Register.open(register_url) as other:  # its own connections, as another worker has
        other.correct(R, "osm:n0007", {"name": "Umgezogen", "lon": 14.0, "lat": 54.0}, who="eva")
        other.remove(R, "osm:n0008", who="eva", why="closed")
        made = other.create(
            R,
            {"name": "Neu", "categories": ["cafe"], "lon": 13.007, "lat": 53.0},
            who="eva",
            status="published",
        )
    assert snapshot.select(text="umgezogen").ids == ()
    assert snapshot.refresh() == filled.rev(R)
    assert snapshot.select(text="umgezogen").ids == ("osm:n0007",)
    assert snapshot.select(box=(13.0065, 52.9, 13.0085, 53.1)).ids == (made,)
    assert snapshot.nearest(14.0, 54.0, 1).ids == ("osm:n0007",)
    assert len(snapshot) == 400
    filled.restore(R, "osm:n0008", rev=1, who="eva")
    snapshot.refresh()
    assert len(snapshot) == 401


@pytest.mark.parametrize("status", ["submitted", "archived"])
def test_what_is_not_published_is_not_there(filled, status):
    snapshot = Snapshot(filled.database, R)
    filled.set_status(R, "osm:n0001", status, who="ada")
    snapshot.refresh()
    assert snapshot.select(text="Bäckerei 1", box=(13.001, 53, 13.001, 53)).total == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_refreshed_snapshot_equals_a_new_one(register, osm, seed, monkeypatch):
    monkeypatch.setattr("layers.register.snapshot._FEWEST", 20)
    monkeypatch.setattr("layers.register.snapshot._RUN", 64)
    chance = np.random.default_rng(seed)
    register.put_many(R, osm, records(200), who="ada")
    kept = Snapshot(register.database, R)
    for _ in range(6):
        rows = records(260)
        chosen = chance.choice(260, size=int(chance.integers(1, 25)), replace=False)
        moved = [replace_place(rows[i], float(chance.uniform(13, 13.5))) for i in chosen]
        register.put_many(R, Source("osm", licence="ODbL-1.0"), moved, who="ada")
        kept.refresh()
        new = Snapshot(register.database, R)
        west = float(chance.uniform(13, 13.4))
        box = (west, 52.0, west + 0.1, 54.0)
        assert sorted(kept.select(box=box).features) == sorted(new.select(box=box).features)
        assert sorted(kept.select(text="2").ids) == sorted(new.select(text="2").ids)
        near = [s.nearest(west, 53.0, 5).ids for s in (kept, new)]
        assert near[0] == near[1]


def test_an_empty_region_is_an_empty_snapshot(register):
    snapshot = Snapshot(register.database, "nowhere")
    assert (len(snapshot), snapshot.select(box=HERE).total, snapshot.refresh()) == (0, 0, 0)
    assert snapshot.nearest(13.0, 53.0, 3).ids == ()


def test_threads_read_while_others_write(filled, osm):
    snapshot = Snapshot(filled.database, R)
    faults = []

    def read():
        for _ in range(60):
            snapshot.refresh()
            found = snapshot.select(box=(13.0, 52.0, 14.0, 54.0))
            if len(found.ids) != 400 or snapshot.nearest(13.2, 53.0, 5).total != 400:
                faults.append(len(found.ids))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(10):
        filled.put_many(R, osm, records(400, phone=str(i))[i * 3 : i * 3 + 3], who="ada")
    for thread in threads:
        thread.join()
    assert faults == []
