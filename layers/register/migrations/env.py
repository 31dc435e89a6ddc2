"""Runs migrations of the register on the connection that `layers.register.database` gives."""

from __future__ import annotations

from alembic import context

from layers.register.schema import METADATA


def _migrate() -> None:
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()


_migrate()
