"""
Write the bill of materials of this installation as CycloneDX 1.6: make sbom.

What is installed for Umkreis and its extras, with licences and who needs whom, read from the
packages' own metadata; and the scripts, styles and fonts that came along, with the checksums of
their files. The same installation gives the same bytes: there is no time in it, and the serial
number is made of the content.

    python tools/sbom.py [FILE] [--extra oidc …]
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
VENDORED = ROOT / "server" / "static" / "vendor" / "VERSIONS.json"
LEAKED = ROOT / "layers" / "accounts" / "common" / "SOURCE.json"
OURS = "umkreis"
EXTRAS = ("oidc", "parquet", "rollout")
_NAMESPACE = UUID("6d2c6b5e-8f5b-4a57-9d0d-6c1f5f1d4a10")
# licences as packages state them in classifiers → SPDX
_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
}


def closure(extras: tuple[str, ...]) -> dict[str, list[str]]:
    """Return every package that Umkreis needs, itself among them, with what each needs."""
    found: dict[str, list[str]] = {}
    todo = [(OURS, extras)]
    while todo:
        name, own_extras = todo.pop()
        if name in found:
            continue
        found[name] = []
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *own_extras)):
                other = canonicalize_name(requirement.name)
                try:
                    metadata.distribution(other)
                except metadata.PackageNotFoundError:
                    print(f"{other}, which {name} needs, is not installed", file=sys.stderr)
                    continue
                found[name].append(other)
                todo.append((other, tuple(requirement.extras)))
        found[name] = sorted(set(found[name]))
    return dict(sorted(found.items()))


def _licences(about: metadata.PackageMetadata) -> list[dict[str, Any]]:
    expression = about.get("License-Expression")
    if expression:
        return [{"expression": expression}]
    stated = [
        text.rpartition(" :: ")[2]
        for text in about.get_all("Classifier") or []
        if text.startswith("License :: ")
    ]
    named = [{"license": {"id": _SPDX[s]} if s in _SPDX else {"name": s}} for s in stated]
    text = (about.get("License") or "").strip()
    if not named and text and "\n" not in text:
        named = [{"license": {"name": text}}]
    return named or [{"license": {"name": "not stated"}}]


def python_component(name: str) -> dict[str, Any]:
    """Describe an installed package."""
    about = metadata.metadata(name)
    version = about["Version"]
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "application" if name == OURS else "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "licenses": _licences(about),
        "purl": purl,
    }


def vendored_components() -> list[dict[str, Any]]:
    """Describe the scripts, styles, fonts and data that came along."""
    described = []
    for package in json.loads(VENDORED.read_text("utf-8"))["packages"]:
        purl = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": purl,
            "name": package["name"],
            "version": package["version"],
            "licenses": [{"license": {"id": package["licence"]}}],
            "purl": purl,
        }
        files = [
            {
                "type": "file",
                "bom-ref": f"file:{file['to']}:{package['name']}",
                "name": file["to"],
                "hashes": [{"alg": "SHA-256", "content": file["sha256"]}],
            }
            for file in package.get("files", [])
            if isinstance(file, dict)
        ]
        if files:
            component["components"] = files
        described.append(component)
    return [*described, _leaked()]


def _leaked() -> dict[str, Any]:
    """Describe the list of leaked passwords, which is data."""
    source = json.loads(LEAKED.read_text("utf-8"))
    purl = f"pkg:npm/{source['package']}@{source['version']}"
    return {
        "type": "data",
        "bom-ref": purl,
        "name": source["package"],
        "version": source["version"],
        "description": f"{source['title']}: {source['changes']}",
        "licenses": [{"license": {"id": source["licence"]}}],
        "hashes": [{"alg": "SHA-256", "content": source["list_sha256"]}],
        "purl": purl,
    }


def bill(extras: tuple[str, ...] = EXTRAS) -> dict[str, Any]:
    """Make the whole document."""
    packages = closure(extras)
    ours = python_component(OURS)
    vendored = vendored_components()
    refs = {name: python_component(name)["bom-ref"] for name in packages}
    depends = [
        {"ref": refs[name], "dependsOn": sorted({refs[other] for other in others})}
        for name, others in packages.items()
    ]
    for one in depends:
        if one["ref"] == ours["bom-ref"]:
            one["dependsOn"] = sorted({*one["dependsOn"], *(v["bom-ref"] for v in vendored)})
    components = [python_component(name) for name in packages if name != OURS] + vendored
    content = json.dumps([components, depends], sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(_NAMESPACE, content)}",
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": depends + [{"ref": v["bom-ref"]} for v in vendored],
    }


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path, default=ROOT / "build" / "umkreis.cdx.json")
    parser.add_argument("--extra", action="append", help="one of Umkreis' extras")
    asked = parser.parse_args()
    made = bill(tuple(asked.extra) if asked.extra else EXTRAS)
    asked.file.parent.mkdir(parents=True, exist_ok=True)
    asked.file.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{asked.file}: {len(made['components'])} components")


if __name__ == "__main__":
    main()
