"""
One module a measure: its models, its route, its command; each asks one function of `layers`.

A measure that is not listed here does not exist.
"""

from __future__ import annotations

import click
from fastapi import APIRouter

from server.measures import isochrone, sites

ROUTERS: tuple[APIRouter, ...] = (isochrone.router, sites.router)
COMMANDS: tuple[click.Command, ...] = (isochrone.command, sites.command)
