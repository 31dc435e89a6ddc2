"""The domain: categories, offers, the Atlas of a region, and the questions asked of it."""

from typing import TYPE_CHECKING

from geo.exports import export_lazily

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.build import build_atlas
    from layers.build_input import is_current
    from layers.coverage import CoverageReport, answer, coverage
    from layers.errors import (
        AtlasError,
        TaxonomyError,
        UnknownCategoryError,
        UnknownNameError,
        UnknownOfferError,
        UnknownRegionError,
    )
    from layers.nearby import near
    from layers.offers import Offer, Offers, offers_from_osm
    from layers.question import Question, ask
    from layers.store import open_atlas
    from layers.taxonomy import Category, Taxonomy, load_taxonomy

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
    "answer": "layers.coverage",
    "ask": "layers.question",
    "build_atlas": "layers.build",
    "coverage": "layers.coverage",
    "is_current": "layers.build_input",
    "load_taxonomy": "layers.taxonomy",
    "near": "layers.nearby",
    "offers_from_osm": "layers.offers",
    "open_atlas": "layers.store",
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
    "answer",
    "ask",
    "build_atlas",
    "coverage",
    "is_current",
    "load_taxonomy",
    "near",
    "offers_from_osm",
    "open_atlas",
]

export_lazily(__name__, _HOMES)
