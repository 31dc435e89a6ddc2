"""
Fills a folder of vendored front-end files from npm packages, or checks it.

What is vendored stands in the folder's `VERSIONS.json`: for each npm package its version, its
licence, and each file taken from it with its place here and its SHA-256. Files are taken as they
are; one that differs from its checksum is refused, so a changed package cannot slip in. The npm
client fetches the packages from whatever registry it is configured for.

    python tools/vendor.py                       fetch, verify and write server/static/vendor
    python tools/vendor.py --pin                 write the checksums of what was fetched
    python tools/vendor.py --folder tests/browser/vendor
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "server" / "static" / "vendor"


def fetch(package: dict[str, Any], folder: Path, *, pin: bool) -> int:
    """Fetch one package and write its files; return how many."""
    spec = f"{package['name']}@{package['version']}"
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            ["npm", "pack", "--silent", spec], cwd=temporary, check=True, capture_output=True
        )
        (tarball,) = Path(temporary).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            for file in package["files"]:
                member = archive.extractfile(f"package/{file['from']}")
                if member is None:
                    raise SystemExit(f"{spec} holds no file {file['from']}")
                content = member.read()
                found = hashlib.sha256(content).hexdigest()
                if pin:
                    file["sha256"] = found
                elif file["sha256"] != found:
                    raise SystemExit(
                        f"{spec}: {file['from']} has SHA-256 {found}, expected {file['sha256']}"
                    )
                target = folder / file["to"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    return len(package["files"])


def main(arguments: list[str]) -> None:
    """Fetch every package of a folder's `VERSIONS.json`."""
    parser = argparse.ArgumentParser(description="Fill a folder of vendored front-end files.")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--pin", action="store_true", help="write the checksums found")
    options = parser.parse_args(arguments)
    table = options.folder / "VERSIONS.json"
    versions = json.loads(table.read_text("utf-8"))
    for package in versions["packages"]:
        count = fetch(package, options.folder, pin=options.pin)
        print(f"{package['name']} {package['version']}: {count} files")
    if options.pin:
        table.write_text(json.dumps(versions, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
