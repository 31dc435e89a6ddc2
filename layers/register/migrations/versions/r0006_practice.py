"""
Practice cards, their adoptions, and experiments.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add their tables."""
    rev = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "practice_card",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rev", rev, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id"),
    )
    op.create_table(
        "practice_adoption",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("adopter", sa.Text(), nullable=False),
        sa.Column("rev", rev, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", "card", "adopter"),
    )
    op.create_table(
        "experiment",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rev", rev, nullable=False),
        sa.Column("recorded_at", sa.String(length=27), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", "rev"),
    )
