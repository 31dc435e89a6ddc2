"""`umkreis user …`: who works here, made and changed by whoever runs the installation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from geo.errors import ParameterError
from layers.accounts.account import OPERATOR, ROLES
from layers.accounts.audit import events
from layers.accounts.links import VALID, make_link
from layers.accounts.passwords import check_password
from layers.accounts.tokens import LONGEST_DAYS, SCOPES, add_token, revoke_token, tokens
from layers.accounts.users import (
    User,
    add_user,
    set_enabled,
    set_password,
    set_role,
    user_of,
    users,
)
from layers.register.database import Database
from server.commands.lazy import PlainGroup
from server.opened import known_regions
from server.private_links import PASSWORD
from server.register_opened import open_register
from server.settings import Settings

_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin, one line."
)
_ASK = click.option("--ask", is_flag=True, help="Ask for the password, without showing it.")


@click.group("user", cls=PlainGroup)
def group() -> None:
    """Accounts of those who moderate, plan or administer."""


@group.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--region", default="", metavar="REGION", help="The only region they work in.")
@click.option("--name", default="", metavar="TEXT", help="Else the part before the @.")
@_STDIN
@_ASK
def add_command(
    email: str, role: str, region: str, name: str, password_stdin: bool, ask: bool
) -> None:
    """
    Add an account.

    Prints a link to set a password, good once and for 24 hours, unless a password is given.
    """
    if region:
        known_regions().folder(region)
    password = _password(is_asked=ask, is_piped=password_stdin)
    if password:
        check_password(password, email=email.strip().lower())
    with _database() as database:
        account = add_user(database, email, role=role, region=region, name=name, who=OPERATOR)
        if password:
            set_password(database, account, password, who=OPERATOR)
        click.echo(f"{account.email}: {role} of {region or 'all regions'}", err=True)
        if not password:
            _tell_link(database, account.id)


@group.command("list")
def list_command() -> None:
    """List all accounts."""
    with _database() as database:
        for user in users(database):
            click.echo("\t".join(_told(user)))


@group.command("password")
@click.argument("email")
@_STDIN
@_ASK
def password_command(email: str, password_stdin: bool, ask: bool) -> None:
    """Print a link to set a new password, or set it; setting it ends all sessions."""
    password = _password(is_asked=ask, is_piped=password_stdin)
    with _database() as database:
        account = user_of(database, email).account
        if not password:
            _tell_link(database, account.id)
            return
        set_password(database, account, password, who=OPERATOR)
    click.echo(f"{account.email}: the password is set, all sessions have ended", err=True)


@group.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def role_command(email: str, role: str) -> None:
    """Give an account another role; its sessions end."""
    with _database() as database:
        account = user_of(database, email).account
        set_role(database, account.id, role, who=OPERATOR)
    click.echo(f"{account.email}: {role}", err=True)


@group.command("disable")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Enable it again.")
def disable_command(email: str, undo: bool) -> None:
    """Disable an account: its sessions end, its tokens count no more."""
    with _database() as database:
        account = user_of(database, email).account
        set_enabled(database, account.id, is_enabled=undo, who=OPERATOR)
    click.echo(f"{account.email}: {'enabled' if undo else 'disabled'}", err=True)


@group.command("log")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def log_command(limit: int) -> None:
    """Tell what was done by accounts and to them, the newest first."""
    with _database() as database:
        names = {user.account.id: user.account.email for user in users(database)}
        for event in events(database, limit=limit):
            who, about = (names.get(i, i) for i in (event.who, event.about))
            click.echo(f"{event.at}\t{who}\t{event.what}\t{about}")


@group.group("token", cls=PlainGroup)
def token_group() -> None:
    """Tokens of programs."""


@token_group.command("add")
@click.argument("email")
@click.option("--scope", required=True, type=click.Choice(SCOPES))
@click.option("--name", required=True, metavar="TEXT", help="What it is for.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, LONGEST_DAYS))
def token_add_command(email: str, scope: str, name: str, days: int) -> None:
    """Make a token and print it, once: it cannot be read again."""
    with _database() as database:
        account = user_of(database, email).account
        token = add_token(database, account, name=name, scope=scope, days=days, who=OPERATOR)
    click.echo(token)


@token_group.command("list")
@click.argument("email")
def token_list_command(email: str) -> None:
    """List the tokens of an account by the part of them that may be seen."""
    with _database() as database:
        for token in tokens(database, user_of(database, email).account.id):
            state = "revoked" if token.revoked_at else f"until {token.expires_on}"
            used = f"used {token.used_on}" if token.used_on else "never used"
            click.echo(f"{token.prefix}\t{token.scope}\t{state}\t{used}\t{token.name}")


@token_group.command("revoke")
@click.argument("prefix")
def token_revoke_command(prefix: str) -> None:
    """End a token, named by its prefix: the part between its two underscores."""
    with _database() as database:
        revoke_token(database, prefix, who=OPERATOR)
    click.echo(f"{prefix}: revoked", err=True)


@contextmanager
def _database() -> Iterator[Database]:
    with open_register() as register:
        yield register.database


def _told(user: User) -> tuple[str, ...]:
    account = user.account
    state = f"disabled {user.disabled_on}" if user.disabled_on else "enabled"
    password = "password set" if user.has_password else "no password"
    return account.email, account.role, account.region or "all regions", state, password


def _password(*, is_asked: bool, is_piped: bool) -> str:
    """Return the password that was given, "" where none is to be set."""
    if is_piped:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise ParameterError("`--password-stdin`: there was no password", parameter="password")
        return password
    if not is_asked:
        return ""
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _tell_link(database: Database, account: str) -> None:
    secret = make_link(database, account, who=OPERATOR)
    base = Settings.from_env().public_url
    hours = int(VALID.total_seconds() // 3600)
    where = "" if base else " at the address of this installation (UMKREIS_PUBLIC_URL names it)"
    click.echo(f"good once, for {hours} hours{where}:", err=True)
    click.echo(PASSWORD.link(base, secret))
