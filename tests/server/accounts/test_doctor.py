"""The doctor says when people could sign in, and from nowhere."""

from dataclasses import replace

import pytest

from layers.accounts.users import set_enabled
from server.doctor import examine
from tests.server.accounts.people import person, url_of


def told(settings):
    return next(check for check in examine(settings) if check.what == "accounts")


@pytest.fixture
def settings(toy_settings, database):
    return replace(toy_settings, database_url=url_of(database))


def test_without_accounts_it_says_how_one_is_made(settings):
    check = told(settings)
    assert (check.is_ok, check.found) == (True, "none: `umkreis user add` makes one")


def test_accounts_without_an_https_address_are_a_fault(settings, database):
    account = person(database, "admin")
    check = told(settings)
    assert not check.is_ok
    assert check.found.startswith("1, but no public address with https")
    assert "example.org" not in check.found
    assert told(replace(settings, public_url="https://umkreis.example")).is_ok
    set_enabled(database, account.id, is_enabled=False, who="operator")
    assert told(settings).found == "0 enabled of 1"
