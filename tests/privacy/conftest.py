"""An app over the toy region."""

from tests.server.conftest import client, make_client, toy_settings  # noqa: F401 (fixtures)
