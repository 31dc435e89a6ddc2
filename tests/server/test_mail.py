"""E-mail against a mail server of the tests' own, on a free port of this machine."""

import logging
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from geo.errors import ParameterError
from layers import letters
from layers.register.database import Database
from server import mail
from server.mail_address import checked_address
from server.settings import Settings, default_data_dir


@dataclass
class Inbox:
    """What a mail server got; `says` is its answer to each letter."""

    says: str = "250 OK"
    letters: list[tuple[str, list[str], Message]] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        if self.says.startswith("2"):
            content = message_from_bytes(envelope.content)  # type: ignore[attr-defined]
            self.letters.append((envelope.mail_from, envelope.rcpt_tos, content))  # type: ignore[attr-defined]
        return self.says


class FreePort(Controller):
    """Looks whether it answers on the port that it got."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp_server(inbox: Inbox) -> Iterator[Callable[..., int]]:
    """Run mail servers that put everything into the inbox; give their port."""
    running = []

    def start(**options: object) -> int:
        controller = FreePort(inbox, hostname="127.0.0.1", port=0, **options)
        controller.start()
        running.append(controller)
        return int(controller.port)

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def settings(tmp_path: Path, smtp_server: Callable[..., int]) -> Settings:
    return Settings(
        data_dir=default_data_dir(),
        state_dir=tmp_path,
        smtp_url=f"smtp://127.0.0.1:{smtp_server()}",
        mail_from="umkreis@stadt.example",
    )


def waiting(settings: Settings) -> int:
    database = Database(settings.register_url)
    try:
        return letters.count_waiting(database)
    finally:
        database.close()


def text_of(message: Message) -> str:
    return message.get_payload(decode=True).decode("utf-8")  # type: ignore[union-attr]


def test_a_letter_arrives_as_written_and_is_kept_no_longer(settings, inbox):
    text = "Grüße aus der Straße\n.\nEnde €"
    taken = mail.send(
        settings, to="a@b.example", subject="Frage", text=text, reply_to="x@y.example"
    )
    assert (taken, waiting(settings)) == (True, 1)
    assert mail.deliver(settings) == mail.Delivered(sent=1)
    ((sender, to, message),) = inbox.letters
    assert (sender, to) == ("umkreis@stadt.example", ["a@b.example"])
    assert message["Reply-To"] == "x@y.example"
    assert text_of(message).replace("\r\n", "\n").strip() == text
    assert waiting(settings) == 0
    stored = b"".join(path.read_bytes() for path in settings.state_dir.glob("register.sqlite"))
    assert b"Stra\xc3\x9fe" not in stored


@pytest.mark.parametrize(
    "hostile", ["Hallo\r\nBcc: c@d.example", "Hallo\nBcc: c@d.example\n\nText", "\x00a\u2028b\x85c"]
)
def test_no_subject_adds_a_header(settings, inbox, hostile):
    assert mail.send(settings, to="a@b.example", subject=hostile, text="\x00Text")
    mail.deliver(settings)
    ((_, to, message),) = inbox.letters
    assert to == ["a@b.example"]
    assert "Bcc" not in message
    assert text_of(message).strip() == "Text"


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@b", "@b.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example",
        "a b@c.example", "<a@b.example>", "a..b@c.example", ".a@c.example", "a@-b.example",
        "ä@b.example", "a@b.example\x00", f"{'a' * 65}@b.example", f"a@{'b.' * 130}example",
        "a@1.2.3.4", '"a b"@c.example', "a@b.example;c@d.example", "a@" + "b" * 64 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_written_to(settings, address):
    assert checked_address(address) is None
    assert mail.send(settings, to=address, subject="s", text="t") is False
    if address:
        assert not mail.send(settings, to="a@b.example", subject="s", text="t", reply_to=address)
    assert not settings.register_file.exists()


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" a.b+c@d.example ", "a.b+c@d.example"),
        ("info@bäcker.example", "info@xn--bcker-gra.example"),
    ],
)
def test_addresses_are_taken_as_a_header_has_them(written, address):
    assert checked_address(written) == address


def test_without_a_mail_server_nothing_is_taken_and_nothing_stored(tmp_path, caplog):
    settings = Settings(data_dir=default_data_dir(), state_dir=tmp_path)
    assert not mail.has_mail(settings)
    assert mail.send(settings, to="a@b.example", subject="s", text="t") is False
    assert mail.deliver(settings) == mail.Delivered()
    assert "UMKREIS_SMTP_URL" in caplog.text
    assert not settings.register_file.exists()


def test_a_server_that_is_away_is_tried_again_for_three_days(settings):
    settings = replace(settings, smtp_url="smtp://127.0.0.1:1")
    assert mail.send(settings, to="a@b.example", subject="s", text="t")
    assert mail.deliver(settings) == mail.Delivered(postponed=1)
    assert mail.deliver(settings) == mail.Delivered()  # not due yet
    database = Database(settings.register_url)
    now, tries = datetime.now(UTC), 1
    while letters.count_waiting(database):
        now += timedelta(days=2)
        letter = letters.take(database, now=now)
        tries = letter.tries
        letters.postpone(database, letter, now=now)
    database.close()
    assert tries == 9
    assert sum(letters.PAUSES, timedelta()) == timedelta(days=3)


@pytest.mark.parametrize(("says", "outcome"), [("451 later", (0, 1, 0)), ("550 no", (0, 0, 1))])
def test_what_the_server_refuses_is_tried_again_or_given_up(settings, inbox, says, outcome, caplog):
    inbox.says = says
    mail.send(settings, to="secret@b.example", subject="Geheim", text="Vertraulich")
    found = mail.deliver(settings)
    assert (found.sent, found.postponed, found.given_up) == outcome
    assert waiting(settings) == found.postponed
    for word in ("secret", "Geheim", "Vertraulich"):
        assert word not in caplog.text


def test_the_queue_is_bounded(settings, monkeypatch, caplog):
    monkeypatch.setattr(letters, "MOST_WAITING", 2)
    taken = [mail.send(settings, to="a@b.example", subject="s", text="t") for _ in range(3)]
    assert taken == [True, True, False]
    assert "2 letters wait already" in caplog.text


def test_two_who_send_at_once_send_a_letter_once(settings):
    mail.send(settings, to="a@b.example", subject="s", text="t")
    first, second = Database(settings.register_url), Database(settings.register_url)
    assert letters.take(first) is not None
    assert letters.take(second) is None
    assert letters.take(second, now=datetime.now(UTC) + timedelta(minutes=11)).tries == 2
    first.close()
    second.close()


def test_the_thread_beside_the_app_sends(settings, inbox, monkeypatch):
    monkeypatch.setattr(mail, "_LOOK_EACH_S", 0.05)
    with mail.postman(settings):
        mail.send(settings, to="a@b.example", subject="s", text="t")
        deadline = time.monotonic() + 20
        while (not inbox.letters or waiting(settings)) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(inbox.letters) == 1
    assert waiting(settings) == 0


def test_a_password_is_read_from_its_file_and_sent_encrypted_only(
    settings, smtp_server, tmp_path, monkeypatch
):
    """Over STARTTLS with a certificate that is trusted, and not with one that is not."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names, *files], check=True, capture_output=True)  # noqa: S603
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    seen = []

    def check(_server, _session, _envelope, _mechanism, data):
        seen.append(data)
        return AuthResult(success=data == LoginPassword(b"stadt", b"geheim"))

    port = smtp_server(tls_context=context, require_starttls=True, authenticator=check)
    (tmp_path / "password").write_text("geheim\n", "utf-8")
    settings = replace(
        settings,
        smtp_url=f"smtp://stadt@127.0.0.1:{port}",
        smtp_password_file=str(tmp_path / "password"),
    )
    monkeypatch.setattr(mail, "is_this_machine", lambda _: False)
    mail.send(settings, to="a@b.example", subject="s", text="t")
    assert mail.deliver(settings) == mail.Delivered(postponed=1)
    assert seen == []  # nothing was told to a server that cannot show who it is
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mail.send(settings, to="a@b.example", subject="s", text="t")
    assert mail.deliver(settings) == mail.Delivered(sent=1)
    assert [data.password for data in seen] == [b"geheim"]


def test_a_server_without_encryption_gets_nothing_but_on_this_machine(
    settings, inbox, monkeypatch, caplog
):
    monkeypatch.setattr(mail, "is_this_machine", lambda _: False)
    mail.send(settings, to="a@b.example", subject="s", text="t")
    with caplog.at_level(logging.WARNING):
        assert mail.deliver(settings) == mail.Delivered(postponed=1)
    assert "SMTPNotSupportedError" in caplog.text
    assert inbox.letters == []


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"UMKREIS_SMTP_URL": "smtp://u:geheim@h"}, "UMKREIS_SMTP_PASSWORD_FILE"),
        ({"UMKREIS_SMTP_URL": "http://h"}, "smtp://localhost"),
        ({"UMKREIS_SMTP_URL": "smtp://h:99999"}, "smtp://localhost"),
        ({"UMKREIS_SMTP_URL": "smtp://h"}, "UMKREIS_MAIL_FROM"),
        ({"UMKREIS_MAIL_FROM": "Stadt <a@b.example>"}, "one e-mail address"),
    ],
)
def test_settings_of_mail_that_cannot_be_are_refused(environ, reason):
    with pytest.raises(ParameterError, match=reason) as failed:
        Settings.from_env(environ)
    assert "geheim" not in str(failed.value)


def test_no_backup_holds_a_letter_and_a_restored_one_loses_none(settings, tmp_path):
    from layers.register import Register

    mail.send(settings, to="a@b.example", subject="s", text="Vertraulich")
    with Register.open(settings.register_url) as register:
        made = register.backup(tmp_path / "backup" / "r.sqlite")
        assert b"Vertraulich" not in made.file.read_bytes()
        register.restore_backup(made.file)
        assert letters.count_waiting(register.database) == 1
