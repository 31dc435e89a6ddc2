"""Practice cards as files: `practice/*.toml` in a region's folder, read and written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from layers.document import read_text
from layers.practice.card import PracticeCard, PracticeError, read_card

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "practice"


def load_cards(region_dir: Path, *, region: str) -> tuple[list[PracticeCard], list[str]]:
    """
    Read the cards in a region's folder.

    Returns
    -------
    cards, faults
        By id; what is wrong with the other files, one text a file. A second card of the same id is
        a fault.
    """
    found: dict[str, PracticeCard] = {}
    faults: list[str] = []
    for file in sorted((region_dir / FOLDER).glob("*.toml")):
        try:
            card = load_card(file, region=region)
        except (PracticeError, OSError) as exc:
            faults.append(f"{file.name}: {exc}")
            continue
        if card.id in found:
            faults.append(f"{file.name}: the id {card.id!r} stands in another file as well")
            continue
        found[card.id] = card
    return [found[i] for i in sorted(found)], faults


def load_card(file: Path, *, region: str) -> PracticeCard:
    """
    Read one card from its file.

    Raises
    ------
    PracticeError
        If it cannot be read or has faults.
    """
    text, faults = read_text(file)
    if faults:
        raise PracticeError(file.name, faults)
    return read_card(text, region=region)


def card_toml(card: PracticeCard) -> str:
    """Write a card as the file that `read_card` reads; the same card is always the same text."""
    record = card.to_record()
    adoptions = record.pop("adoption", [])
    lines = [f"{key} = {_value(value, key)}" for key, value in record.items()]
    for adoption in adoptions:
        lines += ["", "[[adoption]]"]
        lines += [f"{key} = {_value(value, key)}" for key, value in adoption.items()]
    return "\n".join([*lines, ""])


def _value(value: Any, key: str) -> str:
    if key in ("on", "as_of"):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(one, "") for one in value) + "]"
    text = json.dumps(value, ensure_ascii=False)  # a JSON text is a basic string of TOML 1.0
    return text.replace("\x7f", "\\u007f")
