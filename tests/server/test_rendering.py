"""What templates may ask for beside their values."""

from __future__ import annotations

import re

import pytest

from server.rendering import STATIC, modules_of


def test_modules_of_a_script_are_those_that_it_imports_and_those_that_these_import() -> None:
    assert modules_of("offer_page.js") == ("dom.js", "offer_map.js", "map.js")


@pytest.mark.parametrize("script", ["planner.js", "residents.js", "embed.js"])
def test_no_import_of_a_page_is_overlooked(script: str) -> None:
    """Whatever way it is written, or a browser fetches it a level later."""
    found = modules_of(script)

    for name in (script, *found):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from\s+"\./([^"]+)"', text)) <= {script, *found}
