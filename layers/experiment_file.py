"""
What a city tries out, where, and what it expected before (a Reallabor).

An experiment is a file in TOML:

    id = "bread-bus"
    title = "A bread van for Ost"
    category = ["greengrocer_bakery"]
    mode = "walk"
    minutes = 10
    begins_on = 2026-03-01
    treated = ["T1.n1302"]                   # districts in which something is done
    compared = ["T1.n1301"]                  # districts like them in which nothing is
    days_before = 90                         # when "before" is measured, and
    days_after = 180                         # when "after" is

    [expectation]
    statement = "Twice as many people of Ost reach fresh bread on foot."
    direction = "up"                         # up, down, none
    points = 20                              # percentage points more than in `compared`

An expectation counts as prior only if it was recorded before `begins_on`; it cannot be changed
afterwards.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from geo.errors import ParameterError
from layers.document import MAX_BYTES, is_number, is_text, unknown_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UP, DOWN, NONE = "up", "down", "none"
DIRECTIONS = (UP, DOWN, NONE)
MAX_DISTRICTS = 50
MAX_DAYS = 3650
MAX_WORDS = 4_000
DEFAULT_BEFORE, DEFAULT_AFTER = 1, 365
_ID = re.compile(r"[a-z][a-z0-9-]{2,59}")
_KEYS = (
    "id", "title", "category", "mode", "minutes", "metres", "begins_on", "treated", "compared",
    "days_before", "days_after", "expectation",
)  # fmt: skip


class ExperimentError(ParameterError):
    """An experiment has faults, or may not be changed so; `faults` holds all reasons."""

    def __init__(self, experiment: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(
            f"experiment {experiment!r} has {count}: {'; '.join(self.faults)}",
            parameter="experiment",
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    What was expected, before: a statement, its direction, and a number.

    `points` are percentage points (0…100) by which the share of the treated districts changes more
    than that of the others, in the direction; at most so many where the direction is `none`.
    """

    statement: str
    direction: str
    points: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """
    A checked experiment.

    `before` and `after` are the days on which shares are measured: so many days before and after
    `begins_on`.
    """

    region: str
    id: str
    title: str
    category: tuple[str, ...]
    mode: str | None
    minutes: float | None
    metres: float | None
    begins_on: date
    treated: tuple[str, ...]
    compared: tuple[str, ...]
    days_before: int
    days_after: int
    expectation: Expectation

    @property
    def before(self) -> date:
        """The day on which it is measured before."""
        return self.begins_on - timedelta(days=self.days_before)

    @property
    def after(self) -> date:
        """The day on which it is measured after."""
        return self.begins_on + timedelta(days=self.days_after)

    def to_record(self) -> dict[str, Any]:
        """Return what `check_experiment` reads, JSON-friendly."""
        record: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "category": list(self.category),
            "mode": self.mode,
            "minutes": self.minutes,
            "metres": self.metres,
            "begins_on": self.begins_on.isoformat(),
            "treated": list(self.treated),
            "compared": list(self.compared),
            "days_before": self.days_before,
            "days_after": self.days_after,
            "expectation": {
                "statement": self.expectation.statement,
                "direction": self.expectation.direction,
                "points": self.expectation.points,
            },
        }
        return {k: v for k, v in record.items() if v is not None}


def read_experiment(text: str, *, region: str) -> Experiment:
    """
    Read an experiment from TOML text.

    Raises
    ------
    ExperimentError
        If it is too large, no TOML, or has faults.
    """
    if len(text) > MAX_BYTES:
        raise ExperimentError("?", [f"it holds {len(text):,} characters, at most {MAX_BYTES:,}"])
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ExperimentError("?", [f"it is no TOML ({exc})"]) from exc
    return check_experiment(raw, region=region)


def check_experiment(raw: Mapping[str, Any], *, region: str) -> Experiment:
    """
    Check an experiment that was read from TOML or JSON; its districts are checked when it is asked.

    Raises
    ------
    ExperimentError
        With all faults.
    """
    faults = unknown_keys(raw, _KEYS)
    experiment_id = raw.get("id")
    if not isinstance(experiment_id, str) or not _ID.fullmatch(experiment_id):
        faults.append("`id` must be 3 to 60 lower-case letters, digits and -, letter first")
    title = raw.get("title")
    if not is_text(title) or not str(title).strip():
        faults.append("`title` is missing")
    category = _names(raw, "category", faults)
    treated, compared = (_names(raw, key, faults) for key in ("treated", "compared"))
    if both := sorted(set(treated) & set(compared)):
        faults.append(f"{', '.join(both)} stands in `treated` and in `compared`")
    begins_on = _day(raw.get("begins_on"), faults)
    mode = raw.get("mode")
    if mode is not None and not is_text(mode, most=20):
        faults.append("`mode` must be a text such as walk")
    limits = {key: _number(raw, key, faults) for key in ("minutes", "metres")}
    days = {
        key: _whole(raw, key, default, faults)
        for key, default in (("days_before", DEFAULT_BEFORE), ("days_after", DEFAULT_AFTER))
    }
    expectation = _expectation(raw.get("expectation"), faults)
    if faults or begins_on is None or expectation is None:
        raise ExperimentError(str(experiment_id)[:60], faults)
    return Experiment(
        region=region,
        id=str(experiment_id),
        title=str(title).strip(),
        category=category,
        mode=mode,
        begins_on=begins_on,
        treated=treated,
        compared=compared,
        expectation=expectation,
        minutes=limits["minutes"],
        metres=limits["metres"],
        days_before=days["days_before"],
        days_after=days["days_after"],
    )


def _names(raw: Mapping[str, Any], key: str, faults: list[str]) -> tuple[str, ...]:
    value = raw.get(key)
    value = [value] if isinstance(value, str) else value
    if (
        not isinstance(value, list)
        or not 0 < len(value) <= MAX_DISTRICTS
        or not all(is_text(name, most=200) and name.strip() for name in value)
    ):
        faults.append(f"`{key}` must be a list of 1 to {MAX_DISTRICTS} ids")
        return ()
    return tuple(dict.fromkeys(name.strip() for name in value))


def _day(value: Any, faults: list[str]) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.append("`begins_on` must be a day such as 2026-03-01")
        return None


def _number(raw: Mapping[str, Any], key: str, faults: list[str]) -> float | None:
    value = raw.get(key)
    if value is None:
        return None
    if not is_number(value) or value <= 0:
        faults.append(f"`{key}` must be a number above 0")
        return None
    return float(value)


def _whole(raw: Mapping[str, Any], key: str, default: int, faults: list[str]) -> int:
    value = raw.get(key, default)
    if type(value) is not int or not 1 <= value <= MAX_DAYS:
        faults.append(f"`{key}` must be a whole number from 1 to {MAX_DAYS}")
        return default
    return value


def _expectation(raw: Any, faults: list[str]) -> Expectation | None:
    if not isinstance(raw, dict):
        faults.append("`expectation` is missing: a table with statement, direction, points")
        return None
    own = unknown_keys(raw, ("statement", "direction", "points"))
    statement, direction, points = (raw.get(k) for k in ("statement", "direction", "points"))
    if not is_text(statement, most=MAX_WORDS) or not str(statement).strip():
        own.append("`statement` is missing")
    if direction not in DIRECTIONS:
        own.append(f"`direction` must be one of {', '.join(DIRECTIONS)}")
    if not is_number(points) or not 0 <= float(points or 0) <= 100:
        own.append("`points` must be a number from 0 to 100")
    if own:
        faults += [f"expectation: {fault}" for fault in own]
        return None
    return Expectation(str(statement).strip(), str(direction), float(points or 0))
