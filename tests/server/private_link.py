"""Opens a private link as a browser does: the part behind `#` goes in the body of a form."""

import re
from urllib.parse import urlsplit

from fastapi.testclient import TestClient


def open_link(client: TestClient, link: str) -> str:
    """Open a link such as `/s#TOKEN`; give the path of the page behind it."""
    parts = urlsplit(link)
    answer = client.post(parts.path, data={"link": link}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def link_on(page: str) -> str:
    """Find the private link that a page shows to be copied."""
    found = re.search(r'value="http[^"]*?(/[a-z-]+#[^"]{20,})"', page)
    assert found, "no private link on this page"
    return found[1]
