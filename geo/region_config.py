"""
Reads a `region.toml` and checks every key before any other file is opened.

All faults are collected and raised at once. The files that it names lie in its own folder: a region
is copied, checked and built as one folder, and a definition from elsewhere reads nothing else.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.crs import check_metric
from geo.errors import CRSError, RegionError
from geo.population_config import inside_folder, population_fault
from geo.slope import BICYCLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REQUIRED_KEYS = ("id", "name", "crs", "timezone", "country", "as_of", "attribution")
OPTIONAL_KEYS = (
    "home", "subdivision", "extract", "boundary", "districts", "quarters", "population",
    "population_year", "population_source", "population_official", "offers", "offers_source",
    "offers_licence",
    "timetable", "timetable_attribution", "timetable_licence",
    "elevation", "elevation_attribution", "elevation_licence", "bicycle",
)  # fmt: skip
_NEEDS_POPULATION = ("population_year", "population_source", "population_official")
_BESIDE_OFFERS = ("offers_source", "offers_licence")
_FILES_WITHOUT_EXTRACT = ("boundary", "districts", "population")
_YEARS = range(1800, 2201)


def read_config(path: Path) -> dict[str, Any]:
    """
    Read the keys of a `region.toml`.

    Returns
    -------
    config
        With `attribution` as a list; every file name lies in the folder and exists.

    Raises
    ------
    RegionError
        If the file is missing or no TOML; if keys are missing, unknown, contradict each other or
        have values that are not allowed, all at once.
    CRSError
        If nothing but `crs` is wrong.
    """
    config = _parse(path)
    if isinstance(config.get("attribution"), str):
        config["attribution"] = [config["attribution"]]
    faults = [f"`{key}` is missing" for key in REQUIRED_KEYS if key not in config]
    faults += [_unknown(key) for key in config if key not in _RULES]
    faults += [
        f"`{key}`{'' if isinstance(value, dict) else f' {value!r}'} {fault}"
        for key, value in config.items()
        if key in _RULES and (fault := _RULES[key](value, path.parent))
    ]
    if "population" not in config:
        faults += [
            f"`{key}` stands there without `population`"
            for key in _NEEDS_POPULATION
            if key in config
        ]
    if isinstance(config.get("population"), dict):
        faults += [
            f"`{key}` belongs into the table [population], as `{key.removeprefix('population_')}`"
            for key in _NEEDS_POPULATION
            if key in config
        ]
    faults += [
        f"`{key}` stands there without `offers`"
        for key in _BESIDE_OFFERS
        if key in config and "offers" not in config
    ]
    faults += [
        f"`{key}` is missing beside `offers`"
        for key in _BESIDE_OFFERS
        if "offers" in config and key not in config
    ]
    if "extract" not in config:
        faults += _faults_without_extract(config)
    try:
        check_metric(str(config.get("crs", "EPSG:25832")))
    except CRSError as exc:
        if not faults:
            raise
        faults.append(str(exc))
    if faults:
        raise RegionError(f"{path.name} of {path.parent.name!r}: " + "; ".join(faults))
    return config


def _faults_without_extract(config: dict[str, Any]) -> list[str]:
    """Say what cannot be read where there is no extract to read it from."""
    faults = [
        f"`{key}` has to be a file where there is no `extract`"
        for key in _FILES_WITHOUT_EXTRACT
        if key not in config or re.match(r"extent$|relation:|admin_level:", str(config[key]))
    ]
    if is_places(str(config.get("quarters", ""))):
        faults.append("`quarters` has to be a file where there is no `extract`")
    return faults


def is_region_id(text: str) -> bool:
    """Whether a text may be a region's id."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text) is not None


def is_places(quarters: str) -> bool:
    """Whether `quarters` names kinds of places, and no file."""
    return re.fullmatch(r"[a-z_]+(;[a-z_]+)*", quarters) is not None


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors add a BOM
    except OSError as exc:
        raise RegionError(f"there is no {path.name} in {path.parent}; a region needs one") from exc
    except UnicodeDecodeError as exc:
        raise RegionError(
            f"{path.name} of {path.parent.name!r} is not in UTF-8 ({exc}); save it so"
        ) from exc
    except (ValueError, RecursionError) as exc:  # a number of thousands of digits, endless lists
        raise RegionError(f"{path.name} of {path.parent.name!r} is not valid TOML: {exc}") from exc


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, _RULES, n=1)
    return f"`{key}` is not a key of a region" + (f"; is `{near[0]}` meant?" if near else "")


def _text(value: Any, _: Path) -> str:
    return "" if isinstance(value, str) and value.strip() else "is no text"


def _id(value: Any, _: Path) -> str:
    fits = isinstance(value, str) and is_region_id(value)
    return "" if fits else "may hold letters, digits, - and _ only, and begins with none of the two"


def _zone(value: Any, _: Path) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError, ValueError, TypeError):
        return "is no IANA time zone such as Europe/Berlin"
    return ""


def _country(value: Any, _: Path) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"[A-Z]{2}", value)
    return "" if fits else "is no country by ISO 3166-1, such as DE"


def _subdivision(value: Any, _: Path) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"[A-Z0-9]{1,3}", value)
    return "" if fits else "is not the part after the hyphen of ISO 3166-2, such as MV of DE-MV"


def _date(value: Any, _: Path) -> str:
    return "" if type(value) is date else "is no date; write it without quotes, as in 2016-02-10"


def _year(value: Any, _: Path) -> str:
    return "" if type(value) is int and value in _YEARS else "is no year such as 2016"


def _flag(value: Any, _: Path) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _texts(value: Any, folder: Path) -> str:
    fits = isinstance(value, list) and value and not any(_text(v, folder) for v in value)
    return "" if fits else "is no list of texts"


def _bicycle(value: Any, _: Path) -> str:
    return "" if value in BICYCLES else f"is no kind of bicycle: {', '.join(BICYCLES)}"


def _places_or_file(value: Any, folder: Path) -> str:
    if isinstance(value, str) and is_places(value):
        return ""
    fault = inside_folder(value, folder)
    return (
        fault
        and f"is no place=* value of OpenStreetMap such as suburb, nor several by ;, and {fault}"
    )


def _population(value: Any, folder: Path) -> str:
    return (
        population_fault(value, folder) if isinstance(value, dict) else inside_folder(value, folder)
    )


def _file_or(pattern: str) -> Callable[[Any, Path], str]:
    def rule(value: Any, folder: Path) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return ""
        if isinstance(value, str) and ":" in value:
            return f"is neither a file nor of the form {pattern}"
        return inside_folder(value, folder)

    return rule


_RULES: dict[str, Callable[[Any, Path], str]] = {
    "id": _id,
    "name": _text,
    "home": _text,
    "crs": _text,
    "timezone": _zone,
    "country": _country,
    "subdivision": _subdivision,
    "as_of": _date,
    "extract": inside_folder,
    "boundary": _file_or(r"extent|relation:[0-9]+"),
    "districts": _file_or(r"admin_level:[0-9]+"),
    "quarters": _places_or_file,
    "population": _population,
    "population_year": _year,
    "population_source": _text,
    "population_official": _flag,
    "offers": inside_folder,
    "offers_source": _text,
    "offers_licence": _text,
    "timetable": inside_folder,
    "timetable_attribution": _text,
    "timetable_licence": _text,
    "elevation": inside_folder,
    "elevation_attribution": _text,
    "elevation_licence": _text,
    "bicycle": _bicycle,
    "attribution": _texts,
}
