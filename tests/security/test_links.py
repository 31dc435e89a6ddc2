"""Whatever somebody enters as a website, a page links to nothing but the web."""

from datetime import date

import pytest

from layers.register.entry import HAND, PUBLISHED, Claim, Entry
from layers.register.resolve import offer_of

NO_LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "\x01javascript:alert(1)", "javascript://example.org/%0aalert(1)", "data:text/html,<b>",
    "data:;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "file:///etc/hosts", "blob:x",
    "about:blank",
    "ftp://example.org/", "view-source:https://example.org", "//example.org/", "\\\\example.org",
    "jar:https://example.org!/", "https:", "https://", "http://a.example/\"onclick=\"x",
    "http://a.example/<script>", "https://a.example/\njavascript:x",
)  # fmt: skip


def published(website: str) -> str:
    values = {"name": "x", "categories": ["library"], "lon": 13.0, "lat": 53.0, "website": website}
    claim = Claim(HAND, "umk:1", "", date(2024, 5, 1), values)
    return offer_of(Entry("umk:1", PUBLISHED, (claim,))).website


@pytest.mark.parametrize("website", NO_LINKS)
def test_what_is_no_address_of_the_web_becomes_no_link(website: str):
    assert published(website) == ""


@pytest.mark.parametrize(
    ("website", "wanted"),
    [
        ("https://öd.example/a?b=c|d&e='f'#g", "https://öd.example/a?b=c|d&e='f'#g"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("www.a.example/wir", "http://www.a.example/wir"),
    ],
)
def test_addresses_of_the_web_stay(website: str, wanted: str):
    assert published(website) == wanted
