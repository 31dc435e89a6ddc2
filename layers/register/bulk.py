"""
A source's records into the register: many at once, and again without effect.

Each record has a fingerprint of what it says. A record that says what it said last is unchanged and
writes nothing; another one changes its claim, and only its claim: a correction by hand is a claim
of its own and goes on holding. What a whole source no longer has is marked, not deleted. Where
new entries are to be reviewed, changes of published ones wait as proposals. Records
are written in portions, each in one transaction: after a killed import the same import again finds
the portions that are there unchanged and goes on.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from geo.errors import UmkreisError
from layers.errors import RegisterError
from layers.register.database import insert_rows
from layers.register.entry import PUBLISHED, Claim, Entry, Source
from layers.register.known_sources import check_source, put_source, sources
from layers.register.loaded import Entries
from layers.register.proposals import propose, without_proposal
from layers.register.schema import OFFER, ORIGIN
from layers.register.store import check, find, in_parts
from layers.register.values import check_source_id, entry_id, fingerprint, told_by
from layers.register.written import Refused, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from layers.register.database import Change, Database
    from layers.register.entry import Value
    from layers.sources.record import SourceRecord

_MANY: Final = 1_000
PORTION: Final = 20_000  # records in one transaction: a second or so, in which other writers wait


@dataclass(frozen=True, slots=True)
class _Known:
    offer_id: str
    digest: str
    seen_on: str
    gone_on: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A record, ready to be compared and written."""

    line: int
    source_id: str
    values: dict[str, Value]
    licence: str
    day: date
    digest: str


@dataclass
class _Import:
    """One import under way, over all its portions."""

    database: Database
    region: str
    source: Source
    day: date
    status: str
    who: str
    why: str
    joins: Mapping[str, str]
    is_trial: bool
    written: Written = field(default_factory=Written)
    known: dict[str, _Known] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)  # ids of all entries
    seen: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)  # of all records
    next_rev: int = -1  # what the next change is called, if nobody else writes

    def read(self, records: Iterable[SourceRecord]) -> list[_Told]:
        """Check records outside of any transaction; what may not be taken is refused."""
        told = []
        for record in records:
            self.written.records += 1
            try:
                if record.source_id in self.seen:
                    raise RegisterError("the source tells of this id twice; the first one counts")
                check_source_id(record.source_id)
                values = told_by(record, source=self.source.id)
            except RegisterError as exc:
                self._refuse(record.line, record.source_id, exc)
                continue
            self.seen.add(record.source_id)
            self.categories.update(record.categories)
            licence = record.licence or self.source.licence
            digest = fingerprint(licence, values)
            day = record.as_of or self.day
            told.append(_Told(record.line, record.source_id, values, licence, day, digest))
        return told

    def put(self, portion: list[_Told]) -> None:
        """Write a portion as one change; none where nothing in it is new."""
        with self._changing() as change:
            self._refresh(change)
            entries = Entries(change)
            rows: list[tuple[Any, ...]] = []
            seen_again: dict[str, list[str]] = {}
            touched: list[_Told] = []
            for told in portion:
                known = self.known.get(told.source_id)
                if known and known.digest == told.digest and not known.gone_on:
                    self.written.unchanged += 1
                    if known.seen_on < told.day.isoformat():
                        seen_again.setdefault(told.day.isoformat(), []).append(told.source_id)
                else:
                    touched.append(told)
            self._load(entries, touched)
            for told in touched:
                try:
                    row = self._take(entries, told)
                except UmkreisError as exc:
                    self._refuse(told.line, told.source_id, exc)
                else:
                    rows.append(row)
            known_source, source = self._source(change.connection)
            is_empty = not (rows or seen_again or known_source != source)
            if not is_empty and not self.is_trial:
                entries.write()
                self._write_origins(change, rows, seen_again)
                put_source(change.connection, self.region, source)
            self._end(change, is_empty=is_empty)

    def put_gone(self) -> None:
        """Mark what a whole source no longer has."""
        with self._changing() as change:
            self._refresh(change)
            missing = {
                source_id: known
                for source_id, known in self.known.items()
                if source_id not in self.seen and not known.gone_on
            }
            entries = Entries(change)
            entries.load(known.offer_id for known in missing.values())
            for source_id, known in missing.items():
                entry = entries.get(known.offer_id)
                claim = entry.claim(self.source.id, source_id) if entry else None
                if entry is None:
                    continue
                entry = without_proposal(entry, (self.source.id, source_id))
                if claim is not None:
                    entry = entry.with_claim(replace(claim, gone_on=self.day))
                    self.written.gone.append(entry.id)
                entries.put(entry)
            if missing and not self.is_trial:
                entries.write()
                for part in in_parts(list(missing)):
                    change.connection.execute(
                        self._origins(part).values(gone_on=self.day.isoformat())
                    )
            self._end(change, is_empty=not missing)

    def _changing(self) -> AbstractContextManager[Change]:
        what = f"import {self.source.id}"[:40]
        return self.database.changing(self.region, who=self.who, what=what, why=self.why)

    def _refresh(self, change: Change) -> None:
        """
        Read what is known of the source, once, and again where others wrote in between.

        What this import writes itself it need not know: each record comes once.
        """
        if change.rev == self.next_rev:
            return
        query = sa.select(
            ORIGIN.c.source_id,
            ORIGIN.c.offer_id,
            ORIGIN.c.digest,
            ORIGIN.c.seen_on,
            ORIGIN.c.gone_on,
        ).where(ORIGIN.c.region == self.region, ORIGIN.c.source == self.source.id)
        self.known = {row[0]: _Known(*row[1:]) for row in change.connection.execute(query)}
        there = sa.select(OFFER.c.id).where(OFFER.c.region == self.region)
        self.there = set(change.connection.execute(there).scalars())

    def _load(self, entries: Entries, touched: list[_Told]) -> None:
        ids = set()
        for told in touched:
            known = self.known.get(told.source_id)
            ids.add(known.offer_id if known else entry_id(self.source.id, told.source_id))
            if told.source_id in self.joins:
                ids.add(self.joins[told.source_id])
        entries.load(ids & self.there)

    def _take(self, entries: Entries, told: _Told) -> tuple[Any, ...]:
        """Put a record into its entry; return its row of `origin`."""
        known = self.known.get(told.source_id)
        own_id = entry_id(self.source.id, told.source_id)
        joined = self.joins.get(told.source_id)
        entry = entries.get(known.offer_id if known else joined or own_id)
        if entry is None and joined and not known:
            found = find(entries.change.connection, self.region, joined)
            entry = entries.get(found.id) or found  # another record may have changed it by now
        if entry is None:
            claim = self._claim(told, None, told.values)
            entry = Entry(own_id, self.status, (claim,))
            check(entry)
            entries.put(entry, is_new=True)
            self.written.added.append(own_id)
        else:
            values = {k: v for k, v in told.values.items() if k not in entry.erased}
            claim = self._claim(told, entry.claim(self.source.id, told.source_id), values)
            if self.status != PUBLISHED and entry.is_public:
                changed = propose(entry, claim)
            else:
                changed = without_proposal(entry.with_claim(claim), claim.key)
                if own_id not in (entry.id, *entry.aliases) and not known:
                    changed = replace(changed, aliases=(*entry.aliases, own_id))
                check(changed)
            if changed == entry:  # what differs was erased here for good
                self.written.unchanged += 1
            else:
                entries.put(changed)
                is_back = bool(known and known.gone_on)
                became = self.written.back if is_back else self.written.changed
                if claim in changed.proposals:
                    became = self.written.proposed
                became.append(entry.id)
        return (
            self.region,
            self.source.id,
            told.source_id,
            known.offer_id if known else entry.id,
            told.digest,
            told.day.isoformat(),
            "",
        )

    def _claim(self, told: _Told, old: Claim | None, values: dict[str, Value]) -> Claim:
        contacts = self.source.has_public_contacts
        if old is None:
            return Claim(
                self.source.id,
                told.source_id,
                told.licence,
                told.day,
                values,
                has_public_contacts=contacts,
            )
        since = {}
        for name, value in values.items():
            is_same = name in old.values and old.values[name] == value
            day = old.said_on(name) if is_same else told.day
            if day is not None and day != old.as_of:
                since[name] = day
        return replace(
            old,
            licence=told.licence,
            values=values,
            since=since,
            gone_on=None,
            has_public_contacts=contacts,
        )

    def _write_origins(
        self, change: Change, rows: list[tuple[Any, ...]], seen_again: Mapping[str, list[str]]
    ) -> None:
        for part in in_parts([row[2] for row in rows if row[2] in self.known]):
            change.connection.execute(
                sa.delete(ORIGIN).where(
                    ORIGIN.c.region == self.region,
                    ORIGIN.c.source == self.source.id,
                    ORIGIN.c.source_id.in_(part),
                )
            )
        insert_rows(change.connection, ORIGIN, rows)
        for day, source_ids in seen_again.items():
            for part in in_parts(source_ids):
                change.connection.execute(self._origins(part).values(seen_on=day))

    def _origins(self, source_ids: Iterable[str]) -> sa.Update:
        return sa.update(ORIGIN).where(
            ORIGIN.c.region == self.region,
            ORIGIN.c.source == self.source.id,
            ORIGIN.c.source_id.in_(source_ids),
        )

    def _source(self, connection: Connection) -> tuple[Source | None, Source]:
        """
        Return the source as it is known, and as it is to be noted.

        It goes on telling of what it told of once: a list without farms says that there are none.
        """
        known = sources(connection, self.region).get(self.source.id)
        before = known.categories if known else ()
        categories = {*before, *self.source.categories, *self.categories}
        told = replace(self.source, as_of=self.day, categories=tuple(sorted(categories)))
        return known, told

    def _end(self, change: Change, *, is_empty: bool) -> None:
        change.is_empty = is_empty or self.is_trial
        self.next_rev = change.rev + (not change.is_empty)
        if not change.is_empty:
            self.written.revs.append(change.rev)

    def _refuse(self, line: int, source_id: str, exc: UmkreisError) -> None:
        self.written.refused.append(Refused(line, source_id, str(exc)))


def put_many(
    database: Database,
    region: str,
    source: Source,
    records: Iterable[SourceRecord],
    *,
    who: str,
    why: str = "",
    status: str = PUBLISHED,
    is_whole: bool = False,
    joins: Mapping[str, str] | None = None,
    is_trial: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Do what `Register.put_many` says."""
    check_source(source)
    day = source.as_of or datetime.now(UTC).date()
    work = _Import(database, region, source, day, status, who, why, joins or {}, is_trial=is_trial)
    for portion in _portions(records):
        with _uncollected():
            work.put(work.read(portion))
        if progress is not None:
            progress(len(portion))
    if is_whole:
        # what was refused is there all the same
        work.seen.update(refused.source_id for refused in work.written.refused)
        work.put_gone()
    if len(work.written.added) >= _MANY and not is_trial:
        database.settle()
    return work.written


@contextmanager
def _uncollected() -> Iterator[None]:
    """
    Do without the garbage collector, as long as a portion takes.

    Nothing here refers to itself in a circle; the collector would walk a hundred thousand records
    again and again, a quarter of the time of an import.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _portions(records: Iterable[SourceRecord]) -> Iterator[list[SourceRecord]]:
    portion: list[SourceRecord] = []
    for record in records:
        portion.append(record)
        if len(portion) == PORTION:
            yield portion
            portion = []
    yield portion  # an empty one too: it takes note of the source
