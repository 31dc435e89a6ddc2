"""
What somebody types who uses a command for the first time: `--help` ends with it.

Each line runs on the demo regions, or on files and regions whose names say what they are.
"""

from __future__ import annotations

from typing import Final

import click

EXAMPLES: Final = {
    "serve": ("serve neubrandenburg toy", "serve mytown --port 8080"),
    "doctor": ("doctor", "doctor --settings"),
    "build": ("build neubrandenburg", "build mytown --force"),
    "categories": ("categories", "categories neubrandenburg --lang en"),
    "region list": ("region list",),
    "region new": (
        "region new mytown --pbf EXTRACT.osm.pbf --ags 05124000",
        "region new mytown --pbf EXTRACT.osm.pbf --ags 05124000 --force "
        "--districts quarters.gpkg --column district_id=Nr --column name=Quartier",
        "region new vaduz --pbf EXTRACT.osm.pbf --relation 1155955 --country LI",
    ),
    "region timetable": ('region timetable mytown --gtfs gtfs.zip --attribution "© The network"',),
    "region elevation": ("region elevation mytown N51E007.hgt.zip --bicycle pedelec",),
    "coverage": (
        "coverage neubrandenburg -c greengrocer_bakery --mode walk --minutes 10",
        "coverage neubrandenburg -c greengrocer_bakery --at saturday -o bakers.xlsx",
        "coverage neubrandenburg -c pharmacy --mode bike -o pharmacies.gpkg",
    ),
    "map": ("map neubrandenburg -c library -o library.html",),
    "near": (
        'near neubrandenburg --address "Turmstraße 3" --mode walk --minutes 15',
        "near neubrandenburg --lon 13.2612 --lat 53.5565 -c pharmacy --at 2026-11-28T10:00",
    ),
    "isochrone": (
        "isochrone neubrandenburg --lon 13.2612 --lat 53.5565 --minutes 5,10,15 -o reach.geojson",
    ),
    "radius": (
        "radius neubrandenburg -c greengrocer_bakery",
        "radius neubrandenburg -c greengrocer_bakery --kind balanced --capacity 3000",
    ),
    "access": ("access neubrandenburg -c supermarket --mode walk --minutes 15",),
    "equity": ("equity neubrandenburg -c greengrocer_bakery --mode walk --minutes 10",),
    "resilience": ("resilience neubrandenburg -c greengrocer_bakery --mode walk --minutes 10",),
    "week": ("week neubrandenburg -c supermarket",),
    "history": ("history neubrandenburg -c supermarket --from 2026-01-01 --step quarter",),
    "sites": (
        "sites neubrandenburg -c greengrocer_bakery --mode walk --minutes 10 --new 2",
        "sites neubrandenburg -c greengrocer_bakery --new 1 --places our-plots.csv",
    ),
    "scenario": ("scenario neubrandenburg bakery.json -c greengrocer_bakery --mode walk",),
    "sheet": (
        "sheet neubrandenburg Datzeberg",
        "sheet neubrandenburg Datzeberg --lang de -o datzeberg.html",
    ),
    "paper": ("paper neubrandenburg paper.json --district Lindenberg -o lindenberg.docx",),
    "partners": ("partners toy", "partners toy umk:imkerei"),
    "compare": ("compare neubrandenburg toy -c greengrocer_bakery --mode walk --minutes 10",),
    "similar": ("similar toy Ost --in neubrandenburg",),
    "experiment register": ("experiment register mytown saturday-market.json",),
    "experiment list": ("experiment list mytown",),
    "experiment show": ("experiment show mytown saturday-market",),
    "experiment suggest": ("experiment suggest neubrandenburg Datzeberg",),
    "practice list": ("practice list",),
    "practice show": ("practice show mytown repair-cafe",),
    "practice add": ("practice add mytown card.json",),
    "practice adopt": (
        'practice adopt mytown repair-cafe --by Witten --differences "in the library"',
    ),
    "practice remove": ("practice remove mytown repair-cafe",),
    "package make": ("package make mytown -o mytown.zip",),
    "package apply": ("package apply theirs.zip mytown",),
    "import": (
        'import mytown "Initiativen 2026.xlsx" --licence CC0-1.0 --dry-run',
        'import mytown list.csv --licence CC0-1.0 --column "category=Was" --column "=Notiz"',
        "import mytown",
    ),
    "export": (
        "export neubrandenburg -o offers.xlsx",
        "export neubrandenburg --format openfairdb -c repair_cafe -o karte-von-morgen.csv",
    ),
    "register review": ("register review mytown", "register review mytown --publish liste:7"),
    "register duplicates": ("register duplicates mytown",),
    "register correct": (
        'register correct mytown liste:1 "opening_hours=Sa[1] 14:00-17:00" --why "rang up"',
    ),
    "register history": ("register history mytown", "register history mytown liste:1"),
    "register report": ("register report mytown", "register report mytown 12"),
    "register link": ("register link mytown liste:1 uses_room_of liste:4",),
    "register matches": ("register matches mytown",),
    "register tidy": ("register tidy",),
    "backup": ("backup register-2026-11-24.sqlite",),
    "restore": ("restore register-2026-11-24.sqlite",),
    "user add": ("user add ada@example.org --role planner --region mytown",),
    "user role": ("user role ada@example.org moderator",),
    "user disable": ("user disable ada@example.org",),
    "user password": ("user password ada@example.org",),
    "user token list": ("user token list ada@example.org",),
    "user token revoke": ("user token revoke 3f9a1c",),
    "user token add": ("user token add ada@example.org --name nightly --scope read",),
    "rollout": (
        "rollout --all -o results",
        "rollout neubrandenburg toy --categories pharmacy,supermarket --modes walk,bike",
    ),
}


def teach(command: click.Command, path: str) -> None:
    """End the help of a command, and of those below it, with their examples."""
    if lines := EXAMPLES.get(path):
        head = "Example:" if len(lines) == 1 else "Examples:"
        command.epilog = "\n".join(["\b", head, *(f"  umkreis {line}" for line in lines)])
    below = vars(command).get("commands")
    if isinstance(below, dict):  # what loads by itself is taught by itself
        for name, sub in below.items():
            teach(sub, f"{path} {name}")
