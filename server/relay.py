"""
Letters that visitors write to an entry whose e-mail address is known but not public.

The address is told to nobody: the letter goes out through this installation, and answers go to the
visitor. How many were passed on to an entry on a day is all that is noted; a letter itself is
deleted as soon as it is sent. One client may write five an hour (counted in each worker, as
`server.limits` does), one entry gets twenty a day.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from fastapi import Request

from layers.errors import RegisterError, UnknownOfferError
from layers.letters import may_pass_on
from layers.register.resolve import public_values, values_of
from server.limits import Buckets, client_key
from server.mail import has_mail, send
from server.mail_address import checked_address
from server.regions import regions_of
from server.texts import Texts, texts_of

if TYPE_CHECKING:
    from starlette.types import Scope

    from layers.notices import Notice
    from layers.offers import Offer
    from layers.register import Register

CLIENT_AN_HOUR: Final = 5
ENTRY_A_DAY: Final = 20
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 5_000
SHORTEST_TEXT: Final = 10
TRAP: Final = "homepage"  # people do not see this field; programs fill it in


class Writers:
    """Who wrote how much lately: buckets by a keyed checksum that tells no address."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._buckets = Buckets(CLIENT_AN_HOUR / 60, most=CLIENT_AN_HOUR)
        self._lock = threading.Lock()

    def wait_s(self, scope: Scope) -> float:
        """Count a letter of a client; return 0, or the seconds until it may write again."""
        with self._lock:
            return self._buckets.take(client_key(scope, self._key))


@dataclass(frozen=True)
class Draft:
    """What a visitor entered, and what is wrong with it, by field."""

    name: str = ""
    email: str = ""
    message: str = ""
    faults: dict[str, str] = field(default_factory=dict)


def read_draft(form: Mapping[str, str], texts: Texts) -> Draft:
    """Read and check a form."""
    name = " ".join(form.get("name", "").split())
    email = form.get("email", "").strip()
    message = form.get("message", "").replace("\r\n", "\n").strip()
    faults = {}
    if not 0 < len(name) <= LONGEST_NAME:
        faults["name"] = texts.gettext(
            "Please give a name of at most {n} characters.", n=LONGEST_NAME
        )
    if checked_address(email) is None:
        faults["email"] = texts.gettext(
            "Please give one e-mail address, such as name@example.org: the answer goes there."
        )
    if not SHORTEST_TEXT <= len(message) <= LONGEST_TEXT:
        faults["message"] = texts.gettext(
            "Please write between {least} and {most} characters.",
            least=texts.number(SHORTEST_TEXT),
            most=texts.number(LONGEST_TEXT),
        )
    return Draft(name, email, message, faults)


def hidden_address(register: Register | None, region: str, offer_id: str) -> str:
    """
    Return the e-mail address of a published entry that only this installation knows.

    "" where none is known, and where it is public anyway: then visitors write themselves.
    """
    if register is None:
        return ""
    try:
        entry = register.entry(region, offer_id)
    except (UnknownOfferError, RegisterError, sa.exc.SQLAlchemyError):
        return ""
    if not entry.is_public or public_values(entry).get("email"):
        return ""
    return checked_address(str(values_of(entry).get("email", ""))) or ""


def can_be_written_to(request: Request, region: str, offer_id: str) -> bool:
    """Whether a letter to an entry would be passed on here."""
    if not has_mail(request.app.state.settings):
        return False
    try:
        register = regions_of(request).register()
    except RegisterError:
        return False
    return bool(hidden_address(register, region, offer_id))


def notice_key(offer_id: str, notice: Notice) -> str:
    """Return what names a notice in an address: the same as long as its words are."""
    told = repr((offer_id, sorted(notice.to_record().items())))
    return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def pass_on(request: Request, region: str, offer: Offer, draft: Draft, *, about: str) -> bool:
    """
    Let a letter be sent to an entry.

    Parameters
    ----------
    request
        Of the visitor; nothing of it is kept.
    region, offer
        Whom it is for.
    draft
        Without faults.
    about
        What it answers, "" for nothing in particular.

    Returns
    -------
    is_passed_on
        False where the entry got its number of the day, or nothing can be sent now.
    """
    settings = request.app.state.settings
    register = regions_of(request).register()
    to = hidden_address(register, region, offer.id)
    if register is None or not to or not has_mail(settings):
        return False
    day = datetime.now(UTC).date()
    if not may_pass_on(register.database, region, offer.id, day=day, most_a_day=ENTRY_A_DAY):
        return False
    texts = texts_of(settings.language)  # of those who live here; the visitor's may be another
    subject = texts.gettext("Message to {entry}", entry=about or offer.name or offer.id)
    lines = [
        texts.gettext(
            "{name} ({email}) writes to “{entry}” through Umkreis:",
            name=draft.name, email=draft.email, entry=offer.name or offer.id,
        ),
        *([texts.gettext("About: {what}", what=about)] if about else []),
        draft.message,
        "-- ",
        texts.gettext(
            "Answer this letter and your answer goes to {email}. Your own address was told to "
            "nobody; your answer tells it.", email=draft.email,
        ),
        texts.gettext(
            "You get this because your entry lets people write to you. If you do not want that, "
            "tell those who run these pages: {contact}",
            contact=settings.contact or settings.mail_from,
        ),
    ]  # fmt: skip
    return send(settings, to=to, subject=subject, text="\n\n".join(lines), reply_to=draft.email)
