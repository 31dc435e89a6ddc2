"""Hills beside a figure: whether they count, and where heights are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.hills import bicycle_of, elevation_of, hills_of
from server import models

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from server.texts import Texts

_NOTICE_HILLS: Final = ("walk", "stepfree", "bike")
_WORTH_SAYING: Final = 0.001  # of the streets


def hills_out(atlas: Atlas, streets: str) -> models.Hills | None:
    """Say whether hills count on the streets of a mode; None where nobody notices them."""
    if streets not in _NOTICE_HILLS:
        return None
    hills, told = hills_of(atlas, streets), elevation_of(atlas)
    return models.Hills(
        count=hills is not None,
        source=told["attribution"] if hills and told else None,
        unknown_share=round(hills.unknown_share, 4) if hills else None,
        too_steep_m=hills.too_steep_m if hills and streets == "stepfree" else None,
        bicycle=bicycle_of(atlas) if streets == "bike" else None,
    )


def hill_lines(atlas: Atlas, streets: str, texts: Texts) -> list[str]:
    """Say the same in sentences."""
    out = hills_out(atlas, streets)
    if out is None:
        return []
    if not out.count:
        return [
            texts.gettext(
                "Hills do not count: no heights of the region are known, every street is taken as "
                "flat."
            )
        ]
    lines = [
        texts.gettext(
            "Hills count: up takes longer than down. Heights: {source}.", source=out.source or "–"
        )
    ]
    if out.bicycle == "pedelec":
        lines.append(texts.gettext("Bicycles are taken to be pedelecs."))
    if out.too_steep_m:
        lines.append(
            texts.gettext(
                "Steeper than 6 % and left out of step-free travel: {km} km of streets.",
                km=texts.number(round(out.too_steep_m / 1000, 1)),
            )
        )
    if (share := out.unknown_share or 0.0) >= _WORTH_SAYING:
        lines.append(
            texts.gettext(
                "{share} of the streets have no known height and are taken as flat.",
                share=texts.percent(share),
            )
        )
    return lines


def hill_summary(atlas: Atlas) -> list[str]:
    """Say of a built region whether hills count, in lines for the command line."""
    told = elevation_of(atlas)
    if not atlas.networks:
        return []
    if told is None:
        return ["  flat: no heights are known; `umkreis region elevation` adds them"]
    found = {mode: hills for mode in atlas.networks if (hills := hills_of(atlas, mode))}
    unknown = ", ".join(f"{mode} {hills.unknown_share:.1%}" for mode, hills in found.items())
    lines = [f"  heights from {told['attribution']}; streets without, taken as flat: {unknown}"]
    if (stepfree := found.get("stepfree")) and stepfree.too_steep:
        lines.append(f"  stepfree: {stepfree.too_steep_m / 1000:,.1f} km steeper than 6 % left out")
    return lines
