"""Whose desk it is: the regions where somebody moderates, and what waits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from fastapi import Request

from layers.atlas import Atlas
from layers.desk.items import KINDS, Item
from layers.desk.queue import FoundInRegister, queue, regions_with_something
from layers.errors import AtlasError
from server.accounts.signed_in import Account
from server.regions import regions_of
from server.submissions.stored import register_of


@dataclass(frozen=True)
class Waiting:
    """
    What waits, the oldest first.

    `unready` are regions that cannot be looked at, because they are not built or their files have
    changed.
    """

    items: list[Item]
    unready: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Count what waits by kind."""
        found = dict.fromkeys(KINDS, 0)
        for item in self.items:
            found[item.kind] += 1
        return found

    def of_kind(self, kind: str) -> list[Item]:
        """Return what waits of one kind, all of it for ""."""
        return [item for item in self.items if kind in ("", item.kind)]


def today() -> date:
    """Return the day on which entries are overdue."""
    return datetime.now(UTC).date()


def regions_for(request: Request, account: Account) -> list[str]:
    """Return the regions in which somebody may decide."""
    return [region for region in regions_of(request).folders() if account.works_in(region)]


def waiting_in(request: Request, atlas: Atlas) -> list[Item]:
    """Return what waits in a region, the oldest first."""
    state = request.app.state
    if not hasattr(state, "desk_found"):
        state.desk_found = FoundInRegister()
    return queue(register_of(request), atlas, on=today(), found=state.desk_found)


def waiting_for(request: Request, account: Account, region: str = "") -> Waiting:
    """
    Return what waits for somebody, in one region or in all of theirs.

    Raises
    ------
    UnknownRegionError
        If there is no such region.
    """
    if region:
        wanted = [region]
    else:
        known = regions_with_something(register_of(request))
        wanted = [each for each in regions_for(request, account) if each in known]
    items: list[Item] = []
    unready = []
    for each in wanted:
        try:
            items += waiting_in(request, regions_of(request).open(each))
        except AtlasError:
            unready.append(each)
    order = sorted(items, key=lambda item: (item.since, item.region, item.kind, item.id))
    return Waiting(order, tuple(unready))


def next_after(items: list[Item], since: str, item: str) -> Item | None:
    """Return what comes next in a queue from which something was taken, else its first."""
    later = (each for each in items if (each.since, each.id) > (since, item))
    return next(later, items[0] if items else None)
