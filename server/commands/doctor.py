"""`umkreis doctor`."""

from __future__ import annotations

import os
import sys

import click

from server.doctor import examine_environment, examine_port, without_password
from server.settings import SETTINGS


@click.command("doctor")
@click.option("--settings", "show_settings", is_flag=True, help="List all settings.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def command(show_settings: bool, port: int) -> None:
    """Check this machine and installation, and say what to do."""
    if show_settings:
        for setting in SETTINGS:
            value = without_password(os.environ.get(setting.name, setting.default))
            click.echo(f"{setting.name}={value}")
            click.echo(f"    {setting.help}")
        return
    healthy = True
    for check in (*examine_environment(os.environ), examine_port("127.0.0.1", port)):
        click.echo(f"{'ok  ' if check.is_ok else 'FAIL'} {check.what}: {check.found}")
        healthy = healthy and check.is_ok
    if not healthy:
        sys.exit(1)
