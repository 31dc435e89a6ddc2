"""
What an initiative did, what it took and what failed.

A card is a file in TOML:

    id = "repair-in-the-fire-station"
    title = "A repair café in the old fire station"
    initiative = "Repair-Café Musterstadt"
    origin = "Musterstadt"                   # where, if not in the region of the folder
    category = "repair_cafe"                 # id of the taxonomy, may be left out
    offer = "umk:repair-cafe"                # its entry in the region, may be left out
    what = "Once a month on Saturday, eight volunteers repair …"
    cost = "1,200 € for tools, then 40 € a month"
    cost_eur = 1200                          # to compare, may be left out
    time = "Five months from the first meeting to the first Saturday"
    helped = ["The library lent its room without rent."]
    failed = ["Twice a month was too much for the volunteers."]
    contact = "repair@example.org"           # only with leave of whom it names
    website = "https://example.org/repair"
    as_of = 2024-05-01
    author = "Agency of Musterstadt"
    licence = "CC0-1.0"
    example = true                           # made up: shown as such everywhere

    [[adoption]]
    by = "Witten"
    on = 2025-03-01
    differences = "In a school, on Fridays."
    contact = ""

All faults of a file are told at once. The language is the author's own.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.errors import ParameterError
from layers.document import MAX_BYTES, is_number, is_text, kind_of, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_WORDS = 4_000  # characters of one text
MAX_POINTS = 20  # of what helped, of what failed
MAX_ADOPTIONS = 200
MAX_EUR = 1e9
_ID = re.compile(r"[a-z][a-z0-9-]{2,59}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_WEB = re.compile(r"https?://[^\s<>\"']{1,500}")
_TEXTS = (
    "title", "initiative", "origin", "category", "offer", "what", "cost", "time", "contact",
    "website",
)  # fmt: skip
_KEYS = (
    "id", *_TEXTS, "cost_eur", "helped", "failed", "as_of", "author", "licence", "example",
    "adoption",
)  # fmt: skip
_NEEDED = ("title", "initiative", "what", "licence")
_OF_ADOPTION = ("by", "on", "differences", "contact")


class PracticeError(ParameterError):
    """A practice card has faults; `faults` holds all of them."""

    def __init__(self, card: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(
            f"practice card {card!r} has {count}: {'; '.join(self.faults)}", parameter="card"
        )


@dataclass(frozen=True, slots=True)
class Adoption:
    """Who took a practice up, on which day, and what was done otherwise there."""

    by: str
    on: date
    differences: str = ""
    contact: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-friendly record without what is empty."""
        told = {"differences": self.differences, "contact": self.contact}
        return {"by": self.by, "on": self.on.isoformat(), **{k: v for k, v in told.items() if v}}


@dataclass(frozen=True, slots=True)
class PracticeCard:
    """
    A checked card.

    `region` is the id of the region that holds it; `origin` names where it was done if that was
    elsewhere ("" : in that region). Texts are "" where nothing is told, in
    the author's language; `is_example` marks what is made up.
    """

    region: str
    id: str
    title: str
    initiative: str
    what: str
    licence: str
    category: str = ""
    offer: str = ""
    origin: str = ""
    cost: str = ""
    cost_eur: float | None = None
    time: str = ""
    helped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    contact: str = ""
    website: str = ""
    as_of: date | None = None
    author: str = ""
    is_example: bool = False
    adoptions: tuple[Adoption, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Region and id, which name it."""
        return self.region, self.id

    def adopted(self, adoption: Adoption) -> PracticeCard:
        """Return the card with an adoption, in place of an earlier one by the same."""
        others = tuple(a for a in self.adoptions if a.by != adoption.by)
        found = sorted((*others, adoption), key=lambda a: (a.on, a.by))
        return replace(self, adoptions=tuple(found))

    def to_record(self) -> dict[str, Any]:
        """Return what `check_card` reads, JSON-friendly, without what is empty."""
        record: dict[str, Any] = {"id": self.id}
        record |= {key: getattr(self, key) for key in (*_TEXTS, "author", "licence")}
        record["cost_eur"] = self.cost_eur
        record |= {"helped": list(self.helped), "failed": list(self.failed)}
        record["as_of"] = self.as_of.isoformat() if self.as_of else ""
        record["example"] = self.is_example
        record["adoption"] = [adoption.to_record() for adoption in self.adoptions]
        return {k: v for k, v in record.items() if v not in ("", None, [], False)}


def read_card(text: str, *, region: str) -> PracticeCard:
    """
    Read a card from TOML text.

    Raises
    ------
    PracticeError
        If it is too large, no TOML, or has faults.
    """
    if len(text) > MAX_BYTES:
        raise PracticeError("?", [f"it holds {len(text):,} characters, at most {MAX_BYTES:,}"])
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as exc:
        raise PracticeError("?", [f"it is no TOML ({exc})"]) from exc
    return check_card(raw, region=region)


def check_card(raw: Mapping[str, Any], *, region: str) -> PracticeCard:
    """
    Check a card that was read from TOML or JSON.

    Raises
    ------
    PracticeError
        With all faults.
    """
    card_id = raw.get("id")
    faults = unknown_keys(raw, _KEYS)
    if not isinstance(card_id, str) or not _ID.fullmatch(card_id):
        faults.append("`id` must be 3 to 60 lower-case letters, digits and -, letter first")
    texts = {key: _text(raw, key, faults) for key in (*_TEXTS, "author", "licence")}
    faults += [f"`{key}` is missing" for key in _NEEDED if not texts[key]]
    if texts["website"] and not _WEB.fullmatch(texts["website"]):
        faults.append("`website` must begin with http:// or https://")
    eur = raw.get("cost_eur")
    if eur is not None and not (is_number(eur) and 0 <= eur <= MAX_EUR):
        faults.append(f"`cost_eur` must be a number from 0 to {MAX_EUR:g}")
        eur = None
    if not isinstance(raw.get("example", False), bool):
        faults.append("`example` is true or false")
    helped, failed = (_points(raw, key, faults) for key in ("helped", "failed"))
    as_of = _day(raw.get("as_of"), "as_of", faults) if raw.get("as_of") else None
    adoptions = _adoptions(raw.get("adoption", []), faults)
    if faults:
        raise PracticeError(str(card_id)[:60], faults)
    return PracticeCard(
        region=region,
        id=str(card_id),
        cost_eur=None if eur is None else float(eur),
        as_of=as_of,
        is_example=raw.get("example") is True,
        helped=helped,
        failed=failed,
        adoptions=adoptions,
        **texts,
    )


def check_adoption(raw: Mapping[str, Any]) -> Adoption:
    """
    Check an adoption.

    Raises
    ------
    PracticeError
        With all faults.
    """
    faults: list[str] = []
    found = _adoptions([raw], faults)
    if faults:
        raise PracticeError("?", faults)
    return found[0]


def _text(raw: Mapping[str, Any], key: str, faults: list[str]) -> str:
    value = raw.get(key, "")
    if not is_text(value, most=MAX_WORDS):
        faults.append(f"`{key}` must be a text of at most {MAX_WORDS:,} characters")
        return ""
    return str(value).strip()


def _points(raw: Mapping[str, Any], key: str, faults: list[str]) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or len(value) > MAX_POINTS:
        faults.append(f"`{key}` must be a list of at most {MAX_POINTS} texts")
        return ()
    if not all(is_text(point, most=MAX_WORDS) and point.strip() for point in value):
        faults.append(f"`{key}` holds something else than texts of 1 to {MAX_WORDS:,} characters")
        return ()
    return tuple(point.strip() for point in value)


def _day(value: Any, key: str, faults: list[str]) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.append(f"`{key}` must be a day such as 2026-03-01")
        return None


def _adoptions(raw: Any, faults: list[str]) -> tuple[Adoption, ...]:
    if not isinstance(raw, list) or len(raw) > MAX_ADOPTIONS:
        faults.append(f"`adoption` must be a list of at most {MAX_ADOPTIONS} tables")
        return ()
    found: list[Adoption] = []
    for row in raw:
        if not isinstance(row, dict):
            faults.append(f"an adoption must be a table, not {kind_of(row)}")
            continue
        own = unknown_keys(row, _OF_ADOPTION)
        by = row.get("by")
        if not isinstance(by, str) or not _NAME.fullmatch(by.strip()):
            own.append("`by` must name who took it up")
        on = _day(row.get("on"), "on", own)
        told = {key: _text(row, key, own) for key in ("differences", "contact")}
        if not own and on is not None:
            found.append(Adoption(str(by).strip(), on, **told))
        faults += [f"adoption {len(found) + 1}: {fault}" for fault in own]
    if len({a.by for a in found}) < len(found):
        faults.append("the same `by` stands in two adoptions")
    return tuple(found)
