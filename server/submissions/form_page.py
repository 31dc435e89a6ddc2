"""
The form, its faults and its preview: the same for suggestions, their changes, and keepers.

It goes back and forth without anything being stored: what was typed travels in the form itself.
Nothing is sent before it was shown once more, with what it may be already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from geo.crs import geometry_to_lonlat
from layers.atlas import Atlas
from layers.errors import SubmissionError
from layers.submissions.content import LONGEST, LONGEST_NOTE, checked_content, differing
from layers.submissions.hours import LONGEST_NOTE as LONGEST_HOURS_NOTE
from layers.submissions.kept import Sender
from layers.submissions.review import similar_offers
from layers.submissions.sending import ContentError, sender_faults
from server import view
from server.accounts.csrf import FIELD, Form
from server.offer_address import offer_path
from server.offer_icons import SHEET
from server.offer_texts import map_texts
from server.sentences import label
from server.shell import error_page, render, texts_for
from server.submissions.filled import TRAP, Filled, Read, filled_of_form, read
from server.submissions.stored import AN_HOUR, private, wait_s
from server.submissions.words import (
    category_groups,
    consent_text,
    day_names,
    fault_text,
    fault_texts,
    field_names,
    hours_days,
    resource_names,
    value_rows,
    wheelchair_names,
)
from server.texts import Texts, kept

LEAST_S: Final = 3.0  # nobody reads and fills in the form in less; a hurdle for programs, no more
_ACTIONS: Final = ("do", FIELD, TRAP)


@dataclass(frozen=True)
class Task:
    """
    Who fills in the form, and for what.

    Attributes
    ----------
    atlas
        The region.
    action, query
        Where the form is sent.
    back
        Where "cancel" leads.
    title, lead
        What stands above.
    send
        What the last button says.
    present
        What the entry says now, empty for a new place.
    asks_sender
        Whether senders are asked who they are, and for their agreement.
    is_counted
        Whether it counts against what one client may send.
    """

    atlas: Atlas
    action: str
    back: str
    title: str
    lead: str
    send: str
    present: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    asks_sender: bool = True
    is_counted: bool = True


Save = Callable[[Read, Sender, bool], Response]


def show_form(
    request: Request,
    task: Task,
    filled: Filled,
    *,
    faults: Mapping[str, str] | None = None,
    result: Read | None = None,
    trouble: str = "",
) -> HTMLResponse:
    """Show the form, with what is wrong beside each field and in a summary that gets the focus."""
    texts, atlas = texts_for(request), task.atlas
    names = field_names(texts)
    faults = faults or {}
    filled.texts.setdefault("begun", f"{time.time():.0f}")
    page = render(
        request,
        "submit.html",
        status=HTTPStatus.BAD_REQUEST if faults or trouble else HTTPStatus.OK,
        region=atlas.region,
        task=task,
        filled=filled,
        faults=faults,
        trouble=trouble,
        summary=[(_anchor(name), _named(names, name), text) for name, text in faults.items()],
        choices=result.place.choices if result else (),
        names=names,
        groups=category_groups(atlas, texts),
        days=day_names(texts),
        wheelchair=wheelchair_names(texts),
        resources=resource_names(atlas, texts),
        longest={**LONGEST, "note": LONGEST_NOTE, "hours_note": LONGEST_HOURS_NOTE},
        consent=consent_text(texts, keep_days=request.app.state.settings.keep_days),
        trap=TRAP,
        sheet=SHEET,
        page_data=_page_data(atlas, texts),
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def answer(request: Request, task: Task, form: Form, save: Save) -> Response:
    """
    Answer a form that was sent: with its faults, its preview, or by saving it.

    Parameters
    ----------
    save
        Gets the values, the sender, and whether contacts may be shown; returns the answer.
    """
    texts, filled = texts_for(request), filled_of_form(form)
    do = form.get("do")
    if do == "edit":
        return show_form(request, task, filled)
    result = read(filled, task.atlas, task.present)
    sender = filled.sender_in(texts.language)
    faults = _faults(task, filled, result, sender, texts)
    if faults:
        return show_form(request, task, filled, faults=faults, result=result)
    if do != "send":
        return _preview(request, task, form, result, filled)
    if form.get(TRAP) or not _took_time(filled["begun"]):
        said = texts.gettext(
            "This was sent so quickly, or with a hidden field filled in, that it looks like a "
            "program. Please look at it once more and send it again."
        )
        filled.texts.pop("begun", None)
        return show_form(request, task, filled, trouble=said)
    if task.is_counted and (seconds := wait_s(request)):
        return too_many(request, seconds)
    try:
        return save(result, sender, "is_released" in filled.ticks)
    except ContentError as exc:
        return show_form(request, task, filled, faults=fault_texts(texts, exc.faults))
    except SubmissionError:
        said = texts.gettext(
            "Nothing was changed: it says already what you wrote, or somebody decided meanwhile."
        )
        return show_form(request, task, filled, trouble=said)


def content_in(task: Task, result: Read) -> dict[str, Any]:
    """Return what would be kept: of a correction only what differs."""
    content, _ = checked_content(result.values, task.atlas, is_correction=bool(task.present))
    return differing(content, task.present) if task.present else content


def _faults(
    task: Task, filled: Filled, result: Read, sender: Sender, texts: Texts
) -> dict[str, str]:
    _, wrong = checked_content(result.values, task.atlas, is_correction=bool(task.present))
    found = {name: fault_text(texts, why, name) for name, why in result.faults.items()}
    if task.asks_sender:
        wrong += sender_faults(sender)
    if not filled["category"]:
        found["category"] = fault_text(texts, "missing", "category")
    for name, text in fault_texts(texts, wrong).items():
        name = "hours" if name == "opening_hours" else name
        if not (name == "address" and "lon" in found):
            found.setdefault(name, text)
    if task.asks_sender and "consent" not in filled.ticks:
        found["consent"] = fault_text(texts, "consent")
    order = {name: at for at, name in enumerate(_order(filled))}
    return dict(sorted(found.items(), key=lambda each: order.get(each[0], len(order))))


def _order(filled: Filled) -> list[str]:
    lines = [f"from-{n}" for n in range(len(filled.shown_lines))]
    return [
        "name", "category", "address", "lon", "hours", *lines, "closed_on_holidays", "hours_note",
        "website", "phone", "email", "description", "wheelchair", "gives", "needs", "closed_on",
        "sender_name", "sender_email", "note", "consent",
    ]  # fmt: skip


def _preview(request: Request, task: Task, form: Form, result: Read, filled: Filled) -> Response:
    texts, atlas = texts_for(request), task.atlas
    content = content_in(task, result)
    if task.present and not content and not filled["note"].strip():
        said = texts.gettext("Nothing differs from what stands there already.")
        return show_form(request, task, filled, trouble=said)
    pairs = [(name, value) for name, value in form.multi_items() if name not in _ACTIONS]
    contacts = [name for name in ("phone", "email") if content.get(name)]
    page = render(
        request,
        "submit_preview.html",
        region=atlas.region,
        task=task,
        pairs=pairs,
        rows=value_rows(atlas, texts, content, task.present if task.present else None),
        days=hours_days(atlas, texts, content.get("opening_hours") or ""),
        has_contacts=bool(contacts),
        is_released="is_released" in filled.ticks,
        note=filled["note"].strip(),
        similar=[] if task.present else _similar(atlas, content, texts),
        trap=TRAP,
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _similar(atlas: Atlas, content: Mapping[str, Any], texts: Texts) -> list[dict[str, str]]:
    """Describe the offers that a new place may be."""
    found = []
    for pair in similar_offers(atlas, content)[:5]:
        offer = atlas.offers[atlas.offers.row(pair.first)]
        kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
        found.append(
            {
                "id": offer.id,
                "name": offer.name or kind,
                "kind": kind,
                "address": offer.address,
                "metres": texts.number(round(pair.distance_m)),
                "path": offer_path(atlas.region.id, offer.id),
            }
        )
    return found


def too_many(request: Request, seconds: float) -> Response:
    """Ask a client to come back later who sends a lot."""
    texts = texts_for(request)
    page = error_page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        heading=texts.gettext("That were many suggestions"),
        explanation=texts.gettext(
            "So that nobody floods the list, {n} suggestions an hour can be sent from one "
            "connection. Yours was not sent: go back one page and send it again later.",
            n=texts.number(AN_HOUR),
        ),
    )
    page.headers["Retry-After"] = str(ceil(seconds))
    return private(page)


def _took_time(begun: str) -> bool:
    return begun.isdecimal() and len(begun) < 12 and time.time() - int(begun) >= LEAST_S


def _anchor(name: str) -> str:
    """Return the id of the input at which a fault is shown."""
    return {"gives": "gives-head", "needs": "needs-head", "hours": "hours-head"}.get(name, name)


def _named(names: Mapping[str, str], name: str) -> str:
    return names["hours"] if name.startswith("from-") else names.get(name, name)


def _page_data(atlas: Atlas, texts: Texts) -> dict[str, Any]:
    """Return what the map draws and asks."""
    area = geometry_to_lonlat(atlas.region.boundary, atlas.region.crs)
    west, south, east, north = area.bounds
    return {
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "attributions": list(atlas.region.attributions),
        "sheet": SHEET,
        "bounds": [[south, west], [north, east]],
        "api": f"/api/v1/regions/{atlas.region.id}",
        "texts": {
            **map_texts(texts),
            "pin": texts.gettext("The place; drag the pin to move it"),
            "placed": texts.gettext("The pin is set."),
            "found": texts.gettext("Found: {name}. The pin is set.", **kept("name")),
            "several": texts.gettext("This may mean several places:"),
            "unknown": texts.gettext("This address is not known here. Please set the pin."),
            "failed": texts.gettext("That did not work. Please try again."),
            "line": texts.gettext("Add a line of times"),
            "copied": texts.gettext("Copied."),
        },
    }
