"""
Supply chains over two steps, and rooms for groups without one.

A chain goes from one offer over a second to a third: the first gives what the second needs, the
second gives what the third needs, and each step is within reach. What is passed on (food, things,
materials) says the taxonomy; a room or knowledge is no supply chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.notices import GIVES, NEEDS
from layers.partners import Partners, Pool, notices_of
from layers.question import check_mode

if TYPE_CHECKING:
    from datetime import date

    from layers.atlas import Atlas

MAX_CHAINS = 30
ROOM = "room"


@dataclass(frozen=True)
class Step:
    """A resource that goes from one offer to another; rows of `atlas.offers`."""

    source: int
    resource: str
    target: int
    travel_s: float


@dataclass(frozen=True)
class Room:
    """A room that is free: by a notice, or because its free times are stated."""

    offer: int
    free_times: str
    until: date | None


@dataclass(frozen=True)
class Group:
    """An offer that needs a room; `rooms` are those within reach, the nearest first."""

    offer: int
    until: date | None
    rooms: tuple[tuple[int, float], ...]


def chains_of(found: Partners) -> list[tuple[Step, Step]]:
    """
    List the chains over two steps that an offer is part of, the shortest way first.

    At most `MAX_CHAINS`; each of the three places of a chain is tried.
    """
    pool = Pool(found.atlas, found.mode, found.minutes, found.window)
    row = found.offer
    out, back = _steps_from(pool, row), _steps_to(pool, row)
    chains = [(first, second) for first in back for second in out]
    chains += [(step, second) for step in out for second in _steps_from(pool, step.target)]
    chains += [(first, step) for step in back for first in _steps_to(pool, step.source)]
    whole = {c for c in chains if len({c[0].source, c[0].target, c[1].target}) == 3}
    return sorted(whole, key=_length)[:MAX_CHAINS]


def _length(chain: tuple[Step, Step]) -> tuple[float, int, int, int, str, str]:
    first, second = chain
    return (
        first.travel_s + second.travel_s,
        first.source, first.target, second.target, first.resource, second.resource,
    )  # fmt: skip


def _steps_from(pool: Pool, row: int) -> list[Step]:
    goods = pool.atlas.taxonomy.passed_on.intersection(pool.gives[row])
    taken = {o: goods.intersection(needs) for o, needs in enumerate(pool.needs) if o != row}
    near = pool.within(row, [o for o, met in taken.items() if met])
    return [Step(row, r, o, s) for o, s, _ in near for r in sorted(taken[o])]


def _steps_to(pool: Pool, row: int) -> list[Step]:
    """List the steps to an offer; the way is that of the goods."""
    wanted = pool.atlas.taxonomy.passed_on.intersection(pool.needs[row])
    givers = [o for o, g in enumerate(pool.gives) if o != row and wanted.intersection(g)]
    return [
        Step(o, r, row, s)
        for o in givers
        for _, s, _ in pool.within(o, [row])
        for r in sorted(wanted.intersection(pool.gives[o]))
    ]


def rooms_and_groups(
    atlas: Atlas, *, mode: str = "walk", minutes: float | None = None
) -> tuple[list[Room], list[Group]]:
    """
    List free rooms, and groups that need one with the free rooms within their reach.

    Groups whose need is dated come first, the earliest end before the others.

    Raises
    ------
    ParameterError
        If mode or limit are not allowed.
    """
    pool = Pool(atlas, check_mode(mode, tuple(atlas.networks)), minutes)
    rooms = [
        Room(row, str(offer.facts.get("free_times", "")), until)
        for row, offer in enumerate(atlas.offers)
        if ROOM in pool.gives[row]
        and ((until := _until(atlas, row, GIVES)) or offer.facts.get("free_times"))
    ]
    free = [room.offer for room in rooms]
    groups = [
        Group(row, _until(atlas, row, NEEDS), _rooms_near(pool, row, free))
        for row in range(len(atlas.offers))
        if ROOM in pool.needs[row]
    ]
    return rooms, sorted(groups, key=_order)


def _rooms_near(pool: Pool, row: int, free: list[int]) -> tuple[tuple[int, float], ...]:
    near = pool.within(row, [room for room in free if room != row])
    return tuple(sorted(((o, s) for o, s, _ in near), key=lambda pair: (pair[1], pair[0])))


def _order(group: Group) -> tuple[bool, str, int]:
    return group.until is None, str(group.until), group.offer


def _until(atlas: Atlas, row: int, kind: str) -> date | None:
    """Return the last day of the first notice about a room, None where there is none."""
    notices = notices_of(atlas.offers[row], kind, atlas.region.as_of)
    return next((n.until for n in notices if n.resource == ROOM), None)
