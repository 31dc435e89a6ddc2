"""Colours that others choose."""

import pytest

from geo.errors import ParameterError
from server.colors import PAPER, PAPER_DARK, contrast, ink_on, parse_color, readable_on

SOME = ["#000000", "#ffffff", "#ffd200", "#0b6b4f", "#777777", "#ff0000", "#7b4fb0", "#00ff00"]


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("color", SOME)
def test_text_can_be_read_on_and_in_every_colour(color: str):
    assert contrast(ink_on(color), color) >= 4.5
    for paper in (PAPER, PAPER_DARK):
        assert contrast(readable_on(color, paper), paper) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert readable_on("#0b6b4f", PAPER) == "#0b6b4f"
    assert readable_on("#ffd200", PAPER_DARK) == "#ffd200"
    assert readable_on("#ffd200", PAPER) != "#ffd200"


@pytest.mark.parametrize(
    ("text", "color"),
    [("#0B6B4F", "#0b6b4f"), ("fd0", "#ffdd00"), (" #abc ", "#aabbcc"), ("123456", "#123456")],
)
def test_colours_are_read_as_people_write_them(text: str, color: str):
    assert parse_color(text) == color


@pytest.mark.parametrize(
    "text", ["", "red", "#12345", "#1234567", "12345g", "fff;}", "#fff\nx", "١٢٣"]
)
def test_what_is_no_colour_is_refused(text: str):
    with pytest.raises(ParameterError, match="six hexadecimal digits"):
        parse_color(text)
