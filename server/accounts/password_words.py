"""What is wrong with a new password, in the language of whoever typed it."""

from __future__ import annotations

from geo.errors import ParameterError
from layers.accounts.passwords import LEAST, MOST
from server.accounts.csrf import Form
from server.texts import Texts


def password_fault(form: Form, texts: Texts, exc: ParameterError | None = None) -> str:
    """Say what is wrong with the fields `new` and `again`, "" where nothing can be told yet."""
    new = form.get("new", "")
    if new != form.get("again", ""):
        return texts.gettext("The two passwords are not the same.")
    if not LEAST <= len(new) <= MOST:
        return texts.gettext(
            "The password may have {least} to {most} characters; this one has {n}.",
            least=LEAST,
            most=MOST,
            n=len(new),
        )
    if exc is None:
        return ""
    return texts.gettext(
        "This password would be guessed too soon. Take several words in a row that only you would "
        "put together."
    )
