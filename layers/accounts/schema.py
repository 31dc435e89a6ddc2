"""
The tables of accounts, beside those of the register in one database.

    account          who works here; `password` is argon2id's text, "" where none is set yet
    account_session  one row a sign-in, by the checksum of its token
    account_token    tokens of programs, by the part of them that may be seen
    account_link     links to set a password, good once, by the checksum of what stands in them
    account_failure  failed sign-ins of the last minutes, by a checksum of whom they were about
    account_event    who did what, when, about whom: only ever added to
    stored_scenario  scenarios that planners keep here

Times are ISO text in UTC with microseconds, days ISO text, as in the register. "" is: never, none.
Keys are made here, never by the database, so that a backup goes back into either database as it is.
Sessions, links and failures are in no backup: what has ended since does not come back with one.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from layers.register.schema import METADATA
from layers.register.schema_letters import PASSING

_ID = Text()
_DAY = String(10)
_TIME = String(27)
_DIGEST = String(64)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(10), nullable=False),
    Column("region", _ID, nullable=False),
    Column("password", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("disabled_on", _DAY, nullable=False),
)
# what an `Account` is read from
WHO = tuple(ACCOUNT.c[name] for name in ("id", "email", "name", "role", "region"))
SESSION = Table(
    "account_session",
    METADATA,
    Column("digest", _DIGEST, primary_key=True),
    Column("id", _ID, nullable=False),
    Column("account", _ID, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False),
    Index("account_session_account", "account"),
    info={PASSING: True},
)
TOKEN = Table(
    "account_token",
    METADATA,
    Column("prefix", String(16), primary_key=True),
    Column("digest", _DIGEST, nullable=False),
    Column("account", _ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_on", _DAY, nullable=False),
    Column("used_on", _DAY, nullable=False),
    Column("revoked_at", _TIME, nullable=False),
    Index("account_token_account", "account"),
)
LINK = Table(
    "account_link",
    METADATA,
    Column("digest", _DIGEST, primary_key=True),
    Column("account", _ID, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Index("account_link_account", "account"),
    info={PASSING: True},
)
FAILURE = Table(
    "account_failure",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("about", _DIGEST, nullable=False),
    Column("failed_at", _TIME, nullable=False),
    Index("account_failure_about", "about", "failed_at"),
    Index("account_failure_time", "failed_at"),
    info={PASSING: True},
)
EVENT = Table(
    "account_event",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("happened_at", _TIME, nullable=False),
    Column("who", _ID, nullable=False),
    Column("what", String(40), nullable=False),
    Column("about", _ID, nullable=False),
    Index("account_event_time", "happened_at"),
)
SCENARIO = Table(
    "stored_scenario",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("region", _ID, nullable=False),
    Column("owner", _ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("changed_at", _TIME, nullable=False),
    Index("stored_scenario_owner", "region", "owner"),
)
