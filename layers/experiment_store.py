"""
Experiments in the database: every state is kept, with the moment in which it was recorded.

Until the day on which an experiment begins, all of it may be corrected; each correction is a
further state. From that day on the expectation, the districts, the question and the days are
fixed: only the title may still be put right. So nobody can learn the outcome first and expect it
afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import orjson
import sqlalchemy as sa

from layers.errors import UnknownNameError
from layers.experiment_file import Experiment, ExperimentError, check_experiment
from layers.register.schema_practice import EXPERIMENT
from layers.register.values import json_text

if TYPE_CHECKING:
    from layers.register.database import Database


class UnknownExperimentError(UnknownNameError):
    """No experiment of the region has this id."""

    parameter = "experiment"
    way_out = "`umkreis experiment list` and /api/v1/regions/{region}/experiments list all"


@dataclass(frozen=True, slots=True)
class Registered:
    """
    An experiment as it stands.

    `recorded_at` is when its present expectation, districts and question were first recorded (ISO,
    UTC), `first_recorded_at` when the experiment was first mentioned, `states` how often it was
    written. `is_prior` tells whether the former was before the day it begins.
    """

    experiment: Experiment
    recorded_at: str
    first_recorded_at: str
    states: int

    @property
    def is_prior(self) -> bool:
        """Tell whether the expectation was written down before the experiment began."""
        return date.fromisoformat(self.recorded_at[:10]) < self.experiment.begins_on


def register_experiment(
    database: Database, experiment: Experiment, *, who: str, on: date | None = None
) -> Registered:
    """
    Record an experiment, or a correction of it.

    Parameters
    ----------
    database
        Of the register.
    experiment
        As it shall stand.
    who
        For the history.
    on
        The day that counts as today; today where it is left out.

    Raises
    ------
    ExperimentError
        If it has begun and more than the title would change.
    """
    today = on or datetime.now(UTC).date()
    region = experiment.region
    row = {"region": region, "id": experiment.id, "who": who}
    what = f"experiment {experiment.id}"[:40]
    with database.changing(region, who=who, what=what) as change:
        states = _states(change.connection, region, experiment.id)
        if states:
            before = states[-1][1]
            _check_change(before, experiment, today)
            change.is_empty = before == experiment
        if not change.is_empty:
            body = json_text(experiment.to_record())
            at = {"rev": change.rev, "recorded_at": change.recorded_at}
            change.connection.execute(EXPERIMENT.insert(), {**row, **at, "body": body})
    return find_experiment(database, region, experiment.id)


def _check_change(before: Experiment, after: Experiment, today: date) -> None:
    if today >= before.begins_on and replace(after, title=before.title) != before:
        raise ExperimentError(
            after.id,
            [
                f"it began on {before.begins_on}: expectation, districts, question and days are "
                "fixed since; register another one"
            ],
        )


def find_experiment(database: Database, region: str, experiment_id: str) -> Registered:
    """
    Return one experiment.

    Raises
    ------
    UnknownExperimentError
        If there is none.
    """
    with database.reading() as connection:
        states = _states(connection, region, experiment_id)
        if not states:
            query = sa.select(EXPERIMENT.c.id).where(EXPERIMENT.c.region == region)
            raise UnknownExperimentError(experiment_id, connection.execute(query).scalars())
    return _registered(states)


def experiments(database: Database, region: str) -> list[Registered]:
    """Return a region's experiments, by the day on which they begin."""
    query = sa.select(EXPERIMENT.c.id).where(EXPERIMENT.c.region == region).distinct()
    with database.reading() as connection:
        ids = sorted(connection.execute(query).scalars())
        found = [_registered(_states(connection, region, one)) for one in ids]
    return sorted(found, key=lambda r: (r.experiment.begins_on, r.experiment.id))


def _states(
    connection: sa.Connection, region: str, experiment_id: str
) -> list[tuple[str, Experiment]]:
    query = (
        sa.select(EXPERIMENT.c.recorded_at, EXPERIMENT.c.body)
        .where(EXPERIMENT.c.region == region, EXPERIMENT.c.id == experiment_id)
        .order_by(EXPERIMENT.c.rev)
    )
    return [
        (at, check_experiment(orjson.loads(body), region=region))
        for at, body in connection.execute(query)
    ]


def _registered(states: list[tuple[str, Experiment]]) -> Registered:
    """Return the last state, and since when all of it but the title stands."""
    now = states[-1][1]
    since = states[-1][0]
    for at, state in reversed(states):
        if replace(state, title=now.title) != now:
            break
        since = at
    return Registered(now, since, states[0][0], len(states))
