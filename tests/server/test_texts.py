"""Every text of the pages is there in German, with the same names to fill in, and no other."""

import re
import string
from datetime import date

import pytest
from babel.messages.pofile import read_po

from server.settings import LANGUAGES
from server.texts import LOCALE_DIR, choose_language, texts_of
from tools.catalogue import texts_in_use

GERMAN = LOCALE_DIR / "de" / "LC_MESSAGES" / "umkreis.po"


def catalogue():
    with GERMAN.open("rb") as file:
        return read_po(file, locale="de")


def forms(text):
    return [text] if isinstance(text, str) else list(text)


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_in_use_is_translated_and_none_is_left_over():
    in_use = {m.id for m in texts_in_use() if m.id}
    translated = {m.id for m in catalogue() if m.id and all(forms(m.string or ""))}
    assert len(in_use) > 120
    assert in_use - translated == set()
    assert translated - in_use == set()


def test_translations_fill_in_the_same_names():
    wrong = [
        m.id
        for m in catalogue()
        if m.id
        and any(
            names(text) != names(source)
            for text, source in zip(forms(m.string), forms(m.id), strict=True)
        )
    ]
    assert wrong == []


def test_no_translation_is_a_guess():
    assert [m.id for m in catalogue() if m.fuzzy] == []


def test_german_texts_use_german_quotation_marks():
    wrong = [
        m.id for m in catalogue() if m.id and any("”" in t or '"' in t for t in forms(m.string))
    ]
    assert wrong == []


def test_a_text_fills_in_values_as_they_are():
    german = texts_of("de")
    assert german.gettext("Data of {month}", month="{x} <b>") == "Daten von {x} <b>"
    assert german.gettext("a text that nobody wrote") == "a text that nobody wrote"


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("de", 1, "1 Mensch erreicht keines."),
        ("de", 31739, "31.739 Menschen erreichen keines."),
        ("en", 1, "1 person reaches none."),
        ("en", 0, "0 people reach none."),
    ],
)
def test_counts_choose_the_form(language, count, expected):
    texts = texts_of(language)
    assert texts.ngettext("{n} person reaches none.", "{n} people reach none.", count) == expected


def test_numbers_and_dates_follow_the_language():
    german, english = texts_of("de"), texts_of("en")
    assert german.number(75679) == "75.679"
    assert english.number(75679) == "75,679"
    assert german.number(7.5) == "7,5"
    assert german.month(date(2016, 2, 10)) == "Februar 2016"
    assert english.day(date(2016, 2, 10)) == "10 February 2016"


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0 %"),
        (0.004, "< 1 %"),
        (0.581, "58 %"),
        (0.992, "> 99 %"),
        (1.0, "100 %"),
    ],
)
def test_only_exact_shares_are_called_nobody_or_everybody(share, expected):
    plain = re.sub(r"[\u00a0\u202f]", " ", texts_of("de").percent(share))
    assert plain == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.983, 1.0, "> 98%"),
        (0.0, 0.012, "< 2%"),
        (0.25, 0.5, "25–50%"),
        (0.0, 1.0, "–"),
    ],
)
def test_a_withheld_share_says_no_more_than_its_bounds(low, high, expected):
    assert texts_of("en").percent_range(low, high).replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("en", "de", "en"),
        (None, "fr, en-GB;q=0.8, de;q=0.9", "de"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "de;q=0, en;q=0.1", "en"),
        (None, "fr", "de"),
        (None, "", "de"),
        ("../../etc", "en;q=nonsense", "de"),
    ],
)
def test_the_language_is_the_asked_the_accepted_or_the_usual_one(asked, accepted, expected):
    assert choose_language(asked, accepted, "de") == expected


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="may be de, en"):
        texts_of("fr")


def test_every_language_of_the_settings_has_texts():
    assert [texts_of(language).language for language in LANGUAGES] == ["de", "en"]


def test_braces_in_a_name_from_data_stay_as_they_are():
    assert texts_of("en").plain("Shop {x} {{7*7}}") == "Shop {x} {{7*7}}"
