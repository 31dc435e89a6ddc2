"""
The pages: rendered on the server, so that they say everything without a script as well.

One module a page. Pages of single measures stand with their measure (`server.measures`).
"""

from server.pages import (
    about,
    compare,
    embed,
    export,
    history,
    keep,
    moderation,
    notices,
    offer,
    offers,
    paper,
    planner,
    poster,
    practice,
    residents,
    start,
    submission,
    submit,
    write,
)

ROUTERS = [
    start.router,
    about.router,
    compare.router,
    residents.router,
    offers.router,
    offer.router,
    poster.router,
    practice.router,
    write.router,
    notices.router,
    embed.router,
    planner.router,
    paper.router,
    export.router,
    history.router,
    submit.router,
    submission.router,
    keep.router,
    moderation.router,
]
