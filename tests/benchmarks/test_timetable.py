"""The timetable generator: less runs in the evening and on Sundays, and a last one leaves."""

import numpy as np
import pytest

from benchmarks.timetable import EVENING_S, leaves_of

HOUR_S = 3600


def test_evenings_have_half_of_an_afternoons_departures():
    leaves = leaves_of("weekday", 600, 0)
    by_hour = np.bincount(np.array(leaves) // HOUR_S)
    assert by_hour[16] == 6
    assert by_hour[EVENING_S // HOUR_S + 1] == 3


@pytest.mark.parametrize(
    ("service", "first", "last", "count"),
    [
        ("weekday", "5:05", "24:35", 97),
        ("saturday", "5:05", "24:35", 49),
        ("sunday", "8:05", "22:05", 27),
    ],
)
def test_a_day_has_its_first_and_its_last_departure(
    service: str, first: str, last: str, count: int
):
    leaves = leaves_of(service, 600, 300)
    told = [f"{at // HOUR_S}:{at // 60 % 60:02}" for at in (leaves[0], leaves[-1])]
    assert told == [first, last]
    assert len(leaves) == count
    assert leaves == sorted(set(leaves))
