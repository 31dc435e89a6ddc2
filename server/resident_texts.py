"""What the scripts of the residents' page say; what stands in braces they fill in."""

from __future__ import annotations

from server.texts import Texts, kept


def resident_texts(texts: Texts) -> dict[str, str]:
    """Return the texts of the scripts in one language."""
    return {
        **_map_texts(texts),
        **_place_texts(texts),
        **_list_texts(texts),
        **_why_texts(texts),
        **_card_texts(texts),
        **_week_texts(texts),
        **_journey_texts(texts),
    }


def _journey_texts(texts: Texts) -> dict[str, str]:
    return {
        "journey_now": texts.gettext("Departure to take now"),
        "journey_home": texts.gettext("Last way home"),
        "journey_no_home": texts.gettext("Later no ride brings you home sooner than walking."),
        "journey_times": texts.gettext(
            "Leave at {leaves}, there at {arrives} ({n} min)", **kept("leaves", "arrives", "n")
        ),
        "journey_walk": texts.gettext("Walking is the fastest way now."),
        "journey_leg": texts.gettext(
            "{time} {kind} {line} towards {headsign}: from {from} to {to}, {at}",
            **kept("time", "kind", "line", "headsign", "from", "to", "at"),
        ),
        "journey_on_demand": texts.gettext(
            "Also on demand, after booking: {services}.", services="{services}"
        ),
        "journey_source": texts.gettext(
            "Timetable: {source}. Delays are not known here.", source="{source}"
        ),
        "no_timetable_now": texts.gettext(
            "The timetable does not cover this day. Choose another way to travel."
        ),
        "vehicle_0": texts.gettext("tram"),
        "vehicle_1": texts.gettext("underground"),
        "vehicle_2": texts.gettext("train"),
        "vehicle_3": texts.gettext("bus"),
        "vehicle_4": texts.gettext("ferry"),
        "vehicle": texts.gettext("line"),
    }


def _map_texts(texts: Texts) -> dict[str, str]:
    return {
        "map": texts.gettext("Map of the offers"),
        "zoom_in": texts.gettext("Zoom in"),
        "zoom_out": texts.gettext("Zoom out"),
        "whole_region": texts.gettext("Show the whole region"),
        "cluster": texts.gettext("{n} offers", n="{n}"),
        "from_here": texts.gettext("Search from here"),
        "close": texts.gettext("Close"),
        "map_shown": texts.gettext("The map is shown."),
        "list_shown": texts.gettext("The list is shown."),
    }


def _place_texts(texts: Texts) -> dict[str, str]:
    return {
        "my_location": texts.gettext("My location"),
        "map_place": texts.gettext("Place on the map"),
        "locating": texts.gettext("Looking for your location …"),
        "location_denied": texts.gettext(
            "Your device does not tell us where you are. Allow it in the browser, or type an "
            "address."
        ),
        "location_failed": texts.gettext(
            "Your location could not be found. Please type an address."
        ),
        "outside": texts.gettext("This place lies outside of {region}.", region="{region}"),
        "no_street": texts.gettext(
            "No street of this way to travel is near the place. Choose another place or another "
            "way to travel."
        ),
        "suggested": texts.gettext("{n} suggestions. Choose with the arrow keys.", n="{n}"),
        "nothing_suggested": texts.gettext(
            "No such address was found. Check the spelling, or leave out the house number."
        ),
        "ambiguous": texts.gettext("Which one is meant? Please choose."),
        "not_exact": texts.gettext("This is not known exactly. Is it one of these?"),
        "interpolated": texts.gettext("approximately"),
        "failed": texts.gettext("The answer could not be loaded. Is the connection there?"),
    }


def _list_texts(texts: Texts) -> dict[str, str]:
    return {
        "near_one": texts.gettext("1 offer {how}", how="{how}"),
        "near_many": texts.gettext("{n} offers {how}", n="{n}", how="{how}"),
        "near_none": texts.gettext("No offer {how}", how="{how}"),
        "how_walk": texts.gettext("on foot in {n} minutes", n="{n}"),
        "how_stepfree": texts.gettext("slowly and without steps in {n} minutes", n="{n}"),
        "how_bike": texts.gettext("by bicycle in {n} minutes", n="{n}"),
        "how_transit": texts.gettext("by bus and train in {n} minutes", n="{n}"),
        "how_car": texts.gettext("by car in {n} minutes", n="{n}"),
        "minutes": texts.gettext("{n} min", n="{n}"),
        "below_minute": texts.gettext("< 1 min"),
        "open": texts.gettext("open"),
        "open_until": texts.gettext("open until {time}", time="{time}"),
        "closed": texts.gettext("closed"),
        "closed_next": texts.gettext("closed, next: {time}", time="{time}"),
        "next_date": texts.gettext("next: {time}", time="{time}"),
        "hours_unknown": texts.gettext("hours unknown"),
        "hours_uncertain": texts.gettext("hours not certain"),
        "open_then": texts.gettext("open {when}", when="{when}"),
        "closed_then": texts.gettext("closed {when}", when="{when}"),
        "at_time": texts.gettext("at {time}", time="{time}"),
        "nearest_only": texts.gettext("Shown are the {n} nearest.", n="{n}"),
        "more": texts.gettext("Show {n} more", n="{n}"),
        "saved_many": texts.gettext("My list: {n}", n="{n}"),
        "saved_none": texts.gettext(
            "Nothing on your list yet. Open an offer and press “Remember”. The list stays on this "
            "device."
        ),
        "saved_here": texts.gettext("This list is kept on this device only."),
    }


def _why_texts(texts: Texts) -> dict[str, str]:
    return {
        "why_closed_one": texts.gettext("1 is closed then"),
        "why_closed_many": texts.gettext("{n} are closed then", n="{n}"),
        "why_unknown_one": texts.gettext("Of 1 the hours are not known"),
        "why_unknown_many": texts.gettext("Of {n} the hours are not known", n="{n}"),
        "why_facts_one": texts.gettext("Of 1 we do not know whether it has what you want"),
        "why_facts_many": texts.gettext(
            "Of {n} we do not know whether they have what you want", n="{n}"
        ),
        "why_wheelchair_one": texts.gettext("Of 1 we do not know whether it is step-free"),
        "why_wheelchair_many": texts.gettext(
            "Of {n} we do not know whether they are step-free", n="{n}"
        ),
        "why_further": texts.gettext("{n} more in {minutes} minutes", n="{n}", minutes="{minutes}"),
        "why_walk": texts.gettext("{n} more on foot", n="{n}"),
        "why_stepfree": texts.gettext("{n} more without steps", n="{n}"),
        "why_bike": texts.gettext("{n} more by bicycle", n="{n}"),
        "why_car": texts.gettext("{n} more by car", n="{n}"),
        "show": texts.gettext("Show"),
        "reset": texts.gettext("Remove all filters"),
        "empty": texts.gettext("Nothing fits all that you chose."),
    }


def _card_texts(texts: Texts) -> dict[str, str]:
    return {
        "by_walk": texts.gettext("{minutes} on foot", minutes="{minutes}"),
        "by_stepfree": texts.gettext("{minutes} slowly, without steps", minutes="{minutes}"),
        "by_bike": texts.gettext("{minutes} by bicycle", minutes="{minutes}"),
        "by_transit": texts.gettext(
            "{minutes} by bus and train, waiting included", minutes="{minutes}"
        ),
        "by_car": texts.gettext("{minutes} by car", minutes="{minutes}"),
        "copied": texts.gettext("The link is copied."),
        "not_copied": texts.gettext("The link could not be copied: {url}", url="{url}"),
        "remember": texts.gettext("Remember"),
        "remembered": texts.gettext("Remembered"),
        "not_stored": texts.gettext("This browser keeps nothing for this page."),
    }


def _week_texts(texts: Texts) -> dict[str, str]:
    return {
        "area_rides": texts.gettext(
            "Outlined: where you get by bus and train with at least half of the departures of an "
            "hour."
        ),
        "no_area_rides": texts.gettext(
            "No area is drawn by bus and train here: the timetable does not tell enough of this "
            "hour."
        ),
        "week_beyond": texts.gettext(
            "{n} more dates lie on days that the timetable does not cover.", n="{n}"
        ),
        "week_needs_place": texts.gettext(
            "Choose a place first: then you see here what takes place near it in the next seven "
            "days."
        ),
        "week_head": texts.gettext("This week {how}", how="{how}"),
        "week_none": texts.gettext("Nothing with a date within reach in the next seven days."),
        "in_minutes": texts.gettext("Search within {n} minutes", n="{n}"),
        "instead_bike": texts.gettext("Search by bicycle"),
        "instead_car": texts.gettext("Search by car"),
        "today": texts.gettext("today"),
        "tomorrow": texts.gettext("tomorrow"),
        "holiday": texts.gettext("public holiday"),
        "not_certain": texts.gettext("not certain"),
        "until": texts.gettext("until {date}", date="{date}"),
        "gives": texts.gettext("gives: {what}", what="{what}"),
        "needs": texts.gettext("needs: {what}", what="{what}"),
        "notices": texts.gettext("Wanted and given for a while"),
    }
