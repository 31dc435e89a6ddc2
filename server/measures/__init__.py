"""
One module a measure: its models, its route, its command; each asks one function of `layers`.

A measure that is not listed here does not exist.
"""

from __future__ import annotations

import click
from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
COMMANDS: tuple[click.Command, ...] = ()
