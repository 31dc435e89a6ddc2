"""
What a worker counts, in the text format of Prometheus (version 0.0.4).

Requests are counted by the template of their route, never by a path or a query string. Each worker
counts for itself and says which one it is, so that its numbers stay its own whichever worker a
monitor reaches.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LIMITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Labels = tuple[tuple[str, str], ...]


@dataclass
class _Times:
    sum_s: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0] * (len(LIMITS_S) + 1))


@dataclass(frozen=True)
class Gauge:
    """A number that others keep: its name, what it is, its values by label."""

    name: str
    help: str
    values: Mapping[Labels, float]
    kind: str = "gauge"


class Metrics:
    """Counts requests and their times; written by one thread, read by any."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._times: defaultdict[str, _Times] = defaultdict(_Times)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests[method, route, status] += 1
        times = self._times[route]
        times.counts[bisect_left(LIMITS_S, seconds)] += 1
        times.sum_s += seconds

    def text(self, gauges: Iterable[Gauge] = ()) -> str:
        """Write everything that was counted, and what is told as it is now."""
        return "".join(f"{line}\n" for line in self._lines(gauges))

    def _lines(self, gauges: Iterable[Gauge]) -> Iterator[str]:
        worker = ("worker", str(os.getpid()))
        yield from _head("umkreis_requests_total", "counter", "Answers by route and status.")
        for (method, route, status), n in sorted(self._requests.copy().items()):
            of = (worker, ("method", method), ("route", route), ("status", str(status)))
            yield _line("umkreis_requests_total", of, n)
        name = "umkreis_request_seconds"
        yield from _head(name, "histogram", "Time until an answer began.")
        for route, times in sorted(self._times.copy().items()):
            own = (worker, ("route", route))
            counts = list(times.counts)
            for i, limit_s in enumerate((*map(str, LIMITS_S), "+Inf")):
                yield _line(f"{name}_bucket", (*own, ("le", limit_s)), sum(counts[: i + 1]))
            yield _line(f"{name}_sum", own, times.sum_s)
            yield _line(f"{name}_count", own, sum(counts))
        for gauge in gauges:
            yield from _head(gauge.name, gauge.kind, gauge.help)
            for labels, value in gauge.values.items():
                yield _line(gauge.name, (worker, *labels), value)


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Labels, value: float) -> str:
    written = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{written}}} {value:.10g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
