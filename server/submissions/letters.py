"""Letters to those who suggest or keep something; none are sent where there is no mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from server.mail import has_mail, send
from server.private_links import SUGGESTED
from server.shell import texts_for
from server.texts import texts_of

if TYPE_CHECKING:
    from layers.submissions.kept import Submission
    from server.settings import Settings


def origin_of(request: Request) -> str:
    """Return the address under which visitors reach us."""
    settings: Settings = request.app.state.settings
    return settings.public_url or str(request.base_url).rstrip("/")


def tell_sender(request: Request, given: Submission, token: str) -> bool:
    """Mail senders their private link, if they gave an address; tell whether it was."""
    settings = request.app.state.settings
    if not given.email or not has_mail(settings):
        return False
    texts = texts_for(request)
    lines = [
        texts.gettext(
            "Thank you for your suggestion “{name}”.", name=given.title or given.offer_id
        ),
        texts.gettext(
            "With this link you follow what becomes of it, change it or take it back. Whoever has "
            "the link can do that, so keep it to yourself:"
        ),
        SUGGESTED.link(origin_of(request), token),
        texts.gettext("If you did not send it, you need not do anything."),
    ]
    subject = texts.gettext("Your suggestion")
    return send(settings, to=given.email, subject=subject, text="\n\n".join(lines))


def tell_decision(settings: Settings, given: Submission, *, title: str) -> bool:
    """
    Mail senders that it was decided, with the reason; the desk calls it after its decision.

    The private link is not in it: nobody knows it any more but the sender.
    """
    if not given.email or not has_mail(settings):
        return False
    texts = texts_of(given.consent.language)
    if given.state == "accepted":
        said = texts.gettext("Your suggestion “{name}” was accepted. Thank you!", name=title)
    else:
        said = texts.gettext(
            "Your suggestion “{name}” was not accepted. The reason: {reason}",
            name=title,
            reason=given.reason,
        )
    return send(settings, to=given.email, subject=texts.gettext("Your suggestion"), text=said)


def mail_code(request: Request, to: str, code: str, *, name: str) -> bool:
    """Mail the code that proves that an entry is somebody's own."""
    settings = request.app.state.settings
    texts = texts_of(settings.language)  # of those who live here; who asks may be anybody
    lines = [
        texts.gettext("Somebody says that the entry “{name}” is their own.", name=name),
        texts.gettext("If it was you, type this code on the page; it holds for an hour:"),
        f"{code[:4]} {code[4:]}",
        texts.gettext(
            "If it was not you, do nothing and give the code to nobody: without it nothing changes."
        ),
    ]
    subject = texts.gettext("Your code for “{name}”", name=name)
    return send(settings, to=to, subject=subject, text="\n\n".join(lines))
