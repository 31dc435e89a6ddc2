"""
What was done to accounts and by them: who, when, what, about whom. Only ever added to.

Accounts stand in it by their ids, so that nobody's address or name is copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import sqlalchemy as sa

from layers.accounts.schema import EVENT
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from layers.register.database import Database

WHAT: Final = frozenset(
    {
        "account added", "account disabled", "account enabled", "role changed",
        "password set", "password link made", "signed in", "sign-in failed", "signed out",
        "session ended", "token made", "token revoked",
        "scenario stored", "scenario changed", "scenario removed",
        "review decided", "review undone",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done: `who` is an account's id or `operator`, `about` any id."""

    at: str
    who: str
    what: str
    about: str


def write_event(connection: Connection, *, who: str, what: str, about: str) -> None:
    """
    Write down that something was done, in the transaction that does it.

    Raises
    ------
    ValueError
        If `what` is none of `WHAT`.
    """
    if what not in WHAT:
        raise ValueError(f"`what` is {what!r}; it may be {', '.join(sorted(WHAT))}")
    row = {"id": str(uuid4()), "happened_at": time_text(now_utc())}
    connection.execute(EVENT.insert(), {**row, "who": who, "what": what, "about": about})


def events(database: Database, *, what: Collection[str] = WHAT, limit: int = 100) -> list[Event]:
    """Return what was done, the newest first; `what` names what is looked for."""
    query = (
        sa.select(EVENT.c.happened_at, EVENT.c.who, EVENT.c.what, EVENT.c.about)
        .where(EVENT.c.what.in_(sorted(what)))
        .order_by(EVENT.c.happened_at.desc(), EVENT.c.id)
        .limit(limit)
    )
    with database.reading() as connection:
        return [Event(*row) for row in connection.execute(query)]
