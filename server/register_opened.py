"""What the commands of the register share: the register itself, who asks, the language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from layers.register import Register
from server.settings import LANGUAGES, Settings
from server.texts import Texts, texts_of

WHO = click.option(
    "--who", default="operator", show_default=True, metavar="NAME", help="Author in the history."
)
WHY = click.option("--why", default="", metavar="TEXT", help="Reason in the history.")
LANG = click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")


@contextmanager
def open_register() -> Iterator[Register]:
    """Open this installation's register; it is made where there is none."""
    with Register.open(Settings.from_env().register_url) as register:
        yield register


def texts_for(lang: str | None) -> Texts:
    """Return the texts of the language that is asked for, else of the installation's."""
    return texts_of(lang or Settings.from_env().language)
