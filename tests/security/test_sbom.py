"""The bill of materials is complete and the same each time; lower bounds exclude known holes."""

import json
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from tools.sbom import LEAKED, VENDORED, bill

ROOT = Path(__file__).parents[2]
# first versions without published holes that concern a service like ours
MENDED = {"starlette": "1.3.1", "defusedxml": "0.7.1", "argon2-cffi": "21.2"}


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
