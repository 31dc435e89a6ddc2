"""All routes of accounts."""

from server.accounts import account_page, set_password, sign_in, stored, users_page

ROUTERS = [
    sign_in.router,
    set_password.router,
    account_page.router,
    users_page.router,
    stored.router,
]
