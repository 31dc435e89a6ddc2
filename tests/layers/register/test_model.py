"""Random changes against a register of plain dictionaries: the same at every time, nothing lost."""

import copy
import itertools
import os
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import RegisterError
from layers.register import Register, Source
from layers.register.entry import TRANSITIONS
from layers.register.resolve import provenance, values_of
from layers.sources.record import SourceRecord

REGIONS = itertools.count()
SOAK = int(os.environ.get("SOAK", "1"))  # `make soak` tries many times as many, others each time
NAMES = st.sampled_from(["", "Süd", "Nord", "Mühle 🍞", "<b>Hof</b>"])
DAYS = st.sampled_from([None, date(2020, 1, 1), date(2026, 1, 1)])
ROW = st.tuples(st.integers(0, 3), NAMES, NAMES, DAYS)
PICK = st.integers(0, 50)
STEP = st.one_of(
    st.tuples(
        st.just("put"),
        st.sampled_from("ab"),
        st.lists(ROW, min_size=1, max_size=4),
        st.booleans(),
        st.booleans(),
    ),
    st.tuples(st.sampled_from(["accept", "reject"]), PICK),
    st.tuples(st.just("correct"), PICK, NAMES),
    st.tuples(st.just("withdraw"), PICK),
    st.tuples(st.just("status"), PICK, st.sampled_from(sorted(TRANSITIONS))),
    st.tuples(st.just("remove"), PICK),
    st.tuples(st.just("merge"), PICK, PICK),
    st.tuples(st.just("split"), PICK, PICK),
    st.tuples(st.just("undo"), PICK),
)


class Model:
    """What the register should hold, in dictionaries; one snapshot for each change."""

    def __init__(self):
        self.entries = {}
        self.last = {}
        self.said = {}
        self.gone = set()
        self.at = {}

    def commit(self, rev, before):
        touched = [k for k, v in self.entries.items() if before.get(k) != v]
        self.last.update(dict.fromkeys(touched, rev))
        self.at[rev] = copy.deepcopy(self.entries)
        return touched

    def stands(self, entry_id):
        while self.entries[entry_id]["into"]:
            entry_id = self.entries[entry_id]["into"]
        return self.entries[entry_id]

    def put(self, source, rows, is_whole, is_reviewed):
        seen = {}
        for key, told in rows:
            seen.setdefault(key, told)
        for key, told in seen.items():
            if self.said.get((source, key)) == told and (source, key) not in self.gone:
                continue
            entry_id = f"{source}:{key}"
            is_new = entry_id not in self.entries
            status = "submitted" if is_reviewed else "published"
            empty = {"status": status, "out": False, "into": "", "ids": [], "claims": {}}
            entry = self.entries.setdefault(entry_id, {**empty, "waits": {}})
            entry = self.stands(entry_id)
            entry["waits"].pop((source, key), None)
            old = entry["claims"].get((source, key))
            is_public = entry["status"] == "published" and not entry["out"]
            if is_reviewed and is_public and not is_new and (not old or old["told"] != told):
                entry["waits"][source, key] = told
                if old:
                    old["gone"] = False
            else:
                entry["claims"][source, key] = {"told": told, "gone": False}
            self.said[source, key] = told
            self.gone.discard((source, key))
        for key in [k for s, k in self.said if s == source] if is_whole else []:
            if key not in seen and (source, key) not in self.gone:
                entry = self.stands(f"{source}:{key}")
                entry["waits"].pop((source, key), None)
                if claim := entry["claims"].get((source, key)):
                    claim["gone"] = True
                self.gone.add((source, key))

    def seen_at(self, rev, day=None):
        """The values that hold for every published entry."""
        found = {}
        for entry_id, entry in self.at[rev].items():
            if entry["status"] != "published" or entry["out"] or entry["into"]:
                continue
            ranked = sorted(
                entry["claims"].items(), key=lambda kc: (kc[0][0] != "hand", kc[1]["gone"])
            )
            values = {}
            for _, claim in ranked:
                for field, value in claim["told"].items():
                    values.setdefault(field, value)
            opened = values.get("opened_on")
            if day is None or opened is None or opened <= day.isoformat():
                found[entry_id] = values
        return found


def told(row):
    _, name, phone, opened = row
    values = {"categories": ["bakery"], "lon": 13.0, "lat": 53.0, "name": name, "phone": phone}
    values["opened_on"] = opened and opened.isoformat()
    return {k: v for k, v in values.items() if v}


def run(register, region, steps):
    model = Model()
    for step in steps:
        before = copy.deepcopy(model.entries)
        live = sorted(k for k, e in model.entries.items() if not e["into"])
        kind, *rest = step
        if kind not in ("put", "undo") and not live:
            continue
        rev = register.rev(region)
        CHANGES[kind](register, region, model, live, *rest)
        now = register.rev(region)
        if now != rev:
            model.commit(now, before)
        else:
            assert model.entries == before
    return model


def put(register, region, model, _, source, rows, is_whole, is_reviewed):
    records = [
        SourceRecord(
            source, f"{r[0]}", 0, r[1], ("bakery",), (), 13.0, 53.0, phone=r[2], opened_on=r[3]
        )
        for r in rows
    ]
    status = "submitted" if is_reviewed else "published"
    register.put_many(region, Source(source), records, who="ada", is_whole=is_whole, status=status)
    model.put(source, [(f"{r[0]}", told(r)) for r in rows], is_whole, is_reviewed)


def undo(register, region, model, _, pick):
    revs = sorted(model.at)
    if not revs:
        return
    rev = revs[pick % len(revs)]
    place = revs.index(rev)
    old = model.at[revs[place - 1]] if place else {}
    touched = [k for k, v in model.at[rev].items() if old.get(k) != v]
    if not touched:
        assert register.undo(region, rev, who="ada") == []
    elif all(model.last[k] == rev for k in touched):
        for k in touched:
            model.entries[k] = copy.deepcopy(old.get(k) or {**model.at[rev][k], "out": True})
        register.undo(region, rev, who="ada")
    else:
        with pytest.raises(RegisterError, match="changed since"):
            register.undo(region, rev, who="ada")


def correct(register, region, model, live, pick, name):
    picked = live[pick % len(live)]
    claims = model.entries[picked]["claims"]
    # an entry has one claim by hand, unless it was merged with another one that has
    key = next((k for k in claims if k[0] == "hand"), ("hand", picked))
    claims.setdefault(key, {"gone": False})["told"] = {"name": name or None}
    register.correct(region, picked, {"name": name}, who="eva")


def withdraw(register, region, model, live, pick):
    picked = live[pick % len(live)]
    for key, claim in model.entries[picked]["claims"].items():
        if key[0] == "hand":
            claim["told"] = {}
            register.correct(region, picked, {}, withdraw=["name"], who="eva")
            return


def status(register, region, model, live, pick, wanted):
    picked = live[pick % len(live)]
    entry = model.entries[picked]
    if wanted == entry["status"] or wanted in TRANSITIONS[entry["status"]]:
        entry["status"] = wanted
        register.set_status(region, picked, wanted, who="ada")
    else:
        with pytest.raises(RegisterError, match="cannot become"):
            register.set_status(region, picked, wanted, who="ada")


def remove(register, region, model, live, pick):
    picked = live[pick % len(live)]
    model.entries[picked]["out"] = True
    register.remove(region, picked, who="ada", why="test")


def accept(register, region, model, live, pick):
    picked = live[pick % len(live)]
    entry = model.entries[picked]
    if entry["waits"]:
        for key, told in entry["waits"].items():
            entry["claims"][key] = {"told": told, "gone": False}
        entry["waits"] = {}
        register.accept(region, picked, who="eva")
    else:
        with pytest.raises(RegisterError, match="nothing waits"):
            register.accept(region, picked, who="eva")


def reject(register, region, model, live, pick):
    waiting = [k for k in live if model.entries[k]["waits"]]
    if waiting:
        picked = waiting[pick % len(waiting)]
        model.entries[picked]["waits"] = {}
        register.reject(region, picked, who="eva")


def merge(register, region, model, live, pick, pick_other):
    picked, other = live[pick % len(live)], live[pick_other % len(live)]
    if other != picked:
        entry, theirs = model.entries[picked], model.entries[other]
        for kept in ("claims", "waits"):
            entry[kept].update(copy.deepcopy(theirs[kept]))
        entry["ids"] += [other, *theirs["ids"]]
        theirs["into"] = picked
        register.merge(region, picked, other, who="ada")


def split(register, region, model, live, pick, pick_other):
    merged = [(e["into"], k) for k, e in sorted(model.entries.items()) if e["into"] in live]
    if merged:
        picked, other = merged[(pick + pick_other) % len(merged)]
        entry, theirs = model.entries[picked], model.entries[other]
        keys = {**theirs["claims"], **theirs["waits"]}
        back = {k: entry["claims"].pop(k) for k in keys if k in entry["claims"]}
        theirs["waits"] = {k: entry["waits"].pop(k) for k in keys if k in entry["waits"]}
        theirs["claims"], theirs["into"] = back or theirs["claims"], ""
        entry["ids"] = [k for k in entry["ids"] if k not in (other, *theirs["ids"])]
        register.split(region, picked, other, who="ada")


STEPS = (put, accept, reject, undo, correct, withdraw, status, remove, merge, split)
CHANGES = {f.__name__: f for f in STEPS}


def without_none(values):
    return {k: v for k, v in values.items() if v is not None}


def check(register, region, model):
    times = {c.rev: c.recorded_at for c in register.changes(region, limit=10_000)}
    for rev in model.at:
        if sum(time == times[rev] for time in times.values()) > 1:
            continue  # two changes within a microsecond: only the later can be asked for
        recorded = datetime.fromisoformat(times[rev])
        for day in (None, date(2021, 1, 1)):
            entries = register.entries(region, recorded=recorded, as_of=day)
            held = {entry.id: values_of(entry) for entry in entries}
            wanted = {k: without_none(v) for k, v in model.seen_at(rev, day).items()}
            assert held == wanted, rev
    waits = {(p.entry_id, p.source, p.source_id) for p in register.proposals(region)}
    live = {k: e for k, e in model.entries.items() if not (e["into"] or e["out"])}
    assert waits == {(k, *key) for k, entry in live.items() for key in entry["waits"]}
    for entry_id in model.entries:
        said = provenance(register.entry(region, entry_id))
        for key, claim in model.stands(entry_id)["claims"].items():
            for field, value in claim["told"].items():
                assert any((s.source, s.source_id, s.value) == (*key, value) for s in said[field])


@pytest.fixture(scope="module")
def sqlite_register(tmp_path_factory):
    with Register.open(tmp_path_factory.mktemp("model") / "register.sqlite") as opened:
        yield opened


@settings(
    max_examples=20 * SOAK,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=SOAK == 1,
)
@given(st.lists(STEP, min_size=10, max_size=25))
def test_any_state_equals_a_plain_model(sqlite_register, steps):
    region = f"r{next(REGIONS)}"
    check(sqlite_register, region, run(sqlite_register, region, steps))


@settings(
    max_examples=5 * SOAK,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=SOAK == 1,
)
@given(st.lists(STEP, min_size=10, max_size=20))
def test_any_state_equals_a_plain_model_on_postgresql(postgres_register, steps):
    region = f"model{next(REGIONS)}"
    with Register.open(postgres_register) as register:
        check(register, region, run(register, region, steps))
