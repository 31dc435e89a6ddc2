"""What is known of a region's sources: licence, attribution, date, who may see contacts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from layers.errors import RegisterError
from layers.offers import OFFER_ID
from layers.register.database import insert_rows
from layers.register.entry import PEOPLE, Source
from layers.register.schema import SOURCE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LONGEST: Final = 60  # characters of an id
_TAKEN: Final = (*PEOPLE, "umk")  # of what people say here, and the beginning of its ids


def check_source(source: Source) -> None:
    """
    Refuse a source whose records could not be told from others.

    Raises
    ------
    RegisterError
        If its id is none, or belongs to what is entered by hand.
    """
    if not (OFFER_ID.fullmatch(source.id) and len(source.id) <= _LONGEST and ":" not in source.id):
        raise RegisterError(
            f"`source` {source.id!r} is no name of a source; use up to {_LONGEST} letters, digits "
            "and ._-"
        )
    if source.id in _TAKEN:
        raise RegisterError(
            f"`source` {source.id!r} stands for what is entered by hand; choose another name"
        )


def sources(connection: Connection, region: str) -> dict[str, Source]:
    """Return a region's sources by id."""
    rows = connection.execute(sa.select(SOURCE).where(SOURCE.c.region == region))
    return {
        row.id: Source(
            row.id,
            row.title,
            row.licence,
            row.attribution,
            bool(row.has_public_contacts),
            date.fromisoformat(row.as_of) if row.as_of else None,
            tuple(row.categories.split(",")) if row.categories else (),
        )
        for row in rows
    }


def put_source(connection: Connection, region: str, source: Source) -> None:
    """Write what is known of a source, in the place of what was."""
    connection.execute(sa.delete(SOURCE).where(SOURCE.c.region == region, SOURCE.c.id == source.id))
    insert_rows(
        connection,
        SOURCE,
        [
            (
                region,
                source.id,
                source.title,
                source.licence,
                source.attribution,
                source.has_public_contacts,
                source.as_of.isoformat() if source.as_of else "",
                ",".join(source.categories),
            )
        ],
    )
