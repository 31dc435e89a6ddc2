"""Suggest a new place, or a correction of an entry; works without scripts, by address."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from layers.submissions.content import present_values
from layers.submissions.kept import Sender
from layers.submissions.sending import submit
from server.accounts.csrf import CheckedForm
from server.offer_address import offer_path
from server.private_links import SUGGESTED
from server.regions import regions_of
from server.sentences import label
from server.shell import PageRoute, texts_for
from server.submissions.filled import Filled, Read, filled_of_values
from server.submissions.form_page import Task, answer, show_form
from server.submissions.letters import tell_sender
from server.submissions.stored import private, register_of
from server.submissions.words import CONSENT

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/submit")
def submit_page(request: Request, region: str, offer: str = "") -> Response:
    """Show the form, filled with what an entry says where one is named."""
    task, _ = _task(request, region, offer)
    return show_form(request, task, filled_of_values(task.present) if offer else Filled())


@router.post("/r/{region}/submit")
def submit_form(request: Request, region: str, form: CheckedForm, offer: str = "") -> Response:
    """Answer with the faults, the preview, or the private link."""
    task, offer_id = _task(request, region, offer)
    return answer(request, task, form, partial(_save, request, task, offer_id))


def _save(
    request: Request, task: Task, offer_id: str, result: Read, sender: Sender, is_released: bool
) -> Response:
    given, token = submit(
        register_of(request),
        task.atlas,
        result.values,
        sender=sender,
        consent=CONSENT,
        is_released=is_released,
        offer_id=offer_id,
    )
    tell_sender(request, given, token)
    return private(SUGGESTED.lead(request, token, new="1"))


def _task(request: Request, region: str, offer: str) -> tuple[Task, str]:
    atlas = regions_of(request).open(region)
    texts = texts_for(request)
    action = f"/r/{atlas.region.id}/submit"
    if not offer:
        return Task(
            atlas,
            action,
            f"/r/{atlas.region.id}",
            texts.gettext("Suggest a place"),
            texts.gettext(
                "Something is missing here? Say what you know; name, kind and place are enough. "
                "Somebody checks it before it is shown. No account is needed."
            ),
            texts.gettext("Send the suggestion"),
        ), ""
    entry = atlas.offers[atlas.offers.row(offer)]
    name = entry.name or label(texts, atlas.taxonomy.category(entry.categories[0]))
    return Task(
        atlas,
        action,
        offer_path(atlas.region.id, entry.id),
        texts.gettext("Correct “{name}”", name=name),
        texts.gettext(
            "Change what is wrong and leave the rest as it is. Somebody checks it before it is "
            "shown. No account is needed."
        ),
        texts.gettext("Send the correction"),
        present_values(entry),
        {"offer": entry.id},
    ), entry.id
