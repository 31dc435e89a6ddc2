"""Checks a machine and an installation; each check says what was found and the way out."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pyogrio
import shapely
from sqlalchemy.exc import SQLAlchemyError

from geo.errors import UmkreisError
from geo.reach.warm import count_kept
from geo.region_file import load_region
from layers.accounts.users import users
from layers.build_input import REGION_FILE
from layers.errors import RegisterError
from layers.taxonomy import load_taxonomy
from server.mail import has_mail
from server.port import is_umkreis, refusal
from server.regions import KnownRegion, Regions
from server.settings import Settings

_OLDEST_PYTHON = (3, 11)
_FREE_MB = 500
_PASSWORD = re.compile(r"(://[^:@/]*:)[^/]*@")
_SHOWN_VERSIONS = ("umkreis", "numpy", "scipy", "geopandas", "osmium", "rtree", "folium", "fastapi")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    what: str
    is_ok: bool
    found: str


def examine_environment(environ: Mapping[str, str]) -> Iterator[Check]:
    """Look at the settings, and at everything that they name."""
    try:
        settings = Settings.from_env(environ)
    except UmkreisError as exc:
        yield Check("settings", False, f"{exc}; `umkreis doctor --settings` lists them")
        return
    named = sum(name.startswith("UMKREIS_") for name in environ)
    yield Check("settings", True, f"{named} set, the others as by default")
    yield from examine(settings)


def without_password(url: str) -> str:
    """Return a database's address without its password; any other text as it is."""
    return _PASSWORD.sub(r"\1***@", url)


def examine(settings: Settings) -> Iterator[Check]:
    """Look at Python, libraries, folders, the taxonomy, every region, the register, addresses."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", sys.version_info >= _OLDEST_PYTHON, f"{python} (3.11 or newer is needed)")
    versions = ", ".join(f"{name} {version(name)}" for name in _SHOWN_VERSIONS)
    yield Check("libraries", True, versions)
    yield Check("geometry", True, f"GEOS {shapely.geos_version_string}, GDAL {_gdal()}")
    yield _tile_driver()
    yield _kernels()
    yield _state(settings.state_dir)
    try:
        taxonomy = load_taxonomy(settings.data_dir / "taxonomy.toml")
        yield Check("taxonomy", True, f"{len(taxonomy.categories)} categories")
    except UmkreisError as exc:
        yield Check("taxonomy", False, str(exc))
    yield _address(settings)
    yield _mail(settings)
    try:
        regions = Regions(settings)
    except UmkreisError as exc:
        yield Check("regions", False, f"{exc}; UMKREIS_REGIONS names them")
        return
    yield from map(_region, regions.known())
    yield _register(regions)
    yield _accounts(settings, regions)


def examine_port(host: str, port: int) -> Check:
    """Look at whether a port is free, or serves already."""
    what = f"port {port}"
    if not (why := refusal(host, port)):
        return Check(what, True, f"free on {host}")
    if is_umkreis(host, port):
        return Check(what, True, f"Umkreis answers on {host}")
    return Check(what, False, f"not free on {host} ({why}); take another by --port")


def _region(known: KnownRegion) -> Check:
    try:
        region = load_region(known.folder / REGION_FILE)
    except UmkreisError as exc:
        return Check(f"region {known.id}", False, str(exc))
    state = "built" if known.is_built else f"not built: run `umkreis build {known.id}`"
    return Check(
        f"region {known.id}",
        True,
        f"{len(region.finest)} districts, data of {region.as_of}, {state}",
    )


def _register(regions: Regions) -> Check:
    try:
        revs = regions.revs()
    except RegisterError as exc:
        return Check("register", False, str(exc))
    if revs is None:
        return Check("register", True, "none yet: offers are those of the built regions")
    told = ", ".join(f"{region} at change {rev}" for region, rev in revs.items() if rev)
    return Check("register", True, told or "empty")


def _accounts(settings: Settings, regions: Regions) -> Check:
    what = "accounts"
    if settings.oidc_issuer and find_spec("authlib") is None:
        return Check(what, False, "`UMKREIS_OIDC_ISSUER` needs pip install 'umkreis[oidc]'")
    try:
        register = regions.register()
        found = [] if register is None else users(register.database)
    except (RegisterError, SQLAlchemyError) as exc:
        return Check(what, False, f"they cannot be read: {type(exc).__name__}")
    enabled = sum(not user.disabled_on for user in found)
    if enabled and not settings.public_url.startswith("https://"):
        way_out = "set UMKREIS_PUBLIC_URL to https://…, else nobody signs in from elsewhere"
        return Check(what, False, f"{enabled}, but no public address with https: {way_out}")
    told = f"{enabled} enabled of {len(found)}" if found else "none: `umkreis user add` makes one"
    return Check(what, True, told)


def _address(settings: Settings) -> Check:
    proxies = ", ".join(map(str, settings.trusted_proxies)) or "nobody"
    told = f"{settings.public_url or 'as requests say'}, proxies believed: {proxies}"
    is_ok = not settings.public_url.startswith("http://")
    way_out = "" if is_ok else "; visitors' questions are not encrypted: use https://"
    return Check("public address", is_ok, f"{told}{way_out}")


def _mail(settings: Settings) -> Check:
    if not has_mail(settings):
        return Check("mail", True, "none: pages offer no letters; UMKREIS_SMTP_URL names a server")
    found = f"{settings.smtp_url} from {settings.mail_from}"
    if not (file := settings.smtp_password_file) or os.access(file, os.R_OK):
        return Check("mail", True, found)
    return Check("mail", False, f"{found}; UMKREIS_SMTP_PASSWORD_FILE {file} cannot be read")


def _gdal() -> str:
    return ".".join(map(str, pyogrio.__gdal_version__))


def _tile_driver() -> Check:
    has_driver = "w" in pyogrio.list_drivers().get("PMTiles", "")
    return Check(
        "base maps",
        has_driver,
        "GDAL can write PMTiles"
        if has_driver
        else "this GDAL cannot write PMTiles; install pyogrio from its wheel",
    )


def _kernels() -> Check:
    kept, there = count_kept()
    waits = "" if kept >= there else "; who asks first waits: `python -P -m geo.reach.warm`"
    return Check("inner loops", True, f"{kept} of {there} compiled{waits}")


def _state(folder: Path) -> Check:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free_mb = shutil.disk_usage(existing).free // 2**20
    is_ok = os.access(existing, os.W_OK) and free_mb >= _FREE_MB
    way_out = "" if is_ok else "; set UMKREIS_STATE_DIR to a writable folder with more room"
    return Check("state folder", is_ok, f"{folder}, {free_mb:,} MB free{way_out}")
