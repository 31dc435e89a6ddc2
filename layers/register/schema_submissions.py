"""
The tables of what anybody suggests, and of who keeps an entry themselves.

    submission       what was suggested, by whom, and what became of it
    submission_step  each thing that happened to it: only ever added to
    keeper           who asked to keep an entry, the proof, and the link by which they do
    keeper_code      when a code was mailed for an entry, so that nobody is flooded with them

Links of people are kept as checksums: who reads the database cannot use them. Region and id make
the key, as everywhere.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from layers.register.schema import METADATA

_REV = BigInteger().with_variant(Integer, "sqlite")
_TIME = String(27)
_HASH = String(64)

SUBMISSION = Table(
    "submission",
    METADATA,
    Column("region", Text(), primary_key=True),
    Column("id", Text(), primary_key=True),
    Column("token_hash", _HASH, nullable=False),
    Column("offer_id", Text(), nullable=False),
    Column("is_correction", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("is_released", Boolean, nullable=False),
    Column("consent", String(40), nullable=False),
    Column("consented_at", _TIME, nullable=False),
    Column("language", String(12), nullable=False),
    Column("made_at", _TIME, nullable=False),
    Column("changed_at", _TIME, nullable=False),
    Column("decided_at", _TIME, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rev", _REV, nullable=False),
    Column("is_tidied", Boolean, nullable=False),
    Index("submission_token", "token_hash", unique=True),
    Index("submission_state", "region", "state", "made_at"),
)
SUBMISSION_STEP = Table(
    "submission_step",
    METADATA,
    Column("region", Text(), primary_key=True),
    Column("submission", Text(), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(20), nullable=False),
    Column("why", Text, nullable=False),
)
KEEPER = Table(
    "keeper",
    METADATA,
    Column("region", Text(), primary_key=True),
    Column("id", Text(), primary_key=True),
    Column("token_hash", _HASH, nullable=False),
    Column("offer_id", Text(), nullable=False),
    Column("state", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("consent", String(40), nullable=False),
    Column("consented_at", _TIME, nullable=False),
    Column("language", String(12), nullable=False),
    Column("code_hash", _HASH, nullable=False),
    Column("code_until", _TIME, nullable=False),
    Column("code_tries", Integer, nullable=False),
    Column("proof", String(10), nullable=False),
    Column("made_at", _TIME, nullable=False),
    Column("decided_at", _TIME, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_tidied", Boolean, nullable=False),
    Index("keeper_token", "token_hash", unique=True),
    Index("keeper_offer", "region", "offer_id"),
)
KEEPER_CODE = Table(
    "keeper_code",
    METADATA,
    Column("region", Text(), primary_key=True),
    Column("offer_id", Text(), primary_key=True),
    Column("at", _TIME, primary_key=True),
)
