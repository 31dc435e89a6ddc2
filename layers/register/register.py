"""
The register as the rest of the program sees it.

Every method that writes is one change: who did it and why is written down, all of it happens or
nothing, and it is on disk when the method returns. Methods may be called from many threads.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import uuid4

import orjson
import sqlalchemy as sa

from layers.errors import RegisterError, UnknownOfferError
from layers.register import backup, bulk, decisions, erasure, proposals, reading
from layers.register.database import Database
from layers.register.entry import (
    DRAFT,
    FIELDS,
    HAND,
    INITIATIVE,
    LINK_KINDS,
    PERSONAL_FIELDS,
    PUBLISHED,
    SUGGESTION,
    Claim,
    Entry,
    Link,
    Source,
)
from layers.register.known_sources import check_source, put_source, sources
from layers.register.resolve import offer_of
from layers.register.schema import LINK, MATCH, REPORT
from layers.register.store import check, find, write
from layers.register.values import checked, is_field, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from layers.notices import Notice
    from layers.offers import Offer
    from layers.register.backup import Backup
    from layers.register.database import Change
    from layers.register.entry import Value
    from layers.register.proposals import Proposal
    from layers.register.reading import ChangeInfo, Overdue, Revision
    from layers.register.written import Written
    from layers.sources.record import SourceRecord

HAND_SOURCE: Final = Source(HAND, "Umkreis", licence="CC0-1.0")
PEOPLE_SOURCES: Final = {
    source.id: source
    for source in (
        HAND_SOURCE,
        Source(INITIATIVE, "Initiatives", licence="CC0-1.0"),
        Source(SUGGESTION, "Suggestions", licence="CC0-1.0"),
    )
}
ASK_AGAIN_DAYS: Final = 730  # assumption: offers of the local economy change within two years


class Register:
    """
    The living offers of many regions.

    Make it with `Register.open`. `region` is the id of a region; an entry is found by its id or by
    the id of anything merged into it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url_or_path: str | Path) -> Self:
        """
        Open a register; tables are made, or brought to this version, where needed.

        Parameters
        ----------
        url_or_path
            The path of a SQLite file, which is made where missing, or an address of SQLAlchemy:
            `sqlite:///FILE`, `postgresql+psycopg://USER@HOST/NAME`.

        Raises
        ------
        RegisterError
            If it cannot be reached, or a newer version wrote it.
        """
        return cls(Database(url_or_path))

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Sources

    def put_many(
        self,
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
        """
        Take what a source says.

        The same records again change nothing. Records are written in portions of 20,000, each in
        one transaction, so a killed import is repeated to be finished. A record that may not be
        taken is refused with its line and reason; all others are taken.

        Parameters
        ----------
        region, source
            `source.as_of` is the date of its data, None for today; what is known of the source is
            noted anew. It can tell of `source.categories` and of all that its records ever told.
        records
            In any order, each `source_id` once. A record needs a place and a category unless its
            entry has them already.
        who, why
            For the history.
        status
            Of entries that are new; others keep theirs. Where it is not `published`, changes of
            published entries wait to be accepted.
        is_whole
            Whether these are all records of the source: those that are missing are marked as gone.
        joins
            By `source_id` of new records the entry that they speak of; others make an entry.
        is_trial
            Tell what would change and change nothing.
        progress
            Called with the number of records after each portion.

        Returns
        -------
        written
            What became of each record.
        """
        return bulk.put_many(
            self.database,
            region,
            source,
            records,
            who=who,
            why=why,
            status=status,
            is_whole=is_whole,
            joins=joins,
            is_trial=is_trial,
            progress=progress,
        )

    def set_source(self, region: str, source: Source, *, who: str) -> None:
        """Note what is known of a source; it holds for what is written from now on."""
        if source.id != HAND:
            check_source(source)
        with self._changing(region, who, f"source {source.id}"[:40]) as change:
            put_source(change.connection, region, source)

    def sources(self, region: str) -> dict[str, Source]:
        """Return a region's sources by id; those of people here are always among them."""
        with self.database.reading() as connection:
            return {**PEOPLE_SOURCES, **sources(connection, region)}

    def keep_report(self, region: str, source: str, report: Mapping[str, Any], *, who: str) -> int:
        """Keep what an import reported; return its number."""
        with self._changing(region, who, "report") as change:
            row = {"region": region, "rev": change.rev, "source": source}
            change.connection.execute(REPORT.insert(), {**row, "report": json_text(report)})
            return change.rev

    def reports(self, region: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Return what imports reported, the newest first: number, source, report."""
        query = (
            sa.select(REPORT.c.rev, REPORT.c.source, REPORT.c.report)
            .where(REPORT.c.region == region)
            .order_by(REPORT.c.rev.desc())
        )
        with self.database.reading() as connection:
            return [(r.rev, r.source, orjson.loads(r.report)) for r in connection.execute(query)]

    # Entries by hand

    def create(
        self,
        region: str,
        values: Mapping[str, Value],
        *,
        who: str,
        why: str = "",
        status: str = DRAFT,
        review_on: date | None = None,
    ) -> str:
        """
        Enter an offer by hand; return its id, which begins with `umk:`.

        Parameters
        ----------
        values
            By field, as `layers.register.entry.FIELDS` and `fact:…` name them.
        """
        with self._changing(region, who, "create", why) as change:
            entry_id = f"umk:{uuid4().hex[:16]}"
            source = self._hand(change)
            claim = Claim(
                HAND,
                entry_id,
                source.licence,
                _today(),
                checked(values),
                has_public_contacts=source.has_public_contacts,
            )
            entry = Entry(entry_id, DRAFT, (claim,), review_on)
            check(entry)
            write(change, [decisions.transition(entry, status)], are_new=True)
            return entry_id

    def correct(
        self,
        region: str,
        entry_id: str,
        values: Mapping[str, Value],
        *,
        who: str,
        why: str = "",
        withdraw: Sequence[str] = (),
    ) -> None:
        """
        Say by hand what is right; it holds over every source, also after the next import.

        Parameters
        ----------
        values
            By field; None or an empty value says that there is none.
        withdraw
            Fields about which nothing is said by hand any more.
        """
        with self._changing(region, who, "correct", why) as change:
            entry = find(change.connection, region, entry_id)
            source = self._hand(change)
            corrected = decisions.correct(
                entry, values, source=source, day=_today(), withdraw=withdraw
            )
            self._write(change, entry, corrected)

    def post_notice(self, region: str, entry_id: str, notice: Notice, *, who: str) -> None:
        """Add a dated need or gift to an entry; after its last day it is shown no more."""
        with self._changing(region, who, "notice") as change:
            entry = find(change.connection, region, entry_id)
            hand = next((c for c in entry.claims if c.source == HAND), None)
            posted = (hand.values.get("notices") if hand else None) or []
            posted = [n for n in posted if n != notice.to_record()]
            values = {"notices": [*posted, notice.to_record()]}
            source = self._hand(change)
            corrected = decisions.correct(entry, values, source=source, day=_today())
            self._write(change, entry, corrected)

    # Review

    def set_status(
        self, region: str, entry_id: str, status: str, *, who: str, why: str = ""
    ) -> None:
        """
        Bring an entry to another state of review.

        draft → submitted, published, archived; submitted → draft, published, rejected; published →
        submitted, archived; rejected → draft, submitted, archived; archived → draft, submitted,
        published.

        Raises
        ------
        RegisterError
            If there is no way from its state to this one.
        """
        with self._changing(region, who, status, why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, decisions.transition(entry, status))

    def set_review(
        self, region: str, entry_id: str, review_on: date | None, *, who: str, why: str = ""
    ) -> None:
        """Plan when somebody should ask again; None plans nothing."""
        with self._changing(region, who, "review", why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, replace(entry, review_on=review_on))

    def overdue(
        self, region: str, *, on: date, older_than_days: int = ASK_AGAIN_DAYS
    ) -> list[Overdue]:
        """
        Return the published entries that somebody should ask about, by source, the oldest first.

        Those whose planned day has come; and, where none is planned, those that a source no longer
        holds and those that no source has shown for `older_than_days`.
        """
        with self.database.reading() as connection:
            return reading.overdue(connection, region, on=on, older_than_days=older_than_days)

    def proposals(self, region: str) -> list[Proposal]:
        """Return what reviewed imports want to change in published entries, by entry."""
        with self.database.reading() as connection:
            return proposals.proposals(connection, region)

    def accept(
        self, region: str, entry_id: str, *, source: str = "", who: str, why: str = ""
    ) -> None:
        """
        Let what waits of an entry count: all of it, or that of one source.

        Raises
        ------
        RegisterError
            If nothing waits.
        """
        with self._changing(region, who, "accept", why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, proposals.accept(entry, source))

    def reject(
        self, region: str, entry_id: str, *, source: str = "", who: str, why: str = ""
    ) -> None:
        """
        Drop what waits of an entry; it waits again only if the source changes what it says.

        Raises
        ------
        RegisterError
            If nothing waits.
        """
        with self._changing(region, who, "reject", why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, proposals.reject(entry, source))

    # Removing, undoing, duplicates

    def remove(self, region: str, entry_id: str, *, who: str, why: str) -> None:
        """Put a tombstone in an entry's place; its history stays, and it can be brought back."""
        with self._changing(region, who, "remove", why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, replace(entry, is_removed=True))

    def undo(self, region: str, rev: int, *, who: str, why: str = "") -> list[str]:
        """
        Put back what a change did; return the entries that it had touched.

        Raises
        ------
        RegisterError
            If one of them was changed since.
        """
        with self._changing(region, who, f"undo {rev}", why) as change:
            return decisions.undo(change, rev)

    def restore(self, region: str, entry_id: str, *, rev: int, who: str, why: str = "") -> None:
        """Bring one entry back to what it was after the change `rev`."""
        with self._changing(region, who, f"restore {rev}", why) as change:
            entry = find(change.connection, region, entry_id)
            self._write(change, entry, decisions.restore(change, entry, rev))

    def merge(self, region: str, keep: str, other: str, *, who: str, why: str = "") -> None:
        """
        Let one entry stand for two that are the same offer.

        `keep` gets the claims, links and ids of `other`, whose id leads to it from now on. Both
        histories stay.

        Raises
        ------
        RegisterError
            If they were told apart.
        """
        with self._changing(region, who, "merge", why) as change:
            decisions.merge(change, *decisions.find_two(change, keep, other))

    def split(self, region: str, keep: str, alias: str, *, who: str, why: str = "") -> None:
        """Take back a merge, however long ago; what came from the other goes back to it."""
        with self._changing(region, who, "split", why) as change:
            decisions.split(change, find(change.connection, region, keep), alias)

    def tell_apart(self, region: str, first: str, second: str, *, who: str, why: str = "") -> None:
        """Decide that two entries are two, for good: they are not to be suspected again."""
        with self._changing(region, who, "tell apart", why) as change:
            one, two = decisions.find_two(change, first, second)
            if one.id == two.id:
                raise RegisterError(f"{first!r} and {second!r} are one entry; split them first")
            decisions.tell_apart(change, one.id, two.id)

    def told_apart(self, region: str) -> set[tuple[str, str]]:
        """Return the pairs that were told apart, each with the smaller id first."""
        with self.database.reading() as connection:
            return decisions.told_apart(connection, region)

    # Links and matches

    def link(
        self, region: str, entry_id: str, kind: str, target: str, *, who: str, is_set: bool = True
    ) -> None:
        """
        Set a link from an entry to another, or take it away with `is_set` false.

        `kind` is `supplies`, `uses_room_of`, `member_of` or `partner`.
        """
        if kind not in LINK_KINDS:
            raise RegisterError(f"`kind` is {kind!r}; it may be {', '.join(LINK_KINDS)}")
        with self._changing(region, who, "link" if is_set else "unlink") as change:
            start, end = decisions.find_two(change, entry_id, target)
            if start.id == end.id:
                raise RegisterError(f"a link leads to another entry; both are {start.id!r}")
            linked = decisions.link(start, Link(kind, end.id), is_set=is_set)
            self._write(change, start, linked)

    def links(self, region: str, entry_id: str) -> tuple[list[Link], list[Link]]:
        """
        Return the links from an entry and those to it.

        In the first list `target` is where the link leads, in the second where it comes from.
        Links with entries that are not there any more are left out.
        """
        with self.database.reading() as connection:
            entry = find(connection, region, entry_id)
            own = {entry.id, *entry.aliases}
            query = sa.select(LINK.c.offer_id, LINK.c.kind, LINK.c.target).where(
                LINK.c.region == region,
                LINK.c.target.in_(own) | (LINK.c.offer_id == entry.id),
            )
            ways: tuple[list[Link], list[Link]] = ([], [])
            for start, kind, target in connection.execute(query):
                is_from = start == entry.id
                try:
                    other = find(connection, region, target if is_from else start)
                except LookupError:
                    continue
                if other.is_live and other.id != entry.id:
                    ways[not is_from].append(Link(kind, other.id))
            return ways

    def confirm_match(
        self, region: str, needs: str, gives: str, resource: str, *, on: date, who: str
    ) -> int:
        """Note that a need of one entry met a gift of another; return its number."""
        with self._changing(region, who, "match") as change:
            needing, giving = decisions.find_two(change, needs, gives)
            row = {"region": region, "rev": change.rev, "needs": needing.id, "gives": giving.id}
            more = {"resource": resource, "on_day": on.isoformat(), "ended_rev": 0}
            change.connection.execute(MATCH.insert(), {**row, **more})
            return change.rev

    def matches(self, region: str) -> list[tuple[str, str, str, date]]:
        """Return confirmed matches, the oldest first: who needed, who gave, what, on which day."""
        query = (
            sa.select(MATCH.c.needs, MATCH.c.gives, MATCH.c.resource, MATCH.c.on_day)
            .where(MATCH.c.region == region, MATCH.c.ended_rev == 0)
            .order_by(MATCH.c.on_day, MATCH.c.rev)
        )
        with self.database.reading() as connection:
            return [(*row[:3], date.fromisoformat(row[3])) for row in connection.execute(query)]

    # Reading

    def rev(self, region: str) -> int:
        """Return the number of a region's last change, 0 where there is none."""
        with self.database.reading() as connection:
            return reading.rev_of(connection, region)

    def entry(
        self, region: str, entry_id: str, *, recorded: date | datetime | None = None
    ) -> Entry:
        """
        Return an entry as it stands, or as it was known at a time.

        Raises
        ------
        UnknownOfferError
            If there is none, or there was none then.
        """
        with self.database.reading() as connection:
            entry = reading.entry_at(connection, region, entry_id, recorded=recorded)
        if entry is None:
            raise UnknownOfferError(entry_id, ())
        return entry

    def entries(
        self,
        region: str,
        *,
        statuses: Sequence[str] | None = (PUBLISHED,),
        as_of: date | None = None,
        recorded: date | datetime | None = None,
    ) -> list[Entry]:
        """
        Return entries by id, without removed and merged ones.

        Parameters
        ----------
        statuses
            States of review; None for all.
        as_of
            Leave out what had not yet opened on that day or had closed by then. What tells no
            opening day is taken to have been there: newly recorded is not newly opened.
        recorded
            As it was known at the end of that day (UTC), or at that time.
        """
        return reading.entries(
            self.database, region, statuses=statuses, as_of=as_of, recorded=recorded
        )

    def offers(
        self, region: str, *, on: date | None = None, recorded: date | None = None
    ) -> list[Offer]:
        """Return the published offers that exist on a day, with the notices that still hold."""
        found = self.entries(region, as_of=on, recorded=recorded)
        return [offer_of(entry, on=on) for entry in found]

    def history(self, region: str, entry_id: str) -> list[Revision]:
        """Return all revisions of an entry and of what was merged into it, the oldest first."""
        with self.database.reading() as connection:
            return reading.history(connection, region, entry_id)

    def changes(self, region: str, *, since_rev: int = 0, limit: int = 100) -> list[ChangeInfo]:
        """Return a region's changes, the newest first."""
        with self.database.reading() as connection:
            return reading.changes(connection, region, since_rev=since_rev, limit=limit)

    # Erasure

    def erase(
        self,
        region: str,
        entry_id: str,
        fields: Sequence[str] = PERSONAL_FIELDS,
        *,
        who: str,
    ) -> int:
        """
        Erase fields of an entry for good; return how many states of its history held them.

        They leave the entry, every state it ever had, reasons and reports that quote them, and the
        database's own files. No import brings them back.
        """
        with self._changing(region, who, "erase") as change:
            entry = find(change.connection, region, entry_id)
            needed = {"categories", "lon", "lat"} & set(fields)
            if unknown := [name for name in fields if not is_field(name)]:
                raise RegisterError(f"`fields` names {unknown}; there are {', '.join(FIELDS)}")
            if needed:
                raise RegisterError(f"`fields` names {sorted(needed)}, which no entry is without")
            states = erasure.erase(change, entry, fields)
        self.database.scrub()
        return states

    def erase_person(self, region: str, name: str, *, who: str) -> int:
        """Erase a person's name as the author of changes; return of how many."""
        with self._changing(region, who, "erase person") as change:
            changes = erasure.erase_person(change, name)
        self.database.scrub()
        return changes

    # Backup

    def backup(self, file: Path) -> Backup:
        """
        Write the whole register into one file, while others read and write.

        Parameters
        ----------
        file
            Must not be there yet. It will be a register itself, a SQLite file, whichever database
            this one is; beside it lies `FILE.sha256`.

        Returns
        -------
        backup
            It holds one committed state: every change up to `backup.rev`, and none after.

        Raises
        ------
        RegisterError
            If the file is there already, or cannot be written.
        """
        return backup.backup(self.database, file)

    def restore_backup(self, file: Path, *, keeps_access: bool = False) -> Backup:
        """
        Put back what a backup holds, in one step; what was written since is gone.

        Other processes may go on: they see the register as it was, then as the backup has it.

        Parameters
        ----------
        file
            The backup.
        keeps_access
            Whether tokens, passwords, roles and who is disabled are as the backup has them: to
            move a register. By default access that has ended since stays so: sessions and links
            end, tokens are revoked, the others are as they are now.

        Raises
        ------
        RegisterError
            If the file is not what was written, is no register, or a newer version wrote it: then
            nothing changes.
        """
        return backup.restore(self.database, file, keeps_access=keeps_access)

    def _changing(
        self, region: str, who: str, what: str, why: str = ""
    ) -> AbstractContextManager[Change]:
        return self.database.changing(region, who=who, what=what, why=why)

    def _hand(self, change: Change) -> Source:
        return sources(change.connection, change.region).get(HAND, HAND_SOURCE)

    def _write(self, change: Change, before: Entry, after: Entry) -> None:
        """Write an entry where it changed; a change that changes nothing leaves no trace."""
        if after == before:
            change.is_empty = True
        else:
            write(change, [after])


def _today() -> date:
    return datetime.now(UTC).date()
