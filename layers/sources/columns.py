"""
Recognises what a list's columns hold, by their German and English names.

Names are compared without case, umlauts and punctuation, so that "Öffnungszeiten",
"oeffnungszeiten" and "OPENING_HOURS" are one. What is not recognised is kept with the record as it
is. The asker may correct any column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from layers.errors import nearest_names
from layers.sources.kinds import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.taxonomy import Taxonomy

# By field: names that people give it
NAMES: dict[str, str] = {
    "id": "id, nr, nummer, lfd nr, kennung, schluessel, key, uuid, objectid, ref, fid",
    "name": (
        "name, bezeichnung, titel, title, anbieter, organisation, einrichtung, initiative, "
        "verein, firma, betrieb, unternehmen, projekt, name der initiative, name der "
        "einrichtung, organization, label, standort, standortname, name des angebots, angebot"
    ),
    "category": (
        "category, categories, kategorie, kategorien, art, typ, type, rubrik, branche, kind, "
        "sparte, themenfeld, angebotsart, art des angebots, kategorie n"
    ),
    "lon": (
        "lon, lng, long, longitude, laenge, laengengrad, geogr laenge, geo lon, geo laenge, "
        "geolaenge, lon wgs84, wgs84 lon, laenge wgs84, geo long, x wgs84, coordinates lng"
    ),
    "lat": (
        "lat, latitude, breite, breitengrad, geogr breite, geo lat, geo breite, geobreite, lat "
        "wgs84, wgs84 lat, breite wgs84, y wgs84, coordinates lat"
    ),
    "x": "x, rechtswert, rw, ostwert, easting, east, ost, utm ost, utm x, x koordinate, xkoord, e",
    "y": (
        "y, hochwert, hw, nordwert, northing, north, nord, utm nord, utm y, y koordinate, ykoord, n"
    ),
    "coordinates": (
        "coordinates, koordinaten, geo, gps, geokoordinaten, position, point, geo point, wkt"
    ),
    "address": (
        "address, adresse, anschrift, postanschrift, full address, adresszeile, ort der initiative"
    ),
    "street": (
        "street, strasse, str, strasse hausnummer, strasse und hausnummer, strasse nr, strasse "
        "hausnr, street address, addr street, strassenname"
    ),
    "housenumber": (
        "housenumber, house number, hausnummer, hausnr, hnr, addr housenumber, nr hausnummer"
    ),
    "postcode": (
        "postcode, postal code, zip, zip code, plz, postleitzahl, addr postcode, postalcode"
    ),
    "city": "city, town, ort, stadt, gemeinde, wohnort, addr city, municipality, ortsname",
    "place": "plz ort, plz und ort, postleitzahl ort, zip city",
    "country": "country, land, staat, addr country",
    "contact_name": (
        "contact name, contact, ansprechpartner, ansprechpartnerin, ansprechperson, kontakt, "
        "kontaktperson, contact person, inhaber"
    ),
    "phone": (
        "phone, telephone, tel, telefon, telefonnummer, fon, contact phone, rufnummer, tel nr, "
        "mobil"
    ),
    "email": "email, e mail, mail, mailadresse, e mail adresse, contact email, mail adresse",
    "website": (
        "website, web, homepage, url, internet, webseite, internetseite, link, www, webadresse"
    ),
    "opening_hours": (
        "opening hours, oeffnungszeiten, oeffnungszeit, zeiten, geoeffnet, hours, sprechzeiten, "
        "uhrzeit"
    ),
    "description": (
        "description, beschreibung, info, text, erlaeuterung, bemerkung, bemerkungen, notiz, "
        "anmerkung, kurzbeschreibung, details, kommentar"
    ),
    "gives": "gives, bietet, gibt",
    "needs": "needs, sucht, braucht, bedarf",
    "notices": "notices, aushaenge",
    "capacity": "capacity, kapazitaet, plaetze, anzahl plaetze",
    "wheelchair": "wheelchair, rollstuhl, rollstuhlgerecht, barrierefrei, barrierefreiheit",
    "opened_on": (
        "opened on, opened, gegruendet, gruendung, eroeffnet, eroeffnung, founded on, founded, "
        "start date, gruendungsjahr"
    ),
    "closed_on": "closed on, closed, geschlossen am, end date, aufgeloest",
    "licence": "licence, license, lizenz",
    "as_of": (
        "as of, stand, stand vom, datum, aktualisiert, last update, letzte aenderung, updated, "
        "check date"
    ),
    "aliases": "aliases",
}
FIELDS = tuple(NAMES)
PLACE_FIELDS = ("lon", "lat", "x", "y", "coordinates")
ADDRESS_FIELDS = ("address", "street", "housenumber", "postcode", "city", "place")
_LEAVE_OUT = ""


@dataclass(frozen=True)
class Columns:
    """
    What each column holds.

    `fields` is a field or fact by column index; columns that are missing there are kept as they
    are, by their name in `names`; those in `left_out` not even that. `notes` name what was not
    recognised, or stood twice.
    """

    names: tuple[str, ...]
    fields: Mapping[int, str]
    left_out: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def has_place(self) -> bool:
        """Tell whether any column can place a row."""
        return bool({*PLACE_FIELDS, *ADDRESS_FIELDS} & set(self.fields.values()))


@dataclass
class ColumnReader:
    """Recognises columns by the fields of records and the facts of a taxonomy."""

    taxonomy: Taxonomy
    corrections: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = {f.id: f for c in self.taxonomy.categories for f in c.facts}
        self._by_name = {folded(f.de): f.id for f in self.facts.values()}
        self._by_name |= {folded(f.en): f.id for f in self.facts.values()}
        self._by_name |= {folded(id_): id_ for id_ in self.facts}
        for name, words in NAMES.items():
            self._by_name |= {folded(word): name for word in (name, *words.split(", "))}
        for column, target in self.corrections.items():
            if target not in (*FIELDS, *self.facts, _LEAVE_OUT):
                near = nearest_names(target, (*FIELDS, *self.facts))
                raise ParameterError(
                    f"`columns` sets {column!r} to {target!r}, which is no field; "
                    f"did you mean {' or '.join(near) or 'name, category, lon, lat or address'}?",
                    parameter="columns",
                )

    def known(self, cells: Sequence[str]) -> int:
        """Count the cells that are names of columns: the header is where most are."""
        return sum(bool(self._field_of(cell)) for cell in cells if len(cell) < 60)

    def read(self, cells: Sequence[str]) -> Columns:
        """
        Tell what the columns of a header hold.

        Of several that hold the same the first counts, and corrected ones before recognised ones.

        Raises
        ------
        ParameterError
            If a column that is to be corrected is not there.
        """
        names = tuple(" ".join(cell.split()) or f"column {i}" for i, cell in enumerate(cells, 1))
        corrected = self._corrected(names)
        left_out = frozenset(i for i, target in corrected.items() if target == _LEAVE_OUT)
        fields = {i: target for i, target in corrected.items() if target}
        notes: list[str] = []
        for i, name in enumerate(names):
            if i in corrected or not cells[i].strip():
                continue
            target = self._field_of(name)
            if not target:
                notes.append(
                    f"column {name!r} is kept as it is; `--column FIELD={name}` says what it holds"
                )
            elif target in fields.values():
                notes.append(f"column {name!r} is kept as it is: another one is the {target}")
            else:
                fields[i] = target
        return Columns(names, fields, left_out, tuple(notes))

    def _field_of(self, name: str) -> str:
        return self._by_name.get(folded(name), "")

    def _corrected(self, names: Sequence[str]) -> dict[int, str]:
        by_name = {folded(name): i for i, name in reversed(list(enumerate(names)))}
        found = {}
        for column, target in self.corrections.items():
            if (i := by_name.get(folded(column))) is None:
                raise ParameterError(
                    f"`columns` names {column!r}, but the file has {', '.join(map(repr, names))}",
                    parameter="columns",
                )
            found[i] = target
        return found
