"""
One module a measure: its models, its route, its command; each asks one function of `layers`.

A measure that is not listed here does not exist.
"""

from __future__ import annotations

import click
from fastapi import APIRouter

from server.measures import access, equity, isochrone, scenario, sites

ROUTERS: tuple[APIRouter, ...] = (access.router, equity.router, isochrone.router, scenario.router, sites.router)
COMMANDS: tuple[click.Command, ...] = (access.command, equity.command, isochrone.command, scenario.command, sites.command)
