"""
Scenarios that planners keep here, each a document as the scenario's reader takes it.

A scenario belongs to who stored it; an admin may change it as well. One that is shared is read by
everybody who knows its id, which nobody can guess; all others by their owner and admins alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson
import sqlalchemy as sa

from geo.errors import ParameterError
from layers.accounts.account import ADMIN, Account, checked_name
from layers.accounts.audit import write_event
from layers.accounts.schema import SCENARIO
from layers.accounts.times import now_utc, time_text
from layers.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.register.database import Database

MOST: Final = 200  # of one account in one region
_ID: Final = re.compile(r"[0-9a-f-]{36}")


class UnknownScenarioError(UnknownNameError):
    """There is no stored scenario with this id, or it is not shared."""

    parameter = "id"
    way_out = "GET /api/v1/regions/{region}/scenarios/stored lists yours"


@dataclass(frozen=True, slots=True)
class StoredScenario:
    """A stored scenario; `owner` is the id of an account."""

    id: str
    region: str
    owner: str
    name: str
    document: dict[str, Any]
    is_shared: bool
    created_at: str
    changed_at: str


def store_scenario(
    database: Database,
    account: Account,
    region: str,
    *,
    name: str,
    document: Mapping[str, Any],
    is_shared: bool = False,
) -> StoredScenario:
    """
    Keep a document that was checked.

    Raises
    ------
    ParameterError
        If its name is empty or too long, or its owner keeps `MOST` in this region.
    """
    now = time_text(now_utc())
    row = {
        "id": str(uuid4()), "region": region, "owner": account.id, "name": checked_name(name),
        "document": _text(document), "is_shared": is_shared,
        "created_at": now, "changed_at": now,
    }  # fmt: skip
    counted = sa.select(sa.func.count()).where(_owned(region, account.id))
    with database.writing() as connection:
        if connection.execute(counted).scalar_one() >= MOST:
            raise ParameterError(f"you keep {MOST} scenarios here; remove one first")
        connection.execute(SCENARIO.insert(), row)
        write_event(connection, who=account.id, what="scenario stored", about=str(row["id"]))
    return _scenario(row)


def scenarios(database: Database, account: Account, region: str) -> list[StoredScenario]:
    """Return the scenarios of an account in a region, the last changed first; all for an admin."""
    wanted = SCENARIO.c.region == region
    if account.role != ADMIN:
        wanted = _owned(region, account.id)
    query = sa.select(SCENARIO).where(wanted).order_by(SCENARIO.c.changed_at.desc())
    with database.reading() as connection:
        return [_scenario(row) for row in connection.execute(query).mappings()]


def scenario_of(
    database: Database, account: Account | None, region: str, scenario: str
) -> StoredScenario:
    """
    Return a scenario that somebody may read; `account` is None for an anonymous visitor.

    Raises
    ------
    UnknownScenarioError
        If there is none, or they may not.
    """
    if not _ID.fullmatch(scenario):
        raise UnknownScenarioError(scenario[:80], ())
    query = sa.select(SCENARIO).where(SCENARIO.c.region == region, SCENARIO.c.id == scenario)
    with database.reading() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None or not (row["is_shared"] or _may_change(account, row["owner"])):
        raise UnknownScenarioError(scenario[:80], ())
    return _scenario(row)


def change_scenario(
    database: Database,
    account: Account,
    region: str,
    scenario: str,
    *,
    name: str,
    document: Mapping[str, Any],
    is_shared: bool,
) -> StoredScenario:
    """
    Put another document, checked as well, in the place of a scenario.

    Raises
    ------
    UnknownScenarioError
        If there is none that this account may change.
    ParameterError
        If its name is empty or too long.
    """
    _check_own(database, account, region, scenario)
    values = {
        "name": checked_name(name), "document": _text(document),
        "is_shared": is_shared, "changed_at": time_text(now_utc()),
    }  # fmt: skip
    with database.writing() as connection:
        changed = sa.update(SCENARIO).where(SCENARIO.c.id == scenario).values(values)
        connection.execute(changed)
        write_event(connection, who=account.id, what="scenario changed", about=scenario)
    return scenario_of(database, account, region, scenario)


def remove_scenario(database: Database, account: Account, region: str, scenario: str) -> None:
    """
    Remove a scenario.

    Raises
    ------
    UnknownScenarioError
        If there is none that this account may change.
    """
    _check_own(database, account, region, scenario)
    with database.writing() as connection:
        connection.execute(sa.delete(SCENARIO).where(SCENARIO.c.id == scenario))
        write_event(connection, who=account.id, what="scenario removed", about=scenario)


def _text(document: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(document).decode()
    except (TypeError, ValueError) as exc:  # halves of characters, which no text has
        raise ParameterError(
            f"`scenario` cannot be written as JSON: {exc}", parameter="scenario"
        ) from exc


def _check_own(database: Database, account: Account, region: str, scenario: str) -> None:
    found = scenario_of(database, account, region, scenario)
    if not _may_change(account, found.owner):
        raise UnknownScenarioError(scenario[:80], ())


def _may_change(account: Account | None, owner: str) -> bool:
    return account is not None and (account.role == ADMIN or account.id == owner)


def _owned(region: str, owner: str) -> sa.ColumnElement[bool]:
    return (SCENARIO.c.region == region) & (SCENARIO.c.owner == owner)


def _scenario(row: Any) -> StoredScenario:
    return StoredScenario(**{**row, "document": orjson.loads(row["document"])})
