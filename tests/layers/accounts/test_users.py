"""Accounts are kept once, never with a password that can be read, and changes are written down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from geo.errors import ParameterError
from layers.accounts.account import Account, checked_email, checked_name
from layers.accounts.audit import events, write_event
from layers.accounts.links import account_of_link, make_link, use_link
from layers.accounts.schema import ACCOUNT, LINK, SESSION, TOKEN
from layers.accounts.sessions import account_of_session, begin_session
from layers.accounts.sign_in import sign_in
from layers.accounts.times import now_utc
from layers.accounts.tokens import account_of_token, add_token, revoke_token, scopes_of
from layers.accounts.users import add_user, set_enabled, set_password, set_role, user_of, users
from layers.register.backup import backup, restore

WORDS = "vier gelbe Wörter reichen"


def test_an_address_is_kept_in_small_letters_and_once(database, ada):
    assert ada.email == "ada@example.org"
    with pytest.raises(ParameterError, match="has an account already"):
        add_user(database, " ADA@example.org", role="admin", who="operator")
    assert [user.account for user in users(database)] == [ada]
    assert user_of(database, "Ada@example.ORG").account == ada


def test_two_that_add_the_same_at_once_make_one(database):
    def add(_):
        try:
            add_user(database, "a@b.example", role="admin", who="operator")
        except ParameterError:
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(add, range(6))) == 1
    assert len(users(database)) == 1
    assert [event.what for event in events(database)] == ["account added"]


@pytest.mark.parametrize(
    "text",
    ["", "ada", "a@", "@b", "a@b c", "a b@c", "<a@b>", "a@b\n", "a@b,c@d", "a" * 250 + "@b.de"],
)
def test_what_is_no_address_is_refused(text):
    if text == "a@b\n":
        assert checked_email(text) == "a@b"
        return
    with pytest.raises(ParameterError, match="no e-mail address"):
        checked_email(text)


def test_a_name_has_one_line_and_nothing_invisible():
    assert checked_name(" Ada\n\u202e Lovelace\x00 ") == "Ada Lovelace"
    with pytest.raises(ParameterError, match="may have 1 to 100"):
        checked_name("\u200b\n")


def test_no_secret_is_stored(database, ada):
    set_password(database, ada, WORDS, who="operator")
    secrets = [
        WORDS,
        begin_session(database, ada.id),
        make_link(database, ada.id, who="operator"),
        add_token(database, ada, name="x", scope="plan", days=1, who=ada.id),
    ]
    with database.reading() as connection:
        tables = (ACCOUNT, SESSION, LINK, TOKEN)
        kept = repr([tuple(row) for t in tables for row in connection.execute(sa.select(t))])
    assert "$argon2id$" in kept
    for secret in secrets:
        assert secret not in kept
        assert secret[-20:] not in kept


@pytest.mark.parametrize("change", ["role", "disabled", "password"])
def test_sessions_end_with_what_they_rest_on(database, ada, change):
    token = begin_session(database, ada.id)
    kept = begin_session(database, ada.id)
    if change == "role":
        set_role(database, ada.id, "moderator", who="operator")
    elif change == "disabled":
        set_enabled(database, ada.id, is_enabled=False, who="operator")
        set_enabled(database, ada.id, is_enabled=True, who="operator")
    else:
        set_password(database, ada, WORDS, who=ada.id, keep=kept)
    assert account_of_session(database, token) is None
    assert (account_of_session(database, kept) is not None) is (change == "password")


def test_the_last_admin_stays_except_for_the_operator(database):
    first = add_user(database, "a@b.example", role="admin", who="operator")
    with pytest.raises(ParameterError, match="last admin"):
        set_role(database, first.id, "planner", who=first.id)
    second = add_user(database, "c@d.example", role="admin", who=first.id)
    set_enabled(database, first.id, is_enabled=False, who=second.id)
    with pytest.raises(ParameterError, match="last admin"):
        set_enabled(database, second.id, is_enabled=False, who=second.id)
    set_enabled(database, second.id, is_enabled=False, who="operator")
    assert [bool(user.disabled_on) for user in users(database)] == [True, True]


def test_two_admins_that_disable_each_other_at_once_leave_one(database):
    pair = [add_user(database, f"{n}@b.example", role="admin", who="operator") for n in "ab"]

    def disable(i):
        try:
            set_enabled(database, pair[i].id, is_enabled=False, who=pair[1 - i].id)
        except ParameterError:
            return 0
        return 1

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(disable, (0, 1))) == 1


def test_a_link_is_good_once_and_for_a_day(database, ada):
    first = make_link(database, ada.id, who="operator")
    second = make_link(database, ada.id, who="operator")
    assert account_of_link(database, first) is None
    now = now_utc()
    assert account_of_link(database, second, now=now) == ada
    later = now.replace(year=now.year + 1)
    assert account_of_link(database, second, now=later) is None
    with pytest.raises(ParameterError, match="12 to 256"):
        use_link(database, second, "kurz")
    assert use_link(database, second, WORDS) == ada
    assert use_link(database, second, WORDS + "!") is None


def test_scopes_follow_the_role_also_when_it_changes(database, ada):
    assert [scopes_of(role) for role in ("moderator", "planner", "admin")] == [
        ("read", "moderate"), ("read", "plan"), ("read", "moderate", "plan", "admin"),
    ]  # fmt: skip
    token = add_token(database, ada, name="x", scope="plan", days=1, who=ada.id)
    assert account_of_token(database, token) == (ada, True)
    set_role(database, ada.id, "moderator", who="operator")
    assert account_of_token(database, token) is None
    set_role(database, ada.id, "admin", who="operator")
    account, may_change = account_of_token(database, token)
    assert (account.role, may_change) == ("planner", True)


@pytest.mark.parametrize("broken", ["", "umk_", "umk_0_x", "Bearer", "ä", "umk_" + "0" * 12 + "_"])
def test_what_is_no_token_is_nobodys(database, broken):
    assert account_of_token(database, broken) is None


def test_a_token_counts_on_its_last_day_and_not_after(database, ada):
    token = add_token(database, ada, name="x", scope="read", days=1, who=ada.id)
    today = now_utc().date()
    assert account_of_token(database, token, today=today.replace(year=today.year + 1)) is None
    assert account_of_token(database, token) == (ada, False)
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert account_of_token(database, other) is None


def test_an_account_may_what_its_role_says():
    planner = Account("1", "a@b", "a", "planner", "toy")
    assert (planner.may("planner"), planner.may("moderator"), planner.may()) == (True, False, False)
    assert (planner.works_in("toy"), planner.works_in("other")) == (True, False)
    assert Account("2", "a@b", "a", "admin", None).may("moderator")


def test_only_known_deeds_are_written_down(database):
    with database.writing() as connection, pytest.raises(ValueError, match="it may be"):
        write_event(connection, who="x", what="did something", about="y")


def test_a_restored_backup_brings_accounts_back_and_lets_nobody_in(tmp_path, database, ada):
    session, link = begin_session(database, ada.id), make_link(database, ada.id, who="operator")
    backup(database, tmp_path / "b.sqlite")
    add_user(database, "later@example.org", role="admin", who="operator")
    set_password(database, ada, WORDS, who="operator")
    restore(database, tmp_path / "b.sqlite")
    assert [user.account for user in users(database)] == [ada]
    assert account_of_session(database, session) is None
    assert account_of_link(database, link) is None


def test_access_that_ended_since_a_backup_does_not_come_back_with_it(tmp_path, database, ada):
    eva = add_user(database, "eva@example.org", role="planner", who="operator")
    ute = add_user(database, "ute@example.org", role="admin", who="operator")
    for who in (ada, eva, ute):
        set_password(database, who, WORDS, who="operator")
    how = {"scope": "read", "days": 9, "who": ada.id}
    revoked, stood = (add_token(database, ada, name=name, **how) for name in "ab")
    backup(database, tmp_path / "b.sqlite")
    revoke_token(database, revoked.split("_")[1], who=ada.id)
    set_password(database, ada, WORDS + " heute", who="operator")
    set_enabled(database, eva.id, is_enabled=False, who="operator")
    set_role(database, ute.id, "moderator", who="operator")
    session = begin_session(database, ada.id)

    restore(database, tmp_path / "b.sqlite")
    assert account_of_token(database, revoked) is account_of_token(database, stood) is None
    assert account_of_session(database, session) is None
    assert sign_in(database, ada.email, WORDS, client="a") is None
    assert sign_in(database, ada.email, WORDS + " heute", client="b") == ada
    assert sign_in(database, eva.email, WORDS, client="c") is None
    assert user_of(database, ute.id).account.role == "moderator"
    told = {event.about for event in events(database, what={"token revoked"})}
    assert told == {token.split("_")[1] for token in (revoked, stood)}

    restore(database, tmp_path / "b.sqlite", keeps_access=True)  # to move a register
    assert account_of_token(database, revoked) == account_of_token(database, stood)
    assert account_of_token(database, stood) is not None
    assert sign_in(database, eva.email, WORDS, client="d") == eva
    assert user_of(database, ute.id).account.role == "admin"
