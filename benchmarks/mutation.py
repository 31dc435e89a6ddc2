"""
Changes the code on purpose, one place at a time, and asks the tests whether they notice.

`python -m benchmarks.mutation [MODULE …] [--each N] [--again] [--report]` draws places in a module
by a fixed seed, makes one small change at each (a mutant), and runs the tests that belong to the
module, in a forked process that loads the changed text instead of the file: the checkout stays as
it is. What the tests do not notice is a survivor, and stands in `build/mutation/MODULE.json` with
its line. Those that change nothing anybody could see are listed in `mutation_equivalent.toml`, each
with the reason. `--again` runs the survivors only, after tests were added.

Of our own, because mutmut calls each function through a trampoline, which numba cannot compile, and
cosmic-ray writes the mutants into the checkout.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from benchmarks.mutants import mutants

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build/mutation"
EQUIVALENT = Path(__file__).with_name("mutation_equivalent.toml")
SEED = 11
MOST_BYTES = 4 << 30
MOST_S = 600  # of the clock; what a mutant may compute is measured in processor time
_TOWNS = "geo/test_network.py geo/test_network_properties.py geo/test_street_access.py"
_NETWORK = f"{_TOWNS} geo/test_network_change.py trust/test_random_towns.py"
_REACH = "layers/test_coverage.py trust/test_random_towns.py trust/test_laws.py"
TESTS = {  # the tests that belong to a module, quick ones first
    "geo/access": "geo/test_access.py geo/test_floating.py",
    "geo/balance": "geo/test_balance.py",
    "geo/catchment": "geo/test_catchment.py",
    "geo/cells": "geo/test_cells.py privacy/test_differencing.py",
    "geo/disclosure": "geo/test_disclosure.py",
    "geo/floating": "geo/test_floating.py",
    "geo/gaps": "geo/test_gaps.py",
    "geo/homes": "geo/test_residential.py geo/test_population.py geo/test_population_areas.py",
    "geo/inequality": "geo/test_inequality.py",
    "geo/median": "geo/test_median.py",
    "geo/network": f"{_NETWORK} geo/test_second_nearest.py",
    "geo/raking": "geo/test_raking.py geo/test_population_areas.py",
    "geo/site_search": "geo/test_siting.py",
    "geo/siting": "geo/test_siting.py",
    "geo/street_access": _TOWNS,
    "geo/street_barriers": _TOWNS,
    "geo/street_chains": _NETWORK,
    "geo/street_graph": _NETWORK,
    "layers/access_scores": "layers/test_access_scores.py",
    "layers/coverage": f"{_REACH} layers/test_time_coverage.py layers/test_transit_coverage.py",
    "layers/difference": "layers/test_scenario.py",
    "layers/equity": "layers/test_equity.py",
    "layers/open_offers": "layers/test_time_coverage.py",
    "layers/opening": "layers/test_opening.py layers/test_dates.py layers/test_agenda.py",
    "layers/resilience": "layers/test_resilience.py layers/transit/test_question.py",
    "layers/scenario": "layers/test_scenario.py layers/test_scenario_streets.py",
    "layers/scenario_atlas": "layers/test_scenario.py layers/test_scenario_streets.py",
    "layers/sites": "layers/test_sites.py layers/test_limited_sites.py layers/test_given_places.py",
    "layers/tally": "layers/test_tally.py layers/test_coverage.py",
    "layers/verdicts": "layers/test_verdicts.py layers/test_sheet.py",
    "layers/week": "layers/test_time_coverage.py server/test_week.py",
    "layers/when": "layers/test_time_coverage.py layers/test_opening.py layers/test_nearby.py",
}
_LOADED_ONCE = (
    "geopandas",
    "scipy.optimize",
    "scipy.sparse.csgraph",
    "osmium",
    "ortools.graph.python.min_cost_flow",
    "sqlalchemy",
)


class _Instead(importlib.abc.MetaPathFinder):
    """Loads one module from another file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002
        if fullname == self.name:
            return importlib.util.spec_from_file_location(fullname, self.path)
        return None


def run_tests(module: str, text: str, cpu_s: int) -> str:
    """Run the module's tests with another text of it: `survived`, `killed` or `slow`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(module).name}.py"
        path.write_text(text, encoding="utf-8")
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
            sys.meta_path.insert(0, _Instead(module.replace("/", "."), path))
            os._exit(_pytest(module, folder))
        status = _wait(child)
    if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        return "slow"
    return "survived" if status == 0 else "killed"


def _pytest(module: str, folder: str) -> int:
    """Run in the forked process; what it prints is not read, what it finds is not kept."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutation", database=None, derandomize=True, deadline=None,
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    settings.load_profile("mutation")
    paths = [str(ROOT / "tests" / path) for path in TESTS[module].split()]
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:rerunfailures"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", f"--basetemp={folder}/pytest"]
    return int(pytest.main([*options, *paths]))


def _wait(child: int) -> int | None:
    """Return how the process ended; None where it did not in time. Its own children end with it."""
    end = time.monotonic() + MOST_S
    status: int | None = None
    while status is None and time.monotonic() < end:
        done, ended = os.waitpid(child, os.WNOHANG)
        status = ended if done else None
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
    return status


def measure(module: str, *, each: int, again: bool) -> None:
    """Run a sample of a module's mutants, or those again that survived, and keep what came out."""
    text = (ROOT / f"{module}.py").read_text(encoding="utf-8")
    found = list(mutants(text))
    before_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    if run_tests(module, text, cpu_s=600) != "survived":
        sys.exit(f"{module}: its tests fail without a mutant; run them first: {TESTS[module]}")
    took_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before_s
    out = OUT / f"{module.replace('/', '.')}.json"
    kept = json.loads(out.read_text(encoding="utf-8"))["mutants"] if out.is_file() else {}
    order = list(range(len(found)))
    random.Random(f"{SEED} {module}").shuffle(order)  # more of them begin with the same ones
    for i in sorted(order if again else order[:each]):
        about, changed = found[i]
        key = "{where}: {old} → {new} ({nth})".format(**about)
        done = kept.get(key)
        if (done["now"] != "survived" or not again) if done else again:
            continue
        now = run_tests(module, changed, cpu_s=int(4 * took_s) + 20)
        kept[key] = about | {"first": done["first"] if done else now, "now": now}
        if now == "survived":
            print(f"{module}:{about['line']} {key}", flush=True)
        told = {"places": len(found), "mutants": kept}
        out.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")


def report() -> None:
    """Print a table: by module how many mutants were noticed, at first and now."""
    with EQUIVALENT.open("rb") as file:
        rows = tomllib.load(file)["equivalent"]
    same = {(row["module"], row["where"], row["old"], row["new"]) for row in rows}
    print("| module | places | tried | equivalent | noticed at first | now |\n" + "|---" * 6 + "|")
    sums = [0] * 5
    for module in TESTS:
        path = OUT / f"{module.replace('/', '.')}.json"
        if not path.is_file():
            continue
        told = json.loads(path.read_text(encoding="utf-8"))
        tried = list(told["mutants"].values())
        counted = [m for m in tried if (module, m["where"], m["old"], m["new"]) not in same]
        first, now = (sum(m[when] != "survived" for m in counted) for when in ("first", "now"))
        line = [told["places"], len(tried), len(tried) - len(counted), first, now]
        print(_row(f"`{module}`", line))
        sums = [a + b for a, b in zip(sums, line, strict=True)]
        for m in counted:
            if m["now"] == "survived":
                print(
                    f"    line {m['line']} {m['where']}: {m['old']} → {m['new']}", file=sys.stderr
                )
    print(_row("all", sums))


def _row(name: str, line: list[int]) -> str:
    places, tried, same, first, now = line
    shares = [f"{n} ({n / max(tried - same, 1):.0%})" for n in (first, now)]
    return f"| {name} | {places} | {tried} | {same} | {' | '.join(shares)} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 2)[1])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(TESTS))
    parser.add_argument("--each", type=int, default=40, help="mutants of each module")
    parser.add_argument("--again", action="store_true", help="the survivors only")
    parser.add_argument("--report", action="store_true", help="what came out so far")
    asked = parser.parse_args()
    os.chdir(ROOT)
    if not asked.report:
        OUT.mkdir(parents=True, exist_ok=True)
        for name in _LOADED_ONCE:  # by every mutant's process, nothing of this project
            importlib.import_module(name)
        for module in asked.modules or TESTS:
            measure(module, each=asked.each, again=asked.again)
    report()


if __name__ == "__main__":
    main()
