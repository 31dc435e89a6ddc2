"""
The one environment of templates: for the pages and for the page around an exported map.

Everything put into a template is escaped unless it is marked safe; a name that is missing is an
error, not an empty place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2.utils import htmlsafe_json_dumps

from server.accounts.csrf import csrf_field, form_token

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r"""^(?:import|export) .*?from "\./([\w.]+)";""", re.MULTILINE | re.DOTALL)


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
    environment.globals["modules_of"] = modules_of
    environment.globals["csrf_field"] = csrf_field
    environment.globals["csrf_token"] = form_token
    return environment


@lru_cache(maxsize=16)
def modules_of(script: str) -> tuple[str, ...]:
    """
    Return the modules that a script of ours imports, and those that these import, in reading order.

    A page names them all, so that a browser fetches them at once and not level by level.
    """
    found: dict[str, None] = {}
    waiting = [script]
    while waiting:
        text = (STATIC / waiting.pop(0)).read_text(encoding="utf-8")
        new = [name for name in _IMPORT.findall(text) if name != script and name not in found]
        found |= dict.fromkeys(new)
        waiting += dict.fromkeys(new)
    return tuple(found)
