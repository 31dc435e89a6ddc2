"""Pages made of the code with each build: commands, settings, API, kinds of offers."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from mkdocs.structure.files import File

from layers.taxonomy import Category, Language, Taxonomy, load_taxonomy
from server.app import create_app
from server.cli import main
from server.settings import SETTINGS, Settings

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
_WAYS = {
    "de": {
        "walk": "zu Fuß",
        "stepfree": "ohne Stufen",
        "bike": "mit dem Rad",
        "car": "mit dem Auto",
    },
    "en": {"walk": "on foot", "stepfree": "without steps", "bike": "by bike", "car": "by car"},
}
_OFFERS = {
    "de": (
        "Welche Angebote es gibt",
        "{n} Arten von Angeboten, nach Feldern. Die Reichweite ist eine Vorgabe, die jede Frage"
        " ändern kann; in der Spalte *Kennung* steht, wie Befehle und Adressen die Art nennen.",
        "| Art | Kennung | Reichweite | gibt | braucht | Hinweis |",
    ),
    "en": (
        "Kinds of offers",
        "{n} kinds of offers, by field. The reach is a default that each question may change; the"
        " column *id* holds what commands and addresses call the kind.",
        "| kind | id | reach | gives | needs | remark |",
    ),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy.toml")
    pages = {
        "reference/commands.md": commands_page(),
        "reference/settings.md": settings_page(),
        "reference/api.md": api_page(),
        "reference/offers.md": offers_page(taxonomy, "en"),
        "de/angebote.md": offers_page(taxonomy, "de"),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def commands_page() -> str:
    """Write every command with all of its options, as `--help` tells them."""
    lines = [
        "# All options",
        "",
        "As `umkreis COMMAND --help` tells them. What each is for: [command line](../cli.md).",
    ]
    for path, command in _commands(main, "umkreis"):
        context = click.Context(command, info_name=path)
        lines += ["", f"## {path}", "", _cell(command.help or "")]
        usage = " ".join(command.collect_usage_pieces(context))
        lines += ["", "```text", f"{path} {usage}", "```"]
        told = [r for p in command.get_params(context) if (r := p.get_help_record(context))]
        if told:
            lines += ["", "| option | |", "|---|---|"]
            lines += [f"| {_code(option)} | {_cell(words)} |" for option, words in told]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, path: str) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):  # they are imported when asked for
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(f"{path} {name} is listed and not there")
        full = f"{path} {name}"
        is_group = isinstance(command, click.Group)
        found += _commands(command, full) if is_group else [(full, command)]
    return found


def settings_page() -> str:
    """Write the table of settings."""
    lines = [
        "# All settings",
        "",
        "The table that the program itself reads. What each is for: [settings](../settings.md).",
        "",
        "| variable | default | |",
        "|---|---|---|",
    ]
    lines += [f"| `{s.name}` | {_code(s.default)} | {_cell(s.help)} |" for s in SETTINGS]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """Write the routes and parameters of the OpenAPI document."""
    document = create_app(Settings.from_env({})).openapi()
    lines = [
        "# All routes",
        "",
        "Out of the OpenAPI document that a running Umkreis serves at `/openapi.json` (to try:"
        " `/docs`). What they answer: [API](../api.md).",
    ]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            lines += ["", f"## {method.upper()} {path}", ""]
            lines.append(_cell(operation.get("description") or operation.get("summary", "")))
            lines += _parameters(operation)
    return "\n".join(lines) + "\n"


def _parameters(operation: dict[str, Any]) -> list[str]:
    told = [p for p in operation.get("parameters", ()) if p["in"] in ("path", "query")]
    if not told:
        return []
    rows = []
    for parameter in told:
        needed = " (required)" if parameter.get("required") else ""
        words = _cell(parameter.get("description", ""))
        rows.append(f"| `{parameter['name']}`{needed} | {words} |")
    return ["", "| parameter | |", "|---|---|", *rows]


def offers_page(taxonomy: Taxonomy, language: Language) -> str:
    """Write the kinds of offers in one language."""
    title, words, head = _OFFERS[language]
    lines = [f"# {title}", "", words.format(n=len(taxonomy.categories))]
    for field in taxonomy.fields:
        lines += ["", f"## {field.label(language)}", "", head, "|---|---|---|---|---|---|"]
        lines += [
            _offer_row(taxonomy, category, language)
            for category in taxonomy.categories
            if category.field == field.id
        ]
    return "\n".join(lines) + "\n"


def _offer_row(taxonomy: Taxonomy, category: Category, language: Language) -> str:
    labels = {resource.id: resource.label(language) for resource in taxonomy.resources}
    reach = f"{category.reach.minutes:g} min {_WAYS[language][category.reach.mode]}"
    gives, needs = (
        ", ".join(_cell(labels[resource]) for resource in resources)
        for resources in (category.gives, category.needs)
    )
    note = _cell(category.note.text(language))
    label = _cell(category.label(language))
    return f"| {label} | `{category.id}` | {reach} | {gives} | {needs} | {note} |"


def _cell(text: str) -> str:
    """Write a text as one line of markdown that holds nothing but the text and its `code`."""
    line = html.escape(" ".join(text.split()), quote=False)
    return line.replace("|", "\\|").replace("[", "\\[").replace("*", "\\*").replace("_", "\\_")


def _code(text: str) -> str:
    return f"<code>{html.escape(text, quote=False).replace('|', '&#124;')}</code>" if text else ""
