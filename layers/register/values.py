"""
What may stand in a claim, checked where it comes in.

Values are what JSON holds, so that a claim reads the same from either database: dates are ISO text,
facts are fields of their own (`fact:products`), notices, events and links are small tables.
"""

from __future__ import annotations

import hashlib
import marshal
import math
from dataclasses import asdict
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import orjson

from layers.errors import RegisterError
from layers.notices import Notice
from layers.offers import OFFER_ID
from layers.register.entry import (
    DATE_FIELDS,
    FACT,
    FIELDS,
    LINK_KINDS,
    LIST_FIELDS,
    TEXT_FIELDS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from layers.offers import Offer
    from layers.register.entry import Value
    from layers.sources.record import SourceRecord

LONGEST_TEXT: Final = 10_000  # characters of one field
LONGEST_LIST: Final = 1_000
_LONGEST_ID: Final = 200
_LONGEST_SOURCE_ID: Final = 1_000
_LARGEST: Final = 2.0**53  # beyond it readers of JSON tell no two whole numbers apart
_WRONG: Final = (ValueError, TypeError, AttributeError, KeyError)


def entry_id(source: str, source_id: str) -> str:
    """
    Return the id under which a source's record is entered.

    `source:source_id` where that may be an id, else a fingerprint takes the place of `source_id`.
    """
    joined = f"{source}:{source_id}"
    if OFFER_ID.fullmatch(joined) and len(joined) <= _LONGEST_ID:
        return joined
    digest = hashlib.sha256(source_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{source}:x{digest[:20]}"


def check_source_id(source_id: str) -> None:
    """
    Refuse an id that no database could keep.

    Raises
    ------
    RegisterError
        If it is empty or too long, or holds what is no text.
    """
    try:
        is_text = bool(source_id) and "\x00" not in source_id and bool(source_id.encode())
    except ValueError:
        is_text = False
    if not is_text or len(source_id) > _LONGEST_SOURCE_ID:
        raise RegisterError(
            f"`source_id` {source_id[:50]!r} is no id; it is a text of 1 to "
            f"{_LONGEST_SOURCE_ID} characters"
        )


def told_by(record: SourceRecord, *, source: str) -> dict[str, Value]:
    """
    Return what a record says, as checked values; its `raw` is not part of it.

    Parameters
    ----------
    record
        As a reader gave it.
    source
        What the importer calls its source; ids that its links lead to are made of it.

    Raises
    ------
    RegisterError
        If a value may not stand in the register.
    """
    kept: dict[str, Value] = {}
    faults: list[str] = []
    for name, get, check in _RECORD_FIELDS:
        value = get(record)
        if value or value == 0:
            try:
                kept[name] = check(value)
            except _WRONG as exc:
                faults.append(f"`{name}` {exc}")
    more: dict[str, Value] = {FACT + fact: value for fact, value in record.facts.items()}
    if record.links:
        more["links"] = [[k.kind, entry_id(source, k.target)] for k in record.links]
    if more:
        _check_each(more, kept, faults)
    return _whole(kept, faults)


def values_of_offer(offer: Offer) -> dict[str, Value]:
    """Return what an offer of an Atlas says, as checked values."""
    told = {k: v for k in FIELDS if (v := getattr(offer, k, None)) not in ("", (), None)}
    told.update({FACT + fact: value for fact, value in offer.facts.items()})
    return checked(told)


def checked(values: Mapping[str, Value], *, by_hand: bool = False) -> dict[str, Value]:
    """
    Return values as a claim holds them, in the order of their names.

    Parameters
    ----------
    values
        By field; dates, tuples and notices as objects or as JSON has them.
    by_hand
        Empty values are kept and say "it has none"; else they are left out.

    Raises
    ------
    RegisterError
        With all faults: fields that are not known, values of another type or outside their range.
    """
    kept: dict[str, Value] = {}
    faults: list[str] = []
    told = {}
    for name in sorted(values):
        value = values[name]
        if value is None or value == "" or (isinstance(value, (list, tuple)) and not value):
            if by_hand and _is_known(name, faults):
                kept[name] = None
        else:
            told[name] = value
    _check_each(told, kept, faults)
    return _whole(kept, faults)


def _check_each(told: Mapping[str, Value], kept: dict[str, Value], faults: list[str]) -> None:
    for name, value in told.items():
        check = _CHECKS.get(name) or (_fact if _is_known(name, faults) else None)
        try:
            if check is not None:
                kept[name] = check(value)
        except _WRONG as exc:
            faults.append(f"`{name}` {exc}")


def _whole(kept: dict[str, Value], faults: list[str]) -> dict[str, Value]:
    if ("lon" in kept) != ("lat" in kept):
        faults.append("`lon` and `lat` belong together; one of them is missing")
    if faults:
        raise RegisterError("; ".join(faults))
    return kept


def fingerprint(*told: Value) -> str:
    """
    Return what tells values apart, in 32 characters.

    Another version of Python may tell it differently: then values are compared as they are.
    """
    return hashlib.blake2b(marshal.dumps(told, 2), digest_size=16).hexdigest()


def json_text(value: Any) -> str:
    """
    Return compact JSON.

    Python's own encoder takes a third of the time of an import.
    """
    return orjson.dumps(value).decode()


def is_field(name: str) -> bool:
    """Tell whether a claim may have a field of this name."""
    return name in FIELDS or (name.startswith(FACT) and OFFER_ID.fullmatch(name) is not None)


def _is_known(name: str, faults: list[str]) -> bool:
    if is_field(name):
        return True
    faults.append(f"`{name}` is no field; there are {', '.join(FIELDS)} and {FACT}…")
    return False


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError(f"is {type(value).__name__}, not a text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"has {len(value)} characters; {LONGEST_TEXT} are allowed")
    if "\x00" in value:  # PostgreSQL keeps no such text
        value = value.replace("\x00", "")
    if not value.isascii():
        value.encode()  # half of a surrogate pair is no text: UnicodeEncodeError is a ValueError
    return str(value)


def _list(value: Value) -> Iterable[Any]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"is {type(value).__name__}, not a list")
    if len(value) > LONGEST_LIST:
        raise ValueError(f"has {len(value)} items; {LONGEST_LIST} are allowed")
    return value


def _texts(value: Value) -> list[str]:
    return [_text(item) for item in _list(value)]


def _number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"is {value!r}, not a number")
    if not -_LARGEST <= value <= _LARGEST:
        raise ValueError("is a number of more than 15 digits")
    return value


def _longitude(value: Value) -> float:
    return _degrees(value, 180.0)


def _latitude(value: Value) -> float:
    return _degrees(value, 90.0)


def _degrees(value: Value, limit: float) -> float:
    degrees = round(float(_number(value)), 7)  # about a centimetre
    if not -limit <= degrees <= limit:
        raise ValueError(f"is {value!r}; degrees go from -{limit:g} to {limit:g}, longitude first")
    return degrees


def _day(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    return date.fromisoformat(_text(value)).isoformat()


def _id(value: Value) -> str:
    if not (OFFER_ID.fullmatch(_text(value)) and len(value) <= _LONGEST_ID):
        raise ValueError(f"{value!r} is no id; an id is made of letters, digits and :._-")
    return str(value)


def _notice(value: Any) -> dict[str, Any]:
    notice = value if isinstance(value, Notice) else Notice.from_record(value)
    return notice.to_record()


def _event(value: Any) -> dict[str, Any]:
    told = dict(value) if isinstance(value, dict) else asdict(value)
    return {
        k: v.isoformat() if isinstance(v, datetime | date) else v
        for k, v in told.items()
        if v not in ("", None, False)
    }


def _link(value: Any) -> list[str]:
    kind, target = value
    if kind not in LINK_KINDS:
        raise ValueError(f"{kind!r} is no kind of link; there are {', '.join(LINK_KINDS)}")
    return [kind, _id(target)]


def _fact(value: Value) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return _texts(value)
    return _number(value)


_CHECKS: Final[Mapping[str, Callable[[Value], Value]]] = {
    **dict.fromkeys(TEXT_FIELDS, _text),
    **dict.fromkeys(LIST_FIELDS, _texts),
    **dict.fromkeys(DATE_FIELDS, _day),
    "lon": _longitude,
    "lat": _latitude,
    "capacity": _number,
    "notices": lambda value: [_notice(notice) for notice in _list(value)],
    "events": lambda value: [_event(event) for event in _list(value)],
    "links": lambda value: [_link(link) for link in _list(value)],
    "aliases": lambda value: [_id(alias) for alias in _list(value)],
}
_RECORD_FIELDS: Final = tuple(
    (name, attrgetter(name), _CHECKS[name])
    for name in sorted(FIELDS)
    if name not in ("aliases", "links")
)
