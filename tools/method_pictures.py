"""
Draws pictures of methods from the demo region's own figures into `docs/images/`.

    python tools/method_pictures.py        needs the demo region built
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.coverage import coverage
from server.regions import Regions
from server.settings import Settings

if TYPE_CHECKING:
    from layers.atlas import Atlas

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
REGION, CATEGORY = "neubrandenburg", "greengrocer_bakery"
MINUTES = (2, 4, 6, 8, 10, 12, 15, 20, 25, 30)
LINES = (("walk", "on foot", "#0b6b4d"), ("stepfree", "without steps", "#b4460f"),
         ("bike", "by bike", "#1f63b5"))  # fmt: skip
LEFT, TOP, WIDTH, HEIGHT = 60, 24, 560, 300


def place(minutes: float, share: float) -> str:
    """Return where a share at a limit lies in the picture."""
    return f"{LEFT + WIDTH * minutes / MINUTES[-1]:.1f},{TOP + HEIGHT * (1 - share):.1f}"


def share_by_limit(atlas: Atlas) -> str:
    """Draw the share of people who reach an offer over the limit, for three ways to travel."""
    drawn = []
    for step in range(0, 101, 20):
        y = TOP + HEIGHT * (1 - step / 100)
        drawn.append(f'<path d="M{LEFT},{y} h{WIDTH}" stroke="#ccd3cf"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{step} %</text>')
    for minutes in range(0, 31, 5):
        x = LEFT + WIDTH * minutes / MINUTES[-1]
        drawn.append(f'<text x="{x}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{minutes}</text>')
    for number, (mode, words, color) in enumerate(LINES):
        shares = [
            coverage(atlas, category=CATEGORY, mode=mode, minutes=minutes).totals.share
            for minutes in MINUTES
        ]
        points = " ".join(
            [place(0, 0), *(place(m, s) for m, s in zip(MINUTES, shares, strict=True))]
        )
        line = f'fill="none" stroke="{color}" stroke-width="2.5"'
        drawn.append(f'<polyline points="{points}" {line}/>')
        y = TOP + HEIGHT - 60 + 18 * number
        drawn.append(f'<path d="M{LEFT + 400},{y - 4} h24" {line}/>')
        drawn.append(f'<text x="{LEFT + 432}" y="{y}">{words}</text>')
    bottom = TOP + HEIGHT + 42
    drawn.append(f'<text x="{LEFT + WIDTH / 2}" y="{bottom}" text-anchor="middle">minutes</text>')
    size = f'viewBox="0 0 {LEFT + WIDTH + 20} {bottom + 12}"'
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif"'
    return "\n".join(
        [
            f'{frame} font-size="13" fill="#1c2a25" role="img">',
            "<title>Share of people who reach a baker, butcher or greengrocer, by limit</title>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def main() -> None:
    """Draw all pictures."""
    atlas = Regions(Settings.from_env()).open(REGION)
    (IMAGES / "share-by-limit.svg").write_text(share_by_limit(atlas), "utf-8")


if __name__ == "__main__":
    main()
