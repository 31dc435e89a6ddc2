"""How visitors reach whoever runs this: a link where the setting is one, else its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request


@dataclass(frozen=True)
class Contact:
    """What `UMKREIS_CONTACT` says; `url` is "" unless that is an e-mail or a web address."""

    text: str
    url: str

    def url_about(self, subject: str) -> str:
        """Return the link; an e-mail gets a subject."""
        return (
            f"{self.url}?subject={quote(subject)}" if self.url.startswith("mailto:") else self.url
        )


def contact_of(request: Request) -> Contact:
    """Return the contact of this installation."""
    text = request.app.state.settings.contact
    return Contact(text, _url(text))


def _url(text: str) -> str:
    if re.fullmatch(r"https?://\S+", text):
        return text
    if re.fullmatch(r"[^\s@/:?&]+@[^\s@/:?&]+", text):
        return f"mailto:{text}"
    return ""
