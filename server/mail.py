"""
E-mail by SMTP: stored first, sent by a thread of its own, tried again for three days.

Nothing of it reaches a page: `send` says whether a letter was taken. A connection to another
machine is encrypted and its certificate verified, or nothing is sent. What a letter says, to whom
and from whom stands in no log.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from layers import letters
from layers.errors import RegisterError
from layers.register.database import Database
from server.mail_address import checked_address

if TYPE_CHECKING:
    from layers.letters import Letter
    from server.settings import Settings

_LOG = logging.getLogger(__name__)
_TIMEOUT_S: Final = 20.0
_LOOK_EACH_S: Final = 5.0
_MOST_AT_ONCE: Final = 50
_LONGEST_SUBJECT: Final = 200
_LONGEST_TEXT: Final = 50_000
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\u2028\u2029\ud800-\udfff]")
_NEVER: Final = 500  # replies of a mail server from here on are for good (RFC 5321, 4.2.1)


def has_mail(settings: Settings) -> bool:
    """Whether this installation can send e-mail; where not, pages say so."""
    return bool(settings.smtp_url and settings.mail_from)


def send(
    settings: Settings, *, to: str, subject: str, text: str, reply_to: str | None = None
) -> bool:
    """
    Let a letter be sent; it is stored when this returns.

    Parameters
    ----------
    settings
        Of this installation.
    to, reply_to
        Addresses; `reply_to` None for answers to `UMKREIS_MAIL_FROM`.
    subject, text
        Plain text. White space in the subject becomes blanks, other control characters go.

    Returns
    -------
    is_taken
        False where this installation has no mail, an address is none, the text is too long, or the
        letter could not be stored; the reason is logged, without the letter.
    """
    recipient = checked_address(to)
    answer_to = checked_address(reply_to) if reply_to else ""
    if not has_mail(settings):
        return _refused("UMKREIS_SMTP_URL and UMKREIS_MAIL_FROM are not set")
    if recipient is None or answer_to is None:
        return _refused("an address is none")
    if len(text) > _LONGEST_TEXT:
        return _refused(f"it has {len(text)} characters, at most {_LONGEST_TEXT} are sent")
    try:
        with _opened(settings) as database:
            letters.put(
                database,
                to=recipient,
                subject=" ".join(_plain(subject).split())[:_LONGEST_SUBJECT],
                text=_plain(text.replace("\r\n", "\n")),
                reply_to=answer_to,
            )
    except (RegisterError, sa.exc.SQLAlchemyError) as exc:
        return _refused(str(exc) if isinstance(exc, RegisterError) else type(exc).__name__)
    return True


@dataclass(frozen=True)
class Delivered:
    """How many letters were sent, how many wait for another try, how many were given up."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0


def deliver(settings: Settings) -> Delivered:
    """Send what is due, as far as the mail server takes it; nothing is raised."""
    if not has_mail(settings):
        return Delivered()
    try:
        with _opened(settings) as database:
            return deliver_from(database, settings)
    except (RegisterError, sa.exc.SQLAlchemyError) as exc:
        _LOG.warning("letters cannot be read: %s", type(exc).__name__)
        return Delivered()


def deliver_from(database: Database, settings: Settings) -> Delivered:
    """Do the same with a database that is open."""
    sent = postponed = given_up = 0
    for _ in range(_MOST_AT_ONCE):
        if (letter := letters.take(database)) is None:
            break
        try:
            _transmit(settings, letter)
        except (smtplib.SMTPException, OSError, ValueError) as exc:
            # what exceptions of smtplib say may name the recipient
            is_lost = _is_for_good(exc) or not letters.postpone(database, letter)
            if is_lost:
                letters.remove(database, letter.id)
            given_up += is_lost
            postponed += not is_lost
            then = "given up" if is_lost else "tried again"
            _LOG.warning("a letter was not sent (%s, try %d): %s", _kind(exc), letter.tries, then)
        else:
            letters.remove(database, letter.id)
            sent += 1
    if sent:
        _LOG.info("%d letters sent", sent)
    return Delivered(sent, postponed, given_up)


@contextmanager
def postman(settings: Settings) -> Iterator[None]:
    """Send letters in a thread of its own as long as the context is open."""
    if not has_mail(settings):
        yield
        return
    is_over = threading.Event()
    thread = threading.Thread(target=_walk, args=(settings, is_over), name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(timeout=_TIMEOUT_S)


def message_of(letter: Letter, *, sender: str) -> EmailMessage:
    """Write a letter as a message; its headers cannot be added to by what anybody wrote."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Umkreis", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    if letter.reply_to:
        message["Reply-To"] = Address(addr_spec=letter.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = localtime()
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers of absent people
    message.set_content(letter.text, cte="quoted-printable")
    return message


def _walk(settings: Settings, is_over: threading.Event) -> None:
    while not is_over.wait(_LOOK_EACH_S):
        try:
            with _opened(settings) as database:
                while not is_over.is_set():
                    deliver_from(database, settings)
                    is_over.wait(_LOOK_EACH_S)
        except (RegisterError, sa.exc.SQLAlchemyError) as exc:
            _LOG.warning("letters cannot be read, asked again: %s", type(exc).__name__)


def _transmit(settings: Settings, letter: Letter) -> None:
    message = message_of(letter, sender=settings.mail_from)
    with _connected(settings) as server:
        server.send_message(message, settings.mail_from, [letter.to])


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(settings.smtp_url)
    host, name = parts.hostname or "", settings.mail_from.rpartition("@")[2]
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        made: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, name, timeout=_TIMEOUT_S, context=context
        )
    else:
        made = smtplib.SMTP(host, parts.port or 587, name, timeout=_TIMEOUT_S)
    with made as server:
        if parts.scheme == "smtp" and not is_this_machine(host):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), _password(settings))
        yield server


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, to which nothing needs to be encrypted."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password(settings: Settings) -> str:
    if not settings.smtp_password_file:
        return ""
    return Path(settings.smtp_password_file).read_text("utf-8").strip()


def _is_for_good(exc: Exception) -> bool:
    """Whether the server will not take this letter; what it thinks of us may change."""
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        return all(code >= _NEVER for code, _ in exc.recipients.values())
    return isinstance(exc, smtplib.SMTPDataError) and exc.smtp_code >= _NEVER


def _kind(exc: Exception) -> str:
    code = getattr(exc, "smtp_code", "")
    return f"{type(exc).__name__} {code}".strip()


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)


def _refused(why: str) -> bool:
    _LOG.warning("a letter was not taken: %s", why)
    return False


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = Database(settings.register_url)
    try:
        yield database
    finally:
        database.close()
