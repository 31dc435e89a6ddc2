"""
Who nearby could work together: gifts of one offer that meet the needs of another.

An offer gives and needs what it states itself, else what its categories say, and what its notices
say for a while. Resources that everybody gives or needs (customers, helpers, members, visibility)
make no match alone. There is no score: partners come in an order that can be read out,

    1. those that a link of the register says to work together already
    2. those with a notice in a match, the one that ends first before the others
    3. more matched resources before fewer
    4. more weak resources matched as well
    5. the nearer before the farther

"Nearby" is the way from the offer to its partner, within a limit of minutes: the larger of what
people accept for either of both by default. By public transport it is the longer of the way there
and the way back, as working together takes both; each is the median over the departures of a
window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.transit.days import check_day
from layers.errors import UnknownOfferError
from layers.notices import GIVES, NEEDS, Notice
from layers.question import DEFAULT_TRANSIT_MIN, MAX_MINUTES, check_limit, check_mode
from layers.tabular import Tabular
from layers.timetable import TRANSIT, WALK, timetable_of, transit_of, window_of
from layers.travel import travel_by

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.offers import Offer

    Floats = NDArray[np.float64]

MAX_PARTNERS = 50
_FAR = "9999-12-31"


@dataclass(frozen=True)
class Match:
    """
    One resource that both can agree on.

    `kind` is `needs` where the offer needs what the partner gives, `gives` where it is the other
    way round. `notices` are those that speak of it, of either side.
    """

    kind: str
    resource: str
    weak: bool
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Tie:
    """
    A link by which two work together already.

    `kind` is `supplies`, `uses_room_of`, `member_of` or `partner`; `is_own` tells that it leads
    from the offer to its partner, not the other way round.
    """

    kind: str
    is_own: bool


@dataclass(frozen=True)
class Partner:
    """
    A possible partner by its row in `atlas.offers`.

    `matches` holds those that count first, then the weak ones; at least one is not weak, unless
    `ties` say that both work together already. `limit_s` is the limit that holds for the pair.
    """

    offer: int
    matches: tuple[Match, ...]
    travel_s: float
    distance_m: float
    limit_s: float
    ties: tuple[Tie, ...] = ()

    @property
    def ends(self) -> str:
        """The day on which the first notice of its matches ends, in ISO form; far off if none."""
        days = [n.until.isoformat() for m in self.matches if not m.weak for n in m.notices]
        return min(days, default=_FAR)

    @property
    def order(self) -> tuple[bool, str, int, int, float, int]:
        """What partners are sorted by."""
        strong = sum(not match.weak for match in self.matches)
        return (
            not self.ties,
            self.ends,
            -strong,
            strong - len(self.matches),
            self.travel_s,
            self.offer,
        )


@dataclass(frozen=True, eq=False)
class Partners(Tabular, frames="partners"):
    """The partners of an offer, in their order; `minutes` is None where the default held."""

    atlas: Atlas
    offer: int
    mode: str
    minutes: float | None
    partners: tuple[Partner, ...]
    window: Window | None = None


def partners(
    atlas: Atlas,
    offer: str,
    *,
    mode: str | None = None,
    minutes: float | None = None,
    window: str | None = None,
) -> Partners:
    """
    List the offers within reach of one whose gifts meet its needs, or the other way round.

    Parameters
    ----------
    atlas
        The region.
    offer
        Its id.
    mode
        A street mode or `transit`; that of the offer's primary category where it is left out.
    minutes
        The limit for every pair; else the larger default reach of both primary categories, by
        `transit` half an hour at least.
    window
        Departures of mode `transit`, as for coverage.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.
    ParameterError
        If mode or limit are not allowed.
    """
    row = atlas.offers.row(offer)
    primary = atlas.taxonomy.category(atlas.offers[row].categories[0])
    leaving = leaving_by(atlas, mode, window)
    if leaving is None:
        mode = check_mode(mode or primary.reach.mode, tuple(atlas.networks))
    pool = Pool(atlas, mode or TRANSIT, minutes, leaving)
    found = tuple(sorted(pool.of(row), key=lambda p: p.order))
    return Partners(atlas, row, pool.mode, minutes, found, leaving)


def leaving_by(atlas: Atlas, mode: str | None, window: str | None) -> Window | None:
    """
    Return the departures of mode `transit`, None for all others.

    Raises
    ------
    ParameterError, OutsideValidityError
        If there is no timetable, none of that day, or a window of another mode.
    """
    if mode == TRANSIT:
        timetable = timetable_of(atlas)
        leaving = window_of(timetable, window)
        check_day(timetable, leaving.day)
        return leaving
    if window is not None:
        raise ParameterError(
            f"`window` goes with `mode` {TRANSIT} alone; leave it out", parameter="window"
        )
    return None


class Pool:
    """All offers of a region with what they give and need at the date of its data."""

    def __init__(
        self, atlas: Atlas, mode: str, minutes: float | None, window: Window | None = None
    ) -> None:
        self.atlas, self.mode, self.window = atlas, mode, window
        self.limit_s = (
            None if minutes is None else check_limit("minutes", minutes, MAX_MINUTES) * 60
        )
        self.weak = {r.id for r in atlas.taxonomy.resources if r.weak}
        self.gives = [resources_of(atlas, offer, GIVES) for offer in atlas.offers]
        self.needs = [resources_of(atlas, offer, NEEDS) for offer in atlas.offers]
        self.reach_s = np.array(
            [60 * atlas.taxonomy.category(o.categories[0]).reach.minutes for o in atlas.offers]
        )
        self.ties = _ties(atlas)

    def of(self, row: int) -> list[Partner]:
        """List the partners of an offer, in the order of the register."""
        matching = {
            other: matches
            for other in range(len(self.atlas.offers))
            if other != row and ((matches := self.matches(row, other)) or (row, other) in self.ties)
        }
        return [
            Partner(
                other,
                matching[other],
                travel_s,
                distance_m,
                self.limit_of(row, other),
                self.ties.get((row, other), ()),
            )
            for other, travel_s, distance_m in self.within(row, list(matching))
        ]

    def matches(self, row: int, other: int) -> tuple[Match, ...]:
        """Return what both can agree on, strong ones first; nothing where all of it is weak."""
        met = [(NEEDS, r) for r in self.needs[row] if r in self.gives[other]]
        met += [(GIVES, r) for r in self.gives[row] if r in self.needs[other]]
        met.sort(key=lambda pair: pair[1] in self.weak)
        if not met or met[0][1] in self.weak:
            return ()
        return tuple(
            Match(kind, r, r in self.weak, self._notices(row, other, kind, r)) for kind, r in met
        )

    def _notices(self, row: int, other: int, kind: str, resource: str) -> tuple[Notice, ...]:
        opposite = GIVES if kind == NEEDS else NEEDS
        own = notices_of(self.atlas.offers[row], kind, self.atlas.region.as_of)
        theirs = notices_of(self.atlas.offers[other], opposite, self.atlas.region.as_of)
        return tuple(n for n in (*own, *theirs) if n.resource == resource)

    def limit_of(self, row: int, other: int) -> float:
        """Return the limit of a pair, seconds."""
        if self.limit_s is not None:
            return self.limit_s
        usual = float(max(self.reach_s[row], self.reach_s[other]))
        return usual if self.window is None else max(usual, DEFAULT_TRANSIT_MIN * 60)

    def within(self, row: int, others: list[int]) -> list[tuple[int, float, float]]:
        """
        Return those of `others` within the limit of the pair, with seconds and metres.

        By public transport there and back, with NaN metres.
        """
        if not others:
            return []
        rows = np.array(others, np.int64)
        limits = [self.limit_of(row, other) for other in others]
        if self.window is not None:
            took = there_and_back(self.atlas, self.window, row, rows)
            return [
                (others[k], float(took[k]), math.nan)
                for k in range(len(others))
                if took[k] <= limits[k]
            ]
        supply = self.atlas.supply[self.mode]
        network = self.atlas.networks[self.mode]
        pairs = network.within(supply.take([row]), supply.take(rows), max(limits))
        return [
            (others[k], float(travel_s), float(distance_m))
            for k, travel_s, distance_m in zip(
                pairs.target.tolist(), pairs.travel_s, pairs.distance_m, strict=True
            )
            if travel_s <= limits[k]
        ]


def there_and_back(atlas: Atlas, window: Window, row: int, others: NDArray[np.int64]) -> Floats:
    """
    Find the longer of the ways from an offer to others and back by public transport.

    Returns
    -------
    travel_s
        Shape (others,): the larger of both medians, inf where one of them leads nowhere.
    """
    used, supply = transit_of(atlas), atlas.supply[WALK]
    own, theirs = supply.take([row]), supply.take(others)
    each = [supply.take([int(other)]) for other in others]
    there = used.of(own).times(each, window=window, limits_s=[0.0] * len(each)).median_s[:, 0]
    back = used.of(theirs).times([own], window=window, limits_s=[0.0]).median_s[0]
    longer: Floats = np.maximum(there, back).astype(float)
    return longer


def _ties(atlas: Atlas) -> dict[tuple[int, int], tuple[Tie, ...]]:
    """Return the links between offers of the region, from each of both ends."""
    found: dict[tuple[int, int], tuple[Tie, ...]] = {}
    for row, offer in enumerate(atlas.offers):
        for kind, target in offer.links:
            try:
                other = atlas.offers.row(target)
            except UnknownOfferError:
                continue  # closed, or not published
            found[row, other] = (*found.get((row, other), ()), Tie(kind, is_own=True))
            found[other, row] = (*found.get((other, row), ()), Tie(kind, is_own=False))
    return found


def resources_of(atlas: Atlas, offer: Offer, kind: str) -> tuple[str, ...]:
    """Return the ids of what an offer gives or needs, each once, in the order in which it says."""
    own = offer.gives if kind == GIVES else offer.needs
    if not own:
        of_categories = [atlas.taxonomy.category(c) for c in offer.categories]
        own = tuple(r for c in of_categories for r in (c.gives if kind == GIVES else c.needs))
    dated = (n.resource for n in notices_of(offer, kind, atlas.region.as_of))
    return tuple(dict.fromkeys((*own, *dated)))


def notices_of(offer: Offer, kind: str, day: date) -> list[Notice]:
    """Return the notices of one kind that hold on a day, the one that ends first before others."""
    live = [n for n in offer.notices if n.kind == kind and n.until >= day]
    return sorted(live, key=lambda notice: (notice.until, notice.resource))


def goals_of(atlas: Atlas, offer: Offer) -> tuple[str, ...]:
    """Return the ids of the goals that an offer's categories serve."""
    of_categories = [atlas.taxonomy.category(c) for c in offer.categories]
    return tuple(dict.fromkeys(goal for c in of_categories for goal in c.impact))


def residents_reaching_both(found: Partners, chosen: tuple[Partner, ...]) -> NDArray[np.float64]:
    """
    Count the people who reach the offer and its partner, each within the pair's limit.

    Returns
    -------
    residents
        Shape (len(chosen),): exact people, NaN where nobody is counted: to be published.
    """
    atlas = found.atlas
    if atlas.population.basis.unit != "residents" or not chosen:
        return np.full(len(chosen), np.nan)
    network, demand, supply = travel_by(atlas, found.mode, found.window)
    nearest = network.to_nearest(
        demand, [supply.take([row]) for row in (found.offer, *_rows(chosen))]
    )
    to_offer, to_partner = nearest.travel_s[0], nearest.travel_s[1:]
    limit_s = np.array([partner.limit_s for partner in chosen])[:, None]
    both = (to_offer[None] <= limit_s) & (to_partner <= limit_s)
    people: NDArray[np.float64] = both @ atlas.people
    return people


def _rows(chosen: tuple[Partner, ...]) -> list[int]:
    return [partner.offer for partner in chosen]
