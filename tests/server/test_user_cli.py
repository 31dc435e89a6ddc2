"""`umkreis user …`: accounts are made without any default, and no secret is told twice."""

import pytest
from click.testing import CliRunner

from layers.accounts.audit import events
from layers.accounts.links import account_of_link
from layers.accounts.sign_in import sign_in
from layers.accounts.tokens import account_of_token
from layers.accounts.users import user_of, users
from layers.register.database import Database
from server.cli import main

WORDS = "vier gelbe Wörter reichen"


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("UMKREIS_PUBLIC_URL", "https://umkreis.example")
    made = Database(tmp_path / "register.sqlite")
    yield made
    made.close()


def run(*arguments, stdin=None):
    return CliRunner().invoke(main, ["user", *arguments], input=stdin)


def test_without_a_password_a_link_is_printed_that_sets_one(database):
    done = run("add", "Ada@Example.org", "--role", "planner")
    assert done.exit_code == 0
    link = done.stdout.strip()
    assert link.startswith("https://umkreis.example/set-password#")
    account = account_of_link(database, link.rpartition("#")[2])
    assert (account.email, account.role, account.region) == ("ada@example.org", "planner", None)
    assert not user_of(database, "ada@example.org").has_password


def test_a_password_comes_from_stdin_and_is_never_printed(database):
    done = run("add", "a@b.example", "--role", "admin", "--password-stdin", stdin=f"{WORDS}\n")
    assert WORDS not in done.output
    assert "set-password" not in done.output
    assert sign_in(database, "a@b.example", WORDS, client="x").role == "admin"


def test_a_password_is_asked_twice_and_not_shown(database):
    done = run("add", "a@b.example", "--role", "admin", "--ask", stdin=f"{WORDS}\n{WORDS}\n")
    assert done.exit_code == 0
    assert WORDS not in done.output
    assert sign_in(database, "a@b.example", WORDS, client="x") is not None


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (("a@b.example", "--role", "planner", "--password-stdin"), "kurz\n", "12 to 256"),
        (("a@b.example", "--role", "planner", "--password-stdin"), "passwort1234\n", "tried first"),
        (("a@b.example", "--role", "planner", "--password-stdin"), "", "there was no password"),
        (("nobody", "--role", "planner"), None, "no e-mail address"),
        (("a@b.example", "--role", "king"), None, "moderator"),
        (("a@b.example", "--role", "planner", "--region", "atlantis"), None, "not known"),
    ],
)
def test_what_may_not_be_is_refused_and_nobody_is_added(database, arguments, stdin, reason):
    done = run("add", *arguments, stdin=stdin)
    assert done.exit_code == 2
    assert reason in done.stderr
    assert users(database) == []


def test_accounts_are_listed_changed_and_disabled(database):
    run("add", "a@b.example", "--role", "planner")
    run("role", "a@b.example", "moderator")
    run("disable", "a@b.example")
    line = run("list").stdout
    assert line.startswith("a@b.example\tmoderator\tall regions\tdisabled ")
    run("disable", "a@b.example", "--undo")
    assert "\tenabled\tno password" in run("list").stdout
    assert run("password", "who@b.example").exit_code == 2
    run("password", "a@b.example", "--password-stdin", stdin=f"{WORDS}\n")
    assert user_of(database, "a@b.example").has_password
    log = run("log").stdout.splitlines()
    assert len(log) == len(events(database)) == 6
    assert log[-1].endswith("operator\taccount added\ta@b.example")


def test_a_token_is_printed_once_and_ends_when_revoked(database):
    run("add", "a@b.example", "--role", "planner")
    token = run("token", "add", "a@b.example", "--scope", "plan", "--name", "QGIS").stdout.strip()
    assert account_of_token(database, token)[0].role == "planner"
    beyond = run("token", "add", "a@b.example", "--scope", "moderate", "--name", "x")
    assert beyond.exit_code == 2
    assert "may have read, plan" in beyond.stderr
    prefix = token.split("_")[1]
    listed = run("token", "list", "a@b.example").stdout
    assert listed.startswith(f"{prefix}\tplan\tuntil ")
    assert token not in listed
    assert run("token", "revoke", prefix).exit_code == 0
    assert account_of_token(database, token) is None
    assert run("token", "revoke", prefix).exit_code == 2
