"""The bill of materials is complete and the same each time; lower bounds exclude known holes."""

import json
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.sbom import LEAKED, VENDORED, bill

ROOT = Path(__file__).parents[2]
# first versions without published holes that concern a service like ours
MENDED = {"starlette": "1.3.1", "defusedxml": "0.7.1", "argon2-cffi": "21.2"}
# the same for what is pinned, as far as advisories were found; `make audit` asks for all of them
PINNED_BEYOND = {
    "starlette": ("1.3.1", "CVE-2026-54283"),
    "cryptography": ("50.0.0", "CVE-2026-69247"),
    "pillow": ("12.3.0", "GHSA-6r8x-57c9-28j4"),
    "msgpack": ("1.2.1", "GHSA-6v7p-g79w-8964"),
    "pygments": ("2.20.0", "CVE-2026-4539"),
    "lxml": ("6.1.0", "CVE-2026-41066"),
    "urllib3": ("2.7.0", "CVE-2026-44431"),
    "pytest": ("9.0.3", "CVE-2025-71176"),
}


def test_the_bill_names_all_that_is_installed_and_vendored():
    made = bill()
    names = {component["name"] for component in made["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        each.name
        for each in map(Requirement, project["dependencies"])
        if each.marker is None or each.marker.evaluate()
    }
    assert wanted <= names
    vendored = {p["name"] for p in json.loads(VENDORED.read_text("utf-8"))["packages"]}
    assert vendored | {json.loads(LEAKED.read_text("utf-8"))["package"]} <= names
    assert all(component["licenses"] for component in made["components"])
    refs = {c["bom-ref"] for c in (*made["components"], made["metadata"]["component"])}
    assert len(refs) == len(made["components"]) + 1
    assert {one["ref"] for one in made["dependencies"]} == refs
    for one in made["dependencies"]:
        assert set(one.get("dependsOn", [])) <= refs
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")


def test_the_same_installation_gives_the_same_bill():
    assert bill() == bill()
    assert bill()["serialNumber"] != bill(())["serialNumber"]


def test_lower_bounds_exclude_versions_with_known_holes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = {r.name: r.specifier for r in map(Requirement, project["dependencies"])}
    for name, mended in MENDED.items():
        assert Version(metadata.version(name)) >= Version(mended)
        below = Version(mended + ".dev0")
        assert not bounds[name].contains(below, prereleases=True), name


@pytest.mark.parametrize("name", PINNED_BEYOND)
def test_pinned_versions_are_beyond_known_holes(name: str):
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line and line[0] != "#")
    pinned = {canonicalize_name(each): version for each, version in pinned.items()}
    mended, advisory = PINNED_BEYOND[name]
    assert Version(pinned[name]) >= Version(mended), advisory
