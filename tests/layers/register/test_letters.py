"""Letters that wait, and the count of those passed on, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from layers import letters
from layers.errors import RegisterError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LETTER = {"to": "a@b.example", "subject": "Betreff", "text": "Grüße", "reply_to": "c@d.example"}


def test_a_letter_is_taken_once_and_gone_when_removed(register):
    letter_id = letters.put(register.database, **LETTER, now=NOW)
    letter = letters.take(register.database, now=NOW)
    assert (letter.id, letter.to, letter.text, letter.tries) == (
        letter_id, "a@b.example", "Grüße", 1,
    )  # fmt: skip
    assert letters.take(register.database, now=NOW + timedelta(minutes=9)) is None
    letters.remove(register.database, letter_id)
    assert letters.count_waiting(register.database) == 0


def test_a_postponed_letter_is_due_after_its_pause(register):
    letters.put(register.database, **LETTER, now=NOW)
    letter = letters.take(register.database, now=NOW)
    assert letters.postpone(register.database, letter, now=NOW)
    assert letters.take(register.database, now=NOW + timedelta(seconds=59)) is None
    assert letters.take(register.database, now=NOW + timedelta(seconds=60)).tries == 2


def test_a_full_queue_says_so(register, monkeypatch):
    monkeypatch.setattr(letters, "MOST_WAITING", 1)
    letters.put(register.database, **LETTER)
    with pytest.raises(RegisterError, match="1 letters wait already"):
        letters.put(register.database, **LETTER)


def test_an_entry_gets_so_many_letters_a_day(register):
    def passed(day: int, offer_id: str = "umk:1") -> bool:
        return letters.may_pass_on(
            register.database, "toy", offer_id, day=date(2026, 3, day), most_a_day=3
        )

    assert [passed(1) for _ in range(5)] == [True, True, True, False, False]
    assert passed(1, "umk:2")
    assert passed(2)
