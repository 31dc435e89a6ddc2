"""
Letters that wait to be sent, kept in the register's database.

A letter is stored before anybody is told that it was taken, tried until it is sent, and deleted
then. Several processes may send at once: who takes a letter puts off its due time first, so nobody
else takes it meanwhile; where a process is killed just after sending, its letter is sent once more.
The queue is bounded, so that nobody fills the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import sqlalchemy as sa

from layers.errors import RegisterError
from layers.register.schema_letters import LETTER, PASSED_ON

if TYPE_CHECKING:
    from datetime import date

    from layers.register.database import Database

MOST_WAITING: Final = 1_000
# after which further times a letter is tried again: three days in all, as mail servers do
PAUSES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440, 1839))
_TAKEN_FOR: Final = timedelta(minutes=10)  # longer than any try lasts


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; `tries` counts the one under way, `reply_to` is "" for none."""

    id: str
    to: str
    subject: str
    text: str
    reply_to: str = ""
    tries: int = 0


def put(
    database: Database,
    *,
    to: str,
    subject: str,
    text: str,
    reply_to: str = "",
    now: datetime | None = None,
) -> str:
    """
    Let a letter wait; it is due at once.

    Returns
    -------
    letter_id
        It is part of the Message-ID, so that what was sent twice can be told.

    Raises
    ------
    RegisterError
        If `MOST_WAITING` letters wait already.
    """
    letter_id = uuid4().hex
    row = {"id": letter_id, "recipient": to, "subject": subject, "body": text}
    with database.writing() as connection:
        waiting = connection.execute(sa.select(sa.func.count()).select_from(LETTER)).scalar() or 0
        if waiting >= MOST_WAITING:
            raise RegisterError(f"{waiting} letters wait already; see whether mail can be sent")
        more = {"reply_to": reply_to, "tries": 0, "due_at": _text(now or _now())}
        connection.execute(LETTER.insert(), {**row, **more})
    return letter_id


def take(database: Database, *, now: datetime | None = None) -> Letter | None:
    """Return a letter that is due, for the caller alone for ten minutes; None where none is."""
    at = now or _now()
    due = sa.select(LETTER).where(LETTER.c.due_at <= _text(at)).order_by(LETTER.c.due_at).limit(1)
    with database.reading() as connection:  # without a lock: most of the time nothing is due
        if connection.execute(due).first() is None:
            return None
    with database.writing() as connection:
        if (row := connection.execute(due).first()) is None:
            return None
        mine = connection.execute(
            sa.update(LETTER)
            .where(LETTER.c.id == row.id, LETTER.c.due_at == row.due_at)
            .values(due_at=_text(at + _TAKEN_FOR), tries=row.tries + 1)
        )
        if not mine.rowcount:  # another process was quicker
            return None
    return Letter(row.id, row.recipient, row.subject, row.body, row.reply_to, row.tries + 1)


def remove(database: Database, letter_id: str) -> None:
    """Delete a letter: it was sent, or never will be."""
    with database.writing() as connection:
        connection.execute(sa.delete(LETTER).where(LETTER.c.id == letter_id))


def postpone(database: Database, letter: Letter, *, now: datetime | None = None) -> bool:
    """Try a letter again later; false where that was the last try: then it is deleted."""
    if letter.tries > len(PAUSES):
        remove(database, letter.id)
        return False
    due_at = _text((now or _now()) + PAUSES[letter.tries - 1])
    with database.writing() as connection:
        connection.execute(sa.update(LETTER).where(LETTER.c.id == letter.id).values(due_at=due_at))
    return True


def count_waiting(database: Database) -> int:
    """Return how many letters wait."""
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(LETTER)).scalar() or 0


def may_pass_on(
    database: Database, region: str, offer_id: str, *, day: date, most_a_day: int
) -> bool:
    """Count a letter from a visitor to an entry; false where the day's number is reached."""
    key = (
        (PASSED_ON.c.region == region)
        & (PASSED_ON.c.offer_id == offer_id)
        & (PASSED_ON.c.day == day.isoformat())
    )
    with database.writing() as connection:
        counted = connection.execute(
            sa.update(PASSED_ON)
            .where(key, PASSED_ON.c.letters < most_a_day)
            .values(letters=PASSED_ON.c.letters + 1)
        )
        if counted.rowcount:
            return True
        if connection.execute(sa.select(PASSED_ON.c.letters).where(key)).first() is not None:
            return False
        row = {"region": region, "offer_id": offer_id, "day": day.isoformat(), "letters": 1}
        connection.execute(PASSED_ON.insert(), row)
    return True


def _now() -> datetime:
    return datetime.now(UTC)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
