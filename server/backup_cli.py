"""`umkreis backup` and `umkreis restore`: the whole register in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from geo.errors import ParameterError
from layers.register.backup import Backup
from server.register_opened import LANG, open_register, texts_for
from server.texts import Texts


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@LANG
def backup_command(file: Path, lang: str | None) -> None:
    """Write the register into one file, while others read and write; FILE.sha256 lies beside it."""
    texts = texts_for(lang)
    with open_register() as register:
        made = register.backup(file)
    click.echo(_told(made, texts))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask: what was written since is gone.")
@click.option(
    "--keep-access", is_flag=True,
    help="Take tokens, passwords, roles as the backup has them: to move a register.",
)  # fmt: skip
@LANG
def restore_command(file: Path, yes: bool, keep_access: bool, lang: str | None) -> None:
    """Put back what a backup holds, in one step; what was written since is gone."""
    texts = texts_for(lang)
    if not file.is_file():
        raise ParameterError(f"`FILE` {file}: there is no such file", parameter="file")
    if not yes:
        click.confirm(
            texts.gettext("What was written since this backup will be gone. Go on?"),
            abort=True, err=True,
        )  # fmt: skip
    with open_register() as register:
        made = register.restore_backup(file, keeps_access=keep_access)
    click.echo(_told(made, texts))
    if not keep_access:
        click.echo(
            texts.gettext(
                "Everybody is signed out and every token is revoked. Passwords, roles, and who is "
                "disabled, stay as they were before (--keep-access takes the backup's)."
            )
        )


def _told(made: Backup, texts: Texts) -> str:
    return texts.gettext(
        "{file}: {entries} entries, {revisions} states of them, up to change {rev}",
        file=made.file, entries=texts.number(made.entries), rev=made.rev,
        revisions=texts.number(made.revisions),
    )  # fmt: skip
