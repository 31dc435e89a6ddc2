"""Letters about decisions; none are sent where there is no mail server, or nobody to write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.submissions.keeping import KEPT
from server.mail import has_mail, send
from server.texts import texts_of

if TYPE_CHECKING:
    from layers.submissions.keeping import Keeper
    from server.settings import Settings


def tell_keeper(settings: Settings, keeper: Keeper, *, title: str) -> bool:
    """Mail who asked to keep an entry what was decided; their private link is not in it."""
    if not keeper.email or not has_mail(settings):
        return False
    texts = texts_of(keeper.language)
    if keeper.state == KEPT:
        said = texts.gettext(
            "You keep the entry “{name}” from now on: your private link opens it.", name=title
        )
    else:
        said = texts.gettext(
            "The entry “{name}” was not given to you to keep. The reason: {reason}",
            name=title,
            reason=keeper.reason,
        )
    subject = texts.gettext("Your request to keep an entry")
    return send(settings, to=keeper.email, subject=subject, text=said)
