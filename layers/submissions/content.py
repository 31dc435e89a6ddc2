"""
What a suggestion may say: texts, links, a place inside the region, known kinds, hours that hold.

All faults are found at once, each with its field, so that a form can show each where it belongs.
Texts are plain: control characters and marks that turn the direction of writing are taken out, what
looks like a tag stays the text that it is. Of a correction only what differs is kept, together with
the values that make sense only with it (a street with its number).
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import numpy as np
import shapely

from geo.crs import to_metric
from layers.opening import hours_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.register.entry import Value
    from layers.taxonomy import Taxonomy

LONGEST: Final = {
    "name": 120,
    "street": 120,
    "housenumber": 20,
    "postcode": 12,
    "city": 80,
    "address": 200,
    "website": 300,
    "phone": 80,
    "email": 254,
    "opening_hours": 500,
    "description": 1500,
    "wheelchair": 10,
}  # characters
MOST_CATEGORIES: Final = 5
MOST_RESOURCES: Final = 20
LONGEST_NOTE: Final = 1000
LISTS: Final = ("categories", "gives", "needs")
FIELDS: Final = (*LONGEST, *LISTS, "lon", "lat", "closed_on")
CONTACTS: Final = ("phone", "email")  # shown only where they were released
WHEELCHAIR: Final = ("yes", "limited", "no")
_TOGETHER: Final = (("lon", "lat"), ("street", "housenumber", "address"), ("postcode", "city"))
_SAME_PLACE_DEG: Final = 2e-6  # a fifth of a metre: a pin that nobody moved
_TURNS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DOMAIN: Final = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
_MAIL: Final = re.compile(rf"[^@\s<>\"',;:()\[\]\\]{{1,64}}@{_DOMAIN}")
_PHONE: Final = re.compile(r"\+?[\d\s()/.;,+-]{4,}")
_FEWEST_DIGITS: Final = 4
_HOST: Final = re.compile(_DOMAIN)
_NO_LETTER: Final = ("Cc", "Cs", "Co", "Cn")  # classes of characters that nobody reads


@dataclass(frozen=True, slots=True)
class Fault:
    """
    What is wrong with a field.

    `why` is one of `missing`, `too_long` (more than `most`), `too_many`, `not_known`, `no_link`,
    `no_mail`, `no_phone`, `no_hours`, `no_day`, `no_place`, `outside`, `no_text`.
    """

    field: str
    why: str
    most: int = 0

    def __str__(self) -> str:
        """Say it in English, as the interface does."""
        said = {
            "missing": "is needed",
            "too_long": f"is longer than {self.most} characters",
            "too_many": f"lists more than {self.most}",
            "not_known": "is not known; /api/v1/regions/{region}/categories lists what there is",
            "no_link": "is no address such as https://example.org; only http and https are taken",
            "no_mail": "is no e-mail address such as office@example.org",
            "no_phone": "is no telephone number such as 0395 123456",
            "no_hours": "are no opening hours such as Mo-Fr 09:00-18:00 (syntax of OpenStreetMap)",
            "no_day": "is no day such as 2026-03-31",
            "no_place": "is no place; give `lon` and `lat` in degrees, or an address",
            "outside": "lies outside of the region",
            "no_text": "is no text",
        }
        return f"`{self.field}` {said[self.why]}"


def plain_text(value: str, *, lines: bool = False) -> str:
    """Return a text in one spelling (NFC), without what is no letter; with line breaks if asked."""
    text = _TURNS.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n")))
    kept = "".join(
        c if (lines and c == "\n") or unicodedata.category(c) not in _NO_LETTER else " "
        for c in text
    )
    if not lines:
        return " ".join(kept.split())
    rows = [" ".join(row.split()) for row in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip()


def checked_content(
    values: Mapping[str, Any], atlas: Atlas, *, is_correction: bool
) -> tuple[dict[str, Value], tuple[Fault, ...]]:
    """
    Check what a suggestion says.

    Parameters
    ----------
    values
        By field, of `FIELDS`. Empty values say nothing of a new place, and "it has none" in a
        correction.
    atlas
        The region and its taxonomy.
    is_correction
        Whether it needs neither name nor kind nor place.

    Returns
    -------
    content, faults
        The values as they may be kept, empty ones as None in a correction; all that is wrong.
    """
    content: dict[str, Value] = {}
    faults: list[Fault] = []
    for name, value in values.items():
        if name not in FIELDS:
            faults.append(Fault(name, "not_known"))
        elif value is None or value == "" or (isinstance(value, (list, tuple)) and not value):
            if is_correction:
                content[name] = None
        else:
            _check(name, value, atlas.taxonomy, content, faults)
    if is_correction:
        content = {k: v for k, v in content.items() if v is not None or k not in _NEEDED}
    else:
        faults += [
            Fault(name, "missing")
            for name in ("name", "categories")
            if not content.get(name) and all(f.field != name for f in faults)
        ]
    _check_place(content, faults, atlas, is_needed=not is_correction)
    return content, tuple(dict.fromkeys(faults))


_NEEDED: Final = ("categories", "lon", "lat")  # no entry is without


def present_values(offer: Offer) -> dict[str, Value]:
    """Return what everybody sees of an offer, as a form is filled with it."""
    found: dict[str, Value] = {}
    for name in FIELDS:
        value = getattr(offer, name, None)  # an offer has its address in parts
        if value not in (None, "", ()):
            found[name] = list(value) if isinstance(value, tuple) else value
    if offer.closed_on is not None:
        found["closed_on"] = offer.closed_on.isoformat()
    found.pop("address", None)
    return found


def differing(content: Mapping[str, Value], present: Mapping[str, Value]) -> dict[str, Value]:
    """Return what a correction changes, with what only makes sense together with it."""
    changed = {n for n, v in content.items() if not _is_same(n, v, present.get(n))}
    for group in _TOGETHER:
        if changed & set(group):
            changed |= set(group)
    found = {}
    for name in sorted(changed):
        value = content.get(name, present.get(name))
        if value is not None or present.get(name) is not None or name in content:
            found[name] = value
    return found


def _is_same(name: str, value: Value, now: Value) -> bool:
    if name in ("lon", "lat") and value is not None and now is not None:
        return bool(abs(value - now) <= _SAME_PLACE_DEG)
    if name in ("gives", "needs"):
        return sorted(value or ()) == sorted(now or ())
    if name == "description":
        return plain_text(value or "") == plain_text(now or "")
    return (value or None) == (now or None)


def _check(
    name: str,
    value: Any,
    taxonomy: Taxonomy,
    content: dict[str, Value],
    faults: list[Fault],
) -> None:
    if name in LISTS:
        _check_list(name, value, taxonomy, content, faults)
        return
    if name in ("lon", "lat"):
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not math.isfinite(value)
        ):
            faults.append(Fault(name, "no_place"))
        else:
            content[name] = round(float(value), 7)
        return
    if not isinstance(value, str):
        faults.append(Fault(name, "no_text"))
        return
    text = plain_text(value, lines=name == "description")
    most = LONGEST.get(name, 10)
    if len(text) > most:
        faults.append(Fault(name, "too_long", most))
        return
    why = _wrong(name, text)
    if why:
        faults.append(Fault(name, why))
        return
    content[name] = web_address(text) if name == "website" else text or None


def _wrong(name: str, text: str) -> str:
    """Return what is wrong with a text, "" where nothing is."""
    if not text:
        return ""
    if name == "website":
        return "" if web_address(text) else "no_link"
    if name == "email":
        return "" if is_mail(text) else "no_mail"
    if name == "phone":
        enough = sum(c.isdigit() for c in text) >= _FEWEST_DIGITS
        return "" if enough and _PHONE.fullmatch(text) else "no_phone"
    if name == "wheelchair":
        return "" if text in WHEELCHAIR else "not_known"
    if name == "opening_hours":
        return "no_hours" if hours_of(text).problem else ""
    if name == "closed_on":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "no_day"
    return ""


def is_mail(text: str) -> bool:
    """Tell whether a text is an e-mail address that a letter can be sent to."""
    return len(text) <= LONGEST["email"] and _MAIL.fullmatch(text) is not None


def web_address(text: str) -> str:
    """Return a web address with its scheme (https where it has none), "" where it is none."""
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or parts.username is not None or port == 0:
        return ""
    if any(c.isspace() or c in '<>"`{}|\\^' for c in text):
        return ""
    return text if _HOST.fullmatch(host) else ""


def _check_list(
    name: str, value: Any, taxonomy: Taxonomy, content: dict[str, Value], faults: list[Fault]
) -> None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        faults.append(Fault(name, "no_text"))
        return
    terms = taxonomy.categories if name == "categories" else taxonomy.resources
    most = MOST_CATEGORIES if name == "categories" else MOST_RESOURCES
    chosen = list(dict.fromkeys(value))
    if len(chosen) > most:
        faults.append(Fault(name, "too_many", most))
    elif not set(chosen) <= {term.id for term in terms}:
        faults.append(Fault(name, "not_known"))
    else:
        content[name] = chosen


def _check_place(
    content: dict[str, Value], faults: list[Fault], atlas: Atlas, *, is_needed: bool
) -> None:
    lon, lat = content.get("lon"), content.get("lat")
    if any(fault.field in ("lon", "lat") for fault in faults):
        return
    if lon is None or lat is None:
        if is_needed or lon is not None or lat is not None:
            faults.append(Fault("lon", "no_place"))
        return
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        faults.append(Fault("lon", "no_place"))
        return
    x, y = to_metric(np.array([lon]), np.array([lat]), atlas.region.crs)[0]
    if not (math.isfinite(x) and shapely.covers(atlas.region.boundary, shapely.Point(x, y))):
        faults.append(Fault("lon", "outside"))
