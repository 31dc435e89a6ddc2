"""
Coverage-guided fuzzing of every reader of what others send (atheris, which is libFuzzer).

    python -m benchmarks.fuzz                        all readers, 60 seconds each
    python -m benchmarks.fuzz gtfs pbf --seconds 600
    python -m benchmarks.fuzz gtfs --keep            write the inputs worth keeping to tests/fuzz

Half of the changes are libFuzzer's own, half are made where the format has a joint. What is found
lies in var/fuzz/READER/findings, one file for each place at which something went wrong; the inputs
that reached something new in var/fuzz/READER/corpus. Exit status 1 where anything was found.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = ROOT / "var" / "fuzz"
LARGEST = {"backup": 200_000, "scenario": 20_000}  # bytes of an input; of all others:
LARGEST_OTHER = 8_000
KEPT_BYTES, KEPT_FILES = 2_500, 10  # of one input, and of a reader, in what tests read again
HANGS_S = 30
_PROJECT = ("geo", "layers", "server")
# compiled loops are no Python any more; their bytecode has to stay as it is
_COMPILED = (
    "geo.contour", "geo.isochrone", "geo.transit.residents", "geo.transit.scan",
    "geo.transit.events", *(f"geo.reach.{file.stem}" for file in (ROOT / "geo/reach").glob("*.py")),
)  # fmt: skip


class Watch:
    """Gives a reader inputs, counts, and keeps what must not be."""

    def __init__(self, name: str) -> None:
        from tests.fuzz import readers

        self.name, self.reader = name, readers.READERS[name]
        self.most_s, self.most_mb = readers.MOST_S, readers.MOST_MB
        self.answers = readers.answers
        self.folder = WORK / name
        (self.folder / "findings").mkdir(parents=True, exist_ok=True)
        (self.folder / "corpus").mkdir(exist_ok=True)
        self.run = self.reader.prepare(Path(tempfile.mkdtemp(prefix="umkreis-fuzz-")))
        self.count, self.read, self.slowest_s = 0, 0, 0.0
        self.found: dict[str, str] = {}
        self.told = self.began = time.monotonic()

    def __call__(self, data: bytes) -> None:
        """Give one input."""
        data = bytes(data)
        before, start = _peak_mb(), time.perf_counter()
        try:
            self.read += self.answers(self.reader, self.run, data)
        except Exception as exc:  # noqa: BLE001 that is what is looked for
            self._keep(_place_of(exc), f"{type(exc).__name__}: {str(exc)[:200]}", data)
        took, grown = time.perf_counter() - start, _peak_mb() - before
        self.count += 1
        if self.count > 50:  # what is loaded when it is first needed is not the input's fault
            self.slowest_s = max(self.slowest_s, took)
            if took > self.most_s:
                self._again(data)
            if grown > self.most_mb:
                self._keep("large", f"grew by {grown:.0f} MB", data)
        if time.monotonic() - self.told > 2:
            self.tell()

    def _again(self, data: bytes) -> None:
        """Take the processor's time of a second try: another program may have been busy."""
        start = time.process_time()
        try:
            self.answers(self.reader, self.run, data)
        except Exception:  # noqa: BLE001 told the first time
            return
        if (took := time.process_time() - start) > self.most_s:
            self._keep("slow", f"took {took:.1f} s", data)

    def _keep(self, place: str, what: str, data: bytes) -> None:
        file = self.folder / "findings" / re.sub(r"[^\w.-]+", "-", place)
        if not file.exists() or len(data) < file.stat().st_size:
            file.write_bytes(data)
        self.found.setdefault(place, what)

    def tell(self) -> None:
        """Write what has been done so far; libFuzzer ends the process without a word."""
        self.told = time.monotonic()
        report = {
            "executions": self.count, "read": self.read, "seconds": self.told - self.began,
            "slowest_s": self.slowest_s, "found": self.found,
        }  # fmt: skip
        (self.folder / "report.json").write_text(json.dumps(report), "utf-8")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _place_of(exc: BaseException) -> str:
    """Name where something was raised: the last frame of the project, and the kind."""
    frames = traceback.extract_tb(exc.__traceback__)
    own = [f for f in frames if f.filename.startswith(tuple(str(ROOT / p) for p in _PROJECT))]
    last = own[-1] if own else frames[-1]
    where = Path(last.filename)
    where = where.relative_to(ROOT) if where.is_relative_to(ROOT) else Path(where.name)
    return f"{type(exc).__name__}-{'.'.join(where.with_suffix('').parts)}-{last.name}"


def fuzz(name: str, seconds: int, seed: int) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=list(_PROJECT), exclude=list(_COMPILED)):
        importlib.import_module("tests.fuzz.readers")
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    watch = Watch(name)
    corpus = watch.folder / "corpus"
    largest = LARGEST.get(name, LARGEST_OTHER)
    with tempfile.TemporaryDirectory() as folder:
        given = watch.reader.seeds(Path(folder))
    for key, data in {**given, **kept(name)}.items():
        (corpus / f"seed-{key}").write_bytes(data)

    def change(data: bytes, max_size: int, number: int) -> bytes:
        rng = Random(number)
        # a change of a change may be more than numbers or depth allow
        with suppress(ValueError, OverflowError, RecursionError, LookupError, TypeError):
            if (
                rng.random() < 0.5
                and len(made := watch.reader.mutate(bytes(data), rng)) <= max_size
            ):
                return made
        return bytes(atheris.Mutate(data, max_size))

    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={largest}", f"-seed={seed}",
        f"-timeout={HANGS_S}", "-rss_limit_mb=3000", "-len_control=0", "-verbosity=0",
        f"-artifact_prefix={watch.folder}/findings/", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, watch, custom_mutator=change)
    atheris.Fuzz()


def kept(name: str) -> dict[str, bytes]:
    """Return the inputs that the tests read again."""
    from tests.fuzz.corpus_files import files_of

    return files_of(name)


def keep(name: str) -> int:
    """Write the smallest inputs that together run most lines of a reader to the tests' corpus."""
    from tests.fuzz.corpus_files import CORPUS

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    watch = Watch(name)
    with tempfile.TemporaryDirectory() as folder:
        known = {
            line
            for data in watch.reader.seeds(Path(folder)).values()
            for line in _lines(watch, data)
        }
    for data in kept(name).values():
        known |= _lines(watch, data)
    files = sorted((watch.folder / "corpus").glob("*"), key=lambda file: file.stat().st_size)
    reached = [
        (data, _lines(watch, data) - known)
        for file in files
        if len(data := file.read_bytes()) <= KEPT_BYTES
    ]
    written = 0
    while written < KEPT_FILES and reached:
        best, lines = max(reached, key=lambda found: (len(found[1]), -len(found[0])))
        if not lines:
            break
        target = CORPUS / name / re.sub(r"[^\w-]+", "", f"reaches-{min(lines)}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(best)
        reached = [(data, left - lines) for data, left in reached]
        written += 1
    return written


def _lines(watch: Watch, data: bytes) -> set[str]:
    """Return the lines of the reader's modules that an input runs."""
    found: set[str] = set()

    def local(frame: Any, event: str, _: Any) -> Any:
        if event == "line":
            module = frame.f_globals["__name__"].replace(".", "-")
            found.add(f"{module}-{frame.f_code.co_name}-{frame.f_lineno}")
        return local

    def trace(frame: Any, _event: str, _: Any) -> Any:
        module = str(frame.f_globals.get("__name__", ""))
        return local if module.startswith(watch.reader.modules) else None

    sys.settrace(trace)
    try:
        watch(data)
    finally:
        sys.settrace(None)
    return found


def report(name: str) -> dict[str, Any]:
    """Return what the last run of a reader told."""
    told: dict[str, Any] = json.loads((WORK / name / "report.json").read_text("utf-8"))
    for file in (WORK / name / "findings").glob("*-*"):
        if file.name.startswith(("crash-", "timeout-", "oom-")):
            told["found"][file.name] = "ended the process"
    return told


def main() -> int:
    """Fuzz, one reader after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("readers", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="choose from the corpus; do not fuzz")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        fuzz(given.readers[0], given.seconds, given.seed)
        return 0
    names = given.readers or sorted(
        re.findall(
            r'^    "(\w+)": Reader\(', (ROOT / "tests/fuzz/readers.py").read_text("utf-8"), re.M
        )
    )
    if given.keep:
        for name in names:
            print(f"{name}: {keep(name)} kept")
        return 0
    found = 0
    for name in names:
        (WORK / name / "report.json").unlink(missing_ok=True)
        # libFuzzer ends the process where it stands, so that nobody would tidy up after it
        with tempfile.TemporaryDirectory(prefix="umkreis-fuzz-") as folder:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.fuzz", name, "--here",
                 f"--seconds={given.seconds}", f"--seed={given.seed or time.time_ns() % 2**31}"],
                cwd=ROOT, env={**os.environ, "TMPDIR": folder}, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, check=False,
            )  # fmt: skip
        if not (WORK / name / "report.json").is_file():
            print(f"{name}: did not begin\n{done.stdout[-2000:]}")
            found += 1
            continue
        told = report(name)
        if done.returncode and not told["found"]:
            told["found"]["end"] = f"status {done.returncode}: {done.stdout[-500:]}"
        found += len(told["found"])
        print(
            f"{name}: {told['executions']:,} executions in {told['seconds']:.0f} s, "
            f"{told['read']:,} read, slowest {told['slowest_s']:.2f} s, {len(told['found'])} found",
            flush=True,
        )
        for place, what in told["found"].items():
            print(f"    {place}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
