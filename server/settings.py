"""
Settings: one table that the program, the command line, the documentation and the tests read.

Every setting is an environment variable `UMKREIS_*`; nothing is read at import.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from geo.errors import ParameterError
from server.base_map import RasterTiles, raster_tiles
from server.mail_address import checked_address

LOCALE_DIR = Path(__file__).parent / "locale"


def _languages() -> tuple[str, ...]:
    """List English, the language of the texts themselves, and those that have a catalogue."""
    catalogues = LOCALE_DIR.glob("*/LC_MESSAGES/umkreis.po")
    return tuple(sorted({"en", *(path.parts[-3] for path in catalogues)}))


LANGUAGES = _languages()  # our own folder, which is part of the code
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
MAINTENANCE = ("off", "read", "all")
METRICS = ("off", "local", "all")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MOST_DIGITS = 9
_LOOPBACK = (ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("::1"))


@dataclass(frozen=True)
class Setting:
    """
    One setting.

    `default` is a text as it would stand in the environment; empty means what `help` says.
    """

    name: str
    default: str
    help: str


SETTINGS = (
    Setting(
        "UMKREIS_DATA_DIR",
        "",
        "Folder with taxonomy.toml and regions/; by default the one that came with Umkreis.",
    ),
    Setting(
        "UMKREIS_STATE_DIR",
        "",
        "Folder for what Umkreis makes itself: built regions, regions of your own. By default var/ "
        "in a checkout, else ~/.local/state/umkreis.",
    ),
    Setting(
        "UMKREIS_DATABASE_URL",
        "",
        "Database of the register: postgresql+psycopg://USER@HOST/NAME, or sqlite:///FILE. By "
        "default register.sqlite in the state folder.",
    ),
    Setting("UMKREIS_REGIONS", "", "Ids of the only regions to serve, by comma; by default all."),
    Setting(
        "UMKREIS_LANGUAGE",
        "de",
        f"Language of a page whose visitor asks for none: {', '.join(LANGUAGES)}.",
    ),
    Setting(
        "UMKREIS_OPERATOR",
        "",
        "Who runs this installation, with address, as the pages on privacy and about Umkreis say.",
    ),
    Setting(
        "UMKREIS_CONTACT",
        "",
        "E-mail or web address for whoever has a question, a correction or met a barrier.",
    ),
    Setting(
        "UMKREIS_SMTP_URL",
        "",
        "Mail server: smtp://USER@HOST:587 (STARTTLS), smtps://USER@HOST:465 (TLS), or "
        "smtp://localhost. By default no e-mail is sent, and pages say so.",
    ),
    Setting("UMKREIS_SMTP_PASSWORD_FILE", "", "File with the password of UMKREIS_SMTP_URL's USER."),
    Setting(
        "UMKREIS_KEEP_DAYS",
        "90",
        "After so many days what was rejected or withdrawn loses all that tells of people.",
    ),
    Setting("UMKREIS_MAIL_FROM", "", "E-mail address that letters of this installation come from."),
    Setting(
        "UMKREIS_BASE_MAP_WMTS",
        "",
        "Raster tiles of others under the maps of the pages: https://HOST/…/{z}/{x}/{y}.png. By "
        "default our own base map, and no request leaves this installation.",
    ),
    Setting("UMKREIS_BASE_MAP_ATTRIBUTION", "", "Whom to name for UMKREIS_BASE_MAP_WMTS."),
    Setting("UMKREIS_LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR."),
    Setting(
        "UMKREIS_LOG_FORMAT",
        "text",
        "text, or json: one object a line, and a line for each request that names no place.",
    ),
    Setting(
        "UMKREIS_PUBLIC_URL",
        "",
        "Where visitors reach this installation, https://HOST: for QR codes, code to embed and "
        "links of OGC API. By default what a request says.",
    ),
    Setting(
        "UMKREIS_TRUSTED_PROXIES",
        "127.0.0.1,::1",
        "Proxies (addresses or networks, by comma) whose X-Forwarded-For and -Proto are believed.",
    ),
    Setting(
        "UMKREIS_REQUESTS_PER_MINUTE",
        "600",
        "How many pages and answers one client gets from a worker; 0 for any number.",
    ),
    Setting(
        "UMKREIS_ANALYSES_PER_MINUTE",
        "60",
        "How many expensive analyses one client gets from a worker; 0 for any number.",
    ),
    Setting(
        "UMKREIS_ANALYSES_AT_ONCE", "2", "How many expensive analyses one worker runs at once."
    ),
    Setting(
        "UMKREIS_ANALYSIS_SECONDS", "60", "After so many seconds an expensive analysis is ended."
    ),
    Setting(
        "UMKREIS_ANALYSIS_MEMORY_MB",
        "4000",
        "How much memory a process for expensive analyses may take; 0 for any amount.",
    ),
    Setting(
        "UMKREIS_MEMORY_MB",
        "0",
        "How much open regions may hold in a process; those not asked for long are closed. 0 for "
        "any amount.",
    ),
    Setting(
        "UMKREIS_OIDC_ISSUER",
        "",
        "Place that signs people in by OpenID Connect, https://HOST; needs umkreis[oidc].",
    ),
    Setting("UMKREIS_OIDC_CLIENT_ID", "", "By what that place knows this installation."),
    Setting(
        "UMKREIS_OIDC_CLIENT_SECRET_FILE",
        "",
        "File with the secret for it; none for a public client.",
    ),
    Setting(
        "UMKREIS_OIDC_ROLE_CLAIM",
        "",
        "Claim that tells roles; then accounts are added. By default only known addresses come in.",
    ),
    Setting(
        "UMKREIS_MAINTENANCE",
        "off",
        "read: nothing can be changed; all: only a page that says so is served.",
    ),
    Setting(
        "UMKREIS_METRICS",
        "off",
        "Who may read /metrics: off, local (who connects from this machine) or all.",
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one process."""

    data_dir: Path
    state_dir: Path
    regions: tuple[str, ...] = ()
    language: str = "de"
    log_level: str = "INFO"
    operator: str = ""
    contact: str = ""
    database_url: str = ""
    log_format: str = "text"
    public_url: str = ""
    trusted_proxies: tuple[Network, ...] = _LOOPBACK
    requests_per_minute: int = 600
    analyses_per_minute: int = 60
    analyses_at_once: int = 2
    analysis_seconds: int = 60
    analysis_memory_mb: int = 4000
    memory_mb: int = 0
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: str = ""
    oidc_role_claim: str = ""
    maintenance: str = "off"
    metrics: str = "off"
    smtp_url: str = ""
    smtp_password_file: str = ""
    mail_from: str = ""
    keep_days: int = 90
    base_map: RasterTiles | None = None

    @property
    def register_url(self) -> str:
        """Where the register lies: an address of SQLAlchemy."""
        return self.database_url or f"sqlite:///{self.register_file}"

    @property
    def register_file(self) -> Path:
        """Where the register lies if no database is named."""
        return self.state_dir / "register.sqlite"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """
        Read the environment.

        Raises
        ------
        ParameterError
            If a variable starts with UMKREIS_ but is none of ours, or holds what it may not.
        """
        known = {setting.name: setting for setting in SETTINGS}
        for name in environ:
            if name.startswith("UMKREIS_") and name not in known:
                raise ParameterError(
                    f"`{name}` is no setting of Umkreis; there are {', '.join(known)}",
                    parameter=name,
                )
        values = {name: environ.get(name) or s.default for name, s in known.items()}
        return cls(
            data_dir=Path(values["UMKREIS_DATA_DIR"] or default_data_dir()).resolve(),
            state_dir=Path(values["UMKREIS_STATE_DIR"] or default_state_dir()).resolve(),
            regions=tuple(filter(None, values["UMKREIS_REGIONS"].replace(" ", "").split(","))),
            language=_one_of("UMKREIS_LANGUAGE", values["UMKREIS_LANGUAGE"], LANGUAGES),
            log_level=_one_of("UMKREIS_LOG_LEVEL", values["UMKREIS_LOG_LEVEL"].upper(), LOG_LEVELS),
            operator=values["UMKREIS_OPERATOR"].strip(),
            contact=values["UMKREIS_CONTACT"].strip(),
            database_url=values["UMKREIS_DATABASE_URL"],
            log_format=_one_of("UMKREIS_LOG_FORMAT", values["UMKREIS_LOG_FORMAT"], LOG_FORMATS),
            public_url=_origin("UMKREIS_PUBLIC_URL", values["UMKREIS_PUBLIC_URL"].strip()),
            trusted_proxies=_networks("UMKREIS_TRUSTED_PROXIES", values["UMKREIS_TRUSTED_PROXIES"]),
            requests_per_minute=_whole(values, "UMKREIS_REQUESTS_PER_MINUTE", least=0),
            analyses_per_minute=_whole(values, "UMKREIS_ANALYSES_PER_MINUTE", least=0),
            analyses_at_once=_whole(values, "UMKREIS_ANALYSES_AT_ONCE", least=1),
            analysis_seconds=_whole(values, "UMKREIS_ANALYSIS_SECONDS", least=1),
            analysis_memory_mb=_whole(values, "UMKREIS_ANALYSIS_MEMORY_MB", least=0),
            memory_mb=_whole(values, "UMKREIS_MEMORY_MB", least=0),
            **_oidc(values),
            maintenance=_one_of("UMKREIS_MAINTENANCE", values["UMKREIS_MAINTENANCE"], MAINTENANCE),
            metrics=_one_of("UMKREIS_METRICS", values["UMKREIS_METRICS"], METRICS),
            smtp_url=_mail_server(values["UMKREIS_SMTP_URL"].strip(), values["UMKREIS_MAIL_FROM"]),
            smtp_password_file=values["UMKREIS_SMTP_PASSWORD_FILE"],
            mail_from=_mail_address(values["UMKREIS_MAIL_FROM"].strip()),
            keep_days=_whole(values, "UMKREIS_KEEP_DAYS", least=1),
            base_map=raster_tiles(
                values["UMKREIS_BASE_MAP_WMTS"].strip(),
                values["UMKREIS_BASE_MAP_ATTRIBUTION"].strip(),
            ),
        )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ParameterError(
            f"`{name}` is {value!r}; it may be {', '.join(allowed)}", parameter=name
        )
    return value


def _whole(values: Mapping[str, str], name: str, *, least: int) -> int:
    text = values[name].strip()
    if not (
        text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) >= least
    ):
        raise ParameterError(
            f"`{name}` is {text!r}; it may be a whole number from {least} on", parameter=name
        )
    return int(text)


def _origin(name: str, text: str) -> str:
    """Check an address without a path: pages link to each other from the root of a host."""
    parts = urlsplit(text.rstrip("/"))
    is_origin = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc
    if text and (not is_origin or parts.path or parts.query or parts.fragment):
        raise ParameterError(
            f"`{name}` is {text!r}; it may be https://HOST or https://HOST:PORT, without a path",
            parameter=name,
        )
    return text.rstrip("/")


def _mail_server(text: str, mail_from: str) -> str:
    """Check the address of a mail server; what came is not told, it may hold a password."""
    parts = urlsplit(text)
    try:
        is_server = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        is_server = False
    is_more = parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment
    if text and (not is_server or is_more):
        raise ParameterError(
            "`UMKREIS_SMTP_URL` may be smtp://USER@HOST:587, smtps://USER@HOST:465 or "
            "smtp://localhost; the password stands in the file UMKREIS_SMTP_PASSWORD_FILE",
            parameter="UMKREIS_SMTP_URL",
        )
    if text and not mail_from.strip():
        raise ParameterError(
            "`UMKREIS_SMTP_URL` is set but `UMKREIS_MAIL_FROM` is not; give the e-mail address "
            "that letters come from",
            parameter="UMKREIS_MAIL_FROM",
        )
    return text


def _mail_address(text: str) -> str:
    found = checked_address(text)
    if text and found is None:
        raise ParameterError(
            f"`UMKREIS_MAIL_FROM` is {text!r}; it may be one e-mail address such as "
            "umkreis@example.org",
            parameter="UMKREIS_MAIL_FROM",
        )
    return found or ""


def _oidc(values: Mapping[str, str]) -> dict[str, str]:
    """Read the settings of OpenID Connect, which belong together."""
    names = {
        "oidc_issuer": "UMKREIS_OIDC_ISSUER",
        "oidc_client_id": "UMKREIS_OIDC_CLIENT_ID",
        "oidc_client_secret_file": "UMKREIS_OIDC_CLIENT_SECRET_FILE",
        "oidc_role_claim": "UMKREIS_OIDC_ROLE_CLAIM",
    }
    told = {field: values[name].strip() for field, name in names.items()}
    issuer, file = urlsplit(told["oidc_issuer"]), told["oidc_client_secret_file"]
    is_local = issuer.scheme == "http" and issuer.hostname in ("127.0.0.1", "::1", "localhost")
    if told["oidc_issuer"] and not ((issuer.scheme == "https" and issuer.hostname) or is_local):
        raise ParameterError(
            f"`UMKREIS_OIDC_ISSUER` is {told['oidc_issuer']!r}; it may be https://HOST, or http:// "
            "on this machine",
            parameter="UMKREIS_OIDC_ISSUER",
        )
    if bool(told["oidc_issuer"]) != bool(told["oidc_client_id"]):
        raise ParameterError(
            "`UMKREIS_OIDC_ISSUER` and `UMKREIS_OIDC_CLIENT_ID` are set together or not at all",
            parameter="UMKREIS_OIDC_ISSUER",
        )
    if file and not Path(file).is_file():
        raise ParameterError(
            f"`UMKREIS_OIDC_CLIENT_SECRET_FILE` {file}: there is no such file",
            parameter="UMKREIS_OIDC_CLIENT_SECRET_FILE",
        )
    return told


def _networks(name: str, text: str) -> tuple[Network, ...]:
    parts = filter(None, (part.strip() for part in text.split(",")))
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError as exc:
        raise ParameterError(
            f"`{name}`: {exc}; give addresses such as 127.0.0.1 or networks such as 10.0.0.0/8",
            parameter=name,
        ) from exc


def _checkout() -> Path | None:
    """Return the folder of the checkout this code runs from, None if it is installed elsewhere."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "data").is_dir() else None


def default_data_dir() -> Path:
    """Return the data that came with this installation."""
    checkout = _checkout()
    return checkout / "data" if checkout else Path(sys.prefix) / "share" / "umkreis" / "data"


def default_state_dir() -> Path:
    """Return where built regions go if nothing else is said."""
    checkout = _checkout()
    return checkout / "var" if checkout else Path.home() / ".local" / "state" / "umkreis"
