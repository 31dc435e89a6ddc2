"""
A portable package: what one city learned, for the next one, in a file.

A zip with a manifest and four kinds of files: `taxonomy.toml` and `benchmarks.toml` (kinds of
offers, thresholds, benchmarks), `papers/*.json` (council papers) and `practice/*.toml` (practice
cards). The manifest names format, version, region, licences, and each file's size and checksum.

Whoever opens one trusts nothing in it: names must be those of the manifest and of the four kinds,
sizes are bounded before and while reading, nothing is unpacked to disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.archive import unpacking
from geo.errors import UmkreisError
from layers.document import is_text
from layers.practice.files import card_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from layers.practice.card import PracticeCard

FORMAT = 1
MANIFEST = "manifest.json"
TAXONOMY, BENCHMARKS = "taxonomy.toml", "benchmarks.toml"
PAPERS, PRACTICE = "papers", "practice"
MAX_FILES = 500
MAX_FILE_BYTES = 2_000_000
MAX_BYTES = 20_000_000  # of all files together, unpacked, and of the zip itself
_NAME = re.compile(
    r"taxonomy\.toml|benchmarks\.toml|papers/[a-zA-Z0-9][\w-]{0,99}\.json"
    r"|practice/[a-zA-Z0-9][\w-]{0,99}\.toml",
    re.ASCII,
)
_SUM = re.compile(r"[0-9a-f]{64}")
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same content is the same file


class PackageError(UmkreisError, ValueError):
    """A package cannot be made, read or applied; `faults` holds all reasons."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"`package` has {count}: {'; '.join(self.faults)}")


@dataclass(frozen=True)
class Package:
    """
    What a package holds.

    `files` are texts by name; `licences` by name as well, "" where not stated.
    """

    region: str
    name: str
    version: str
    made_on: str
    files: Mapping[str, str]
    licences: Mapping[str, str]


def collect(
    region_dir: Path,
    taxonomy_path: Path,
    cards: Sequence[PracticeCard],
    *,
    region: str,
    name: str,
    version: str,
    made_on: date,
    licence: str = "",
) -> Package:
    """
    Collect what a region has to pass on.

    Parameters
    ----------
    region_dir
        Its folder; papers lie in `papers/*.json`.
    taxonomy_path
        The taxonomy it is built with; benchmarks lie beside it.
    cards
        Practice cards of the region; each gets its origin written in, and keeps its licence.
    region, name, version, made_on
        For the manifest.
    licence
        Of taxonomy, benchmarks and papers.

    Raises
    ------
    PackageError
        If a file is too large or has a name that no package may have.
    """
    paths = {TAXONOMY: taxonomy_path, BENCHMARKS: taxonomy_path.with_name(BENCHMARKS)}
    paths |= {f"{PAPERS}/{p.name}": p for p in sorted((region_dir / PAPERS).glob("*.json"))}
    files = {name: path.read_text("utf-8") for name, path in paths.items() if path.is_file()}
    licences = dict.fromkeys(files, licence)
    for card in cards:
        file = f"{PRACTICE}/{card.id}.toml"
        files[file] = card_toml(card if card.origin else replace(card, origin=name))
        licences[file] = card.licence
    faults = [f"{file!r} is no name for a package" for file in files if not _NAME.fullmatch(file)]
    faults += _sizes({file: len(text.encode()) for file, text in files.items()})
    if faults:
        raise PackageError(faults)
    return Package(region, name, version, made_on.isoformat(), files, licences)


def to_zip(package: Package) -> bytes:
    """Write a package; the same content is the same bytes."""
    about = {
        name: {
            "bytes": len(text.encode()),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "licence": package.licences[name],
        }
        for name, text in sorted(package.files.items())
    }
    manifest = {
        "format": FORMAT,
        "umkreis": package.version,
        "region": package.region,
        "name": package.name,
        "made_on": package.made_on,
        "files": about,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MANIFEST, text), *sorted(package.files.items())]:
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def from_zip(file: Path) -> Package:
    """
    Read a package, trusting nothing in it.

    Raises
    ------
    PackageError
        If it is no zip, too large, or anything in it differs from its manifest.
    """
    if (size := file.stat().st_size) > MAX_BYTES:
        raise PackageError([f"{file.name} holds {size:,} bytes, at most {MAX_BYTES:,}"])

    def broken(why: str) -> PackageError:
        return PackageError([f"{file.name} is no zip that can be read ({why})"])

    with unpacking(broken), zipfile.ZipFile(file) as archive:
        return _read(archive)


def _read(archive: zipfile.ZipFile) -> Package:
    infos = {info.filename: info for info in archive.infolist()}
    faults = []
    if len(infos) < len(archive.infolist()):
        faults.append("a name stands in it twice")
    if len(infos) > MAX_FILES:
        raise PackageError([f"it holds {len(infos)} files, at most {MAX_FILES}"])
    faults += [
        f"{name[:80]!r} is none of the files that a package holds"
        for name in infos
        if name != MANIFEST and not _NAME.fullmatch(name)
    ]
    faults += _sizes({name[:80]: info.file_size for name, info in infos.items()})
    if MANIFEST not in infos:
        faults.append(f"{MANIFEST} is missing")
    if faults:
        raise PackageError(faults)
    manifest = _manifest(_member(archive, MANIFEST))
    told: dict[str, Any] = manifest["files"]
    faults += [f"{name!r} is not in the manifest" for name in infos if name not in told]
    files: dict[str, str] = {}
    for name, about in told.items():
        if name not in infos:
            faults.append(f"{name[:80]!r} is in the manifest only")
            continue
        content = _member(archive, name)
        if hashlib.sha256(content).hexdigest() != about["sha256"]:
            faults.append(f"{name}: its checksum is another one than in the manifest")
        try:
            files[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"{name} holds a text that is not in UTF-8")
    faults = [fault for fault in faults if fault != f"{MANIFEST!r} is not in the manifest"]
    if faults:
        raise PackageError(faults)
    return Package(
        region=manifest["region"],
        name=manifest["name"],
        version=manifest["umkreis"],
        made_on=manifest["made_on"],
        files=files,
        licences={name: about["licence"] for name, about in told.items()},
    )


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one file; the size that its head states is not believed."""
    with archive.open(name) as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise PackageError([f"{name} holds more than {MAX_FILE_BYTES:,} bytes"])
    return content


def _manifest(content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise PackageError([f"{MANIFEST} is no JSON ({exc})"]) from exc
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise PackageError([f"{MANIFEST} has another format than {FORMAT}; update Umkreis"])
    texts = ("umkreis", "region", "name", "made_on")
    faults = [f"{MANIFEST}, {key}: no text" for key in texts if not is_text(manifest.get(key))]
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(
        isinstance(about, dict)
        and isinstance(about.get("sha256"), str)
        and _SUM.fullmatch(about["sha256"])
        and is_text(about.get("licence"))
        for about in files.values()
    ):
        faults.append(f"{MANIFEST}, files: not every file has a checksum and a licence")
    if faults:
        raise PackageError(faults)
    return manifest


def _sizes(sizes: Mapping[str, int]) -> list[str]:
    faults = [
        f"{name} holds {size:,} bytes, at most {MAX_FILE_BYTES:,}"
        for name, size in sizes.items()
        if size > MAX_FILE_BYTES
    ]
    if (total := sum(sizes.values())) > MAX_BYTES:
        faults.append(f"all together are {total:,} bytes, at most {MAX_BYTES:,}")
    return faults
