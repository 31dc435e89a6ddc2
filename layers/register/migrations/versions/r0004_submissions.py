"""
What anybody suggests, who may follow it, and who keeps an entry themselves.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REV = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make their tables."""
    _submission()
    _submission_step()
    _keeper()
    _keeper_code()


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.String(40), nullable=False),
        sa.Column("consented_at", sa.String(27), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.Column("decided_at", sa.String(27), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rev", _REV, nullable=False),
        sa.Column("is_tidied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id"),
    )
    op.create_index("submission_state", "submission", ["region", "state", "made_at"], unique=False)
    op.create_index("submission_token", "submission", ["token_hash"], unique=True)


def _submission_step() -> None:
    op.create_table(
        "submission_step",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", "submission", "step"),
    )


def _keeper() -> None:
    op.create_table(
        "keeper",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("consent", sa.String(40), nullable=False),
        sa.Column("consented_at", sa.String(27), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("code_until", sa.String(27), nullable=False),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(10), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("decided_at", sa.String(27), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_tidied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id"),
    )
    op.create_index("keeper_offer", "keeper", ["region", "offer_id"], unique=False)
    op.create_index("keeper_token", "keeper", ["token_hash"], unique=True)


def _keeper_code() -> None:
    op.create_table(
        "keeper_code",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("region", "offer_id", "at"),
    )
