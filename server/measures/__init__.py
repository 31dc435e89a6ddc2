"""
One module a measure: its models, its route, its command; each asks one function of `layers`.

A measure that is not listed here does not exist.
"""

from __future__ import annotations

import click
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
    offer_reach,
    package,
    paper,
    partners,
    partners_page,
    practice,
    practice_cli,
    radius,
    resilience,
    scenario,
    sheet,
    sites,
    stability,
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
    way.router,
    week.router,
)
COMMANDS: tuple[click.Command, ...] = (
    access.command,
    compare.command,
    compare_similar.command,
    equity.command,
    experiment.group,
    history.command,
    isochrone.command,
    package.group,
    paper.command,
    partners.command,
    practice_cli.group,
    radius.command,
    resilience.command,
    scenario.command,
    sheet.command,
    sites.command,
    week.command,
)
