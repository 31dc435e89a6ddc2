"""Next sites in sentences: which places, who gains, how sure that is, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from layers.site_report import SitesReport
from layers.sites import FEWEST_SITES, LEAST_TIME
from server.measures.sites_out import SiteOut, SitesOut
from server.sentences import as_of_line, category_names, label, question_phrase
from server.texts import Texts
from server.time_sentences import time_lines, when_phrase


def sites_words(report: SitesReport, out: SitesOut, texts: Texts) -> list[str]:
    """Say all that an answer tells, a line each."""
    if not out.sites:
        return [
            texts.gettext("No new site is needed: no candidate would change anything."),
            *_assumed(report, out, texts),
        ]
    how = question_phrase(texts, report.before.question)
    head = texts.ngettext(
        "The best place for one more offer “{category}” ({how}):",
        "The best {n} places for more offers “{category}” ({how}):",
        len(out.sites),
        category=category_names(texts, report.before.question),
        how=how,
    )
    return [
        head,
        *(_site(site, out, texts) for site in out.sites),
        *_together(out, texts),
        *_gains(out, texts),
        _proof(out, texts),
        *_assumed(report, out, texts),
    ]


def site_place(site: SiteOut, texts: Texts) -> tuple[str, str]:
    """Say what stands at a site, and how far the nearest offer with a name is, or nothing."""
    if site.offer is not None:
        return site.offer.name or site.offer.id, ""
    if site.place == "given":
        place = site.name or texts.gettext("your place")
    else:
        place = texts.gettext("street corner")
    if site.landmark is None or site.landmark_m is None:
        return place, ""
    near = texts.gettext(
        ", {metres} m from {landmark}",
        metres=texts.number(site.landmark_m),
        landmark=site.landmark.name or site.landmark.id,
    )
    return place, near


def _site(site: SiteOut, out: SitesOut, texts: Texts) -> str:
    place, near = site_place(site, texts)
    values = {
        "place": place,
        "district": site.district,
        "near": near,
        "gained": _count(site.gained, out, texts),
        "served": _count(site.served, out, texts),
    }
    at = f"{site.rank:>3}. (lon {site.lon:.5f}, lat {site.lat:.5f}) "
    if out.capacity is not None:
        return at + texts.gettext(
            "{place} in {district}{near}: {gained} more find room, {served} would go there",
            **values,
        )
    return at + texts.gettext("{place} in {district}{near}: {gained} newly in reach", **values)


def _together(out: SitesOut, texts: Texts) -> Iterator[str]:
    gained, before, after = (
        _count(out.gained, out, texts),
        _share(out.share_before, texts),
        _share(out.share_after, texts),
    )
    if out.capacity is not None:
        yield texts.gettext(
            "Together {gained} more find room: {before} before, {after} after. That is the best "
            "possible allocation, not a forecast.",
            gained=gained, before=before, after=after,
        )  # fmt: skip
        return
    yield texts.gettext(
        "Together {gained} come within reach: {before} before, {after} after.",
        gained=gained, before=before, after=after,
    )  # fmt: skip
    if out.mean_min_after is None:
        return
    after_min = texts.number(out.mean_min_after, decimals=1)
    if out.mean_min_before is None:
        yield texts.gettext(
            "Mean way of all who reach an offer: no offer before, {after} minutes after.",
            after=after_min,
        )
    else:
        yield texts.gettext(
            "Mean way of all who reach an offer: {before} minutes before, {after} minutes after.",
            before=texts.number(out.mean_min_before, decimals=1), after=after_min,
        )  # fmt: skip


def _gains(out: SitesOut, texts: Texts) -> Iterator[str]:
    """List the districts that gain, the most first, and those that lose."""
    by_way = out.objective == LEAST_TIME
    for row in sorted(out.by_district, key=lambda r: -((r.shorter if by_way else r.gained) or 0)):
        if (row.shorter if by_way else row.gained) == 0:
            continue
        values = {
            "gained": _count(row.gained, out, texts),
            "shorter": _count(row.shorter, out, texts),
        }
        if by_way:
            told = texts.gettext("{gained} newly in reach, {shorter} with a shorter way", **values)
        elif out.capacity is not None:
            told = texts.gettext("{gained} more find room", **values)
        else:
            told = texts.gettext("{gained} newly in reach", **values)
        yield f"  {row.name}: {told}"


def _proof(out: SitesOut, texts: Texts) -> str:
    n = out.candidates.count
    if out.proof.proven:
        return texts.ngettext(
            "Proven: no choice of {n} candidate is better.",
            "Proven: no choice of {n} candidates is better.",
            n,
        )
    if out.objective == FEWEST_SITES and out.proof.at_least < len(out.sites):
        return texts.gettext(
            "Not proven: at least {least} of {n} candidates are needed.",
            least=texts.number(out.proof.at_least), n=texts.number(n),
        )  # fmt: skip
    return texts.gettext(
        "Not proven in {seconds} seconds: a choice of {n} candidates might bring up to {gap} more.",
        seconds=texts.number(round(out.proof.seconds)),
        n=texts.number(n),
        gap=texts.percent(out.proof.gap),
    )


def _assumed(report: SitesReport, out: SitesOut, texts: Texts) -> Iterator[str]:
    """Say what was counted as supply, what it can serve, and of when the data is."""
    when = report.before.question.when
    if when is not None:
        yield from time_lines(report.before, texts)
        yield texts.gettext(
            "The new ones are taken to be open {when}.", when=when_phrase(texts, when)
        )
    if out.capacity is not None:
        yield from _capacity(report, out, texts)
    if out.candidates.not_placed:
        yield texts.ngettext(
            "{n} candidate was left out: too far from any street.",
            "{n} candidates were left out: too far from any street.",
            out.candidates.not_placed,
        )
    yield as_of_line(report.before, texts) + "."


def _capacity(report: SitesReport, out: SitesOut, texts: Texts) -> Iterator[str]:
    capacity = out.capacity
    if capacity is None:
        return
    units = {unit.id: label(texts, unit) for unit in report.before.atlas.taxonomy.units}
    values = {
        "unit": units.get(capacity.unit, texts.gettext("people")),
        "each": texts.number(capacity.each_new),
        "demand": texts.number(capacity.demand_per_resident, decimals=3),
    }
    yield texts.gettext(
        "Capacity in {unit}: each new site {each} (entered); each resident uses {demand}.", **values
    )
    for offer in capacity.existing:
        entered = offer.capacity_from == "asker"
        origin = texts.gettext("entered") if entered else texts.gettext("stated by the offer")
        yield f"  {offer.name or offer.id}: {texts.number(offer.capacity)} ({origin})"


def _count(value: int | None, out: SitesOut, texts: Texts) -> str:
    """Write people, or buildings where nobody is counted."""
    if value is None:
        return texts.gettext("too few people to tell")
    if out.unit == "buildings":
        return texts.ngettext("{n} residential building", "{n} residential buildings", value)
    return texts.ngettext("{n} person", "{n} people", value)


def _share(share: float | None, texts: Texts) -> str:
    return "–" if share is None else texts.percent(share)
