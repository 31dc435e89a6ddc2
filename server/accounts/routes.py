"""All routes of accounts."""

from __future__ import annotations

from server.accounts import account_page, oidc, set_password, sign_in, stored, users_page

ROUTERS = [
    sign_in.router,
    oidc.router,
    set_password.router,
    account_page.router,
    users_page.router,
    stored.router,
]
