"""
Which source a file is: its name, licence, whom to name, and who may see its contacts.

What an importer once said of a source holds for its next import. What nobody says is not guessed: a
list without a licence is refused, or taken as one that is never exported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from geo.errors import ParameterError
from layers.errors import nearest_names
from layers.register import Source
from layers.register.licences import KNOWN_LICENCES, known_licence
from layers.sources.from_offers import SOURCE as OSM
from layers.spelling import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from layers.register import Register
    from layers.sources.record import Reading

# These publish phone and email themselves, for everybody to see
PUBLIC_KINDS: Final = frozenset({
    "osm-extract", "osm-geojson", "openfairdb-search", "openfairdb-entries", "openfairdb-csv",
    "weekly-markets", "repair-network",
})  # fmt: skip
NO_LICENCE: Final = "unknown"
URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OWN_NAMES: Final = {"osm-extract": OSM, "openfairdb": "openfairdb"}


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """
    What an importer says of a file.

    Attributes
    ----------
    source
        Id of the source; "" to make it of the file's name, or of what is known of its kind. The
        same list must come under the same id each time.
    title
        For people; "" for the id.
    kind
        What the file is, where it is not recognised.
    licence, attribution
        Where the file does not say. Once said it holds for the next import of the source as well.
        `unknown` takes the list without a licence: then nothing of it is ever exported.
    columns, category, crs, layer, as_of
        As in `layers.sources.bounded.ReadOptions`.
    only
        Ids of categories: rows of others are left out and counted, so that a list of farm shops
        with a few markets in it does not pass for one that tells of all markets.
    is_part
        The file lists only a part of the source: what is missing is not marked as gone.
    has_public_contacts
        Whether phone and email may be shown; None for what is known of the kind.
    to_review
        New entries wait for somebody to publish them, and changes of published ones to be accepted.
    """

    source: str = ""
    title: str = ""
    kind: str | None = None
    licence: str = ""
    attribution: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    only: tuple[str, ...] = ()
    crs: str | None = None
    layer: str = ""
    as_of: date | None = None
    is_part: bool = False
    has_public_contacts: bool | None = None
    to_review: bool = False


def source_name(file: str, kind: str) -> str:
    """
    Return the id of a source that nobody named.

    That of the kind where all files of a kind are one source; else the file's name without ending.
    """
    if known := next((v for k, v in _OWN_NAMES.items() if kind.startswith(k)), ""):
        return known
    path = urlsplit(file).path if URL.match(file) else file
    stem = Path(path).name.partition(".")[0] or (urlsplit(file).hostname or "")
    words = (re.sub(r"[^a-z0-9]", "", word) for word in words_of(stem))
    return "-".join(filter(None, words))[:60].strip("-") or kind


def source_of(
    register: Register, region: str, reading: Reading, file: str, options: ImportOptions
) -> Source:
    """
    Tell what is known of a file's source.

    Raises
    ------
    ParameterError
        If nothing tells its licence.
    """
    source_id = options.source or source_name(file, reading.kind)
    known = register.sources(region).get(source_id)
    licence = reading.licence or (known.licence if known else "")
    if options.licence:
        licence = "" if options.licence == NO_LICENCE else options.licence
    is_told = licence or options.licence or known or all(r.licence for r in reading.records)
    if not is_told:
        raise ParameterError(
            "`licence` is missing: the file does not say under which one it stands. Name it (such "
            "as CC0-1.0, CC-BY-4.0, DL-DE-BY-2.0 or ODbL-1.0); with `unknown` it is taken, and "
            "nothing of it is ever exported",
            parameter="licence",
        )
    contacts = options.has_public_contacts
    if contacts is None:
        contacts = known.has_public_contacts if known else reading.kind in PUBLIC_KINDS
    title = options.title or (known.title if known else "") or source_id
    attribution = options.attribution or reading.attribution or (known.attribution if known else "")
    as_of = reading.as_of or options.as_of
    return Source(source_id, title, licence, attribution or title, contacts, as_of)


def licence_notes(source: Source) -> tuple[str, ...]:
    """Say where a licence lets nothing leave."""
    if not source.licence:
        return ("its licence is not known: nothing of it will be exported",)
    if not known_licence(source.licence):
        by_lower = {licence.lower(): licence for licence in KNOWN_LICENCES}
        near = [by_lower[n] for n in nearest_names(source.licence, by_lower)]
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return (
            f"the licence {source.licence!r} is none whose terms are known here: nothing of it "
            f"will be exported{hint}",
        )
    return ()
