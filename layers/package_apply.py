"""
Applies a portable package: first what would change, then all of it or nothing.

Nothing is ever taken away. Kinds of offers and benchmarks that the receiver does not have are added
at the end of its files; those that it has otherwise are replaced where they stand, with everything
around them as it was. What they refer to (fields, layers, units, …) is added where it is missing
and never changed. Papers and practice cards are written beside those that are there.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.benchmarks import load_benchmarks
from layers.errors import TaxonomyError
from layers.package import BENCHMARKS, PAPERS, PRACTICE, TAXONOMY, Package, PackageError
from layers.paper import PaperError, read_paper
from layers.practice.card import PracticeError, read_card
from layers.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDED, CHANGED, SAME = "added", "changed", "same"
_HEAD = re.compile(r"^\[\[(\w+)\]\]\s*(?:#.*)?$")
_ANY_HEAD = re.compile(r"^\[")
_Tables = dict[tuple[str, str], tuple[str, dict[str, Any]]]
_REPLACED = ("category", "benchmark")  # of others only what is missing is added


@dataclass(frozen=True)
class Difference:
    """One thing that a package would do: `what` is its name, `details` what becomes otherwise."""

    file: str
    what: str
    state: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All differences, and the text of each file that would be written, by its path."""

    differences: tuple[Difference, ...]
    writes: Mapping[Path, str]


def plan(package: Package, *, region: str, region_dir: Path, taxonomy_path: Path) -> Plan:
    """
    Find out what a package would change; nothing is written.

    Parameters
    ----------
    package
        As it was read.
    region, region_dir
        The receiving region and its folder, for papers and cards.
    taxonomy_path
        The receiver's taxonomy; its benchmarks lie beside it.

    Raises
    ------
    PackageError
        If what came out would not be a taxonomy, benchmarks, papers and cards that are in order.
    """
    differences: list[Difference] = []
    writes: dict[Path, str] = {}
    faults: list[str] = []
    targets = {TAXONOMY: taxonomy_path, BENCHMARKS: taxonomy_path.with_name(BENCHMARKS)}
    for name, target in targets.items():
        if name in package.files:
            own = target.read_text("utf-8") if target.is_file() else ""
            try:
                merged, found = merge(own, package.files[name], file=name)
            except (ValueError, RecursionError) as exc:
                faults.append(f"{name}: {exc}")
                continue
            differences += found
            if merged != own:
                writes[target] = merged
    for name, text in package.files.items():
        if name in targets:
            continue
        faults += _faults_of(name, text, region)
        target = region_dir / name
        before = target.read_text("utf-8") if target.is_file() else None
        state = ADDED if before is None else SAME if before == text else CHANGED
        differences.append(Difference(name, name.partition("/")[2], state))
        if state != SAME:
            writes[target] = text
    if not faults:
        faults += _faults_together(writes, taxonomy_path)
    if faults:
        raise PackageError(faults)
    return Plan(tuple(differences), writes)


def apply(found: Plan) -> None:
    """
    Write what a plan names: all of it, or nothing.

    Raises
    ------
    OSError
        If a file cannot be written; what was replaced by then is put back.
    """
    ready: list[tuple[Path, Path]] = []
    done: list[tuple[Path, bytes | None]] = []
    try:
        for target, text in found.writes.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".umkreis-", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            ready.append((Path(name), target))
        for temporary, target in ready:
            before = target.read_bytes() if target.is_file() else None
            os.replace(temporary, target)
            done.append((target, before))
    except OSError:
        for target, before in reversed(done):
            if before is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(before)
        raise
    finally:
        for temporary, _ in ready:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def merge(own: str, theirs: str, *, file: str) -> tuple[str, list[Difference]]:
    """
    Put the tables of another file into one's own, which otherwise stays letter for letter.

    Returns
    -------
    merged, differences
        The text, and what was added, changed, or is the same.

    Raises
    ------
    ValueError
        If one of both is no TOML.
    """
    mine, others = _tables(own), _tables(theirs)
    differences: list[Difference] = []
    text, added = own, []
    for (kind, table_id), (block, table) in others.items():
        if (kind, table_id) not in mine:
            added.append(block)
            differences.append(Difference(file, f"{kind} {table_id}", ADDED))
            continue
        own_block, own_table = mine[kind, table_id]
        if own_table == table or kind not in _REPLACED:
            differences.append(Difference(file, f"{kind} {table_id}", SAME))
            continue
        text = text.replace(own_block, block, 1)
        details = tuple(_details(own_table, table))
        differences.append(Difference(file, f"{kind} {table_id}", CHANGED, details))
    if added:
        text = "\n\n".join([text.rstrip("\n"), *added]).lstrip("\n") + "\n"
    _check_merged(text, mine, others)
    return text, differences


def _check_merged(text: str, mine: _Tables, others: _Tables) -> None:
    """Make sure that the text says what was meant, however the two were written."""
    wanted = {key: table for key, (_, table) in mine.items()}
    for key, (_, table) in others.items():
        if key not in wanted or key[0] in _REPLACED:
            wanted[key] = table
    if {key: table for key, (_, table) in _tables(text).items()} != wanted:
        raise ValueError("it cannot be put together with what is there")


def _tables(text: str) -> _Tables:
    """Return each table that has an id, by kind and id: its text and what it holds."""
    raw = tomllib.loads(text)
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    kind = ""
    for line in [*text.splitlines(), "["]:
        if _ANY_HEAD.match(line):
            if kind:
                blocks.setdefault(kind, []).append(_without_tail(lines))
            head = _HEAD.match(line)
            kind, lines = head[1] if head else "", []
        lines.append(line)
    found = {}
    for kind, texts in blocks.items():
        tables = raw.get(kind, [])
        if len(tables) != len(texts):
            raise ValueError(f"its [[{kind}]] tables cannot be told apart line by line")
        for block, table in zip(texts, tables, strict=True):
            if tomllib.loads(block) != {kind: [table]}:
                raise ValueError(f"a [[{kind}]] table does not end where the next one begins")
            found[kind, str(table.get("id"))] = (block, table)
    return found


def _without_tail(lines: list[str]) -> str:
    """Leave empty lines and comments at the end to what follows: they are headings of it."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return "\n".join(lines[:end])


def _details(own: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Say key by key what becomes otherwise."""
    keys = dict.fromkeys((*own, *theirs))
    return [
        f"{key}: {own.get(key, '–')!r} → {theirs.get(key, '–')!r}"
        for key in keys
        if own.get(key) != theirs.get(key)
    ]


def _faults_of(name: str, text: str, region: str) -> list[str]:
    try:
        if name.startswith(f"{PAPERS}/"):
            read_paper(text)
        elif name.startswith(f"{PRACTICE}/"):
            read_card(text, region=region)
    except (PaperError, PracticeError) as exc:
        return [f"{name}: {exc}"]
    return []


def _faults_together(writes: Mapping[Path, str], taxonomy_path: Path) -> list[str]:
    """Read taxonomy and benchmarks as they would be together."""
    paths = (taxonomy_path, taxonomy_path.with_name(BENCHMARKS))
    with tempfile.TemporaryDirectory(prefix="umkreis-package-") as folder:
        for path in paths:
            text = writes.get(path)
            if text is None and path.is_file():
                text = path.read_text("utf-8")
            if text is not None:
                (Path(folder) / path.name).write_text(text, "utf-8")
        try:
            taxonomy = load_taxonomy(Path(folder) / taxonomy_path.name)
            if (benchmarks := Path(folder) / BENCHMARKS).is_file():
                load_benchmarks(benchmarks, taxonomy)
        except TaxonomyError as exc:
            return [str(exc)]
    return []
