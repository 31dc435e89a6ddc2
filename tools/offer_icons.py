"""
Draws the sheet of icons of offers, `server/static/offer_icons.svg`.

    python tools/offer_icons.py

Most come from Maki and Temaki (CC0-1.0), which the npm client fetches from whatever registry it is
configured for; the others are drawn here. Which category has which icon stands in
`server/offer_icons.py`.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "server" / "static" / "offer_icons.svg"
MAKI, TEMAKI = "@mapbox/maki@8.2.0", "@rapideditor/temaki@5.13.0"
# Each icon of ours by the name of the file it is taken from
TAKEN = {
    MAKI: {
        "bakery": "bakery", "bank": "bank", "basket": "grocery", "bicycle": "bicycle",
        "bus": "bus", "corner_shop": "convenience", "doctor": "doctor", "farm": "farm",
        "garden": "garden", "gift": "gift", "globe": "globe", "home": "residential-community",
        "library": "library", "natural": "natural", "pharmacy": "pharmacy",
        "playground": "playground", "recycling": "recycling", "restaurant": "restaurant",
        "school": "school", "shop": "shop",
    },
    TEMAKI: {
        "anvil": "anvil_and_hammer", "atm": "atm", "bicycle_rental": "bicycle_rental",
        "bicycle_repair": "bicycle_repair", "book": "book_store", "briefcase": "briefcase",
        "bulb": "bulb", "can": "can", "car_pool": "car_pool", "clothes": "clothes_hanger",
        "desk": "desk_lamp", "food": "grapes", "garden_bed": "garden_bed", "jar": "spice_bottle",
        "handbag": "handbag", "money": "money_hand", "people": "social_facility",
        "plant": "plant", "room": "room", "storage": "storage", "toolbox": "toolbox",
        "tools": "tools", "tree": "tree_broadleaved", "vending": "vending_machine",
        "wheelchair": "wheelchair_active", "windmill": "windmill", "workshop": "pick_hammer",
    },
}  # fmt: skip
_LINE = (
    '<g fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" '
    'stroke-linejoin="round">{}</g>'
)
_LINES = {
    "back": '<path d="M9.5 2.5 4.5 7.5l5 5"/>',
    "calendar": '<path d="M2 3.5h11v9.5H2zM2 6.5h11M5 1.5v3M10 1.5v3"/>',
    "clock": '<circle cx="7.5" cy="7.5" r="5.8"/><path d="M7.5 4.2v3.5l2.4 1.6"/>',
    "close": '<path d="M3 3l9 9M12 3l-9 9"/>',
    "down": '<path d="M3 5.5l4.5 4.5L12 5.5"/>',
    "exchange": '<path d="M2 5h9.5M9 2.2 11.8 5 9 7.8M13 10H3.5M6 7.2 3.2 10 6 12.8"/>',
    "filter": '<path d="M1.5 4h12M3.5 7.5h8M5.5 11h4"/>',
    "flag": '<path d="M3 14V1.8M3 2.2h8.5L9.6 5.3l1.9 3.1H3"/>',
    "honey": '<path d="M7.5 1.3l5.4 3.1v6.2l-5.4 3.1-5.4-3.1V4.4z"/><path d="M7.5 5l2.2 1.2v2.6'
    'L7.5 10 5.3 8.8V6.2z"/>',
    "link": '<path d="M6 9l6.5-6.5M8.5 2H13v4.5M11 8.8V13H2V4h4.2"/>',
    "list": '<path d="M5.2 3.5H13M5.2 7.5H13M5.2 11.5H13M2 3.5h.1M2 7.5h.1M2 11.5h.1"/>',
    "locate": '<circle cx="7.5" cy="7.5" r="4.3"/><path d="M7.5.8v2.4M7.5 11.8v2.4M.8 7.5h2.4'
    'M11.8 7.5h2.4"/><circle cx="7.5" cy="7.5" r="1" fill="currentColor"/>',
    "mail": '<path d="M1.5 3.2h12v8.6h-12zM1.8 3.6l5.7 4.6 5.7-4.6"/>',
    "map": '<path d="M1.5 3.6 5.5 2l4 1.6 4-1.6v9.4l-4 1.6-4-1.6-4 1.6zM5.5 2v9.4M9.5 3.6V13"/>',
    "phone": '<path d="M4.4 1.8 2.2 3c-.4 5 4.8 10.2 9.8 9.8l1.2-2.2-3-2-1.4 1.1'
    'C7.2 9 6 7.8 5.3 6.2L6.4 4.8z"/>',
    "search": '<circle cx="6.3" cy="6.3" r="4.3"/><path d="M9.6 9.6 13.4 13.4"/>',
    "share": '<path d="M7.5 9.2V1.6M4.6 4.4l2.9-2.9 2.9 2.9M3 7.5v5.9h9V7.5"/>',
    "star": '<path d="M7.5 1.4l1.9 3.9 4.3.6-3.1 3 .7 4.3-3.8-2-3.8 2 .7-4.3-3.1-3 4.3-.6z"/>',
    "way": '<circle cx="3.5" cy="11.8" r="1.7"/><circle cx="11.5" cy="3.2" r="1.7"/>'
    '<path d="M5.2 11.8h4.6a2.1 2.1 0 0 0 0-4.3H5.2a2.1 2.1 0 0 1 0-4.3h4.6"/>',
}
_SOLID = {
    "star_full": '<path d="M7.5 1.4l1.9 3.9 4.3.6-3.1 3 .7 4.3-3.8-2-3.8 2 .7-4.3-3.1-3 '
    '4.3-.6z" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>',
    "dot": '<circle cx="7.5" cy="7.5" r="4"/>',
}


def taken(spec: str, names: dict[str, str]) -> dict[str, str]:
    """Take icons out of an npm package; return the symbol of each by our name."""
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            ["npm", "pack", "--silent", spec], cwd=temporary, check=True, capture_output=True
        )
        (tarball,) = Path(temporary).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            return {ours: _drawing(archive, ours, theirs) for ours, theirs in names.items()}


def _drawing(archive: tarfile.TarFile, ours: str, name: str) -> str:
    file = archive.extractfile(f"package/icons/{name}.svg")
    if file is None:
        raise SystemExit(f"no icon {name}")
    text = file.read().decode("utf-8")
    paths = re.findall(r"<(?:path|circle|rect|polygon)\b[^>]*>", text)
    kept = [re.sub(r'\s(id|fill|class|style|xmlns)="[^"]*"', "", path) for path in paths]
    shapes = "".join(path if path.endswith("/>") else f"{path[:-1]}/>" for path in kept)
    (box,) = re.findall(r'viewBox="([^"]*)"', text)
    return _symbol(ours, shapes, box)


def _symbol(name: str, shapes: str, box: str = "0 0 15 15") -> str:
    return f'<symbol id="{name}" viewBox="{box}" fill="currentColor">{shapes}</symbol>'


def main() -> None:
    """Draw the sheet anew."""
    drawings = {k: v for spec, names in TAKEN.items() for k, v in taken(spec, names).items()}
    own = {name: _LINE.format(shape) for name, shape in _LINES.items()} | _SOLID
    drawings |= {name: _symbol(name, shape) for name, shape in own.items()}
    symbols = [drawing for _, drawing in sorted(drawings.items())]
    about = f"<!-- from {MAKI} and {TEMAKI} (CC0-1.0), or drawn here: tools/offer_icons.py -->"
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', about, *symbols, "</svg>", ""]
    TARGET.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
