"""One offer with all that its card needs, as a GeoJSON feature."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from layers.calendar import has_dates
from layers.dates import OPENING_HOURS, Span, date_texts, holidays_among, spans_of
from layers.notices import GIVES, NEEDS
from layers.opening import WORDS, opening
from layers.partners import resources_of
from layers.when import DAYS
from server.answers import offer_feature
from server.near import opening_fields
from server.offer_source import source_url

if TYPE_CHECKING:
    from datetime import datetime

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.when import When

_DAYS = 7


def offer_text(atlas: Atlas, offer: Offer, when: When | None) -> str:
    """Write an offer; with a time, also whether it is open then and its times from then on."""
    feature = offer_feature(atlas, offer)
    primary = atlas.taxonomy.category(offer.categories[0])
    base = f"/api/v1/regions/{atlas.region.id}/offers/{quote(offer.id, safe=':')}"
    feature["properties"] |= {
        "field": primary.field,
        "gives": list(resources_of(atlas, offer, GIVES)),
        "needs": list(resources_of(atlas, offer, NEEDS)),
        "source_url": source_url(offer),
        "calendar_url": f"{base}/calendar" if has_dates(offer) else None,
        "opening": None if when is None else _opening(atlas, offer, when),
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _opening(atlas: Atlas, offer: Offer, when: When) -> dict[str, Any]:
    then = opening(offer.opening_hours, when, atlas.region)
    fields = opening_fields(atlas, offer, then, when)
    days = [] if when.moment is None else _days(atlas, offer, when.moment)
    return {"at": when.text, **fields, "days": days}


def _days(atlas: Atlas, offer: Offer, moment: datetime) -> list[dict[str, Any]]:
    """Write the times of each of the days from a moment on, also of days without."""
    region, first = atlas.region, moment.date()
    texts = [(OPENING_HOURS, offer.opening_hours), *date_texts(offer)]
    spans = [
        (span, told_by) for told_by, text in texts for span in spans_of(text, region, first, _DAYS)
    ]
    off_days = holidays_among(region.country, region.subdivision, first, _DAYS)
    days = [first + timedelta(days=k) for k in range(_DAYS)]
    return [
        {
            "date": day.isoformat(),
            "weekday": DAYS[day.weekday()],
            "holiday": day in off_days,
            "times": [span_out(s, told_by) for s, told_by in spans if s.start.date() == day],
        }
        for day in days
    ]


def span_out(span: Span, told_by: str) -> dict[str, Any]:
    """Write from when until when something is open or takes place."""
    return {
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "state": WORDS[span.state],
        "reason": span.reason,
        "from": told_by,
    }


def _plain(value: Any) -> Any:
    """Write what JSON does not know: times and models."""
    return (
        value.isoformat()
        if hasattr(value, "isoformat")
        else value.model_dump(mode="json", by_alias=True)
    )
