"""
A region in which every text is hostile, and an installation that holds it.

Each payload is an offer of the register, in all its text fields. Names of districts, labels of the
taxonomy, sources, notices, practice cards, experiments, suggestions, names of accounts and stored
scenarios carry payloads as well.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from layers.accounts.scenarios import store_scenario
from layers.accounts.sessions import begin_session
from layers.accounts.users import add_user
from layers.build import build_atlas
from layers.experiment_file import check_experiment
from layers.experiment_store import register_experiment
from layers.notices import Notice
from layers.practice.card import check_card
from layers.practice.store import put_card
from layers.register import Register
from layers.register.entry import TEXT_FIELDS, Source
from layers.submissions.kept import Sender
from layers.submissions.sending import submit
from server.settings import Settings, default_data_dir
from tests.security.payloads import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.atlas import Atlas

REGION: Final = "hostile"
FAR: Final = date(2099, 1, 1)
_WANTS: Final = {"gives": ["meeting_place"], "needs": ["fresh_produce"]}
# all of one line, as names of things are
LINES: Final = tuple(p for p in PAYLOADS if p.isprintable())


@dataclass(frozen=True)
class Hostile:
    """What there is to ask for, and the session of an admin."""

    settings: Settings
    offers: tuple[str, ...]  # ids, one a payload, in their order
    card: str
    experiment: str
    suggestion: str  # the token of its private link
    item: str  # the same at the review desk
    scenario: str
    session: str

    def values(self, offer: str) -> dict[str, str]:
        """What the places in the paths of routes stand for."""
        return {
            "region": REGION, "offer": offer, "district": "T1", "card": self.card,
            "experiment": self.experiment, "id": self.scenario, "token": self.suggestion,
            "item": self.item, "collection": f"{REGION}.trade", "secret": "none",
            "feature": offer,
        }  # fmt: skip


def make_hostile(folder: Path) -> Hostile:
    """Build the region, and fill an installation with it."""
    data, state = folder / "data", folder / "state"
    _write_region(data)
    atlas = build_atlas(
        data / "regions" / REGION, data / "taxonomy.toml", state / "atlas" / REGION, base_map=False
    )
    settings = Settings(
        data, state, regions=(REGION,), contact=PAYLOADS[0], requests_per_minute=0,
        analyses_per_minute=0, smtp_url="smtp://127.0.0.1:1", mail_from="umkreis@stadt.example",
    )  # fmt: skip
    with Register.open(settings.register_url) as register:
        offers = tuple(_offers(register, atlas))
        database = register.database
        put_card(database, check_card(_card(), region=REGION), who="eva")
        register_experiment(database, check_experiment(_experiment(), region=REGION), who="eva")
        admin = add_user(
            database, "admin@example.org", role="admin", who="operator", name=LINES[12]
        )
        for number, name in enumerate(LINES):
            add_user(
                database, f"p{number}@example.org", role="planner", who="operator", name=name[:100]
            )
        scenarios = [
            store_scenario(database, admin, REGION, name=name[:80], document=_scenario(atlas, name))
            for name in LINES[:40]
        ]
        token, item = _suggest(register, atlas)
        session = begin_session(database, admin.id)
    return Hostile(
        settings, offers, "hostile-card", "hostile", token, item, scenarios[0].id, session
    )


def _write_region(data: Path) -> None:
    shipped = default_data_dir()
    folder = data / "regions" / REGION
    shutil.copytree(shipped / "regions" / "toy", folder)
    shutil.copy(shipped / "benchmarks.toml", data)
    texts = itertools.cycle(LINES)
    labels = re.compile(r'^(de|en|title|note) = ".*"$', re.MULTILINE)
    taxonomy = (shipped / "taxonomy.toml").read_text("utf-8")
    taxonomy = labels.sub(lambda found: f"{found[1]} = {json.dumps(next(texts))}", taxonomy)
    (data / "taxonomy.toml").write_text(taxonomy, "utf-8")
    config = (folder / "region.toml").read_text("utf-8").replace('id = "toy"', f'id = "{REGION}"')
    for text in ('"made up"', '"Musterland"', '"Everything here is made up (CC0 1.0)"'):
        config = config.replace(text, json.dumps(next(texts)))
    (folder / "region.toml").write_text(config, "utf-8")
    districts = json.loads((folder / "municipalities.geojson").read_text("utf-8"))
    for feature in districts["features"]:
        feature["properties"]["name"] = next(texts)
    (folder / "municipalities.geojson").write_text(json.dumps(districts), "utf-8")


def _offers(register: Register, atlas: Atlas) -> Iterator[str]:
    """Enter an offer for each payload around the middle of the town."""
    register.set_source(
        REGION,
        Source("hand", LINES[13], LINES[14], LINES[15], has_public_contacts=True),
        who="eva",
    )
    facts = [f.id for c in atlas.taxonomy.categories for f in c.facts if f.type == "text"]
    home = atlas.offers[0]
    kinds = [c.id for c in atlas.taxonomy.categories]
    for number, text in enumerate(PAYLOADS):
        values = {
            **dict.fromkeys(TEXT_FIELDS, text), **{f"fact:{fact}": text for fact in facts},
            "wheelchair": "yes", **(_WANTS if number % 6 == 0 else {}),
            "categories": ["greengrocer_bakery", kinds[number % len(kinds)]],
            "lon": home.lon + 1e-4 * (number % 9), "lat": home.lat + 1e-4 * (number // 9),
        }  # fmt: skip
        entry = register.create(REGION, values, who=text, why=text, status="published")
        for resource in ("water", "land"):  # which nobody gives: pairs of all would take minutes
            register.post_notice(REGION, entry, Notice("needs", resource, FAR, text), who=text)
        yield entry


def _card() -> dict[str, object]:
    texts = itertools.cycle(LINES)
    named = ("title", "initiative", "origin", "what", "cost", "time", "contact", "author")
    return {
        "id": "hostile-card", "licence": next(texts), **{name: next(texts) for name in named},
        "helped": list(LINES[:20]), "failed": list(LINES[20:40]),
        "adoption": [
            {"by": text, "on": date(2024, 5, 1), "differences": text, "contact": text}
            for text in LINES[40:]
        ],
    }  # fmt: skip


def _experiment() -> dict[str, object]:
    return {
        "id": "hostile", "title": LINES[0], "category": ["greengrocer_bakery"], "mode": "walk",
        "minutes": 5, "begins_on": date(2099, 1, 1), "treated": ["T1"], "compared": ["T3"],
        "days_before": 30, "days_after": 90,
        "expectation": {"statement": LINES[1], "direction": "up", "points": 20},
    }  # fmt: skip


def _scenario(atlas: Atlas, name: str) -> dict[str, object]:
    offer = atlas.offers[0]
    change = {
        "do": "add_offer",
        "category": "greengrocer_bakery",
        "lon": offer.lon,
        "lat": offer.lat,
    }
    return {"version": 1, "name": name, "changes": [change]}


def _suggest(register: Register, atlas: Atlas) -> tuple[str, str]:
    """Suggest a place for each payload; return token and id of the last."""
    offer, token, item = atlas.offers[0], "", ""
    for text in LINES:
        short = text[:80]
        values = {
            "name": short, "categories": ["repair_cafe"], "lon": offer.lon, "lat": offer.lat,
            "description": text, "address": text,
        }  # fmt: skip
        sender = Sender(short, "eva@example.org", "de", text)
        submission, token = submit(register, atlas, values, sender=sender, consent="1")
        item = submission.id
    return token, item
