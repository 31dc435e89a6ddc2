"""
What follows from where a region lies: its CRS, country, state, time zone.

The CRS is the UTM zone of the region's middle, on ETRS89 in Europe and on WGS 84 elsewhere: lengths
are wrong by at most a thousandth in it. The state follows from a German key's first two digits; the
time zone from the country where it has one only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import RegionError

if TYPE_CHECKING:
    from collections.abc import Mapping

# source: Statistisches Bundesamt, Amtlicher Gemeindeschlüssel, first two digits; ISO 3166-2:DE
STATES = {
    "01": "SH", "02": "HH", "03": "NI", "04": "HB", "05": "NW", "06": "HE", "07": "RP", "08": "BW",
    "09": "BY", "10": "SL", "11": "BE", "12": "BB", "13": "MV", "14": "SN", "15": "ST", "16": "TH",
}  # fmt: skip
# source: IANA time zone database, zone.tab; countries whose clocks all agree
TIMEZONES = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "CH": "Europe/Zurich", "CZ": "Europe/Prague",
    "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "IE": "Europe/Dublin", "IT": "Europe/Rome",
    "LI": "Europe/Vaduz", "LU": "Europe/Luxembourg", "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava",
}  # fmt: skip
_COUNTRY_TAGS = ("ISO3166-1:alpha2", "ISO3166-1", "country_code_iso3166_1_alpha_2")
_ETRS89_ZONES = range(28, 39)  # EPSG:25828 to 25838
_EUROPE_LAT = (34.0, 84.0)


@dataclass(frozen=True)
class Place:
    """Two letters of ISO 3166-1, the part of ISO 3166-2 after the hyphen, an IANA zone."""

    country: str
    subdivision: str
    timezone: str


def utm_zone(lon: float, lat: float) -> str:
    """Return the UTM zone of a place: EPSG:25828 to 25838 in Europe, else EPSG:326… or 327…."""
    zone = min(int((lon + 180) // 6) + 1, 60)
    if zone in _ETRS89_ZONES and _EUROPE_LAT[0] <= lat <= _EUROPE_LAT[1]:
        return f"EPSG:{25800 + zone}"
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def box_around(
    bounds: tuple[float, float, float, float], margin_km: float
) -> tuple[float, float, float, float]:
    """Return a box in degrees that reaches so far beyond another one on each side."""
    west, south, east, north = bounds
    by_lat = margin_km / 111.2  # kilometres of a degree of latitude
    by_lon = by_lat / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return (west - by_lon, south - by_lat, east + by_lon, north + by_lat)


def place_of(
    key: str,
    tags: Mapping[str, str],
    *,
    country: str = "",
    subdivision: str = "",
    timezone: str = "",
) -> Place:
    """
    Tell country, state and time zone from an official key or a relation's tags.

    Parameters
    ----------
    key
        Official key of a German municipality, district or state; may be empty.
    tags
        Of the region's relation: `ISO3166-1`, `ISO3166-2` and `timezone` are used.
    country, subdivision, timezone
        What the asker says goes before.

    Raises
    ------
    RegionError
        If the country, or its time zone, is not known from all this.
    """
    iso = tags.get("ISO3166-2", "").partition("-")
    if not country and key[:2] in STATES and key.isdecimal():
        country, subdivision = "DE", subdivision or STATES[key[:2]]
    country = country or next((tags[t] for t in _COUNTRY_TAGS if t in tags), "") or iso[0]
    if not country:
        raise RegionError(
            "`--country` cannot be told from a key or from the relation's tags; say it in two "
            "letters, such as DE, and in Germany the state by --subdivision, such as MV"
        )
    country = country.upper()
    timezone = timezone or tags.get("timezone", "") or TIMEZONES.get(country, "")
    if not timezone:
        raise RegionError(
            f"`--timezone`: that of {country} is not known or it has several; say it as in "
            "Europe/Berlin"
        )
    return Place(country, subdivision or iso[2], timezone)
