"""
Notices: what an offer needs or gives for a while, with a last day.

"A room for our meeting until the end of September" is more than the standing list of a category: it
is dated, so that it goes away by itself. Written as text: `needs room until 2024-09-30: for twenty
people`, several of them with `|` between.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

GIVES, NEEDS = "gives", "needs"
FORM = "gives|needs RESOURCE until YYYY-MM-DD: text"
_NOTICE = re.compile(r"(gives|needs)\s+([a-z][a-z0-9_]*)\s+until\s+(\S+?)(?::\s*(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is `gives` or `needs`, `resource` an id, `until` the last day on which it holds."""

    kind: str
    resource: str
    until: date
    text: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-friendly record."""
        return {**asdict(self), "until": self.until.isoformat()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Notice:
        """Make a notice from what `to_record` gave."""
        return cls(**{**record, "until": date.fromisoformat(record["until"])})


def parse_notices(text: str, resources: Container[str]) -> tuple[tuple[Notice, ...], list[str]]:
    """
    Read notices from a text.

    Parameters
    ----------
    text
        Empty for none.
    resources
        The ids that are known.

    Returns
    -------
    notices, faults
        What could be read, and what is wrong with the rest.
    """
    notices: list[Notice] = []
    faults: list[str] = []
    for part in filter(None, (part.strip() for part in text.split("|"))):
        if (match := _NOTICE.fullmatch(part)) is None:
            faults.append(f"{part!r} is no notice of the form {FORM!r}")
            continue
        kind, resource, until, words = match.groups()
        if resource not in resources:
            faults.append(f"{part!r} names the resource {resource!r}, which is not known")
            continue
        try:
            last = date.fromisoformat(until)
        except ValueError:
            faults.append(f"{part!r} ends on {until!r}, which is no day such as 2024-09-30")
            continue
        notices.append(Notice(kind, resource, last, " ".join((words or "").split())))
    return tuple(notices), faults
