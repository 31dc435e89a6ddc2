"""
Settings: one table that the program, the command line, the documentation and the tests read.

Every setting is an environment variable `UMKREIS_*`; nothing is read at import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import ParameterError

LOCALE_DIR = Path(__file__).parent / "locale"


def _languages() -> tuple[str, ...]:
    """List English, the language of the texts themselves, and those that have a catalogue."""
    catalogues = LOCALE_DIR.glob("*/LC_MESSAGES/umkreis.po")
    return tuple(sorted({"en", *(path.parts[-3] for path in catalogues)}))


LANGUAGES = _languages()  # our own folder, which is part of the code
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


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
    Setting("UMKREIS_LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR."),
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
        )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ParameterError(
            f"`{name}` is {value!r}; it may be {', '.join(allowed)}", parameter=name
        )
    return value


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
