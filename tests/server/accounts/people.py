"""People who work at the toy region: clients that have signed in, without waiting for argon2."""

from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from layers.accounts.account import Account
from layers.accounts.sessions import begin_session
from layers.accounts.tokens import add_token
from layers.accounts.users import add_user
from layers.register.database import Database
from server.accounts.cookies import LOCAL
from server.accounts.csrf import FIELD, HEADER

PASSWORD = "vier gelbe Wörter reichen"  # noqa: S105 (of people made up here)
MakeClient = Callable[..., TestClient]


def database_at(folder: Path) -> Database:
    """A database of the test's own."""
    return Database(folder / "register.sqlite")


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def person(database: Database, role: str, *, region: str = "") -> Account:
    """An account with a role, made by the operator."""
    where = f".{region}" if region else ""
    return add_user(
        database, f"{role}{where}@example.org", role=role, who="operator", region=region
    )


def sign_in(client: TestClient, database: Database, account: Account) -> TestClient:
    """Let a client send the cookie of a new session."""
    client.cookies.set(LOCAL, begin_session(database, account.id))
    return client


def working(
    make_client: MakeClient, database: Database, role: str, *, region: str = "", **settings: str
) -> TestClient:
    """A client of an installation with this database that has signed in with a role."""
    client = make_client(database_url=url_of(database), **settings)
    return sign_in(client, database, person(database, role, region=region))


def bearer(database: Database, account: Account, scope: str) -> dict[str, str]:
    """The header of a program with a new token."""
    token = add_token(database, account, name="test", scope=scope, days=30, who="operator")
    return {"Authorization": f"Bearer {token}"}


def csrf_of(client: TestClient, path: str = "/account") -> str:
    """The token that stands in the forms of a page."""
    text = client.get(path).text
    return text.partition(f'name="{FIELD}" value="')[2].partition('"')[0]


def send_form(client: TestClient, path: str, *, page: str = "/account", **fields: str):
    """Send a form as a page of ours does; the answer is not followed."""
    sent = {**fields, FIELD: csrf_of(client, page)}
    return client.post(path, data=sent, follow_redirects=False)


def csrf_header(client: TestClient) -> dict[str, str]:
    """The header that scripts of our pages send."""
    return {HEADER: csrf_of(client)}
