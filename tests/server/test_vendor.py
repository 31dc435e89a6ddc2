"""The vendored front-end files are what their packages shipped, with their licences, no more."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "server" / "static" / "vendor", ROOT / "tests" / "browser" / "vendor"]
FREE_LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "OFL-1.1", "MPL-2.0"}


def packages(folder: Path) -> list[dict]:
    return json.loads((folder / "VERSIONS.json").read_text("utf-8"))["packages"]


@pytest.mark.parametrize("folder", FOLDERS, ids=["served", "tests"])
def test_every_vendored_file_has_its_checksum(folder):
    files = [file for package in packages(folder) for file in package["files"]]
    assert len(files) >= 3
    wrong = [
        file["to"]
        for file in files
        if hashlib.sha256((folder / file["to"]).read_bytes()).hexdigest() != file["sha256"]
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", FOLDERS, ids=["served", "tests"])
def test_every_package_names_a_free_licence_and_carries_its_text(folder):
    for package in packages(folder):
        assert package["licence"] in FREE_LICENCES, package["name"]
        text = (folder / package["licence_file"]).read_text("utf-8")
        assert "copyright" in text.lower(), package["name"]


@pytest.mark.parametrize("folder", FOLDERS, ids=["served", "tests"])
def test_no_file_lies_there_that_no_package_accounts_for(folder):
    known = {file["to"] for package in packages(folder) for file in package["files"]}
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found - known == {"VERSIONS.json"}
    assert known <= found


def test_the_versions_are_exact():
    for package in packages(FOLDERS[0]):
        assert package["version"].replace(".", "").isdigit(), package["name"]
