"""The domain: categories, offers, the Atlas of a region, and the questions asked of it."""

from typing import TYPE_CHECKING

from geo.exports import export_lazily

if TYPE_CHECKING:
    from layers.access_scores import access_scores
    from layers.atlas import Atlas
    from layers.balanced import balanced
    from layers.build import build_atlas
    from layers.build_input import is_current
    from layers.compare import compare
    from layers.coverage import CoverageReport, answer, coverage
    from layers.equity import equity
    from layers.errors import (
        AtlasError,
        TaxonomyError,
        UnknownCategoryError,
        UnknownNameError,
        UnknownOfferError,
        UnknownRegionError,
    )
    from layers.isochrone import isochrone
    from layers.nearby import near
    from layers.offers import Offer, Offers, offers_from_osm
    from layers.partners import partners
    from layers.question import Question, ask
    from layers.radius import filled_radii, reach_radii, ring_radii
    from layers.resilience import resilience
    from layers.scenario import check_scenario
    from layers.sheet import district_sheet
    from layers.sites import next_sites
    from layers.store import open_atlas
    from layers.taxonomy import Category, Taxonomy, load_taxonomy
    from layers.verdicts import verdicts
    from layers.week import week

# where each public name loads from at its first use; the imports above tell type checkers the same
_HOMES = {
    "Atlas": "layers.atlas",
    "AtlasError": "layers.errors",
    "Category": "layers.taxonomy",
    "CoverageReport": "layers.coverage",
    "Offer": "layers.offers",
    "Offers": "layers.offers",
    "Question": "layers.question",
    "Taxonomy": "layers.taxonomy",
    "TaxonomyError": "layers.errors",
    "UnknownCategoryError": "layers.errors",
    "UnknownNameError": "layers.errors",
    "UnknownOfferError": "layers.errors",
    "UnknownRegionError": "layers.errors",
    "access_scores": "layers.access_scores",
    "answer": "layers.coverage",
    "ask": "layers.question",
    "balanced": "layers.balanced",
    "build_atlas": "layers.build",
    "check_scenario": "layers.scenario",
    "compare": "layers.compare",
    "coverage": "layers.coverage",
    "district_sheet": "layers.sheet",
    "equity": "layers.equity",
    "filled_radii": "layers.radius",
    "is_current": "layers.build_input",
    "isochrone": "layers.isochrone",
    "load_taxonomy": "layers.taxonomy",
    "near": "layers.nearby",
    "next_sites": "layers.sites",
    "offers_from_osm": "layers.offers",
    "open_atlas": "layers.store",
    "partners": "layers.partners",
    "reach_radii": "layers.radius",
    "resilience": "layers.resilience",
    "ring_radii": "layers.radius",
    "verdicts": "layers.verdicts",
    "week": "layers.week",
}

__all__ = [
    "Atlas",
    "AtlasError",
    "Category",
    "CoverageReport",
    "Offer",
    "Offers",
    "Question",
    "Taxonomy",
    "TaxonomyError",
    "UnknownCategoryError",
    "UnknownNameError",
    "UnknownOfferError",
    "UnknownRegionError",
    "access_scores",
    "answer",
    "ask",
    "balanced",
    "build_atlas",
    "check_scenario",
    "compare",
    "coverage",
    "district_sheet",
    "equity",
    "filled_radii",
    "is_current",
    "isochrone",
    "load_taxonomy",
    "near",
    "next_sites",
    "offers_from_osm",
    "open_atlas",
    "partners",
    "reach_radii",
    "resilience",
    "ring_radii",
    "verdicts",
    "week",
]

export_lazily(__name__, _HOMES)
