"""
The journey to take now to an offer, and the last way home from it, by public transport.

The last way home is the one of the evening on which one sets out; before four in the morning that
is still the evening before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from geo.transit.journey import NIGHT_ENDS, last_journey, next_journey
from layers.nearby import snap_place
from layers.timetable import WALK, transit_of

if TYPE_CHECKING:
    from datetime import datetime

    from geo.transit.journey import Journey
    from geo.transit.timetable import About
    from layers.atlas import Atlas


@dataclass(frozen=True)
class ThereAndBack:
    """
    Both ways.

    `there` is the next journey, walked where that is sooner. `home` is the last one by rides, None
    where no ride brings one home sooner than walking.
    """

    there: Journey
    home: Journey | None
    timetable: About


def there_and_back(
    atlas: Atlas, offer: str, *, lon: float, lat: float, leaving: datetime
) -> ThereAndBack:
    """
    Find the next journey to an offer, and the last one home.

    Parameters
    ----------
    atlas
        The region, with a timetable.
    offer
        Its id.
    lon, lat
        Home, degrees.
    leaving
        A moment with its time zone.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.
    OutsideValidityError
        If the timetable does not cover that day.
    ParameterError
        If the region has no timetable, there is no way, or the place lies outside the data or far
        from any street.
    """
    transit = transit_of(atlas)
    row = atlas.offers.row(offer)
    home, door = snap_place(atlas, lon=lon, lat=lat, mode=WALK), atlas.supply[WALK].take([row])
    if not door.placed[0]:
        raise ParameterError(f"`offer` {offer!r} lies too far from any street", parameter="offer")
    is_night = leaving.time() < NIGHT_ENDS
    evening = leaving.date() - timedelta(days=1) if is_night else leaving.date()
    evening = max(evening, transit.timetable.about.valid_from)
    return ThereAndBack(
        next_journey(transit, home, door, leaving),
        last_journey(transit, door, home, evening),
        transit.timetable.about,
    )
