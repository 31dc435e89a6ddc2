"""`umkreis region …`: the regions of this installation."""

from __future__ import annotations

import click

from server.commands.lazy import LazyGroup
from server.commands.table import REGION_COMMANDS


@click.group("region", cls=LazyGroup, sections=REGION_COMMANDS, path="region")
def group() -> None:
    """Regions known to this installation: list them, make one of your own."""
