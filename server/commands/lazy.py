"""
Commands that load when they are used.

A command brings along all that it needs to compute: maps, spreadsheets, a web server. `--help` and
every other command do not wait for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from server.commands.examples import teach


@dataclass(frozen=True)
class Home:
    """Where a command lies, `module:attribute`, and the first sentence of its help."""

    place: str
    help: str


class LazyCommands(MutableMapping[str, click.Command]):
    """
    Commands by name, loaded when they are asked for.

    Parameters
    ----------
    homes
        Where each one lies.
    path
        Words before their names, such as `region`, as `server.commands.examples` has them.
    """

    def __init__(self, homes: Mapping[str, Home], *, path: str = "") -> None:
        self._homes = homes
        self._path = path
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module, _, attribute = self._homes[name].place.partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            teach(command, f"{self._path} {name}".strip())
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError(f"command {name!r} belongs into server.commands.table")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"command {name!r} stands in server.commands.table")

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


class PlainGroup(click.Group):
    """A group whose help does not cut short what its commands say of themselves."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does, whole."""
        rows = [
            (name, command.get_short_help_str(1000))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class LazyGroup(click.Group):
    """
    A group whose help tells, under headings, of commands that are not loaded.

    Parameters
    ----------
    sections
        Where the commands under each heading lie, in the order in which help lists them.
    path
        Words before their names.
    """

    def __init__(
        self,
        *args: Any,
        sections: Mapping[str, Mapping[str, Home]],
        path: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        homes = {name: home for part in sections.values() for name, home in part.items()}
        self.commands = LazyCommands(homes, path=path)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own form)
        """List the commands in the order of their headings."""
        return list(self.commands)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's own form)
        formatter: click.HelpFormatter,
    ) -> None:
        """Write what each command does, from the table."""
        width = max(map(len, self.commands))
        for heading, homes in self.sections.items():
            with formatter.section(heading):
                rows = [(name.ljust(width), home.help) for name, home in homes.items()]
                formatter.write_dl(rows)
