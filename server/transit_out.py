"""What belongs beside an answer by public transport, over the wire."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from layers.timetable import timetable_of, usual_windows
from layers.transit_alone import served_by_transit_alone
from layers.transit_coverage import transit_beside
from server import answers
from server.models import CoverageOut, Model

if TYPE_CHECKING:
    from layers.coverage import CoverageReport
    from layers.transit_coverage import TransitReport


class DayOut(Model):
    """A day of the timetable beside its weekday."""

    day: date
    departures: int = Field(description="of the whole day, in the region's data")
    usual: float | None = Field(description="median of the same weekday; null where there is none")
    unusual: bool = Field(description="far fewer than usual: a holiday, a strike, a feed's end")


class FeedOut(Model):
    """The timetable that was asked."""

    name: str
    sha256: str
    attribution: str
    licence: str = Field(description="empty where it is not stated")
    valid_from: date
    valid_until: date
    timezone: str
    stops: int
    stops_unsnapped: int = Field(description="off the streets: ridden through, not walked to")
    on_demand: list[str] = Field(description="services to be booked: named, not routed")


class RideLimits(Model):
    """How far people walk and ride, in seconds; see the method."""

    access_s: int
    final_s: int
    transfer_s: int
    change_s: int
    cap_s: int


class ClassesOut(Model):
    """The region's people by what public transport does for them; null where withheld."""

    walks: int | None = Field(description="reach an offer on foot within the limit")
    always: int | None = Field(description="only with every departure")
    depends: int | None = Field(description="only with some departures")
    never: int | None


class WindowOut(Model):
    """The same question with the departures of one window."""

    part: str | None = Field(description="weekday, evening, saturday, sunday; null: the asked one")
    window: str
    day: DayOut
    departures: int = Field(description="that can be boarded until the longest journey's end")
    by_headway: int = Field(description="rides given by headway alone: their minutes are assumed")
    share: float | None = Field(description="covered by the median departure")
    share_best: float | None = Field(description="covered by the best departure")
    share_on_foot: float | None = Field(description="covered without any ride")
    departures_share: float | None = Field(
        description="mean over people: share of departures within the limit"
    )
    by_class: ClassesOut
    transit_alone: int | None = Field(
        description="people covered by the median departure and not on foot; null where withheld"
    )


class AreaByTransit(Model):
    """One area: covered by the best departure, on foot, and by public transport alone."""

    id: str
    share_best: float | None
    share_on_foot: float | None
    transit_alone: int | None = Field(description="people; null where withheld")


class TransitOut(WindowOut):
    """What stands beside the median: best, share of departures, other times of the week."""

    limits: RideLimits
    feed: FeedOut
    windows: list[WindowOut] = Field(description="parts of the week, beside each other")
    by_district: list[AreaByTransit]


class CoverageByTransit(CoverageOut):
    """The report of the whole region and its parts, by public transport."""

    transit: TransitOut


def coverage_with_transit(report: CoverageReport, *, by: str = "district") -> CoverageOut:
    """Write a coverage report; by public transport with all that belongs beside the median."""
    out = answers.coverage_out(report, by=by)
    beside = transit_out(report, by=by)
    if beside is None:
        return out
    return CoverageByTransit(**out.model_dump(), transit=beside)


def transit_out(report: CoverageReport, *, by: str = "district") -> TransitOut | None:
    """Write what belongs beside a report by public transport; None for every other mode."""
    if report.question.window is None:
        return None
    parts = usual_windows(timetable_of(report.atlas))
    others = transit_beside(report, list(parts.values()))
    known = (each for each in others if each.window == report.question.window)
    asked = next(known, None) or transit_beside(report)[0]
    is_finest = by == "district"
    areas = [
        each.by_district if is_finest else each.by_municipality
        for each in (asked.best, asked.on_foot)
    ]
    alone = served_by_transit_alone(asked)
    about = asked.timetable
    return TransitOut(
        **_window(asked, None).model_dump(),
        limits=RideLimits(
            access_s=asked.limits.access_s,
            final_s=asked.limits.final_s,
            transfer_s=asked.limits.transfer_s,
            change_s=asked.limits.change_s,
            cap_s=asked.limits.cap_s,
        ),
        feed=FeedOut(
            name=about.name,
            sha256=about.sha256,
            attribution=about.attribution,
            licence=about.licence,
            valid_from=about.valid_from,
            valid_until=about.valid_until,
            timezone=about.timezone,
            stops=about.counts["stops"],
            stops_unsnapped=asked.stops_unsnapped,
            on_demand=list(about.on_demand),
        ),
        windows=[_window(each, part) for part, each in zip(parts, others, strict=True)],
        by_district=[
            AreaByTransit(
                id=best.area_id,
                share_best=best.share,
                share_on_foot=on_foot.share,
                transit_alone=change.gained,
            )
            for best, on_foot, change in zip(
                *areas, alone.by_district if is_finest else alone.by_municipality, strict=True
            )
        ],
    )


def _window(report: TransitReport, part: str | None) -> WindowOut:
    day = report.day
    return WindowOut(
        part=part,
        window=str(report.window),
        day=DayOut(
            day=day.day,
            departures=day.departures,
            usual=None if day.usual != day.usual else day.usual,  # NaN: no such weekday
            unusual=day.is_unusual,
        ),
        departures=report.departures,
        by_headway=report.by_headway,
        share=report.median.totals.share,
        share_best=report.best.totals.share,
        share_on_foot=report.on_foot.totals.share,
        departures_share=report.departures_share,
        by_class=ClassesOut(**report.by_class),
        transit_alone=_alone(report),
    )


def _alone(report: TransitReport) -> int | None:
    """Return the people whom only public transport serves; None where nobody is counted."""
    if report.median.unknown or report.atlas.population.basis.unit != "residents":
        return None
    return served_by_transit_alone(report).totals.gained
