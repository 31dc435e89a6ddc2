"""Secrets are planted in settings, headers, addresses and bodies; no line of a log names one."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from server.settings import Settings
from tests.server.test_cli import free_port, wait_for

PLANTED = "geheim-7f3a9c"
REGION = "/api/v1/regions/toy"
FORM = "application/x-www-form-urlencoded"


def ask(url: str, *, body: bytes | None = None, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named)  # noqa: S310 (this machine)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as exc:
        exc.read()
        return int(exc.code)


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_log_names_a_secret(toy_settings: Settings, tmp_path: Path, log_format: str):
    password = tmp_path / "password"
    password.write_text(f"{PLANTED}-smtp\n", "utf-8")
    port = free_port()
    environ = {
        **os.environ,
        "UMKREIS_STATE_DIR": str(toy_settings.state_dir),
        "UMKREIS_DATABASE_URL": f"sqlite:///{tmp_path / 'register.sqlite'}",
        "UMKREIS_LOG_FORMAT": log_format,
        "UMKREIS_LOG_LEVEL": "DEBUG",
        "UMKREIS_SMTP_URL": f"smtp://{PLANTED}-user@localhost:1",
        "UMKREIS_SMTP_PASSWORD_FILE": str(password),
        "UMKREIS_MAIL_FROM": "umkreis@example.org",
    }
    log = tmp_path / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "server.cli", "serve", "toy", "--port", str(port)],
            env=environ, stdout=written, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            home = f"http://127.0.0.1:{port}"
            wait_for(f"{home}/healthz", process)
            asked = [
                ask(f"{home}{REGION}/offers?q={PLANTED}"),
                ask(f"{home}/s/{PLANTED}"),
                ask(f"{home}/e/{PLANTED}"),
                ask(f"{home}/set-password/{PLANTED}"),
                ask(f"{home}/s", body=f"link={PLANTED}".encode(), Content_Type=FORM),
                ask(f"{home}/e", body=f"link={PLANTED}".encode(), Content_Type=FORM),
                ask(f"{home}/set-password", body=f"link={PLANTED}".encode(), Content_Type=FORM),
                ask(f"{home}/s/none", Cookie=f"umkreis-link={PLANTED}"),
                ask(f"{home}/{PLANTED}", Referer=f"http://x/{PLANTED}"),
                ask(home, Authorization=f"Bearer {PLANTED}", Cookie=f"umkreis-local={PLANTED}"),
                ask(f"{home}{REGION}/scenarios/stored", Authorization=f"Bearer umk_{PLANTED}"),
                ask(home, X_Forwarded_For="203.0.113.77", User_Agent=PLANTED),
                ask(f"{home}{REGION}/geocode", body=f'{{"q": "{PLANTED}"}}'.encode(),
                    Content_Type="application/json"),
                ask(f"{home}/sign-in", body=f"email=a@b.org&password={PLANTED}".encode(),
                    Content_Type=FORM),
                ask(f"{home}/sign-in?next=/{PLANTED}", Referer=f"{home}/s/{PLANTED}"),
                ask(f"{home}/sign-in/oidc?code={PLANTED}&state={PLANTED}"),
                ask(f"{home}/set-password/{PLANTED}", Content_Type=FORM,
                    body=f"new={PLANTED}&again={PLANTED}&csrf={PLANTED}".encode()),
                ask(f"{home}/account/tokens", body=f"name={PLANTED}".encode(), Content_Type=FORM,
                    Cookie=f"__Host-umkreis={PLANTED}; umkreis={PLANTED}"),
                ask(f"{home}/s/{PLANTED}/change", body=f"note={PLANTED}".encode(),
                    Content_Type=FORM),
                ask(f"{home}/e/{PLANTED}?code={PLANTED}", body=f"code={PLANTED}".encode(),
                    Content_Type=FORM),
                ask(f"{home}/ogc/collections/{PLANTED}/items?filter=name='{PLANTED}'"),
                ask(f"{home}/ogc/collections/toy.trade/items?bbox={PLANTED}"),
                ask(f"{home}/r/toy?q={PLANTED}&category={PLANTED}"),
                ask(f"{home}/r/toy/feed.atom?district={PLANTED}"),
                ask(f"{home}/embed/toy?category={PLANTED}"),
                ask(f"{home}/static/{PLANTED}.css"),
                ask(f"{home}{REGION}/submissions", Content_Type="application/json",
                    body=f'{{"name": "{PLANTED}", "email": "{PLANTED}@a.org"}}'.encode()),
                ask(f"{home}{REGION}/scenarios", body=f'{{"{PLANTED}": [}}'.encode(),
                    Content_Type="application/json"),
                ask(f"{home}{REGION}/papers", body=f'{{"title": "{PLANTED}"}}'.encode(),
                    Content_Type="application/json", Idempotency_Key=PLANTED),
                ask(f"{home}{REGION}/near", body=b'{"lon": 13.123456, "lat": "' + PLANTED.encode(),
                    Content_Type="application/json"),
            ]  # fmt: skip
            assert max(asked) < 500
            assert len(asked) == 30
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    text = log.read_text("utf-8")
    assert "INFO" in text
    for secret in (PLANTED, "203.0.113.77", "13.123456"):
        assert secret not in text
