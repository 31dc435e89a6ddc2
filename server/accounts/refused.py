"""How refusals look: pages send anonymous visitors to sign in, programs get problem details."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from server.accounts.denials import Denial, Denied
from server.accounts.next_page import see_other
from server.accounts.signed_in import is_for_programs
from server.errors import problem
from server.shell import error_page, texts_for, wants_page
from server.texts import Texts


def install(app: FastAPI) -> None:
    """Make an app answer what is refused for who asks."""

    @app.exception_handler(Denied)
    async def denied(request: Request, exc: Denied) -> Response:
        return refusal(request, exc.why)


def refusal(request: Request, why: Denial) -> Response:
    """Make the answer to a request that is refused."""
    answer: Response
    is_page = wants_page(request)
    if why is Denial.ANONYMOUS and not is_for_programs(request):
        answer = _sign_in(request)
    elif is_page:
        heading, explanation = _words(why, texts_for(request))
        answer = error_page(request, why.status, heading=heading, explanation=explanation)
    else:
        answer = problem(why.status, why.detail)
        if why is Denial.ANONYMOUS:  # RFC 6750, clause 3
            answer.headers["WWW-Authenticate"] = 'Bearer realm="umkreis"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sign_in(request: Request) -> Response:
    """Lead to the page to sign in at, and back from there where a page was asked for."""
    query = request.url.query
    came_from = f"{request.url.path}?{query}" if query else request.url.path
    fields = {"next": came_from} if request.method == "GET" else {}
    return see_other(request, "/sign-in", **fields)


def _words(why: Denial, texts: Texts) -> tuple[str, str]:
    if why is Denial.STALE:
        return texts.gettext("This form is out of date"), texts.gettext(
            "You have signed in or out since this page was opened. Go back, load the page anew and "
            "send the form once more. Nothing was changed."
        )
    if why is Denial.FOREIGN:
        return texts.gettext("This did not come from our own pages"), texts.gettext(
            "Another site sent this request with your browser. Nothing was changed."
        )
    if why is Denial.REGION:
        return texts.gettext("You may not do this"), texts.gettext(
            "Your account works in another region."
        )
    return texts.gettext("You may not do this"), texts.gettext(
        "Your account has another role. Whoever runs this installation can change it."
    )
