"""
Every command of `umkreis`: its name, where it lies, what it does.

A command that is not listed here does not exist. Its sentence is the first one of its docstring,
which a test compares.
"""

from __future__ import annotations

from typing import Final

from server.commands.lazy import Home

COMMANDS: Final = {
    "Begin": {
        "serve": Home(
            "server.commands.serve:command",
            "Serve regions as pages and API; all known ones if none is named.",
        ),
        "doctor": Home(
            "server.commands.doctor:command",
            "Check this machine and installation, and say what to do.",
        ),
        "region": Home(
            "server.commands.region:group",
            "Regions known to this installation: list them, make one of your own.",
        ),
        "build": Home("server.commands.build:command", "Build a region from its files."),
        "categories": Home(
            "server.commands.categories:command",
            "Which kinds of offers there are, each with its id; with a region, how many it has of "
            "each.",
        ),
    },
    "Ask who reaches what": {
        "coverage": Home(
            "server.commands.coverage:command",
            "Who lives within reach of the nearest offer, and where nobody does.",
        ),
        "map": Home(
            "server.commands.coverage:map_command",
            "Write coverage as one page that opens from disk, base map included.",
        ),
        "near": Home(
            "server.commands.near:command", "Offers within reach of a place, the nearest first."
        ),
        "isochrone": Home(
            "server.measures.isochrone:command",
            "How far one gets from a place, or from where people come to an offer, as areas.",
        ),
        "radius": Home(
            "server.measures.radius:command",
            "How far each offer carries: reach, filled by capacity, balanced among all, or rings.",
        ),
        "access": Home(
            "server.measures.access:command",
            "How many offers there are per head within reach, by district.",
        ),
        "equity": Home(
            "server.measures.equity:command",
            "Who falls short of a limit, how far, and how unequally cover is spread.",
        ),
        "resilience": Home(
            "server.measures.resilience:command",
            "Whether a second offer is in reach, and for how many people each one is critical.",
        ),
        "week": Home(
            "server.measures.week:command", "Who reaches an open offer, hour by hour of a week."
        ),
        "history": Home(
            "server.measures.history:command",
            "Who reached an offer when, by when offers existed.",
        ),
    },
    "Plan and learn": {
        "sites": Home(
            "server.measures.sites:command",
            "Where new offers would help most, and which districts gain.",
        ),
        "scenario": Home(
            "server.measures.scenario:command",
            "Before a scenario (a JSON file), after it, and the difference.",
        ),
        "sheet": Home(
            "server.measures.sheet:command",
            "One district against named benchmarks, and how sure the verdict is.",
        ),
        "paper": Home(
            "server.measures.paper:command",
            "Write saved chapters (a JSON file) for any district, as a page or a document.",
        ),
        "partners": Home(
            "server.measures.partners:command",
            "Who nearby could work with an offer, and why; without one: free rooms and groups.",
        ),
        "compare": Home(
            "server.measures.compare:command",
            "Several regions side by side: the same question asked of each.",
        ),
        "similar": Home(
            "server.measures.compare_similar:command",
            "Districts of other regions that resemble one, with the reasons.",
        ),
        "experiment": Home(
            "server.measures.experiment:group",
            "Real-world experiments: what was expected before, what came out after.",
        ),
        "practice": Home(
            "server.measures.practice_cli:group",
            "Practice cards: what an initiative did, what it took, what failed, who took it up.",
        ),
        "package": Home(
            "server.measures.package:group",
            "Carry thresholds, kinds, papers and practice cards of a city to the next one.",
        ),
    },
    "Keep the offers": {
        "import": Home(
            "server.import_cli:import_command",
            "Take a list into the register, with a report of every row; without one, the region's "
            "extract.",
        ),
        "export": Home(
            "server.import_cli:export_command",
            "Write what is published to a file: what licences allow together, with whom to name.",
        ),
        "register": Home(
            "server.register_cli:group",
            "Keep the register alive: review, duplicates, corrections, history, reports.",
        ),
        "backup": Home(
            "server.backup_cli:backup_command",
            "Write the register into one file, while others read and write; FILE.sha256 lies "
            "beside it.",
        ),
        "restore": Home(
            "server.backup_cli:restore_command",
            "Put back what a backup holds, in one step; what was written since is gone.",
        ),
    },
    "Run it": {
        "user": Home(
            "server.user_cli:group", "Accounts of those who moderate, plan or administer."
        ),
        "rollout": Home(
            "server.rollout_cli:rollout_command",
            "Every category by every mode for many regions, as GeoParquet.",
        ),
    },
}

REGION_COMMANDS: Final = {
    "Commands": {
        "list": Home(
            "server.commands.build:list_command", "List regions, and whether they are built."
        ),
        "new": Home(
            "server.region_cli:new_command",
            "Make a region from an extract: boundary, districts, people, margin.",
        ),
        "timetable": Home(
            "server.timetable_cli:timetable_command",
            "Add the timetable of public transport to a region; a shipped one is copied first.",
        ),
        "elevation": Home(
            "server.elevation_cli:elevation_command",
            "Add heights to a region, so that up is not down; a shipped one is copied first.",
        ),
    },
}
