"""
Whom only public transport serves: covered by the median departure, and not on foot.

It is the difference between two published answers, so nothing finer than those is told: in tens,
withheld where either is, or where fewer than 25 people are meant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.difference import Difference, compare

if TYPE_CHECKING:
    from layers.transit_coverage import TransitReport


def served_by_transit_alone(report: TransitReport) -> Difference:
    """
    Compare walking alone with public transport, in which walking the whole way is allowed.

    Returns
    -------
    difference
        `gained` are the people whom only public transport serves; nobody is lost.
    """
    on_foot = replace(report.on_foot, question=report.median.question)
    return compare(on_foot, report.median)
