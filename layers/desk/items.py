"""
What waits at the desk, named so that the name says what it is of.

Suggestions and requests to keep an entry have ids of their own (`s…`, `k…`). Of what the register
finds by itself the id holds the entries that it is about, so that it leads to the same thing after
somebody has decided: `e.` an entry to be published, `i.` a proposal of a source, `d.` a pair, `o.`
an entry to be asked about.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

import orjson

from layers.errors import SubmissionError, UnknownNameError

PLACE, CORRECTION, CLAIM, IMPORT, DUPLICATE, OVERDUE = (
    "place", "correction", "claim", "import", "duplicate", "overdue",
)  # fmt: skip
KINDS: Final = (PLACE, CORRECTION, CLAIM, IMPORT, DUPLICATE, OVERDUE)
_OWN_ID: Final = re.compile(r"[sk][0-9a-f]{4,40}")
_PARTS: Final = {"e": 1, "i": 2, "d": 2, "o": 1}
_LONGEST: Final = 2000  # characters


class UnknownItemError(UnknownNameError):
    """There is nothing at the desk with this id."""

    parameter = "item"
    way_out = "GET /api/v1/moderation/{region} lists what waits"


class DecidedError(SubmissionError):
    """
    Somebody has decided already, or it waits no more.

    `who` decided, "" where nobody did and the register changed meanwhile.
    """

    def __init__(self, item_id: str, decision: Decision | None) -> None:
        self.item_id = item_id
        self.decision = decision
        said = (
            "it waits no more: what it was about has changed"
            if decision is None
            else f"already decided by {decision.who} at {decision.at}: {decision.what}"
        )
        super().__init__(f"`item` {item_id!r}: {said}")


@dataclass(frozen=True, slots=True)
class Item:
    """
    One thing that waits.

    Attributes
    ----------
    region, kind, id
        `kind` is one of `KINDS`.
    title
        The name of what it is about, "" where it has none.
    since
        Time or day since when it waits, as text that orders as time does; "" is not known.
    offer_ids
        The entries that it is about, none for a new place.
    about
        For `import` the source; for `duplicate` the other name.
    why
        Why a pair is suspected; the fields that a correction or a proposal changes; why an entry
        should be asked about (`planned`, `gone`, `old`).
    distance_m
        Between a pair, else 0.
    """

    region: str
    kind: str
    id: str
    title: str
    since: str
    offer_ids: tuple[str, ...] = ()
    about: str = ""
    why: tuple[str, ...] = ()
    distance_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: by whom, when, what, why, and the change of the register, 0 for none."""

    who: str
    at: str
    what: str
    why: str = ""
    rev: int = 0


def item_id(letter: str, *parts: str) -> str:
    """Return the id of what the register finds, from the ids that it is about."""
    text = base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")
    return f"{letter}.{text}"


def parts_of(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Return the letter of an id and what it is about.

    Raises
    ------
    UnknownItemError
        If no id looks like this.
    """
    if _OWN_ID.fullmatch(text):
        return text[0], (text,)
    letter, _, rest = text.partition(".")
    if letter in _PARTS and len(text) <= _LONGEST:
        try:
            raw = base64.b64decode(rest + "=" * (-len(rest) % 4), altchars=b"-_", validate=True)
            parts = orjson.loads(raw)
        except (ValueError, binascii.Error):
            parts = None
        is_right = isinstance(parts, list) and len(parts) == _PARTS[letter]
        if is_right and all(isinstance(part, str) and "\0" not in part for part in parts):
            return letter, tuple(parts)
    raise UnknownItemError(text[:80], ())
