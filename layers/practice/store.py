"""Practice cards and adoptions in the database: each write is one change of its region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import sqlalchemy as sa

from layers.practice.card import Adoption, PracticeCard, check_adoption, check_card
from layers.register.schema_practice import PRACTICE_ADOPTION, PRACTICE_CARD
from layers.register.values import json_text

if TYPE_CHECKING:
    from layers.register.database import Database


def put_card(database: Database, card: PracticeCard, *, who: str, why: str = "") -> None:
    """Write a card, in place of an earlier one of the same region and id."""
    row = {"region": card.region, "id": card.id, "body": json_text(card.to_record())}
    with database.changing(
        card.region, who=who, what=f"practice {card.id}"[:40], why=why
    ) as change:
        connection = change.connection
        connection.execute(PRACTICE_CARD.delete().where(_is_card(card.region, card.id)))
        connection.execute(PRACTICE_CARD.insert(), {**row, "rev": change.rev})


def remove_card(database: Database, region: str, card_id: str, *, who: str) -> bool:
    """Delete a card of the database with its adoptions; whether there was one."""
    with database.changing(region, who=who, what=f"practice {card_id} removed"[:40]) as change:
        of_card = (PRACTICE_ADOPTION.c.region == region) & (PRACTICE_ADOPTION.c.card == card_id)
        change.connection.execute(PRACTICE_ADOPTION.delete().where(of_card))
        done = change.connection.execute(PRACTICE_CARD.delete().where(_is_card(region, card_id)))
        change.is_empty = not done.rowcount
        return bool(done.rowcount)


def put_adoption(
    database: Database, region: str, card_id: str, adoption: Adoption, *, who: str
) -> None:
    """Note that somebody took a card up, in place of what was noted of them."""
    table = PRACTICE_ADOPTION
    row = {"region": region, "card": card_id, "adopter": adoption.by}
    is_it = sa.and_(*(table.c[name] == value for name, value in row.items()))
    with database.changing(region, who=who, what=f"adoption of {card_id}"[:40]) as change:
        change.connection.execute(table.delete().where(is_it))
        body = json_text(adoption.to_record())
        change.connection.execute(table.insert(), {**row, "rev": change.rev, "body": body})


def stored_cards(database: Database) -> list[PracticeCard]:
    """Return all cards of the database, without adoptions that were noted apart from them."""
    query = sa.select(PRACTICE_CARD.c.region, PRACTICE_CARD.c.body)
    with database.reading() as connection:
        found = [
            check_card(orjson.loads(body), region=region)
            for region, body in connection.execute(query)
        ]
    return sorted(found, key=lambda card: card.key)


def stored_adoptions(database: Database) -> dict[tuple[str, str], list[Adoption]]:
    """Return adoptions by region and id of the card."""
    table, found = PRACTICE_ADOPTION, dict[tuple[str, str], list[Adoption]]()
    query = sa.select(table.c.region, table.c.card, table.c.body)
    with database.reading() as connection:
        for region, card, body in connection.execute(query):
            found.setdefault((region, card), []).append(check_adoption(orjson.loads(body)))
    return found


def _is_card(region: str, card_id: str) -> sa.ColumnElement[bool]:
    return (PRACTICE_CARD.c.region == region) & (PRACTICE_CARD.c.id == card_id)
