"""All routes of accounts."""

from server.accounts import sign_in

ROUTERS = [sign_in.router]
