"""How old the data are, in sentences: a map of ten years ago is no map of today."""

from __future__ import annotations

from datetime import UTC, date, datetime

from layers.coverage import CoverageReport
from layers.evidence import OFFERS, OSM, POPULATION, SourceTold, sources_of
from server.texts import Texts

OLD_YEARS = 3.0  # offers change faster than streets; older data are said to be old
_DAYS_A_YEAR = 365.25


def today() -> date:
    """Return the date on which pages are read."""
    return datetime.now(tz=UTC).date()


def age_lines(report: CoverageReport, texts: Texts, *, on: date | None = None) -> list[str]:
    """
    Say which data are old: all of them today, and sources that are older than the others.

    Parameters
    ----------
    report
        What is told.
    texts
        In which language.
    on
        The day of reading; today where it is left out.
    """
    region = report.atlas.region
    age = ((on or today()) - region.as_of).days / _DAYS_A_YEAR
    lines = []
    if age > OLD_YEARS:
        lines.append(
            texts.gettext(
                "The data are {n} years old; much may have changed since.",
                n=texts.number(int(age)),
            )
        )
    most = min(OLD_YEARS, *(c.max_age_years for c in report.question.categories))
    lines += [_line(s, texts) for s in sources_of(report) if (s.age_years or 0.0) > most]
    return lines


def knowledge_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say how much the sources tell of the offers; nothing where there are none."""
    known = report.knowledge
    if not known.offers:
        return []
    lines = [
        texts.gettext(
            "Of {n} offers {hours} state opening hours that can be read, {names} a name and "
            "{addresses} an address.",
            n=texts.number(known.offers),
            hours=texts.number(known.with_hours),
            names=texts.number(known.with_name),
            addresses=texts.number(known.with_address),
        )
    ]
    if known.with_capacity is not None:
        lines[0] += " " + texts.gettext(
            "{n} state a capacity.", n=texts.number(known.with_capacity)
        )
    return lines


def source_name(source: SourceTold) -> str:
    """Name a source as people know it."""
    return "OpenStreetMap" if source.source == OSM else source.source


def _line(source: SourceTold, texts: Texts) -> str:
    years = texts.number(source.age_years or 0.0, decimals=1)
    if source.kind == POPULATION:
        return texts.gettext("The count of people is {n} years older than that.", n=years)
    name = source_name(source)
    if source.kind == OFFERS:
        return texts.gettext(
            "What {source} tells of these offers is {n} years older than that.",
            source=name,
            n=years,
        )
    return texts.gettext("What {source} tells is {n} years older than that.", source=name, n=years)
