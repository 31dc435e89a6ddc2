"""
One module a measure: its models, its route, its command; each asks one function of `layers`.

A route that is not listed here does not exist; commands stand in `server.commands.table`.
"""

from __future__ import annotations

from fastapi import APIRouter

from server import notices_api
from server.measures import (
    access,
    agenda,
    calendar,
    compare,
    compare_similar,
    equity,
    experiment,
    geocode,
    history,
    isochrone,
    journey,
    offer_reach,
    paper,
    partners,
    partners_page,
    practice,
    radius,
    resilience,
    scenario,
    sheet,
    sites,
    stability,
    timetable,
    way,
    week,
)

ROUTERS: tuple[APIRouter, ...] = (
    access.router,
    agenda.router,
    calendar.router,
    compare.router,
    compare_similar.router,
    compare_similar.page_router,
    equity.router,
    experiment.router,
    geocode.router,
    history.router,
    isochrone.router,
    journey.router,
    notices_api.router,
    offer_reach.router,
    paper.router,
    partners.router,
    partners_page.router,
    practice.router,
    radius.router,
    resilience.router,
    scenario.router,
    sheet.router,
    sheet.page_router,
    sites.router,
    stability.router,
    timetable.router,
    way.router,
    week.router,
)
