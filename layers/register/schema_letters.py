"""
The tables of what is passed on by e-mail.

    letter       e-mails that wait; a row is deleted once it is sent, or given up
    passed_on    how many letters visitors wrote to an entry on a day: no content, no sender

What waits is of the moment: a backup holds no letter, and one that is put back neither sends again
what was sent nor loses what waits (`PASSING`).
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from layers.register.schema import METADATA

PASSING = "passing"  # in a table's `info`: no backup holds it

LETTER = Table(
    "letter",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", String(27), nullable=False),
    Index("letter_due", "due_at"),
    info={PASSING: True},
)
PASSED_ON = Table(
    "passed_on",
    METADATA,
    Column("region", Text, primary_key=True),
    Column("offer_id", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("letters", Integer, nullable=False),
)
