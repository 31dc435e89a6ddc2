"""
What each source can tell of; ids that lead to an entry, found from the entry.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the categories of sources, unknown for those imported before."""
    op.add_column("source", sa.Column("categories", sa.Text(), nullable=False, server_default=""))
    op.create_index("alias_offer", "alias", ["region", "offer_id"], unique=False)
