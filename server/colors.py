"""
Colours that others choose, made safe and readable.

Contrast is that of WCAG 2.2: (lighter + 0.05) ÷ (darker + 0.05) of the relative luminances; text
needs 4.5 (1.4.3 Contrast, AA).
"""

from __future__ import annotations

import re

from geo.errors import ParameterError

LEAST_CONTRAST = 4.5  # source: WCAG 2.2, success criterion 1.4.3
PAPER, PAPER_DARK = "#ffffff", "#161a19"  # those of static/app.css
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 40


def parse_color(text: str) -> str:
    """
    Read a colour as `#rrggbb`; three digits and a missing # are read as well.

    Raises
    ------
    ParameterError
        If it is none.
    """
    digits = text.strip().removeprefix("#").lower()
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        digits = "".join(2 * digit for digit in digits)
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        raise ParameterError(
            f"`color` {text!r} is no colour; give six hexadecimal digits, such as 0b6b4f",
            parameter="color",
        )
    return f"#{digits}"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 … 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(color: str) -> str:
    """Return black or white, whichever is read better on a colour; one of them always is."""
    return max((_WHITE, _BLACK), key=lambda ink: contrast(ink, color))


def readable_on(color: str, paper: str) -> str:
    """Return a colour itself where it can be read on a paper, else the nearest mix that can."""
    ink = ink_on(paper)
    mixes = (_mix(color, ink, step / _STEPS) for step in range(_STEPS + 1))
    return next(mix for mix in mixes if contrast(mix, paper) >= LEAST_CONTRAST)


def color_rules(color: str) -> str:
    """Write the style sheet of a page in a colour, for light and dark."""
    light, dark = readable_on(color, PAPER), readable_on(color, PAPER_DARK)
    return (
        f":root{{--accent:{color};--accent-ink:{ink_on(color)};"
        f"--brand:{light};--brand-ink:{ink_on(light)}}}"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root{{--brand:{dark};--brand-ink:{ink_on(dark)}}}}}"
    )


def _channels(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
