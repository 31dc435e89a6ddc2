"""How sure the verdicts on all districts are, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from geo.errors import ParameterError
from layers.coverage import CoverageReport
from layers.stability import DEFAULT_THRESHOLD
from layers.verdicts import verdicts
from server import models
from server.api import By, Report, api_router


class VerdictOut(models.Model):
    """The verdict on a district over all variants."""

    id: str
    name: str
    verdict: Literal["underserved", "served", "depends", "unclear", "unknown"]


class StabilityOut(models.Model):
    """How sure the verdicts on all districts are."""

    region: str
    categories: list[str]
    by: Literal["district", "municipality"]
    threshold: float = Field(description="share of its people from which on a district is served")
    by_district: list[VerdictOut]


router = api_router()


@router.get("/regions/{region}/stability")
def get_stability(
    report: Report,
    by: By = "district",
    threshold: Annotated[
        float, Query(description="share from which on a district is served, above 0 to 1")
    ] = DEFAULT_THRESHOLD,
) -> StabilityOut:
    """Say of each district whether it is under-served or served in every variant, or depends."""
    return stability_out(report, by=by, threshold=threshold)


def stability_out(report: CoverageReport, *, by: str, threshold: float) -> StabilityOut:
    """
    Write the verdicts.

    Raises
    ------
    ParameterError
        If the threshold is no share above 0.
    """
    if not 0 < threshold <= 1:
        raise ParameterError(
            f"`threshold` is {threshold:g} but must be above 0 and at most 1", parameter="threshold"
        )
    return StabilityOut(
        region=report.atlas.region.id,
        categories=[category.id for category in report.question.categories],
        by=by,  # type: ignore[arg-type]
        threshold=threshold,
        by_district=[
            VerdictOut(id=each.area_id, name=each.name, verdict=each.verdict)  # type: ignore[arg-type]
            for each in verdicts(report, by=by, threshold=threshold)
        ],
    )
