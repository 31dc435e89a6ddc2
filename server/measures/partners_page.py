"""The partners of an offer as a page: who, why, how far, and how many people reach both."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from layers.atlas import Atlas
from layers.partners import partners
from server.asked import parse_asked
from server.measures.partners import MatchOut, PartnerOut, PartnersOut, TieOut, partners_out
from server.models import Label
from server.offer_address import offer_path
from server.regions import regions_of
from server.sentences import label, mode_names
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/offers/{offer}/partners")
def partners_page(request: Request, region: str, offer: str) -> HTMLResponse:
    """Show who nearby gives what an offer needs, or needs what it gives."""
    asked = parse_asked(request.query_params)
    atlas = regions_of(request).open(region)
    out = partners_out(partners(atlas, offer, mode=asked.mode, minutes=asked.minutes))
    texts = texts_for(request)
    return render(
        request,
        "partners.html",
        region=atlas.region,
        name=out.offer.name or _kind(atlas, out.offer.category, texts),
        kind=_kind(atlas, out.offer.category, texts),
        category=out.offer.category,
        path=offer_path(atlas.region.id, out.offer.id),
        how=mode_names(texts)[out.mode],
        as_of=texts.month(out.as_of),
        partners=[partner_entry(atlas, partner, texts) for partner in out.partners],
        more=out.total - len(out.partners),
        chains=_chains(out, atlas, texts),
        attributions=out.attributions,
    )


def _kind(atlas: Atlas, category: str, texts: Texts) -> str:
    return label(texts, atlas.taxonomy.category(category))


def partner_entry(atlas: Atlas, partner: PartnerOut, texts: Texts) -> dict[str, Any]:
    """Describe a partner with its reasons."""
    kind = _kind(atlas, partner.offer.category, texts)
    both = partner.residents_both
    return {
        "name": partner.offer.name or kind,
        "kind": kind if partner.offer.name else "",
        "url": offer_path(atlas.region.id, partner.offer.id),
        "minutes": texts.number(round(partner.travel_min)),
        "both": "" if both is None else texts.number(both),
        "reasons": [
            *(_tied(tie, texts) for tie in partner.ties),
            *(_reason(match, texts) for match in partner.matches if not match.weak),
        ],
        "goals": [
            label(texts, goal) for goal in atlas.taxonomy.impacts if goal.id in partner.shared_goals
        ],
    }


def _tied(tie: TieOut, texts: Texts) -> str:
    """Say how two work together already."""
    is_own = tie.direction == "to_partner"
    says = {
        ("supplies", True): texts.gettext("Already works together: is supplied from here"),
        ("supplies", False): texts.gettext("Already works together: supplies this offer"),
        ("uses_room_of", True): texts.gettext("Already works together: gives a room"),
        ("uses_room_of", False): texts.gettext("Already works together: uses the room here"),
        ("member_of", True): texts.gettext("Already works together: this offer is a member there"),
        ("member_of", False): texts.gettext("Already works together: is a member here"),
    }
    return says.get((tie.kind, is_own)) or texts.gettext("Already works together")


def _reason(match: MatchOut, texts: Texts) -> str:
    resource = _named(match.resource.label, texts)
    if match.kind == "needs":
        text = texts.gettext("gives what is needed: {resource}", resource=resource)
    else:
        text = texts.gettext("needs what is given: {resource}", resource=resource)
    dated = [
        texts.gettext("until {day}: {text}", day=texts.day(n.until), text=n.text)
        for n in match.notices
    ]
    return f"{text} ({'; '.join(dated)})" if dated else text


def _chains(out: PartnersOut, atlas: Atlas, texts: Texts) -> list[str]:
    def name(ref: Any) -> str:
        return ref.name or _kind(atlas, ref.category, texts)

    return [
        " → ".join(
            [
                name(chain[0].source),
                *(f"{_named(s.resource.label, texts)} → {name(s.target)}" for s in chain),
            ]
        )
        for chain in out.chains
    ]


def _named(words: Label, texts: Texts) -> str:
    return words.de if texts.language == "de" else words.en
