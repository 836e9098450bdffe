"""Commands for an auditor: `verify`, `audit-export`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.advised import advised
from bot.cli.parameters import Json, day_named
from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from workflows.engine.proof.keys import PublicKey
    from workflows.engine.proof.receipts.checking import Findings
    from workflows.engine.proof.verification import Trust
    from workflows.engine.proof.views import Verdict

commands = typer.Typer()


@commands.command()
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="EXPORT",
            help="A file of countersign audit-export, or one receipt as JSON; left out, the database.",
        ),
    ] = None,
    receipt: Annotated[
        list[Path] | None,
        typer.Option("--receipt", metavar="FILE", help="A receipt to be held against the export. May be repeated."),
    ] = None,
    receipts: Annotated[
        bool,
        typer.Option("--receipts", help="Of the database: hash what was decided again, too. It takes longer."),
    ] = False,
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="PUBLIC", help="A public key of the seals. May be repeated.")
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", metavar="NUMBER:HASH", help="A head that was published. May be repeated."),
    ] = None,
    heads: Annotated[
        Path | None, typer.Option("--heads", metavar="FILE", help="A file of COUNTERSIGN_SEAL_HEADS.")
    ] = None,
    json: Json = False,
) -> None:
    """Verify that the audit is as it was sealed, and name the first row that is not. Code 1 where something is found.

    It says, too, whether proposed, approved and delivered fit. An export or a receipt is verified without a database
    and without settings.
    """
    from bot.cli.screens.output import one_line_errors, print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.verified import verified

    with one_line_errors():
        trust = _trust(key or [], head or [], heads)
        if file is not None and not receipt:
            _check_one(file, json=json)
        verdict = _of_file(file, trust, receipt or [], all_of_database=receipts)
    if verdict is None:
        verdict = _of_database(trust, receipts=receipts)
    if json:
        print_json({"right": verdict.is_right, "good": verdict.is_good, **_plain(verdict)})
    else:
        tell(verified(verdict))
    raise typer.Exit(0 if verdict.is_good else 1)


@commands.command("audit-export")
def export_audit(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="The last day.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file; left out, it is printed.")
    ] = None,
) -> None:
    """Export the audit of some days with its seals, to be verified anywhere. No content of a case is in it."""
    import sys
    from functools import partial
    from zoneinfo import ZoneInfo

    from handlers.texts.digests.amounts import count
    from workflows.engine.digests.days import Days
    from workflows.engine.errors import Refused
    from workflows.engine.proof.audit_export import export_audit as write_export
    from workflows.new_files import for_owner_alone

    with started() as app:
        zone = ZoneInfo(app.settings.timezone)
        days = Days(first=day_named("--from", first), last=day_named("--to", last), zone=zone)
        if days.last < days.first:
            raise Refused(f"--to {days.last} is before --from {days.first}")
        key = app.settings.signing_key()
        made_by = partial(
            write_export,
            app.context,
            since=days.since,
            until=days.until,
            key=key.public if key is not None else None,
            by=operator(),
        )
        if out is None:
            made = made_by(sys.stdout.buffer.write)
            sys.stdout.buffer.flush()
        else:
            try:
                with open(out, "xb", opener=for_owner_alone) as file:
                    made = made_by(file.write)
            except FileExistsError:
                raise Refused(f"{out} is there already; name a new file") from None
        verify = advised(f"countersign verify {out if out is not None else 'FILE'}")
        typer.echo(
            f"{count(made.rows, 'row')} in {count(made.seals, 'seal')}, {count(made.unsealed, 'row')} not sealed yet; "
            f"{verify} verifies it anywhere",
            err=True,
        )


def _trust(keys: list[str], heads: list[str], file: Path | None) -> Trust:
    """Return what whoever verifies knows. Raise `Refused`, or `OSError` for a file that cannot be read."""
    from workflows.engine.errors import Refused
    from workflows.engine.proof.keys import BadKey, public_key
    from workflows.engine.proof.known_heads import NoHead, given_head, heads_in
    from workflows.engine.proof.verification import Trust, heads_of

    try:
        named: list[PublicKey] = [public_key(text) for text in keys]
        given = [given_head(text) for text in heads]
    except BadKey as error:
        raise Refused(f"--key: {error}") from error
    except NoHead as error:
        raise Refused(f"--head: {error}") from error
    kept, bad = heads_of(heads_in(file)) if file is not None else ((), 0)
    if file is not None and not kept:
        raise Refused(f"--heads: there is no head in {file}")
    return Trust(keys=named, named=bool(named), heads=[*given, *kept], bad_heads=bad)


def _check_one(file: Path, *, json: bool) -> None:
    """Check the receipt in a file, tell what came of it, and end; return where it is no receipt. Raise `OSError`."""
    from bot.cli.screens.output import print_json
    from bot.cli.screens.told import tell
    from handlers.texts.governance.verified import checked
    from workflows.engine.proof.receipts.receipt_file import check_file

    found = check_file(file)
    if found is None:
        return
    if json:
        print_json({"good": found.good, **_plain(found)})
    else:
        tell(checked(found))
    raise typer.Exit(0 if found.good else 1)


def _of_file(file: Path | None, trust: Trust, receipts: list[Path], *, all_of_database: bool) -> Verdict | None:
    """Return the verdict on an export; None where none is named. Raise `Refused` or `OSError`."""
    from workflows.engine.errors import Refused
    from workflows.engine.proof.export_file import verify_export

    if file is None:
        if receipts:
            raise Refused(
                "--receipt: name the export that it is held against: countersign verify EXPORT --receipt FILE"
            )
        return None
    if all_of_database:
        raise Refused("--receipts is about the database; the receipts of an export are always verified")
    return verify_export(file, trust, receipts=receipts)


def _of_database(trust: Trust, *, receipts: bool) -> Verdict:
    from dataclasses import replace

    from workflows.engine.proof.kept_audit import verify_database
    from workflows.engine.proof.kept_receipts import with_receipts
    from workflows.engine.proof.known_heads import heads_in
    from workflows.engine.proof.verification import heads_of
    from workflows.quality.autonomy.verifying import with_epochs

    with started() as app:
        key = app.settings.signing_key()
        if not trust.keys and key is not None:
            trust = replace(trust, keys=[key.public])
        published = app.settings.seal_heads
        if not trust.heads and published is not None and published.is_file():
            heads, bad = heads_of(heads_in(published))
            trust = replace(trust, heads=heads, bad_heads=bad)
        verdict = verify_database(app.context, replace(trust, restored_at=app.context.restores.at))
        verdict = with_epochs(app.context, verdict)
        return with_receipts(app.context, verdict) if receipts else verdict


def _plain(verdict: Verdict | Findings) -> dict[str, object]:
    from pydantic_core import to_jsonable_python

    found: dict[str, object] = to_jsonable_python(verdict)
    return found
