"""
The tables of what regions learn: practice cards, who adopted them, experiments.

    practice_card      cards as they stand; those that ship in a region's folder are not in here
    practice_adoption  who took up whose card, when, and what was done otherwise
    experiment         every state of an experiment, only ever added to: `recorded_at` is the proof
                       that an expectation was written down before the day it is about

Bodies are JSON texts, checked by `layers.practice` and `layers.experiment_file` on their way in and
out.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from layers.register.schema import METADATA

_ID = Text()
_REV = BigInteger().with_variant(Integer, "sqlite")
_TIME = String(27)

PRACTICE_CARD = Table(
    "practice_card",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("rev", _REV, nullable=False),
    Column("body", Text, nullable=False),
)
PRACTICE_ADOPTION = Table(
    "practice_adoption",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("card", _ID, primary_key=True),
    Column("adopter", _ID, primary_key=True),
    Column("rev", _REV, nullable=False),
    Column("body", Text, nullable=False),
)
EXPERIMENT = Table(
    "experiment",
    METADATA,
    Column("region", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("rev", _REV, primary_key=True, autoincrement=False),
    Column("recorded_at", _TIME, nullable=False),
    Column("who", Text, nullable=False),
    Column("body", Text, nullable=False),
)
