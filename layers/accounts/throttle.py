"""
How often signing in may fail before it has to wait: counted in the database, for all workers.

Five times in 15 minutes for one account from one client, twenty times for one client whatever the
account. An attempt is counted before it is tried, so that many at once are not tried beyond that;
one that succeeds is taken back. Whom it was about is kept as a checksum, and no longer than that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import sqlalchemy as sa

from geo.errors import UmkreisError
from layers.accounts.schema import FAILURE
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from layers.register.database import Database

WITHIN: Final = timedelta(minutes=15)
OF_ACCOUNT: Final = 5
OF_CLIENT: Final = 20
_LOCK: Final = 0x756D6C  # any number: of PostgreSQL's advisory locks


class TooManyFailuresError(UmkreisError, PermissionError):
    """Signing in failed too often; `retry_after_s` is when it may be tried again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"signing in failed too often; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted."""

    ids: tuple[str, str]
    about_account: str


def count_attempt(
    database: Database, email: str, client: str, *, now: datetime | None = None
) -> Attempt:
    """
    Count an attempt to sign in.

    Raises
    ------
    TooManyFailuresError
        If too many before it have failed; then it is not counted.
    """
    at = now or now_utc()
    of_account, of_client = _digest("account", email, client), _digest("client", client)
    ids = (str(uuid4()), str(uuid4()))
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        over = FAILURE.c.failed_at <= time_text(at - WITHIN)
        connection.execute(sa.delete(FAILURE).where(over))
        waits = []
        for about, most in ((of_account, OF_ACCOUNT), (of_client, OF_CLIENT)):
            query = sa.select(FAILURE.c.failed_at).where(FAILURE.c.about == about)
            times = connection.execute(query.order_by(FAILURE.c.failed_at.desc())).scalars().all()
            if len(times) >= most:
                freed_at = datetime.fromisoformat(times[most - 1]) + WITHIN
                waits.append(max(ceil((freed_at - at).total_seconds()), 1))
        if waits:
            raise TooManyFailuresError(max(waits))
        rows = zip(ids, (of_account, of_client), strict=True)
        connection.execute(
            FAILURE.insert(),
            [{"id": i, "about": about, "failed_at": time_text(at)} for i, about in rows],
        )
    return Attempt(ids, of_account)


def forgive(database: Database, attempt: Attempt) -> None:
    """Take back an attempt that succeeded, and the failures of that account from that client."""
    gone = FAILURE.c.id.in_(attempt.ids) | (FAILURE.c.about == attempt.about_account)
    with database.writing() as connection:
        connection.execute(sa.delete(FAILURE).where(gone))


def _digest(*parts: str) -> str:
    text = "\0".join(part[:300] for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
