"""
The tables of the register: the same on SQLite and PostgreSQL, without any spatial extension.

Every table but the three first has the region in its key: one database holds many regions.

    meta         one row: the counter `rev`, which each write transaction raises by one, and the
                 time of the last change, which never goes back
    region       each region's last `rev`: what readers look at to learn whether anything is new
    change       one row a write transaction: who, when, what, why
    source       where claims come from: licence, attribution, date, categories it can tell of
    revision     the state of an entry after a change; only ever added to, except by erasure
    offer        the entries as they stand: place, public GeoJSON as ready text, words to search
    origin       which entry a source's record belongs to, a fingerprint of what it said last, when
                 it was last seen there
    alias        further ids that lead to an entry
    link         links as they stand, for reading them from the other end
    apart        pairs that somebody told apart
    match        needs that met a gift, as confirmed
    report       what imports reported

Dates are ISO text (`2026-03-01`), times ISO text in UTC with microseconds, so that both order as
they read and nothing depends on a database's own type.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

VERSION = "0006"  # of the newest migration
METADATA = MetaData()
_ID = Text()
_DAY = String(10)
_TIME = String(27)
# SQLite counts in any integer; PostgreSQL's plain one would end at two thousand million changes
_REV = BigInteger().with_variant(Integer, "sqlite")

META = Table(
    "meta",
    METADATA,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("rev", _REV, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
)
REGION = Table(
    "region",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("rev", _REV, nullable=False),
)
CHANGE = Table(
    "change",
    METADATA,
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("region", _ID, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Index("change_region", "region", "rev"),
    Index("change_time", "recorded_at"),
)
SOURCE = Table(
    "source",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("title", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("has_public_contacts", Boolean, nullable=False),
    Column("as_of", _DAY, nullable=False),
    Column("categories", Text, nullable=False, server_default=""),
)
REVISION = Table(
    "revision",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("offer_id", _ID, primary_key=True),
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Index("revision_rev", "rev"),
)
OFFER = Table(
    "offer",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("rev", _REV, nullable=False),
    Column("status", String(10), nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("is_removed", Boolean, nullable=False),
    Column("merged_into", _ID, nullable=False),
    Column("category", _ID, nullable=False),
    Column("categories", Text, nullable=False),
    Column("lon", Float(53), nullable=False),
    Column("lat", Float(53), nullable=False),
    Column("opened_on", _DAY, nullable=False),
    Column("closed_on", _DAY, nullable=False),
    Column("review_on", _DAY, nullable=False),
    Column("body", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("offer_place", "region", "category", "lon", "lat"),
    Index("offer_rev", "region", "rev"),
)
ORIGIN = Table(
    "origin",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("source", _ID, primary_key=True),
    Column("source_id", _ID, primary_key=True),
    Column("offer_id", _ID, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("seen_on", _DAY, nullable=False),
    Column("gone_on", _DAY, nullable=False),
)
ALIAS = Table(
    "alias",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("alias", _ID, primary_key=True),
    Column("offer_id", _ID, nullable=False),
    Index("alias_offer", "region", "offer_id"),
)
LINK = Table(
    "link",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("offer_id", _ID, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("target", _ID, primary_key=True),
    Index("link_target", "region", "target"),
)
APART = Table(
    "apart",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("first", _ID, primary_key=True),
    Column("second", _ID, primary_key=True),
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("ended_rev", _REV, nullable=False),
)
MATCH = Table(
    "match",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("needs", _ID, nullable=False),
    Column("gives", _ID, nullable=False),
    Column("resource", _ID, nullable=False),
    Column("on_day", _DAY, nullable=False),
    Column("ended_rev", _REV, nullable=False),
)
REPORT = Table(
    "report",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("source", _ID, nullable=False),
    Column("report", Text, nullable=False),
)
