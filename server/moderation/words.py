"""What is said at the review desk: kinds, reasons, decisions, and who decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.accounts.users import users
from layers.desk.items import CLAIM, CORRECTION, DUPLICATE, IMPORT, OVERDUE, PLACE
from layers.desk.queue import GONE, OLD, PLANNED
from layers.register_duplicates import NO_NAME, PART_OF_NAME, SAME_NAME, SAME_PHONE, SAME_SITE
from server.accounts.role_words import who_name

if TYPE_CHECKING:
    from layers.desk.items import Item
    from layers.register.database import Database
    from server.texts import Texts


def kind_name(texts: Texts, kind: str) -> str:
    """Name a kind of what waits."""
    return {
        PLACE: texts.gettext("New place"),
        CORRECTION: texts.gettext("Correction"),
        CLAIM: texts.gettext("“This entry is ours”"),
        IMPORT: texts.gettext("Import"),
        DUPLICATE: texts.gettext("The same twice?"),
        OVERDUE: texts.gettext("To be asked about"),
    }[kind]


def why_text(texts: Texts, why: str) -> str:
    """Say why a pair is suspected, or an entry overdue."""
    return {
        SAME_NAME: texts.gettext("same name"),
        PART_OF_NAME: texts.gettext("one name is part of the other"),
        NO_NAME: texts.gettext("one has no name"),
        SAME_PHONE: texts.gettext("same telephone"),
        SAME_SITE: texts.gettext("same web address"),
        PLANNED: texts.gettext("somebody planned to ask again"),
        GONE: texts.gettext("its source no longer lists it"),
        OLD: texts.gettext("not seen for two years"),
    }.get(why, why)


def what_text(texts: Texts, what: str) -> str:
    """Say what happened, of a suggestion, a request, or a change of the register."""
    known = {
        "sent": texts.gettext("sent"),
        "asked": texts.gettext("sent"),
        "changed": texts.gettext("changed by the sender"),
        "forgotten": texts.gettext("the sender's data deleted"),
        "tidied": texts.gettext("personal data deleted"),
        "accepted": texts.gettext("accepted"),
        "accept submission": texts.gettext("suggestion taken in"),
        "rejected": texts.gettext("not accepted"),
        "withdrawn": texts.gettext("taken back by the sender"),
        "reopened": texts.gettext("the decision was taken back"),
        "undo accept submission": texts.gettext("suggestion taken out again"),
        "kept": texts.gettext("may keep the entry"),
        "refused": texts.gettext("may not keep the entry"),
        "revoked": texts.gettext("keeps the entry no longer"),
        "keep": texts.gettext("changed by the initiative"),
        "notice": texts.gettext("notice posted or taken back"),
        "close": texts.gettext("closed for good"),
        "import": texts.gettext("import"),
        "create": texts.gettext("entered by hand"),
        "correct": texts.gettext("corrected by hand"),
        "accept": texts.gettext("import taken in"),
        "reject": texts.gettext("import turned down"),
        "published": texts.gettext("published"),
        "archived": texts.gettext("archived"),
        "review": texts.gettext("to be asked about again later"),
        "confirm": texts.gettext("confirmed by the initiative"),
        "merge": texts.gettext("merged with another entry"),
        "split": texts.gettext("parted from another entry"),
        "tell apart": texts.gettext("told apart"),
        "remove": texts.gettext("removed"),
        "erase": texts.gettext("data erased"),
        "review decided": texts.gettext("decided"),
        "review undone": texts.gettext("undone"),
    }
    if what.startswith("import "):
        return texts.gettext("import: {source}", source=what.removeprefix("import "))
    if what.startswith("undo "):
        return known.get(what) or texts.gettext("undone")
    return known.get(what, what)


def names_of(database: Database) -> dict[str, str]:
    """Return the names of accounts by their ids."""
    return {user.account.id: user.account.name for user in users(database)}


def who_text(texts: Texts, who: str, names: dict[str, str]) -> str:
    """Say who did something."""
    if who == "sender":
        return texts.gettext("sender")
    if who.startswith("initiative "):
        return texts.gettext("the initiative")
    return names.get(who) or who_name(who, texts)


def reasons(texts: Texts) -> dict[str, str]:
    """Return ready reasons for turning something down; whoever sent it reads them."""
    return {
        "listed": texts.gettext("It is listed already."),
        "kind": texts.gettext("This kind of offer is not listed here."),
        "unclear": texts.gettext("We could not find out whether this is right."),
        "gone": texts.gettext("The place is closed, or was never there."),
        "private": texts.gettext("It tells of private people or of a private home."),
        "advert": texts.gettext("It is an advertisement."),
    }


def claim_reasons(texts: Texts) -> dict[str, str]:
    """Return ready reasons for refusing a request to keep an entry."""
    return {
        "proof": texts.gettext("We could not find out that the entry is yours."),
        "other": texts.gettext("Somebody else of the initiative keeps the entry already."),
    }


def done_text(texts: Texts, do: str, title: str) -> str:
    """Say what was just done."""
    said = {
        "accept": texts.gettext("Accepted: {title}.", title=title),
        "reject": texts.gettext("Turned down: {title}.", title=title),
        "merge": texts.gettext("One entry stands for both now: {title}.", title=title),
        "apart": texts.gettext("Told apart: {title}.", title=title),
        "confirm": texts.gettext(
            "It holds, and is asked about in two years: {title}.", title=title
        ),
        "archive": texts.gettext("Archived: {title}.", title=title),
        "undo": texts.gettext("Undone, it waits again: {title}.", title=title),
    }
    return said.get(do, "")


def title_text(texts: Texts, item: Item) -> str:
    """Return what something is called."""
    title = item.title or texts.gettext("without a name")
    if item.kind == DUPLICATE:
        return f"{title} – {item.about or texts.gettext('without a name')}"
    return title
