"""Roles, scopes, and what was done, in words."""

from __future__ import annotations

from server.texts import Texts


def role_name(role: str, texts: Texts) -> str:
    """Name a role."""
    names = {
        "moderator": texts.gettext("Moderation"),
        "planner": texts.gettext("Planning"),
        "admin": texts.gettext("Administration"),
    }
    return names.get(role, role)


def scope_name(scope: str, texts: Texts) -> str:
    """Say what a token may."""
    names = {
        "read": texts.gettext("only read"),
        "moderate": texts.gettext("moderate"),
        "plan": texts.gettext("plan"),
        "admin": texts.gettext("everything"),
    }
    return names.get(scope, scope)


def event_name(what: str, texts: Texts) -> str:
    """Say what was done."""
    names = {
        "account added": texts.gettext("account added"),
        "account disabled": texts.gettext("account disabled"),
        "account enabled": texts.gettext("account enabled"),
        "role changed": texts.gettext("role changed"),
        "password set": texts.gettext("password set"),
        "password link made": texts.gettext("link to set a password made"),
        "signed in": texts.gettext("signed in"),
        "sign-in failed": texts.gettext("signing in failed"),
        "signed out": texts.gettext("signed out"),
        "session ended": texts.gettext("session ended"),
        "token made": texts.gettext("token made"),
        "token revoked": texts.gettext("token revoked"),
        "scenario stored": texts.gettext("scenario stored"),
        "scenario changed": texts.gettext("scenario changed"),
        "scenario removed": texts.gettext("scenario removed"),
        "review decided": texts.gettext("decided at the review desk"),
        "review undone": texts.gettext("decision at the review desk undone"),
    }
    return names.get(what, what)


def who_name(who: str, texts: Texts) -> str:
    """Name who is no account: the command line, or nobody that is known; any other id as it is."""
    names = {
        "operator": texts.gettext("command line"),
        "unknown": texts.gettext("somebody unknown"),
    }
    return names.get(who, who)
