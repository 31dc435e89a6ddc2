"""What operators copy names only what exists: settings, commands, files, networks."""

import ipaddress
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from server.cli import main
from server.settings import SETTINGS, Settings

ROOT = Path(__file__).parents[1]
CONTAINERFILE = ROOT / "deploy/Containerfile"
UNIT = ROOT / "deploy/umkreis.service"
FILES = [ROOT / "compose.yaml", *sorted((ROOT / "deploy").iterdir())]
KNOWN = {setting.name for setting in SETTINGS}
# what compose.yaml and the proxy ask the operator for, and no setting of ours
OF_COMPOSE = {"UMKREIS_HOST"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


def parses(words: list[str]) -> click.Context:
    """Parse a command line of ours without running it."""
    name, *arguments = words
    return main.commands[name].make_context(name, arguments)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_only_settings_that_exist_are_named(path: Path):
    named = set(re.findall(r"UMKREIS_\w+", path.read_text("utf-8")))
    assert named - KNOWN - OF_COMPOSE == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_nothing_is_loaded_from_a_named_host(path: Path):
    text = path.read_text("utf-8")
    hosts = set(re.findall(r"https?://([^/\s'\":]+)", text)) - {"127.0.0.1", "${UMKREIS_HOST"}
    assert hosts <= {"karte.example"}
    assert not re.search(r"--(extra-)?index-url|curl |wget ", text)


def test_services_use_networks_volumes_and_files_that_exist(compose: dict[str, Any]):
    services = compose["services"]
    assert set(services) == {"umkreis", "database", "proxy"}
    for service in services.values():
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            is_there = (ROOT / source).is_file() if source.startswith(".") else None
            assert is_there or source in compose["volumes"], source
    build = services["umkreis"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).samefile(CONTAINERFILE)


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]):
    services = compose["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert compose["networks"]["back"]["internal"] is True
    assert services["database"]["networks"] == ["back"]
    assert services["umkreis"]["read_only"] is True
    assert services["umkreis"]["cap_drop"] == ["ALL"]


def test_the_settings_of_the_container_are_ones_that_umkreis_takes(compose: dict[str, Any]):
    written = compose["services"]["umkreis"]["environment"]
    assert "password" not in str(written).lower().replace("postgres_password", "")
    given = {"POSTGRES_PASSWORD": "abc", "UMKREIS_HOST": "karte.example"}

    def fill(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":")
        return given.get(name, default[1:] if default.startswith("-") else "")

    environment = {k: re.sub(r"\$\{([^}]*)\}", fill, v) for k, v in written.items()}
    settings = Settings.from_env(environment)
    assert settings.public_url == "https://karte.example"
    assert settings.database_url == "postgresql+psycopg://umkreis:abc@database/umkreis"
    (subnet,) = compose["networks"]["front"]["ipam"]["config"]
    assert settings.trusted_proxies == (ipaddress.ip_network(subnet["subnet"]),)


def test_no_password_has_a_default(compose: dict[str, Any]):
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert re.findall(r"\$\{POSTGRES_PASSWORD(:.)", text) == [":?"] * 2
    assert compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


def test_commands_of_containers_and_unit_are_ones_that_umkreis_has(compose: dict[str, Any]):
    context = parses(compose["services"]["umkreis"]["command"])
    assert (context.params["host"], context.params["workers"]) == ("0.0.0.0", 2)  # noqa: S104
    (command,) = re.findall(r"^CMD (\[.*\])$", CONTAINERFILE.read_text("utf-8"), re.MULTILINE)
    assert parses(yaml.safe_load(command)).params["port"] == 8000
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)
    program, *words = shlex.split(line)
    assert program == "/opt/umkreis/bin/umkreis"
    assert parses(words).params["host"] == "127.0.0.1"


def test_commands_in_the_documentation_of_operation_exist():
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    named = {match.split()[0] for match in re.findall(r"exec umkreis umkreis (.+)", text)}
    assert named == {"doctor", "backup"}
    assert named <= set(main.commands)
    copied = re.findall(r"^cp (\S+)", text, re.MULTILINE)
    assert copied
    assert all((ROOT / path).is_file() for path in copied)


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_special():
    text = CONTAINERFILE.read_text("utf-8")
    sources = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
        for word in line.split()
    ]
    assert {"geo", "layers", "server", "data", "pyproject.toml"} <= set(sources)
    assert all((ROOT / source).exists() for source in sources)
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{source}" for source in sources} <= set(kept)
    assert text.count("\nFROM ") == 2
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER umkreis$", last, re.MULTILINE)
    assert "pip install" not in last


def test_settings_of_the_unit_are_ones_that_umkreis_takes():
    lines = (ROOT / "deploy/umkreis.env").read_text("utf-8").splitlines()
    pairs = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?UMKREIS_", line))
    settings = Settings.from_env(pairs)
    assert settings.metrics == "local"
    assert settings.database_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize("name", ["deploy/Containerfile", "Makefile", "docs/operations.md"])
def test_what_was_installed_is_compiled_not_the_checkout_around_it(name: str):
    text = (ROOT / name).read_text("utf-8")
    calls = re.findall(r"^.*/bin/python.* -m geo\.reach\.warm", text, re.MULTILINE)
    assert calls
    assert all(" -P -m " in call or "$(BIN)" in call for call in calls)


def test_images_have_a_tag_and_the_last_stage_holds_no_secret_and_says_how_it_is(
    compose: dict[str, Any],
):
    text = CONTAINERFILE.read_text("utf-8")
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    images += [s["image"] for name, s in compose["services"].items() if "build" not in s]
    for image in images:
        _, colon, tag = image.partition(":")
        assert colon, image
        assert tag not in ("", "latest"), image
    last = text.rpartition("\nFROM ")[2]
    (user,) = re.findall(r"useradd .*--uid (\d+)", last)
    assert int(user) >= 10_000
    assert re.search(r"^HEALTHCHECK .*--start-period=", last, re.MULTILINE)
    assert not re.search(r"^(ADD|RUN .*(sudo|chmod 777|apt-get))", text, re.MULTILINE)
    told = "\n".join(re.findall(r"^(?:ENV|ARG) .*(?:\n +.*)*", text, re.MULTILINE))
    assert not re.search(r"(?i)password|secret|token", told)
    assert re.search(r"^(CMD|ENTRYPOINT) \[", last, re.MULTILINE)  # a form that passes signals on
