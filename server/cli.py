"""
The command line: `umkreis …`, a thin skin over `layers`.

Exit status: 0; 1 when an operation failed; 2 for bad input, with one clear line on stderr. Results
go to stdout or to a file; progress and messages go to stderr.
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from geo.errors import UmkreisError
from layers.errors import AtlasError, RolloutError, TilesMissingError
from server.commands.lazy import LazyGroup
from server.commands.table import COMMANDS


class _Umkreis(LazyGroup):
    """Answers every failure that we explain with one line and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line."""
        try:
            return super().main(
                *args, **{**kwargs, "prog_name": "umkreis", "standalone_mode": False}
            )
        except click.exceptions.NoArgsIsHelpError as exc:
            click.echo(exc.format_message())
        except click.UsageError as exc:
            command = exc.ctx.command_path if exc.ctx else "umkreis"
            said = " ".join(exc.format_message().split())  # choices come on lines of their own
            joint = "" if said.endswith("?") else ";"
            _fail(f"{said.rstrip('.')}{joint} see `{command} --help`", 2)
        except click.ClickException as exc:
            _fail(exc.format_message(), 1)
        except (click.Abort, KeyboardInterrupt):
            _fail("interrupted", 130)
        except (AtlasError, RolloutError, TilesMissingError) as exc:
            _fail(str(exc), 1)
        except UmkreisError as exc:
            _fail(str(exc), 2)
        except OSError as exc:
            _fail(f"{exc.filename or 'system'}: {exc.strerror or exc}", 1)


def _fail(message: str, status: int) -> NoReturn:
    click.echo(f"umkreis: {message}", err=True)
    sys.exit(status)


@click.group(
    cls=_Umkreis, sections=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="umkreis", prog_name="umkreis")
def main() -> None:
    """
    Who lives within reach of what, on a map.

    \b
    First steps:
      umkreis serve neubrandenburg      build the demo region and open it in the browser
      umkreis categories                which kinds of offers there are
      umkreis coverage neubrandenburg --category greengrocer_bakery --minutes 10
      umkreis map neubrandenburg --category library -o library.html
      umkreis doctor                    what is missing on this machine?

    
    Your own town, and your own list on it:
      umkreis region new mytown --pbf EXTRACT.osm.pbf --ags 12345678
      umkreis import mytown LIST.xlsx --licence CC0-1.0 --dry-run
      umkreis serve mytown

    
    Words: an offer is whatever people go to, a shop or a repair café; its category
    is its kind. A region is a town with its districts and what lies around it. Coverage
    is the share of its people with an offer in reach, a gap is where those without live.
    An extract is a file of OpenStreetMap data, *.osm.pbf. AGS is the official key of
    a German municipality (Amtlicher Gemeindeschlüssel, 8 digits).

    `umkreis COMMAND --help` explains each command and ends with examples.

    \b
    Settings are environment variables: see `umkreis doctor --settings`.
    """  # noqa: D301 (click's \b keeps lines as they are)


if __name__ == "__main__":
    main()
