"""Which icon stands for which category; the icons lie in `static/offer_icons.svg`."""

from __future__ import annotations

from typing import Final

SHEET: Final = "/static/offer_icons.svg"
OTHER: Final = "dot"
_BY_CATEGORY: Final = {
    "farm_shop": "farm",
    "food_vending": "vending",
    "csa": "plant",
    "csa_depot": "storage",
    "farmers_market": "shop",
    "beekeeper": "honey",
    "food_craft": "windmill",
    "maker_craft": "anvil",
    "community_garden": "garden",
    "fab_lab": "workshop",
    "citizen_energy": "bulb",
    "regional_shop": "handbag",
    "organic_shop": "natural",
    "unpackaged_shop": "jar",
    "fair_trade_shop": "globe",
    "village_shop": "corner_shop",
    "greengrocer_bakery": "bakery",
    "regional_gastro": "restaurant",
    "owner_run_retail": "handbag",
    "repair_service": "tools",
    "common_good_business": "briefcase",
    "car_sharing": "car_pool",
    "cargo_bike": "bicycle",
    "library_of_things": "toolbox",
    "give_box": "gift",
    "public_bookcase": "book",
    "food_sharing": "food",
    "second_hand": "clothes",
    "coworking": "desk",
    "shared_space": "room",
    "cohousing": "home",
    "repair_cafe": "tools",
    "bike_self_repair": "bicycle_repair",
    "exchange_ring": "exchange",
    "neighbourhood": "people",
    "food_bank": "can",
    "transition_group": "tree",
    "regional_currency": "money",
    "coop_bank": "bank",
    "citizen_finance": "money",
    "allotments": "garden_bed",
    "bike_sharing": "bicycle_rental",
    "library": "library",
    "recycling": "recycling",
    "supermarket": "basket",
    "pharmacy": "pharmacy",
    "doctor": "doctor",
    "primary_school": "school",
    "kindergarten": "playground",
    "transit_stop": "bus",
    "bank_cash": "atm",
}


def icon_of(category_id: str) -> str:
    """Return the name of a category's icon; a dot for one that has none of its own."""
    return _BY_CATEGORY.get(category_id, OTHER)
