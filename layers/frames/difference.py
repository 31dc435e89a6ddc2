"""What a scenario changes: a row for each area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import area_shapes, counts, numbers, shaped, tally_columns, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from layers.difference import Change, Difference
    from layers.tally import Tally


def districts(difference: Difference) -> gpd.GeoDataFrame:
    """Make a row for each finest district."""
    before, after = difference.before.by_district, difference.after.by_district
    return _areas(difference, difference.by_district, before, after, "district")


def municipalities(difference: Difference) -> gpd.GeoDataFrame:
    """Make a row for each municipality."""
    before, after = difference.before.by_municipality, difference.after.by_municipality
    return _areas(difference, difference.by_municipality, before, after, "municipality")


def _areas(
    difference: Difference,
    changes: Sequence[Change],
    before: Sequence[Tally],
    after: Sequence[Tally],
    level: str,
) -> gpd.GeoDataFrame:
    """Write changes after minus before; `gained` and `lost` count people who live there now."""
    atlas = difference.before.atlas
    was = tally_columns(before, unknown=difference.before.unknown)
    is_now = tally_columns(after, unknown=difference.after.unknown)
    columns = {
        "id": was["id"],
        "name": was["name"],
        "covered_before": was["covered"],
        "covered_after": is_now["covered"],
        "covered_change": counts(change.covered for change in changes),
        "gained": counts(change.gained for change in changes),
        "lost": counts(change.lost for change in changes),
        "new_people": counts(change.new_people for change in changes),
        "share_before": was["share"],
        "share_after": is_now["share"],
        "share_change": numbers(change.share for change in changes),
        "reason": texts(a or b for a, b in zip(was["reason"], is_now["reason"], strict=True)),
    }
    return shaped(columns, area_shapes(atlas, level), atlas)


TABLES: dict[str, Callable[[Difference], gpd.GeoDataFrame]] = {
    "districts": districts,
    "municipalities": municipalities,
}
