"""`umkreis categories`: which kinds of offers there are, by field, with what to type for each."""

from __future__ import annotations

from collections.abc import Iterator

import click

from layers.taxonomy import Taxonomy, load_taxonomy
from server.commands.options import LANG
from server.sentences import label
from server.settings import Settings
from server.texts import Texts, texts_of


@click.command("categories")
@click.argument("region", required=False)
@LANG
def command(region: str | None, lang: str | None) -> None:
    """
    Which kinds of offers there are, each with its id; with a region, how many it has of each.

    The limit is the one that is asked for where a question names none.
    """
    settings = Settings.from_env()
    texts = texts_of(lang or settings.language)
    if region is None:
        taxonomy, counts = load_taxonomy(settings.data_dir / "taxonomy.toml"), None
    else:
        from server.opened import open_region  # brings along all that opens a region

        atlas = open_region(region)
        taxonomy = atlas.taxonomy
        counts = {c.id: len(atlas.offers_of(c)) for c in taxonomy.categories}
    click.echo("\n".join(_lines(taxonomy, texts, counts)))


def _lines(taxonomy: Taxonomy, texts: Texts, counts: dict[str, int] | None) -> Iterator[str]:
    width = max(len(category.id) for category in taxonomy.categories)
    for field in taxonomy.fields:
        yield f"{label(texts, field)}:"
        for category in taxonomy.categories:
            if category.field != field.id:
                continue
            count = "" if counts is None else f"{texts.number(counts[category.id]):>6}"
            limit = f"{category.reach.mode} {category.reach.minutes:g}"
            yield f"  {category.id:{width}} {count} {limit:>8}  {label(texts, category)}"
        yield ""
