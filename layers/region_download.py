"""
Loads an extract from the web: what broke off goes on where it stopped, and is checked when whole.

Extracts are large and connections break. What has come is kept beside its mark (`ETag`, or the date
of the file), and the next try asks only for the rest of the very same file. Where the server has a
checksum beside it (`ADDRESS.md5`, as Geofabrik has), the file is taken only if it fits. A whole
file is kept, so that a second city of the same state costs no second load.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from layers.errors import SourceError
from layers.sources.fetch import FetchLimits, fetch, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Say = Callable[[str], None]

EXTRACT_LIMITS = FetchLimits(max_bytes=40 * 10**9, max_seconds=12 * 3600.0)
_CHUNK = 1 << 20
_TOLD_EVERY = 20 * 10**6
_TRIES = 20  # as long as each brings more


def download_extract(
    url: str,
    folder: Path,
    *,
    limits: FetchLimits = EXTRACT_LIMITS,
    say: Say = lambda _text: None,
) -> Path:
    """
    Load an extract into a folder, or take the one that lies there and still fits its checksum.

    Parameters
    ----------
    url
        http or https, on the public web.
    folder
        Where extracts are kept; made if missing.
    limits
        By default 40 GB, 12 hours, a minute without a byte.
    say
        Called with what goes on, for people.

    Raises
    ------
    SourceError
        If the address does not answer with a file, or the file does not fit its checksum. What came
        of a broken load stays, and the next call goes on there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / _file_name(url)
    checksum = _published_md5(url, limits)
    if target.exists() and checksum and _md5(target) == checksum:
        say(f"{target.name} is here already and fits its checksum")
        return target
    part = target.with_name(target.name + ".part")
    for _ in range(_TRIES):
        before = _size(part)
        try:
            _load_rest(url, part, checksum, limits, say)
            break
        except SourceError as exc:
            if _size(part) <= before:
                raise SourceError(f"{exc}{_kept_text(part)}") from exc
            say(f"broken off at {_size(part) / 1e6:.0f} MB; going on")
    else:
        raise SourceError(f"`source` {url[:100]} breaks off again and again{_kept_text(part)}")
    if checksum and _md5(part) != checksum:
        _drop(part)
        raise SourceError(
            f"`source` {url[:100]} does not fit the checksum beside it; perhaps it was replaced "
            "just now: run the same command again"
        )
    if not checksum:
        say(f"no checksum beside {url[:100]}: the file is taken unchecked")
    os.replace(part, target)
    _drop(part)
    return target


def _file_name(url: str) -> str:
    """Return a name of our own for an address: of two `extract.osm.pbf` each has its place."""
    last = urlsplit(url).path.rsplit("/", 1)[-1]
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", last).lstrip(".")[-80:] or "extract.osm.pbf"
    return f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{plain}"


def _published_md5(url: str, limits: FetchLimits) -> str:
    """Return the checksum beside the file, empty where there is none."""
    if urlsplit(url).query:
        return ""
    try:
        text = fetch(f"{url}.md5", limits=limits).data[:200].decode("ascii", "replace")
    except SourceError:
        return ""
    found = re.match(r"\s*([0-9a-fA-F]{32})\b", text)
    return found.group(1).lower() if found else ""


def _load_rest(url: str, part: Path, checksum: str, limits: FetchLimits, say: Say) -> None:
    mark = _mark(part, checksum)
    have = _size(part) if mark else 0
    headers = {"Range": f"bytes={have}-", "If-Range": mark} if have else {}
    with opened(url, limits=limits, headers=headers) as (asked, answer):
        if answer.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            _drop(part)
            raise SourceError(f"`source` {asked[:100]} has less than was loaded; begin again")
        if answer.status not in (http.client.OK, http.client.PARTIAL_CONTENT):
            raise SourceError(f"`source` {asked[:100]} answers {answer.status} {answer.reason}")
        if answer.status == http.client.OK or not _goes_on(answer, have):
            have = 0
        rest = answer.length
        _refuse_too_large(have + (rest or 0), rest or 0, part.parent, limits)
        new_mark = answer.getheader("ETag") or answer.getheader("Last-Modified") or ""
        _about(part).write_text(json.dumps({"mark": new_mark, "md5": checksum}), "utf-8")
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            _copy(answer, file, have, have + rest if rest else None, limits, say)
        if answer.length:
            raise SourceError(f"`source` {asked[:100]} ended early, or took too long to arrive")


def _goes_on(answer: http.client.HTTPResponse, have: int) -> bool:
    """Tell whether the answer is the rest of what is there; else it is an error of the server."""
    if (answer.getheader("Content-Range") or "").startswith(f"bytes {have}-"):
        return True
    raise SourceError("`source` answers with another part of the file than was asked for")


def _copy(
    answer: http.client.HTTPResponse,
    file: BinaryIO,
    have: int,
    whole: int | None,
    limits: FetchLimits,
    say: Say,
) -> None:
    told = have
    while chunk := answer.read1(_CHUNK):
        file.write(chunk)
        have += len(chunk)
        if have > limits.max_bytes:
            raise SourceError(f"`source` is larger than {limits.max_bytes:,} bytes, the limit")
        if have - told >= _TOLD_EVERY:
            told = have
            share = f" of {whole / 1e6:.0f} MB ({have / whole:.0%})" if whole else ""
            say(f"loaded {have / 1e6:.0f} MB{share}")


def _refuse_too_large(whole: int, rest: int, folder: Path, limits: FetchLimits) -> None:
    if whole > limits.max_bytes:
        raise SourceError(f"`source` is larger than {limits.max_bytes:,} bytes, the limit")
    free = shutil.disk_usage(folder).free
    if rest > free:
        raise SourceError(
            f"`source` needs {rest / 1e6:.0f} MB more, the disk of {folder} has {free / 1e6:.0f}"
        )


def _mark(part: Path, checksum: str) -> str:
    """Return the mark of what is there, empty where it is none or of another file."""
    try:
        about = json.loads(_about(part).read_text("utf-8"))
        mark, md5 = str(about["mark"]), str(about["md5"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    is_strong = not mark.startswith("W/")  # RFC 9110, 13.1.5: a weak mark tells of no bytes
    return mark if is_strong and md5 == checksum else ""


def _about(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _about(part).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _kept_text(part: Path) -> str:
    size = _size(part)
    return f"; {size / 1e6:.0f} MB are kept: the same command goes on there" if size else ""


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
