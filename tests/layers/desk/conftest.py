"""The desk of the toy region, on both databases."""

from layers.desk.queue import queue
from tests.layers.register.conftest import (  # noqa: F401 (fixtures)
    postgres,
    postgres_register,
    register,
    register_url,
)
from tests.layers.submissions.conftest import (  # noqa: F401 (fixtures)
    TODAY,
    living,
    new_place,
    send,
)


def waiting(register, living):  # noqa: F811
    """Kinds and ids of what waits, the oldest first."""
    return [(item.kind, item.id) for item in queue(register, living(), on=TODAY)]
