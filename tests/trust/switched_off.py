"""
Rules that figures and safety rest on, each switched off in turn.

A rule is one expression of one function; switched off, the function runs with another one, for all
who call it. `python -m tests.trust.switched_off` prints as JSON, for each rule, whether the test
that must notice it failed; and whether all of them pass as the code stands. Each run is a fork of
one process that has loaded everything once; kernels run as plain Python there.
"""

from __future__ import annotations
import __future__

import ast
import importlib
import inspect
import json
import os
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import pytest

from geo.reach.compiled import Kernel

OUTCOMES = NOTICED, MISSED, BROKEN = ("noticed", "missed", "broken")
AS_IT_STANDS = "as it stands"


@dataclass(frozen=True)
class Rule:
    """What holds, where it is written, what stands there when it is off, and who must notice."""

    sentence: str
    function: str
    on: str
    off: str
    test: str


RULES = (
    Rule(
        "The way between a door and the street counts, at both ends.",
        "geo.network:Network._ends",
        "leg = whole_ticks(points.leg_m * (3.6 / self.leg_kmh))",
        "leg = whole_ticks(points.leg_m * 0)",
        "geo/test_network.py::test_both_access_legs_count",
    ),
    Rule(
        "Whoever arrives comes against the direction in which one leaves.",
        "geo.network:Network._ends",
        "if not leaving:",
        "if False:",
        "geo/test_network.py::test_on_a_one_way_street_the_way_to_an_offer_is_not_the_way_back",
    ),
    Rule(
        "Of parallel streets the fastest counts.",
        "geo.reach.elimination:weigh",
        "rising < up[low] or",
        "up[low] >= 2**30 - 1 or rising > up[low] or",
        "geo/test_network.py::test_of_parallel_one_way_streets_the_fastest_counts_in_each_direction",
    ),
    Rule(
        "A barrier stops whom it is there for.",
        "geo.street_barriers:node_is_open",
        "return barrier not in _BARRIERS_SHUT[mode] if verdict is None else verdict",
        "return True",
        "geo/test_street_access.py::test_only_a_barrier_in_the_middle_of_a_way_makes_the_difference",
    ),
    Rule(
        "A one-way street is driven one way.",
        "geo.street_access:_directions",
        "return (True, False)",
        "return (True, True)",
        "geo/test_street_access.py::test_only_the_direction_of_a_way_makes_the_difference",
    ),
    Rule(
        "A private way is not passed through.",
        "geo.street_graph:build_edges",
        "_cut_ends_only(segments, left_out)",
        "left_out['ends_only_cut'] = 0",
        "geo/test_street_access.py::test_a_private_way_is_reached_from_its_nearest_entrance",
    ),
    Rule(
        "Nobody is put on an island of streets.",
        "geo.street_graph:build_edges",
        "segments, dropped_share = _largest_part(segments, left_out)",
        "dropped_share = 0.0",
        "geo/test_network.py::test_nobody_is_snapped_to_an_island",
    ),
    Rule(
        "Exactly at the limit is covered.",
        "layers.coverage:within_limit",
        "travel_s <= question.limit_s + _EPSILON",
        "travel_s < question.limit_s - _EPSILON",
        "layers/test_coverage.py::test_an_offer_exactly_at_the_limit_is_covered",
    ),
    Rule(
        "A count of 1 to 24 people is withheld.",
        "geo.disclosure:_is_few",
        "(people > _NOBODY) & (people < smallest)",
        "people < 0",
        "geo/test_disclosure.py::test_counts_below_25_are_withheld_and_zero_is_said",
    ),
    Rule(
        "A second count is withheld where a sum would give the first away.",
        "geo.disclosure:_withhold",
        "if len(table) > 1 and hidden.any():",
        "if False:",
        "geo/test_disclosure.py::test_parts_of_a_published_sum_withhold_a_second_one",
    ),
    Rule(
        "Counts that change with the question are rounded to tens.",
        "geo.disclosure:round_to_tens",
        "np.floor(np.asarray(people, float) / ROUNDED_TO + 0.5) * ROUNDED_TO",
        "np.asarray(people, float)",
        "geo/test_disclosure.py::test_two_limits_one_house_apart_do_not_tell_who_lives_in_it",
    ),
    Rule(
        "Every text of a page is escaped.",
        "server.rendering:templates",
        "autoescape=True",
        "autoescape=False",
        "server/test_pages.py::test_names_of_regions_and_districts_are_text",
    ),
    Rule(
        "Every text of a popup is escaped.",
        "server.folium_page:safe_text",
        "html.escape('' if text is None else str(text), quote=True)",
        "str(text)",
        "server/test_maps.py::test_safe_text_leaves_no_character_that_means_something",
    ),
    Rule(
        "A cell of a report starts no formula.",
        "server.answers:_cell",
        "formula.match(value)",
        "False",
        "security/test_formulas.py::test_a_cell_of_a_report_starts_no_formula",
    ),
    Rule(
        "A cell of an export starts no formula.",
        "layers.sources.write:_csv_cell",
        "FORMULA.match(text)",
        "False",
        "security/test_formulas.py::test_a_cell_of_an_export_starts_no_formula",
    ),
    Rule(
        "A form needs the token of its session.",
        "server.accounts.csrf:has_valid_token",
        "bool(session) and is_token_of(session, token)",
        "True",
        "server/accounts/test_signed_in.py::test_a_form_needs_the_token_of_its_session",
    ),
    Rule(
        "Another site's page changes nothing.",
        "server.accounts.guard:SameOrigin._is_foreign",
        "if site is not None and site not in _OUR_OWN:",
        "if False:",
        "server/accounts/test_signed_in.py::test_what_another_site_sends_changes_nothing",
    ),
    Rule(
        "What is loaded comes from no private network.",
        "layers.sources.fetch:is_public",
        "address.is_global and",
        "True or",
        "security/test_fetch_targets.py::test_an_address_inside_is_refused_before_anything_connects",
    ),
)


def function_of(rule: Rule) -> FunctionType:
    """Return the function in which a rule is written, whatever wraps it."""
    function = inspect.unwrap(_found(rule))
    assert isinstance(function, FunctionType), f"{rule.function} is no function"
    return function


def switch_off(rule: Rule) -> None:
    """Run the function without the rule from now on."""
    function_of(rule).__code__ = code_without(rule)
    found = _found(rule)
    if hasattr(found, "cache_clear"):
        found.cache_clear()
    if isinstance(found, Kernel):
        vars(found).pop("_dispatcher", None)  # what it made of the function before


def _found(rule: Rule) -> Any:
    name, _, path = rule.function.partition(":")
    found: Any = importlib.import_module(name)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found


def code_without(rule: Rule) -> Any:
    """Return the function's code with the rule off."""
    function = function_of(rule)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tree.body[0].decorator_list = []  # type: ignore[attr-defined]
    text = ast.unparse(tree)
    assert text.count(rule.on) == 1, f"{rule.function} has no longer one `{rule.on}`:\n{text}"
    flags = __future__.annotations.compiler_flag
    code = compile(text.replace(rule.on, rule.off), rule.function, "exec", flags)
    found: dict[str, Any] = {}
    exec(code, dict(function.__globals__), found)  # noqa: S102
    return found[function.__name__].__code__


class Loop:
    """Runs the collected tests once as the code stands, then in a fork for each rule."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._failed = {"setup": 0, "call": 0}
        self._ran = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._ran += report.when == "call"
        is_told = report.when == "call" and _is_of_the_test(report)
        self._failed[report.when if is_told else "setup"] += report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        everything = self._run(session.items)
        self.found[AS_IT_STANDS] = everything
        for rule in RULES:
            items = [i for i in session.items if i.nodeid.startswith(f"tests/{rule.test}")]
            self.found[rule.sentence] = self._forked(rule, items)
        return True

    def _run(self, items: list[pytest.Item]) -> str:
        """Run tests until one fails; `broken` where one did not get to its own statements."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if any(self._failed.values()):
                break
        if self._failed["setup"] or not self._ran:
            return BROKEN
        return NOTICED if self._failed["call"] else MISSED

    def _forked(self, rule: Rule, items: list[pytest.Item]) -> str:
        child = os.fork()
        if not child:
            status = len(OUTCOMES)
            try:
                self._ran = 0
                switch_off(rule)
                status = OUTCOMES.index(self._run(items))
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return OUTCOMES[status] if status in range(len(OUTCOMES)) else BROKEN


def _is_of_the_test(report: pytest.TestReport) -> bool:
    """Tell a statement that does not hold from an error of what was switched off."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash is None or crash.message.startswith(("assert", "AssertionError", "Failed"))


def main() -> None:
    """Switch off every rule, one by one."""
    for rule in RULES:
        code_without(rule)
    loop, out = Loop(), os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    with tempfile.TemporaryDirectory() as folder:
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:rerunfailures",
                   f"--basetemp={folder}/pytest",
                   "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip
        tests = sorted({f"tests/{rule.test}" for rule in RULES})
        pytest.main([*options, *tests], plugins=[loop])
    os.dup2(out, 1)
    sys.stdout.write(json.dumps(loop.found))


if __name__ == "__main__":
    main()
