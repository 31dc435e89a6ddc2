"""
The sheet of one district: held against named benchmarks, with how sure the verdict is.

Each figure is a published count of people within reach and the people it is a share of. What cannot
be computed here says why; a category that no source tells of is unknown, never missing. The view of
Wirtschaftsförderung 4.0 stands beside it: what there is of each of its fields, in the district and
in reach of its people, and which functions nobody there reaches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.access import nearest_in_line
from layers.coverage import COVERED, CoverageReport, answer, nearest_offers, report_of
from layers.districts import Area, find_area
from layers.question import LINE, Question, ask, check_limit
from layers.stability import DEFAULT_THRESHOLD, Stability, stability
from layers.tabular import Tabular
from layers.timetable import TRANSIT, WALK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.benchmarks import Benchmark
    from layers.tally import Tally
    from layers.taxonomy import Category, Field

# Food for every day, as the benchmark of Baden-Württemberg has it
DEFAULT_CATEGORIES = ("supermarket", "village_shop", "organic_shop")
_ABOUT_SOMETHING_ELSE = {"central_place": "central_places", "food": "food"}


@dataclass(frozen=True)
class Figure:
    """
    One figure of a benchmark: of one category, or (no category) of all of them together.

    `reason` says why there is none, such as `no_source`; then `tally` is None.
    """

    category: Category | None
    tally: Tally | None
    reason: str = ""


@dataclass(frozen=True)
class BenchmarkResult:
    """
    A benchmark here.

    `reason` says why it cannot be computed: `mode`, `central_places`, `food`, `offer_sizes`;
    figures may have reasons of their own. `offers`, `offers_with_size` tell of offer sizes.
    """

    benchmark: Benchmark
    figures: tuple[Figure, ...] = ()
    reason: str = ""
    offers: int = 0
    offers_with_size: int = 0


@dataclass(frozen=True)
class Function:
    """
    A category for the people of the area, at its own default reach.

    `state` is `reached`, `missing` (nobody reaches one), `withheld` (too few to tell), `nobody`
    (nobody lives there) or `unknown` (no source tells).
    """

    category: Category
    question: Question
    offers_inside: int
    offers_in_reach: int
    tally: Tally
    state: str


@dataclass(frozen=True)
class FieldView:
    """
    A field of the taxonomy in the area; an offer of several categories counts once.

    `offers_in_reach` are those that somebody of the area reaches.
    """

    field: Field
    offers_inside: int
    offers_in_reach: int
    functions: tuple[Function, ...]


@dataclass(frozen=True, eq=False)
class Sheet(Tabular, frames="sheet"):
    """All that is told of an area; `report` is the answer to the question asked."""

    atlas: Atlas
    area: Area
    report: CoverageReport
    tally: Tally
    stability: Stability
    benchmarks: tuple[BenchmarkResult, ...]
    fields: tuple[FieldView, ...]


def district_sheet(
    atlas: Atlas,
    district: str,
    *,
    category: Sequence[str] = (),
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    at: str | None = None,
    window: str | None = None,
    threshold: float = DEFAULT_THRESHOLD,
) -> Sheet:
    """
    Tell of one district all that its sheet shows.

    Parameters
    ----------
    atlas
        The region.
    district
        Id of a finest district, a municipality, or the region.
    category
        Ids; several mean any of them. Without one it is food for every day.
    mode, minutes, metres, at, window
        As for coverage; benchmarks and fields count offers at any time, each by its own mode.
    threshold
        Share of the people from which on a district is served, above 0 to 1.

    Raises
    ------
    UnknownDistrictError, UnknownCategoryError
        If there is no such district or category.
    ParameterError
        If mode, limit or threshold are not allowed.
    """
    check_limit("threshold", threshold, 1.0)
    area = find_area(atlas, district)
    ids = list(category) or default_categories(atlas)
    asked = ask(
        atlas, category=ids, mode=mode, minutes=minutes, metres=metres, at=at, window=window,
        with_transit=True,
    )  # fmt: skip
    functions = [ask(atlas, category=c.id) for c in atlas.taxonomy.categories]
    of_benchmarks = [_questions(atlas, b, asked) for b in atlas.benchmarks]
    questions = [asked, *functions, *(q for group in of_benchmarks for q in group)]
    reports = iter(answer(atlas, questions))
    report = next(reports)
    of_functions = [next(reports) for _ in functions]
    return Sheet(
        atlas=atlas,
        area=area,
        report=report,
        tally=area.tally_of(report),
        stability=stability(report, area, threshold=threshold),
        benchmarks=tuple(
            _benchmark(atlas, area, benchmark, [next(reports) for _ in group])
            for benchmark, group in zip(atlas.benchmarks, of_benchmarks, strict=True)
        ),
        fields=_fields(atlas, area, of_functions),
    )


def default_categories(atlas: Atlas) -> list[str]:
    """Return the categories of a sheet for which none is asked."""
    known = {c.id for c in atlas.taxonomy.categories}
    return [c for c in DEFAULT_CATEGORIES if c in known] or [atlas.taxonomy.categories[0].id]


def _questions(atlas: Atlas, benchmark: Benchmark, asked: Question) -> list[Question]:
    """Return what a benchmark asks; nothing where it cannot be asked here."""
    if _why_not(atlas, benchmark):
        return []
    ids = [c.id for c in asked.categories] if benchmark.of == "asked" else benchmark.categories
    groups = [[i] for i in ids] if benchmark.of == "each" else [list(ids)]
    return [
        ask(
            atlas,
            category=group,
            mode=benchmark.mode,
            minutes=benchmark.minutes,
            metres=benchmark.metres,
            with_transit=True,
        )
        for group in groups
    ]


def _why_not(atlas: Atlas, benchmark: Benchmark) -> str:
    if reason := _ABOUT_SOMETHING_ELSE.get(benchmark.of):
        return reason
    rides = () if atlas.timetable is None or WALK not in atlas.networks else (TRANSIT,)
    return "" if benchmark.mode in (*atlas.networks, LINE, *rides) else "mode"


def _benchmark(
    atlas: Atlas, area: Area, benchmark: Benchmark, reports: list[CoverageReport]
) -> BenchmarkResult:
    if not reports:
        return BenchmarkResult(benchmark, reason=_why_not(atlas, benchmark))
    smallest = benchmark.smallest_sales_area_m2
    if smallest is not None:
        rows = reports[0].offers
        sizes = [atlas.offers[int(row)].facts.get("sales_area") for row in rows]
        stated = [size for size in sizes if isinstance(size, (int, float))]
        if len(stated) < len(rows):
            return BenchmarkResult(benchmark, (), "offer_sizes", len(rows), len(stated))
        large = rows[np.array(stated, float) >= smallest]
        figures = (_figure(area, _of_offers(reports[0], large)),)
        return BenchmarkResult(benchmark, figures, "", len(rows), len(stated))
    if benchmark.of != "each":
        return BenchmarkResult(benchmark, (_figure(area, reports[0]),))
    each = [_figure(area, report, report.question.categories[0]) for report in reports]
    return BenchmarkResult(benchmark, (*each, _figure(area, _all_of(reports))))


def _of_offers(report: CoverageReport, rows: NDArray[np.int64]) -> CoverageReport:
    question = report.question
    by_metres = question.metres is not None
    nearest = nearest_offers(
        report.atlas, question.mode, [rows], with_distance=by_metres, window=question.window
    )
    changed = report_of(report.atlas, question, rows, nearest, 0)
    return replace(changed, unknown=report.unknown)


def _all_of(reports: list[CoverageReport]) -> CoverageReport:
    """Cover whom every report covers; unknown where one of them is."""
    state = np.maximum.reduce([report.state for report in reports])
    unknown = next((report.unknown for report in reports if report.unknown), "")
    return replace(reports[0], state=state, unknown=unknown)


def _figure(area: Area, report: CoverageReport, category: Category | None = None) -> Figure:
    if report.unknown:
        return Figure(category, None, report.unknown)
    return Figure(category, area.tally_of(report))


def _fields(atlas: Atlas, area: Area, reports: list[CoverageReport]) -> tuple[FieldView, ...]:
    is_inside = _offers_inside(atlas, area)
    way = _way_to_area(atlas, area, {report.question.mode for report in reports})
    homes = area.holds[atlas.population.district]
    functions: dict[str, list[Function]] = {}
    reached: dict[str, list[NDArray[np.int64]]] = {}
    inside: dict[str, list[NDArray[np.int64]]] = {}
    for report in reports:
        question, category = report.question, report.question.categories[0]
        limit = question.limit_m if question.mode == LINE else question.limit_s
        within = report.offers[way[question.mode][report.offers] <= limit]
        within_area = report.offers[is_inside[report.offers]]
        reached.setdefault(category.field, []).append(within)
        inside.setdefault(category.field, []).append(within_area)
        tally = area.tally_of(report)
        functions.setdefault(category.field, []).append(
            Function(
                category=category,
                question=question,
                offers_inside=len(within_area),
                offers_in_reach=len(within),
                tally=tally,
                state=_state(report, tally, homes),
            )
        )
    return tuple(
        FieldView(
            field=field,
            offers_inside=len(np.unique(np.concatenate(inside[field.id]))),
            offers_in_reach=len(np.unique(np.concatenate(reached[field.id]))),
            functions=tuple(functions[field.id]),
        )
        for field in atlas.taxonomy.fields
        if field.id in functions
    )


def _state(report: CoverageReport, tally: Tally, homes: NDArray[np.bool_]) -> str:
    if report.unknown:
        return "unknown"
    if tally.unit == "buildings":
        if not homes.any():
            return "nobody"
        return "reached" if (report.state[homes] == COVERED).any() else "missing"
    if tally.residents == 0:
        return "nobody"
    if tally.covered is None:
        return "withheld"
    return "reached" if tally.covered else "missing"


def _offers_inside(atlas: Atlas, area: Area) -> NDArray[np.bool_]:
    """Shape (m,): which offers stand in the area."""
    district = atlas.region.locate(atlas.offer_xy)
    inside: NDArray[np.bool_] = (district >= 0) & area.holds[district]
    return inside


def _way_to_area(atlas: Atlas, area: Area, modes: set[str]) -> dict[str, NDArray[np.float64]]:
    """Shape (m,) by mode: seconds, metres in a line, from offers to the area's nearest home."""
    homes = area.holds[atlas.population.district]
    ways = {
        mode: atlas.networks[mode]
        .to_nearest(atlas.supply[mode], [atlas.demand[mode].take(homes)])
        .travel_s[0]
        for mode in modes - {LINE}
    }
    if LINE in modes:
        nearest = nearest_in_line(atlas.offer_xy, [atlas.population.xy[homes]])
        ways[LINE] = np.asarray(nearest.distance_m)[0]
    return ways
