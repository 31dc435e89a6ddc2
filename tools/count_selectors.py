"""
Counts what the selectors of the taxonomy find in the three extracts.

Without an argument it writes the tables into docs/taxonomy.md; `--check` only compares, and exits
with 1 where they differ; `--list CATEGORY` prints each hit with its tags, to be looked at by eye.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geo.osm import Features, read_features  # noqa: E402
from layers.offers import Offers, offers_from_osm  # noqa: E402
from layers.taxonomy import load_taxonomy  # noqa: E402

if TYPE_CHECKING:
    from layers.selectors import Condition, Selector
    from layers.taxonomy import Taxonomy

PAGE = ROOT / "docs" / "taxonomy.md"
BEGIN, END = "<!-- counts: written by tools/count_selectors.py -->", "<!-- end of counts -->"
EXTRACTS = {
    "Neubrandenburg 2016": (
        "data/regions/neubrandenburg/neubrandenburg-2016.osm.pbf",
        date(2016, 2, 10),
    ),
    "Liechtenstein 2013": (
        "tests/fixtures/liechtenstein/liechtenstein-2013-08-03.osm.pbf",
        date(2013, 8, 3),
    ),
    "Helsinki centre 2019": (
        "tests/fixtures/helsinki/helsinki-centre-2019.osm.pbf",
        date(2019, 4, 21),
    ),
}
READ = dict[str, tuple[Features, Offers]]


def read_all(taxonomy: Taxonomy) -> READ:
    """Read the features and offers of each extract."""
    read: READ = {}
    for name, (path, as_of) in EXTRACTS.items():
        features = read_features(ROOT / path, keys=taxonomy.osm_keys())
        read[name] = (features, offers_from_osm(features, taxonomy, as_of=as_of))
    return read


def tables(taxonomy: Taxonomy, read: READ) -> str:
    """Return the tables: offers by category, objects by selector, and what was merged."""
    return "\n\n".join([*_offer_tables(taxonomy, read), _selector_table(taxonomy, read)])


def _offer_tables(taxonomy: Taxonomy, read: READ) -> list[str]:
    rows = []
    for category in taxonomy.categories:
        counts = [str(len(offers.of_category(category.id)) or "·") for _, offers in read.values()]
        rows.append([f"`{category.id}`", category.en, *counts])
    rows.append(["", "**all offers**", *[f"**{len(offers)}**" for _, offers in read.values()]])
    kinds = {
        "objects read": "objects",
        "belonging to no category": "no_offer",
        "closed, or not yet open": "closed",
        "merged, node into area": "merged_areas",
        "merged, elements of one offer": "merged_elements",
        "web addresses left out": "bad_websites",
    }
    became = [
        [label, *[str(getattr(offers.counts, kind)) for _, offers in read.values()]]
        for label, kind in kinds.items()
    ]
    return [
        "Offers of each category; one offer may belong to several.",
        _table(["category", "label", *read], rows),
        "What became of the objects.",
        _table(["", *read], became),
    ]


def _selector_table(taxonomy: Taxonomy, read: READ) -> str:
    rows = []
    for category in taxonomy.categories:
        for selector in category.osm:
            hits = [
                sum(
                    category.id in taxonomy.match_osm(tags)
                    for tags in features.tags
                    if selector.matches(tags, taxonomy.rules)
                )
                for features, _ in read.values()
            ]
            rows.append([f"`{category.id}`", _describe(selector), *[str(h or "·") for h in hits]])
    text = "Objects that each selector finds, before anything is merged."
    return f"{text}\n\n{_table(['category', 'selector', *read], rows)}"


def _describe(selector: Selector) -> str:
    place = ", and a place" if selector.needs_place else ""
    return ", ".join(_describe_condition(c) for c in selector.conditions) + place


def _describe_condition(condition: Condition) -> str:
    if condition.present is not None:
        return f"`{condition.key}`" if condition.present else f"no `{condition.key}`"
    if condition.pattern is not None:
        sign = "!~" if condition.negated else "~"
        pattern = condition.pattern.pattern.replace("|", "\\|")
        return f"`{condition.key}` {sign} `{pattern}`"
    return f"`{condition.key}` = {', '.join(sorted(condition.values or ()))}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page_with(page: str, counts: str) -> str:
    """Return the page with the counts between its two marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{counts}\n\n{END}{rest.split(END)[1]}"


def _print_hits(taxonomy: Taxonomy, read: READ, category_id: str) -> None:
    taxonomy.category(category_id)
    for name, (features, offers) in read.items():
        tags = dict(zip(features.feature_id, features.tags, strict=True))
        for row in offers.of_category(category_id):
            offer = offers[row]
            told = " ".join(f"{k}={v}" for k, v in tags[offer.source_id].items())
            print(f"{name}\t{offer.id}\t{','.join(offer.categories)}\t{told}")


def main() -> int:
    """Write, check or list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--list", metavar="CATEGORY", help="print each hit of a category")
    arguments = parser.parse_args()
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy.toml")
    read = read_all(taxonomy)
    if arguments.list:
        _print_hits(taxonomy, read, arguments.list)
        return 0
    page = PAGE.read_text("utf-8")
    written = page_with(page, tables(taxonomy, read))
    if arguments.check:
        return int(written != page)
    PAGE.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
