"""What was decided long ago tells of nobody any more."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from layers.register.schema_submissions import SUBMISSION
from layers.submissions import review, sending
from layers.submissions.tidy import Tidied, tidy

LATER = datetime.now(UTC) + timedelta(days=91)


def test_what_was_turned_down_loses_what_tells_of_people(register, send, new_place):
    given, token = send(new_place)
    review.reject(register, "toy", given.id, who="ada", reason="Gibt es schon.")
    assert tidy(register) == Tidied(0, 0)
    assert tidy(register, today=LATER) == Tidied(1, 0)
    assert tidy(register, today=LATER) == Tidied(0, 0)
    with register.database.reading() as connection:
        rows = str(connection.execute(sa.select(SUBMISSION)).all())
    for told in ("eva@", "Eva", "markt@", "123456", "Reparatur", "Bin oft"):
        assert told not in rows
    found, _ = sending.followed(register, token)
    assert (found.state, found.reason) == ("rejected", "Gibt es schon.")
    assert found.content["categories"] == ["repair_cafe"]


def test_what_waits_is_left_alone(register, send, new_place):
    _, token = send(new_place)
    assert tidy(register, today=LATER) == Tidied(0, 0)
    assert sending.followed(register, token)[0].email == "eva@example.org"


def test_of_what_was_accepted_only_the_sender_goes(register, send, accept, new_place):
    given, token = send(new_place)
    accept(given)
    assert tidy(register, today=LATER, keep_days=1) == Tidied(1, 0)
    found, _ = sending.followed(register, token)
    assert (found.email, found.title) == ("", "Reparatur am Markt")
    assert "phone" not in found.content
