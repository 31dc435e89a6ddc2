"""The domain: categories, offers, the Atlas of a region, and the questions asked of it."""

from layers.atlas import Atlas
from layers.build import build_atlas, is_current
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
