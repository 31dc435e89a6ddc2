"""
From a file of others to entries of the register.

Read, checked, placed by address, compared, written: each step is a pure function but the last. The
last one is idempotent, so an import that was killed is finished by running it again, and a second
run of the same file changes nothing. What a file no longer lists is marked in the register, never
deleted; what a person corrected outlives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import ParameterError
from layers.errors import RegisterError
from layers.imports.checks import check_facts
from layers.imports.origin import NO_LICENCE, URL, ImportOptions, licence_notes, source_of
from layers.imports.places import Placing, place_records
from layers.imports.report import ImportReport, NotTaken, in_order
from layers.register import Source
from layers.register.entry import PUBLISHED, SUBMITTED
from layers.register.known_sources import check_source
from layers.register.values import entry_id
from layers.register_duplicates import items_of, offer_item, record_item, suspected
from layers.sources.bounded import MAX_BYTES, ReadOptions
from layers.sources.fetch import FetchLimits, fetch_kept
from layers.sources.from_offers import ATTRIBUTION, record_of
from layers.sources.from_offers import SOURCE as OSM
from layers.sources.record import Reading, shortened
from layers.sources.sniff import read_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers.atlas import Atlas
    from layers.imports.region import ImportRegion
    from layers.register import Register, Written
    from layers.register_duplicates import Item, Suspected
    from layers.sources.record import SourceRecord

    Progress = Callable[[str, float], None]

# Answers to a question, or what is to come: what is missing in them has not vanished
PARTIAL_KINDS: Final = frozenset({"openfairdb-search", "openfairdb-entries", "icalendar"})
_OSM_ID: Final = re.compile(r"[nwr]\d+")
_STEPS: Final = {"reading": 0.25, "places": 0.3, "writing": 0.25, "duplicates": 0.2}


def import_source(
    register: Register,
    region: ImportRegion,
    file: Path | str,
    *,
    options: ImportOptions | None = None,
    who: str,
    why: str = "",
    is_trial: bool = False,
    fetched: Path | None = None,
    limits: FetchLimits | None = None,
    built: Atlas | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """
    Take in what a file or web address lists.

    Parameters
    ----------
    register, region
        Where to.
    file
        A path, or an http or https address.
    options
        What the importer says of it.
    who, why
        For the history.
    is_trial
        Tell what would change and write nothing.
    fetched
        Folder that keeps what was fetched, for the next time; needed for an address.
    limits
        Of fetching.
    built
        The region as it was built, whose offers are taken in first, so that new ones are compared
        with them; None to leave that.
    progress
        Called with the name of a step and the share that is done.

    Returns
    -------
    report
        In which every row stands; the register keeps it, unless it is a trial.

    Raises
    ------
    ParameterError
        If an option does not fit, or nothing tells the licence.
    SourceError
        If the file cannot be read at all.
    RegisterError
        If the source's name is none, or the register cannot be written.
    """
    options = options or ImportOptions()
    report_step = _Steps(progress)
    if options.source:
        check_source(Source(options.source))
    for category in filter(None, (options.category, *options.only)):
        region.taxonomy.category(category)  # raises with the nearest ones
    data, notes = _fetched(file, fetched, limits)
    reading = read_source(data, kind=options.kind, options=_read_options(region, options))
    if options.only:
        reading = _only(reading, options.only)
    report_step("reading", 1.0)
    source = source_of(register, region.id, reading, str(file), options)
    checked, bad_facts = check_facts(reading.records, region.taxonomy)
    count = len(checked)
    placing = place_records(
        checked,
        region.addresses,
        progress=report_step.counted("places", count),
    )
    unknown = []
    if built is not None and is_trial and OSM not in register.sources(region.id):
        unknown = [offer_item(offer) for offer in built.offers]
    elif built is not None and not is_trial and not _newer_than(register, built):
        import_built(register, built, who=who)
    is_whole = bool(placing.records) and not (options.is_part or reading.kind in PARTIAL_KINDS)
    if is_whole and source.id == OSM and reading.kind != "osm-extract":
        is_whole = False  # a selection of OpenStreetMap says nothing of the rest of it
    written = register.put_many(
        region.id,
        source,
        placing.records,
        who=who,
        why=why or f"import of {_shown(str(file))}",
        status=SUBMITTED if options.to_review else PUBLISHED,
        is_whole=is_whole,
        joins=None if source.id == OSM else _joins(register, region.id, reading),
        is_trial=is_trial,
        progress=report_step.counted("writing", count),
    )
    duplicates = _duplicates(register, region, source, placing, unknown, written)
    report_step("duplicates", 1.0)
    made = _report(reading, source, placing, written, is_trial=is_trial)
    made = replace(
        made,
        decisions=tuple(sorted((*made.decisions, *bad_facts), key=lambda d: d.line)),
        duplicates=duplicates,
        notes=(*notes, *_of_the_file(reading), *licence_notes(source)),
    )
    if not is_trial:
        register.keep_report(region.id, source.id, made.to_record(), who=who)
    return made


def import_built(
    register: Register,
    atlas: Atlas,
    *,
    who: str,
    is_trial: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """
    Take in what a region was built with: the offers of its OpenStreetMap extract.

    From then on the register speaks for them: they can be corrected, closed and merged. Offers of
    the region's own table stay with the build.

    Raises
    ------
    RegisterError
        If the register holds newer data of OpenStreetMap than the region was built with.
    """
    if day := _newer_than(register, atlas):
        raise RegisterError(
            f"the register holds OpenStreetMap's data of {day}, which are newer than the region's "
            f"extract of {atlas.region.as_of}; build the region from a newer one first"
        )
    report_step = _Steps(progress)
    offers = [offer for offer in atlas.offers if offer.source == OSM]
    records = tuple(record_of(offer, line=line) for line, offer in enumerate(offers, start=1))
    licence = offers[0].licence if offers else ""
    reading = Reading(
        "osm-extract",
        len(records),
        records,
        counts_in="offer",
        licence=licence,
        attribution=ATTRIBUTION,
        as_of=atlas.region.as_of,
    )
    source = Source(OSM, "OpenStreetMap", licence, ATTRIBUTION, True, reading.as_of)
    written = register.put_many(
        atlas.region.id,
        source,
        records,
        who=who,
        why="what the region was built with",
        is_whole=bool(records),
        is_trial=is_trial,
        progress=report_step.counted("writing", len(records)),
    )
    return _report(reading, source, Placing(list(records)), written, is_trial=is_trial)


def _newer_than(register: Register, atlas: Atlas) -> date | None:
    """Return the date of the register's data of OpenStreetMap if they are newer than the build."""
    known = register.sources(atlas.region.id).get(OSM)
    is_newer = known is not None and known.as_of is not None and known.as_of > atlas.region.as_of
    return known.as_of if known is not None and is_newer else None


def _fetched(
    file: Path | str, folder: Path | None, limits: FetchLimits | None
) -> tuple[Path | bytes, tuple[str, ...]]:
    if isinstance(file, Path):
        return file, ()
    if not URL.match(file):
        return Path(file), ()
    if folder is None:
        raise ParameterError("`fetched` names no folder, which an address needs")
    answer = fetch_kept(file, folder, limits=limits)
    note = "its server says that nothing has changed since the last time"
    return answer.data, () if answer.is_new else (note,)


def _read_options(region: ImportRegion, options: ImportOptions) -> ReadOptions:
    return ReadOptions(
        taxonomy=region.taxonomy,
        bounds=region.bounds,
        crs=options.crs,
        columns=options.columns,
        category=options.category,
        layer=options.layer,
        timezone=region.timezone,
        as_of=options.as_of,
        licence="" if options.licence == NO_LICENCE else options.licence,
        attribution=options.attribution,
        max_bytes=MAX_BYTES,
    )


def _joins(register: Register, region: str, reading: Reading) -> dict[str, str]:
    """Return the entries that records name by the id of an object of OpenStreetMap."""
    if reading.kind != "osm-geojson":
        return {}
    entries = register.entries(region, statuses=None)
    ids = {name: entry.id for entry in entries for name in (entry.id, *entry.aliases)}
    wanted = {r.source_id: entry_id(OSM, r.source_id) for r in reading.records}
    return {
        source_id: ids[own]
        for source_id, own in wanted.items()
        if _OSM_ID.fullmatch(source_id) and own in ids
    }


def _duplicates(
    register: Register,
    region: ImportRegion,
    source: Source,
    placing: Placing,
    unknown: list[Item],
    written: Written,
) -> tuple[Suspected, ...]:
    """Compare what is new with all that there is."""
    added = set(written.added)
    if not added:
        return ()
    items = [*unknown, *items_of(register.entries(region.id, statuses=None))]
    missing = added - {item.id for item in items}  # a trial writes nothing
    for record in placing.records if missing else ():
        if (own_id := entry_id(source.id, record.source_id)) in missing:
            items.append(record_item(record, own_id, source.id))
    found = suspected(items, region.taxonomy, apart=register.told_apart(region.id), among=added)
    return tuple(found)


def _report(
    reading: Reading, source: Source, placing: Placing, written: Written, *, is_trial: bool
) -> ImportReport:
    by_id = {record.source_id: record for record in placing.records}
    refused = [_refused(by_id[r.source_id], r.reason, reading, placing) for r in written.refused]
    waiting = {row.line for row in refused}
    faults = [NotTaken(f.line, f.text, "row", f.reason) for f in reading.faults if f.line]
    decisions = [d for d in (*reading.decisions, *placing.decisions) if d.line not in waiting]
    return ImportReport(
        source=source.id,
        title=source.title,
        kind=reading.kind,
        counts_in=reading.counts_in,
        licence=source.licence,
        as_of=source.as_of,
        is_trial=is_trial,
        rows=reading.rows,
        added=tuple(written.added),
        changed=tuple(written.changed),
        back=tuple(written.back),
        proposed=tuple(written.proposed),
        unchanged=written.unchanged,
        gone=tuple(written.gone),
        not_taken=in_order([*faults, *refused]),
        skipped=dict(reading.skipped),
        looked_up=placing.looked_up,
        decisions=tuple(decisions),
        revs=tuple(written.revs),
    )


def _of_the_file(reading: Reading) -> tuple[str, ...]:
    """Return what is said of no single row."""
    return (*(f"{f.text}: {f.reason}" for f in reading.faults if not f.line), *reading.notes)


def _refused(record: SourceRecord, reason: str, reading: Reading, placing: Placing) -> NotTaken:
    """Say why a record is not in the register, in the words of the step that knows."""
    text = shortened(record.name or ", ".join(record.kinds) or record.source_id)
    told = {d.topic: d for d in reading.decisions if d.line == record.line}
    if (unplaced := placing.unplaced.get(record.source_id)) is not None:
        also = f"; its coordinates: {told['place'].reason}" if "place" in told else ""
        return NotTaken(record.line, text, "place", unplaced.reason + also, unplaced.candidates)
    if not record.categories:
        doubt = told.get("category")
        reason = (doubt.reason if doubt else "") or "no category is told"
        return NotTaken(record.line, text, "category", reason, doubt.candidates if doubt else ())
    return NotTaken(record.line, text, "record", reason)


def _shown(file: str) -> str:
    return shortened(file if URL.match(file) else Path(file).name, length=100)


def _only(reading: Reading, categories: tuple[str, ...]) -> Reading:
    """Keep the records of some categories; the others are counted as left out."""
    kept = tuple(r for r in reading.records if set(r.categories) & set(categories))
    left = len(reading.records) - len(kept)
    lines = {record.line for record in kept}
    of_kept = tuple(d for d in reading.decisions if not d.line or d.line in lines)
    why = f"none of {', '.join(categories)}"
    skipped = {**reading.skipped, why: left} if left else reading.skipped
    return replace(reading, records=kept, decisions=of_kept, skipped=skipped)


@dataclass
class _Steps:
    """Turns steps into the share of the whole."""

    told: Progress | None

    def __call__(self, step: str, share: float) -> None:
        """Report a step."""
        if self.told is not None:
            before = list(_STEPS).index(step)
            self.told(step, sum(list(_STEPS.values())[:before]) + _STEPS[step] * min(share, 1.0))

    def counted(self, step: str, total: int) -> Callable[[int], None]:
        """Report a step by what is done of it."""
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            self(step, done / total if total else 1.0)

        return count
