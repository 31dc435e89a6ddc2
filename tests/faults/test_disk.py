"""A disk that is full, or that nobody may write to: a clear message, and what was there stays."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.register_crash import check_whole
from layers.register import Register
from layers.store import open_atlas
from tests.faults.deeds import PORTION, RECORDS, Doer


def test_a_build_on_a_full_disk_leaves_the_old_region_and_nothing_else(
    doer: Doer, toy_atlas, toy_region_dir: Path, tmp_path: Path
):
    atlas = tmp_path / "toy"
    shutil.copytree(toy_atlas.path, atlas)
    told = doer.do("build", toy_region_dir, atlas, file_bytes=1_000)
    assert told["failed"] != ""
    assert "Traceback" not in told["failed"]
    assert os.listdir(tmp_path) == ["toy"]
    assert open_atlas(atlas).region.name == toy_atlas.region.name


@pytest.mark.parametrize("room", [40_000, 120_000, 250_000])
def test_an_import_on_a_full_disk_keeps_whole_portions(doer: Doer, tmp_path: Path, room: int):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    doer.do("create", url, "before")
    told = doer.do("take_in", url, file_bytes=room)
    assert told["failed"] != ""
    assert told["is_ours"], told["failed"]
    assert "register" in told["failed"]
    with Register.open(url) as register:
        check_whole(register)
        kept = register.entries("toy", statuses=None)
    assert (len(kept) - 1) % PORTION == 0
    assert "before" in {entry.claims[0].values["name"] for entry in kept}
    assert doer.do("take_in", url)["failed"] == ""  # there is room again
    with Register.open(url) as register:
        assert len(register.entries("toy", statuses=None)) == RECORDS + 1


def test_a_backup_on_a_full_disk_leaves_no_half_file(doer: Doer, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    doer.do("take_in", url)
    told = doer.do("back_up", url, tmp_path / "away" / "backup.sqlite", file_bytes=60_000)
    assert told["is_ours"]
    assert "cannot be written" in told["failed"]
    assert os.listdir(tmp_path / "away") == []
    with Register.open(url) as register:
        check_whole(register)


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that another user may read and not write to."""
    folder = Path(tempfile.mkdtemp(prefix="umkreis-read-only-"))  # pytest's are closed to others
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("deed", "arguments"), [("create", ("later",)), ("take_in", ()), ("back_up", ("{}/b.sqlite",))]
)
def test_what_cannot_be_written_says_so_and_changes_nothing(
    doer: Doer, read_only: Path, deed: str, arguments: tuple[str, ...]
):
    url = f"sqlite:///{read_only / 'register.sqlite'}"
    doer.do("create", url, "before")
    for file in read_only.iterdir():
        file.chmod(0o444)
    read_only.chmod(0o555)
    told = doer.do(deed, url, *(a.format(read_only) for a in arguments), as_nobody=True)
    assert told["is_ours"], told["failed"]
    assert "register" in told["failed"]
    read_only.chmod(0o755)
    for file in read_only.iterdir():
        file.chmod(0o644)
    assert doer.do("create", url, "after")["failed"] == ""
    with Register.open(url) as register:
        check_whole(register)
        assert len(register.entries("toy", statuses=None)) == 2
