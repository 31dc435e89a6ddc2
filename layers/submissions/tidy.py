"""
Letting go: what was turned down or withdrawn loses everything that tells of people after a while.

Of it remain the kind of thing, the decision, its reason and its date. Of what was accepted the
sender and the contacts go at the same time: the entry holds what counts, and erases it where asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.register.schema_submissions import KEEPER, KEEPER_CODE, SUBMISSION
from layers.submissions import kept
from layers.submissions.content import CONTACTS
from layers.submissions.kept import REJECTED, WAITING, WITHDRAWN
from layers.submissions.links import time_text

if TYPE_CHECKING:
    from layers.register import Register

KEEP_DAYS: Final = 90  # as the consent says
TIDIER: Final = "umkreis"
_PERSONAL: Final = ("phone", "email", "website", "name", "description")


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many submissions and requests to keep an entry lost what told of people."""

    submissions: int
    keepers: int


def tidy(
    register: Register, *, keep_days: int = KEEP_DAYS, today: datetime | None = None
) -> Tidied:
    """
    Take people's data out of what was decided long ago; of all regions.

    Parameters
    ----------
    register
        Where they are kept.
    keep_days
        How long after the decision they stay.
    today
        The time to reckon from; None for now.
    """
    before = time_text((today or datetime.now(UTC)) - timedelta(days=keep_days))
    with register.database.writing() as connection:
        is_old = (
            SUBMISSION.c.state != WAITING,
            SUBMISSION.c.decided_at != "",
            SUBMISSION.c.decided_at < before,
            SUBMISSION.c.is_tidied.is_(False),
        )
        old = kept.found(connection, kept.select(*is_old))
        for each in old:
            changed: dict[str, Any] = {"name": "", "email": "", "note": "", "is_tidied": True}
            is_gone = each.state in (REJECTED, WITHDRAWN)
            names = _PERSONAL if is_gone else CONTACTS  # the entry holds what was accepted
            changed["content"] = {k: v for k, v in each.content.items() if k not in names}
            kept.update(connection, each, **changed)
            kept.add_step(connection, each, who=TIDIER, what="tidied")
        ended = connection.execute(
            sa.update(KEEPER)
            .where(
                KEEPER.c.state.in_(("refused", "revoked")),
                KEEPER.c.decided_at < before,
                KEEPER.c.is_tidied.is_(False),
            )
            .values(name="", email="", note="", is_tidied=True)
        ).rowcount
        stale = time_text(datetime.now(UTC) - timedelta(days=1))
        connection.execute(sa.delete(KEEPER_CODE).where(KEEPER_CODE.c.at < stale))
    return Tidied(len(old), ended)
