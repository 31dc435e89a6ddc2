"""What a report tells of opening hours, and of how much is known, over the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from server import models as m

if TYPE_CHECKING:
    from layers.coverage import CoverageReport
    from layers.evidence import Certainty, SourceTold

_DAYS_A_YEAR = 365.25


def time_fields(report: CoverageReport) -> dict[str, Any]:
    """Write the time that was asked and what is open then as fields of `Assumptions`."""
    hours, when = report.hours, report.question.when
    return {
        "at": when.text if when else None,
        "offers_open": len(hours.open) if hours else None,
        "offers_unknown_hours": len(hours.unknown) if hours else None,
        "offers_closed": len(hours.closed) if hours else None,
        "offers_not_every_week": hours.not_every_week if hours else None,
        "why_unknown_hours": dict(hours.reasons) if hours else None,
        "holidays_known": hours.holidays_known if hours else None,
    }


def certainty_fields(known: Certainty) -> dict[str, Any]:
    """Write how much of an area's share is known as fields of a `DistrictRow`."""
    return {
        "share_known": known.share_known,
        "uncertain": known.uncertain,
        "uncertain_because": list(known.because),
    }


def source_out(source: SourceTold) -> m.SourceOut:
    """Write a source with its age and completeness."""
    share = None
    if source.offers and source.with_hours is not None:
        share = round(source.with_hours / source.offers, 3)
    return m.SourceOut(
        source=source.source,
        kind=source.kind,  # type: ignore[arg-type]
        as_of=source.as_of,
        oldest=source.oldest,
        age_years=source.age_years,
        offers=source.offers,
        share_with_hours=share,
        unconfirmed=source.unconfirmed,
        licence=source.licence,
    )


def knowledge_out(report: CoverageReport) -> m.KnowledgeOut:
    """Say what the sources tell of the offers, and how old they are."""
    atlas, categories = report.atlas, report.question.categories
    dates = [day for day in map(atlas.data_as_of, categories) if day is not None]
    newest = max(dates, default=None)
    age_years = (
        None if newest is None else max((atlas.region.as_of - newest).days, 0) / _DAYS_A_YEAR
    )
    return m.KnowledgeOut(
        as_of=newest,
        age_years=None if age_years is None else round(age_years, 1),
        max_age_years=max(category.max_age_years for category in categories),
        **asdict(report.knowledge),
    )
