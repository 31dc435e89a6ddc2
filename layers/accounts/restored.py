"""
What a backup may not bring back: access that has ended since it was taken.

Whoever was disabled stays disabled, and a role or a password that was changed stays changed: what
accounts are called is as the backup has it, what they may is as it is now. All sessions and links
to set a password end, since what they rest on may be another, and all tokens are revoked, since a
backup does not tell which of them had leaked.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.accounts.audit import write_event
from layers.accounts.schema import ACCOUNT, LINK, SESSION, TOKEN
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


@contextmanager
def ended_access(connection: Connection) -> Iterator[None]:
    """
    Let access that has ended stay so, while all tables are replaced within.

    Parameters
    ----------
    connection
        In the transaction that replaces them.
    """
    rights = (ACCOUNT.c.password, ACCOUNT.c.disabled_on, ACCOUNT.c.role, ACCOUNT.c.region)
    now = connection.execute(sa.select(ACCOUNT.c.id, *rights)).mappings().all()
    yield
    for row in now:
        kept = {column.name: row[column.name] for column in rights}
        connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == row["id"]).values(**kept))
    for table in (SESSION, LINK):
        connection.execute(sa.delete(table))
    revoked = (
        sa.update(TOKEN)
        .where(TOKEN.c.revoked_at == "")
        .values(revoked_at=time_text(now_utc()))
        .returning(TOKEN.c.prefix)
    )
    for prefix in connection.execute(revoked).scalars().all():
        write_event(connection, who="operator", what="token revoked", about=prefix)
