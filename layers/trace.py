"""
Where a figure comes from: which method made it, of which data, from which files, of which date.

A figure of a report is known by its name. `FIGURES` says for each which data it is made of and
where its method is written down; an Atlas' manifest says which files those data were, with their
checksums. So everything a council reads leads to a file that can be fetched again and a rule that
can be read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from layers.evidence import sources_of
from layers.question import LINE
from layers.store import BENCHMARKS, MANIFEST, TAXONOMY
from layers.timetable import TRANSIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport

STREETS, OFFERS, PEOPLE, AREAS = "streets", "offers", "population", "districts"
HEIGHTS, TIMETABLE, KINDS, MEASURES = "heights", "timetable", "categories", "benchmarks"
_WAY = (STREETS, OFFERS, HEIGHTS, TIMETABLE)
_REACH = (*_WAY, PEOPLE, AREAS, KINDS)
_METHODS: Final = "docs/methods/"


@dataclass(frozen=True)
class Figure:
    """A name of figures: the data they are made of, and where their method is written down."""

    made_of: tuple[str, ...]
    method: str


def _figures(method: str, made_of: tuple[str, ...], names: str) -> dict[str, Figure]:
    return {name: Figure(made_of, f"{_METHODS}{method}.md") for name in names.split()}


FIGURES: Final[Mapping[str, Figure]] = {
    **_figures("population", (PEOPLE, AREAS), "residents buildings unplaced total"),
    **_figures("coverage", (AREAS, STREETS), "share_inside"),
    **_figures(
        "coverage",
        _REACH,
        "covered uncovered unreachable edge_uncertain share share_range rank median_min median_m "
        "scattered share_known covered_with_unknown share_with_unknown",
    ),
    **_figures(
        "coverage",
        (OFFERS, KINDS),
        "offers with_name with_hours hours_not_understood with_address with_capacity age_years "
        "max_age_years",
    ),
    **_figures("resilience", _REACH, "covered_twice share_twice lose car_only variety"),
    **_figures(
        "sites",
        _REACH,
        "at_least count gained gap mean_min_after mean_min_before not_placed share_after "
        "share_before shorter landmark_m lon lat",
    ),
    **_figures(
        "sheet",
        (*_REACH, MEASURES),
        "offers_in_reach offers_inside rank_high rank_low ranked",
    ),
    **_figures("access", _REACH, "fgt0 fgt1 fgt2 missing_min short concentration palma"),
}


@dataclass(frozen=True)
class Origin:
    """
    Data that figures are made of.

    `date` is a day, the year that people were counted for, or the version of our own table; `files`
    are checksums (SHA-256) by name; `licence` is "" where its source states none, and then `named`
    says whose they are.
    """

    kind: str
    source: str
    date: str
    licence: str
    named: tuple[str, ...]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Trace:
    """
    Where the figures of a report come from.

    `atlas` is the checksum of the manifest that names everything a region was built from.
    """

    program: str
    region: str
    atlas: str
    question: str
    origins: tuple[Origin, ...]
    parameters: Mapping[str, Any]

    def of(self, name: str) -> tuple[Figure, tuple[Origin, ...]]:
        """
        Return the method of a figure and the data it was made of here.

        Raises
        ------
        LookupError
            If no report has a figure of this name.
        """
        figure = FIGURES[name]
        return figure, tuple(origin for origin in self.origins if origin.kind in figure.made_of)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON: the origins once, and for each figure which of them it is made of."""
        kinds = {origin.kind for origin in self.origins}
        return {
            "program": self.program,
            "region": self.region,
            "atlas": self.atlas,
            "question": self.question,
            "origins": [
                {**vars(origin), "named": list(origin.named), "files": dict(origin.files)}
                for origin in self.origins
            ],
            "figures": {
                name: {
                    "made_of": [k for k in figure.made_of if k in kinds],
                    "method": figure.method,
                }
                for name, figure in FIGURES.items()
            },
            "parameters": dict(self.parameters),
        }


def trace(report: CoverageReport) -> Trace:
    """Say where the figures of a report come from."""
    atlas = report.atlas
    manifest = atlas.manifest
    content = (atlas.path / MANIFEST).read_bytes()
    return Trace(
        program=f"umkreis {metadata.version('umkreis')}",
        region=atlas.region.id,
        atlas=hashlib.sha256(content).hexdigest(),
        question=str(report.question),
        origins=tuple(_origins(report)),
        parameters=manifest["parameters"],
    )


def _origins(report: CoverageReport) -> list[Origin]:
    atlas, region = report.atlas, report.atlas.region
    named = region.attributions
    day = region.as_of.isoformat()
    year = atlas.population.basis.year
    found = []
    for told in sources_of(report):
        when = told.as_of.isoformat() if told.as_of else str(year or day)
        is_built = told.source in ("osm", *_table_sources(atlas)) or told.kind != OFFERS
        files = _files(atlas, told.kind, told.source) if is_built else {}
        if told.kind != STREETS or report.question.mode != LINE:
            found.append(Origin(told.kind, told.source, when, told.licence, named, files))
    districts = region.finest["shape_source"]
    shapes = ", ".join(dict.fromkeys(str(one) for one in districts))
    found.append(Origin(AREAS, shapes, day, "", named, _files(atlas, AREAS)))
    sums = atlas.manifest["files"]
    version = atlas.taxonomy.version
    for kind, file in ((KINDS, TAXONOMY), (MEASURES, BENCHMARKS)):
        if file in sums:
            found.append(Origin(kind, file, version, "", ("Umkreis",), {file: sums[file]}))
    if heights := atlas.manifest.get("elevation"):
        whom = (str(heights.get("attribution", "")),)
        licence = str(heights.get("licence", ""))
        found.append(Origin(HEIGHTS, whom[0], day, licence, whom, _files(atlas, HEIGHTS)))
    if atlas.timetable is not None and report.question.mode == TRANSIT:
        about = atlas.timetable.about
        found.append(
            Origin(
                TIMETABLE, about.name, about.valid_from.isoformat(), about.licence,
                (about.attribution,), {about.name: about.sha256},
            )
        )  # fmt: skip
    return found


def _table_sources(atlas: Atlas) -> list[str]:
    """Return the sources of offers that were in the region's own files, not in the register."""
    return [
        source for source in {offer.source for offer in atlas.offers} if source not in atlas.sources
    ]


def _files(atlas: Atlas, kind: str, source: str = "") -> dict[str, str]:
    """Return the checksums of the files that were read for one kind of data."""
    sums: Mapping[str, str] = atlas.manifest["files"]
    inputs: Mapping[str, list[str]] = atlas.manifest.get("inputs", {})
    keys = {
        STREETS: ("extract",),
        OFFERS: ("extract",) if source == "osm" else ("offers",),
        PEOPLE: ("population", "extract"),
        AREAS: ("boundary", "districts", "quarters"),
        HEIGHTS: ("elevation",),
    }[kind]
    names = [name for key in keys for name in inputs.get(key, ())]
    # an Atlas of an older version does not tell which file was for what
    return {name: sums[name] for name in names if name in sums} or dict(sums)
