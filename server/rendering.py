"""
The one environment of templates: for the pages and for the page around an exported map.

Everything put into a template is escaped unless it is marked safe; a name that is missing is an
error, not an empty place.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2.utils import htmlsafe_json_dumps


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """Return the templates."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = htmlsafe_json_dumps
    return environment
