"""What `pip install umkreis` brings: all that runs, and it runs where no checkout is."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
# what is read at run time and is no Python: missing, the service would start and then fail
FILES = (
    "*.html",
    "*.svg",
    "*.js",
    "*.css",
    "*.po",
    "*.toml",
    "*.woff2",
    "*.txt",
    "*.json",
    "*.png",
)

REGION = "witzenhausen"  # shipped without streets: nothing has to be compiled


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 (our own program)
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment with the wheel and no way back to this checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=ROOT)
    python = folder / "bin/python"
    pip = (shutil.which("python3") or sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "-q", "--no-index", "--no-deps", wheel, cwd=folder)
    # our dependencies: a path in a .pth file brings packages, not the .pth of the checkout there
    own = next(folder.glob("lib/python*/site-packages"))
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def test_the_wheel_holds_all_that_is_read_at_run_time(wheel: Path):
    names = set(ZipFile(wheel).namelist())
    for package in ("geo", "layers", "server"):
        for pattern in ("*.py", *FILES):
            for path in (ROOT / package).rglob(pattern):
                assert path.relative_to(ROOT).as_posix() in names
    (data,) = {
        name.split("/")[0]
        for name in names
        if name.endswith(".data/data/share/umkreis/data/taxonomy.toml")
    }
    for path in (ROOT / "data").rglob("*.toml"):
        assert f"{data}/data/share/umkreis/{path.relative_to(ROOT).as_posix()}" in names


def test_the_wheel_holds_nothing_else(wheel: Path):
    tops = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert {re.sub(r"-.*\.", ".", top) for top in tops} == {
        "geo", "layers", "server", "umkreis.data", "umkreis.dist-info"
    }  # fmt: skip
    assert not any("__pycache__" in name for name in ZipFile(wheel).namelist())


def test_the_source_distribution_builds_the_same_wheel(dist: Path, wheel: Path, tmp_path: Path):
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    run(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        tmp_path / "dist",
        cwd=source,
    )
    (again,) = (tmp_path / "dist").iterdir()
    assert again.name == wheel.name
    assert set(ZipFile(again).namelist()) == set(ZipFile(wheel).namelist())


def test_the_source_distribution_holds_its_tests_and_what_they_read(dist: Path):
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"PKG-INFO", "compose.yaml", "deploy/Containerfile", "mkdocs.yml"} <= names
    for folder, pattern in (("tests", "test_*.py"), ("notebooks", "*.ipynb"), ("tools", "*.py")):
        found = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern)}
        assert found
        assert found <= names
    assert not any(re.search(r"__pycache__|^var/|\.sqlite$", name) for name in names)


def test_licences_of_what_the_pages_bring_along_are_told(wheel: Path):
    names = ZipFile(wheel).namelist()
    told = {name.partition(".dist-info/licenses/")[2] for name in names}
    vendor = ROOT / "server/static/vendor"
    packages = json.loads((vendor / "VERSIONS.json").read_text("utf-8"))["packages"]
    assert len(packages) >= 4
    for package in packages:
        path = (vendor / package["licence_file"]).relative_to(ROOT).as_posix()
        if path.startswith("server/static/vendor"):
            assert path in told
    for bundled in vendor.glob("*/bundled/*.LICENSE"):
        assert bundled.relative_to(ROOT).as_posix() in told
    assert {"geo/py.typed", "layers/py.typed", "server/py.typed"} <= set(names)


def test_what_the_package_says_of_itself_names_no_host(wheel: Path):
    with ZipFile(wheel) as opened:
        (name,) = (n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        head = opened.read(name).decode("utf-8").partition("\n\n")[0]
    assert "License-Expression: EUPL-1.2" in head
    assert "Classifier: Topic :: Scientific/Engineering :: GIS" in head
    assert not re.search(r"^(Project-URL|Home-page|Download-URL):", head, re.MULTILINE)


@pytest.mark.skipif(not (ROOT / ".gitattributes").is_file(), reason="no checkout, no archive")
def test_an_archive_of_the_repository_knows_its_version(tmp_path: Path):
    repository, unpacked = tmp_path / "repository", tmp_path / "unpacked"
    for folder in (repository, unpacked):
        folder.mkdir()
    for name in ("pyproject.toml", ".gitattributes", ".git_archival.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, repository / name)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (
        ("init", "-q"),
        ("add", "."),
        ("commit", "-q", "-m", "all"),
        ("tag", "v9.8.7"),
        ("archive", "-o", tmp_path / "all.tar", "HEAD"),
    ):
        run("git", *who, *command, cwd=repository)
    with tarfile.open(tmp_path / "all.tar") as opened:
        opened.extractall(unpacked, filter="data")
    told = run(sys.executable, "-m", "hatchling", "version", cwd=unpacked)
    assert told.strip() == "9.8.7"


def test_what_is_installed_is_not_this_checkout(elsewhere: Path, tmp_path: Path):
    told = run(
        elsewhere / "python", "-c",
        "import server, layers; from server.settings import default_data_dir\n"
        "print(server.__file__, layers.__file__, default_data_dir(), sep='\\n')",
        cwd=tmp_path,
    )  # fmt: skip
    for line in told.splitlines():
        assert Path(line).is_relative_to(elsewhere.parent)


def test_the_shipped_regions_and_the_taxonomy_are_found(elsewhere: Path, tmp_path: Path):
    listed = run(elsewhere / "umkreis", "region", "list", cwd=tmp_path)
    assert re.search(r"^neubrandenburg .* not built ", listed, re.MULTILINE)
    version = run(elsewhere / "umkreis", "--version", cwd=tmp_path)
    assert re.fullmatch(r"umkreis, version \d+\.\d+\.\d+\S*\n", version)


def test_the_register_is_made_by_the_migrations_of_the_wheel(
    elsewhere: Path, state: Path, tmp_path: Path
):
    told = run(
        elsewhere / "umkreis", "user", "add", "ada@example.org", "--role", "admin",
        cwd=tmp_path, UMKREIS_STATE_DIR=str(state),
    )  # fmt: skip
    assert "ada@example.org" in told or "/set-password" in told
    assert (state / "register.sqlite").is_file()


@pytest.fixture
def address(elsewhere: Path, state: Path, tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    with log.open("w") as written:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [str(elsewhere / "umkreis"), "serve", REGION, "--port", str(port)],
            cwd=tmp_path, stdout=written, stderr=written,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path),
                 "UMKREIS_STATE_DIR": str(state)},
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:  # noqa: S310
                    assert json.load(answer)["not_built"] == []
                break
            except OSError:
                time.sleep(0.2)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_pages_texts_styles_and_answers_are_served(address: str):
    def get(path: str) -> str:
        with urllib.request.urlopen(address + path, timeout=60) as answer:  # noqa: S310
            return str(answer.read().decode("utf-8"))

    page = get(f"/r/{REGION}?lang=de")
    assert 'lang="de"' in page
    assert "Witzenhausen" in page
    (style, *_) = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page)
    assert "{" in get(style)
    about = json.loads(get("/api/v1/regions"))
    assert [region["id"] for region in about["regions"]] == [REGION]
