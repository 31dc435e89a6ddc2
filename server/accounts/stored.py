"""
Stored scenarios over HTTP: planners keep, name and share what they try out.

A document is checked as whatever is tried out is, so that what was stored can be opened.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Body, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from layers.accounts.scenarios import (
    StoredScenario,
    UnknownScenarioError,
    change_scenario,
    remove_scenario,
    scenario_of,
    scenarios,
    store_scenario,
)
from layers.register.database import Database
from layers.scenario import check_scenario
from server.accounts.denials import Denied
from server.accounts.signed_in import Account, Planner, account_of, database_of
from server.api import DENIED, api_router
from server.regions import regions_of

router = api_router()
_PATH = "/regions/{region}/scenarios/stored"
_LONGEST_ID = 64

Region = Annotated[str, Path(description="Id of a region.")]
Id = Annotated[str, Path(max_length=_LONGEST_ID, description="Id of a stored scenario.")]


class StoredIn(BaseModel):
    """A scenario to keep."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=100, examples=["A bakery in the south"])
    scenario: Any = Field(
        description="The document, as `POST …/scenarios` takes it.",
        examples=[{"version": 1, "changes": []}],
    )
    is_shared: bool = Field(default=False, description="Whether everybody with its id may read it.")


class StoredBrief(BaseModel):
    """A scenario in a list."""

    id: str
    name: str
    is_shared: bool
    is_own: bool = Field(description="Whether the account that asks stored it.")
    created_at: str
    changed_at: str


class StoredOut(StoredBrief):
    """A scenario that was kept."""

    scenario: dict[str, Any]


class StoredList(BaseModel):
    """The scenarios of an account in a region; an admin's list has all."""

    scenarios: list[StoredBrief]


@router.get(_PATH, responses=DENIED)
def list_stored(request: Request, region: Region, account: Planner) -> StoredList:
    """List the scenarios that you keep, the last changed first; needs the role of a planner."""
    found = scenarios(_database(request, region), account, region)
    return StoredList(scenarios=[StoredBrief(**_brief(each, account)) for each in found])


@router.post(_PATH, responses=DENIED, status_code=HTTPStatus.CREATED)
def store(
    request: Request,
    response: Response,
    region: Region,
    account: Planner,
    asked: Annotated[StoredIn, Body()],
) -> StoredOut:
    """Keep a scenario; needs the role of a planner."""
    database = _database(request, region)
    check_scenario(asked.scenario)
    made = store_scenario(
        database,
        account,
        region,
        name=asked.name,
        document=asked.scenario,
        is_shared=asked.is_shared,
    )
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return _out(made, account)


@router.get(f"{_PATH}/{{id}}")
def read_stored(request: Request, response: Response, region: Region, id: Id) -> StoredOut:
    """Read a scenario: a shared one without an account, another one as who stored it."""
    try:
        account = account_of(request)
    except Denied:  # pragma: no cover (reading is what every token may)
        account = None
    if account is not None and not (account.may("planner") and account.works_in(region)):
        account = None  # reads what everybody may
    response.headers["Cache-Control"] = "no-store"
    return _out(scenario_of(_database(request, region, id), account, region, id), account)


@router.put(f"{_PATH}/{{id}}", responses=DENIED)
def change_stored(
    request: Request, region: Region, id: Id, account: Planner, asked: Annotated[StoredIn, Body()]
) -> StoredOut:
    """Put another document, name or sharing in its place; for who stored it."""
    database = _database(request, region, id)
    check_scenario(asked.scenario)
    changed = change_scenario(
        database,
        account,
        region,
        id,
        name=asked.name,
        document=asked.scenario,
        is_shared=asked.is_shared,
    )
    return _out(changed, account)


@router.delete(f"{_PATH}/{{id}}", responses=DENIED, status_code=HTTPStatus.NO_CONTENT)
def remove_stored(request: Request, region: Region, id: Id, account: Planner) -> None:
    """Remove it; for who stored it."""
    remove_scenario(_database(request, region, id), account, region, id)


def _database(request: Request, region: str, scenario: str = "") -> Database:
    regions_of(request).folder(region)
    database = database_of(request)
    if database is None:  # where there are no accounts, nothing was stored
        raise UnknownScenarioError(scenario, ())
    return database


def _brief(found: StoredScenario, account: Account | None) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "is_shared": found.is_shared,
        "is_own": account is not None and found.owner == account.id,
        "created_at": found.created_at,
        "changed_at": found.changed_at,
    }


def _out(found: StoredScenario, account: Account | None) -> StoredOut:
    return StoredOut(**_brief(found, account), scenario=found.document)
