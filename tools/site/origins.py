"""The finished site asks no other origin for anything: links lead out, nothing is loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|object|input)\b[^>]*?
        \b(?:src|srcset|data)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)
    |<link\b(?![^>]*\brel=["']?(?:canonical|alternate|prev|next|edit|license)\b)
        [^>]*?\bhref\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_LOADED_BY_STYLE = re.compile(
    r"""(?:@import\s+["']?|url\(\s*["']?)((?:https?:)?//[^"'\s)]+)""", re.IGNORECASE
)


def on_post_build(config: MkDocsConfig, **_: object) -> None:
    """Fail where a page or a style sheet loads something from elsewhere."""
    found = []
    site = Path(config.site_dir)
    for pattern, kind in ((_LOADED, "html"), (_LOADED_BY_STYLE, "css")):
        for path in sorted(site.rglob(f"*.{kind}")):
            for match in pattern.finditer(path.read_text("utf-8")):
                address = next(group for group in match.groups() if group)
                found.append(f"{path.relative_to(site)} loads {address}")
    if found:
        raise PluginError("\n".join(["the site asks other origins:", *found[:20]]))
