"""
Makes everything that leaves this program as a file, of one region, into a folder.

Run as a program in a world of its own (place of the code, order of hashes, clock, language, working
folder, rights), it has to make the same bytes as in any other.

    python everything.py REGION CODE OUT
"""

from __future__ import annotations

import logging
import runpy
import sys
from datetime import date
from pathlib import Path

DAY = date(2026, 3, 1)
CATEGORY = "greengrocer_bakery"
FORMATS = ("json", "csv", "geojson", "xlsx", "gpkg", "html")
EXPORTS = ("csv", "xlsx", "geojson", "gpkg", "geoparquet", "openfairdb")


def main(region: str, code: Path, out: Path) -> None:
    """Build, ask, export, draw, pack."""
    import layers
    from layers.build import build_atlas
    from layers.coverage import coverage
    from layers.exports import export_offers
    from layers.package import collect, to_zip
    from layers.practice.files import load_cards
    from layers.register import Register
    from server import outputs
    from server.gis_handover.qgis_project import qgis_project
    from server.texts import texts_of

    where = Path(layers.__file__ or "").parents[1]
    if where != code:
        raise RuntimeError(f"the code is taken from {where}")
    logging.disable(logging.CRITICAL)
    folder, taxonomy = code / "data" / "regions" / region, code / "data" / "taxonomy.toml"
    atlas = build_atlas(folder, taxonomy, out / "atlas" / region)
    report = coverage(atlas, category=CATEGORY)
    for kind in FORMATS:
        outputs.write_coverage(
            report, by="district", format_=kind, language="de", output=out / f"coverage.{kind}"
        )
    outputs.write_map(report, language="de", output=out / "map.html")
    with Register.open(f"sqlite:///{out / 'register.sqlite'}") as register:
        for kind in EXPORTS:
            made = export_offers(register, atlas, kind, day=DAY)
            (out / f"offers.{kind}").write_bytes(made.data)
    (out / "project.qgs").write_bytes(
        qgis_project(atlas, "https://umkreis.example", texts_of("de"))
    )
    cards, _ = load_cards(folder, region=region)
    package = collect(
        folder, taxonomy, cards, region=region, name=atlas.region.name, version="1", made_on=DAY,
        licence="CC0-1.0",
    )  # fmt: skip
    (out / "package.zip").write_bytes(to_zip(package))
    for name in ("register.sqlite", "register.sqlite-wal", "register.sqlite-shm"):
        (out / name).unlink(missing_ok=True)  # its ids are drawn at random, as they have to be
    sys.argv = ["sbom.py", str(out / "umkreis.cdx.json")]
    sys.stdout = sys.stderr
    runpy.run_path(str(code / "tools" / "sbom.py"), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
