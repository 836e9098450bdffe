"""The sealed audit: `seal`, `seal status`, `seal key`."""

from __future__ import annotations

import typer

from bot.cli.parameters import Json
from bot.cli.start import started

_PATIENCE = 5.0
"""Seconds for which a transaction that is still open is waited for."""

commands = typer.Typer(
    help="Seal the audit now; or show its seals, or make a key.", invoke_without_command=True, rich_markup_mode=None
)


@commands.callback()
def seal(context: typer.Context) -> None:
    """Seal the audit rows that are not sealed yet. `serve` does it by itself within seconds."""
    if context.invoked_subcommand is not None:
        return
    from bot.cli.screens.output import out
    from handlers.texts.governance.seals import unsealed_in_words
    from workflows.engine.proof.head_file import HeadFile
    from workflows.engine.proof.seal_status import seal_status
    from workflows.engine.proof.sealer import Sealer

    with started() as app:
        made = Sealer(app.context, app.settings.signing_key()).seal_all(patience=_PATIENCE)
        if app.settings.seal_heads is not None:
            HeadFile(app.context, app.settings.seal_heads).publish()
        status = seal_status(app.context)
        newest = status.newest
        done = f"{made:,} {'seal was' if made == 1 else 'seals were'} made" if made else "there was nothing to seal"
        head = f"; the newest head is {newest.number}:{newest.head}" if newest is not None else ""
        out.print(f"{done}{head}")
        out.print(unsealed_in_words(status))
        if status.unsealed:
            out.print("A transaction that is still open may yet add a row before them: run it again once that is over.")


@commands.command("status")
def show_status(json: Json = False) -> None:
    """Show how far the audit is sealed, the newest head, and the public key."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.seals import seal_status as in_words
    from workflows.engine.proof.seal_status import seal_status, sealed_rows

    with started() as app:
        key = app.settings.signing_key()
        status, rows = seal_status(app.context), sealed_rows(app.context)
        public = key.public if key is not None else None
        if json:
            print_json(
                {
                    "status": status,
                    "sealed_rows": rows,
                    "public_key": public.text if public is not None else None,
                    "key_id": public.id if public is not None else None,
                }
            )
        else:
            tell(in_words(status, sealed_rows=rows, public=public.text if public is not None else None))


@commands.command("key")
def make_key() -> None:
    """Make a key that signs heads, and print it. It is kept nowhere: put it where only the service reads it."""
    import secrets

    from workflows.engine.proof.keys import SigningKey

    key = SigningKey(raw=secrets.token_bytes(32))
    typer.echo(f"COUNTERSIGN_SEAL_KEY={key.raw.hex()}")
    typer.echo("Put this line into the file of settings of the service, and into no other place.", err=True)
    typer.echo("Give this one to whoever is to verify:", err=True)
    typer.echo(f"# public key: {key.public.text}")
    typer.echo(f"# its fingerprint: {key.public.id}")
