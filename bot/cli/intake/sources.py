"""Sources that hand in over HTTP, and their keys: `source add`, `list`, `change`, `end`, and `source key`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli.advised import advised
from bot.cli.parameters import Json
from bot.cli.people import operator
from bot.cli.start import started

commands = typer.Typer(
    help="Programs that hand in cases, what each may do, and its keys.", no_args_is_help=True, rich_markup_mode=None
)
keys = typer.Typer(help="Keys of sources.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(keys, name="key")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the source.")]
Workflows = Annotated[
    list[str] | None,
    typer.Option("--workflow", metavar="WORKFLOW", help="A workflow that it may hand in for. May be repeated."),
]
EveryWorkflow = Annotated[
    bool, typer.Option("--every-workflow", help="It may hand in for all, also those that are added later.")
]
PerMinute = Annotated[
    int | None, typer.Option("--per-minute", metavar="N", help="Most requests in a minute; 600 if left out at first.")
]
MostBytes = Annotated[
    int | None, typer.Option("--most-bytes", metavar="N", help="Most bytes of a request; 1 MiB if left out at first.")
]
MayPropose = Annotated[
    bool | None, typer.Option("--may-propose/--may-not-propose", help="Whether it may hand in proposals, too.")
]
Webhook = Annotated[str | None, typer.Option("--webhook", metavar="URL", help="Where the outcomes are sent.")]
AllowPrivate = Annotated[
    bool | None,
    typer.Option("--allow-private/--no-private", help="Let URL be a private address, or plain HTTP."),
]


@commands.command()
def add(
    name: Name,
    workflow: Workflows = None,
    every_workflow: EveryWorkflow = False,
    may_propose: MayPropose = None,
    per_minute: PerMinute = None,
    most_bytes: MostBytes = None,
    webhook: Webhook = None,
    allow_private: AllowPrivate = None,
) -> None:
    """Add a source. It can hand in once it has a key."""
    from bot.cli.screens.intake.sources import print_settings
    from bot.cli.screens.output import out, shown
    from workflows.engine.errors import Refused
    from workflows.engine.sources.programs import api_sources

    with started() as app:
        chosen = _chosen(workflow, every=every_workflow)
        if not chosen:
            raise Refused("say for which workflows: --workflow NAME, which may be repeated, or --every-workflow")
        given = _given(
            may_propose=may_propose,
            per_minute=per_minute,
            most_bytes=most_bytes,
            webhook=webhook,
            allow_private=allow_private,
        )
        made = api_sources.add(app.context, name, by=operator(), **chosen, **given)
        print_settings(name, made)
        out.print(shown(advised(f"next: `countersign source key add {name}` makes a key for it")))


@commands.command()
def change(
    name: Name,
    workflow: Workflows = None,
    every_workflow: EveryWorkflow = False,
    may_propose: MayPropose = None,
    per_minute: PerMinute = None,
    most_bytes: MostBytes = None,
    webhook: Webhook = None,
    no_webhook: Annotated[bool, typer.Option("--no-webhook", help="Send the outcomes nowhere.")] = False,
    allow_private: AllowPrivate = None,
) -> None:
    """Change what a source may do. The workflows that are named take the place of the former ones."""
    from bot.cli.screens.intake.sources import print_settings
    from workflows.engine.errors import Refused
    from workflows.engine.sources.programs import api_sources

    with started() as app:
        if webhook is not None and no_webhook:
            raise Refused("give --webhook or --no-webhook, not both")
        given = _chosen(workflow, every=every_workflow) | _given(
            may_propose=may_propose,
            per_minute=per_minute,
            most_bytes=most_bytes,
            webhook=webhook,
            allow_private=allow_private,
        )
        if no_webhook:
            given["webhook"] = None
        if not given:
            raise Refused("say what to change: countersign source change --help names it")
        print_settings(name, api_sources.change(app.context, name, by=operator(), **given))


@commands.command("list")
def list_sources(
    files: Annotated[bool, typer.Option("--files", help="List those of files, and how each is read.")] = False,
    schedules: Annotated[
        bool, typer.Option("--schedules", help="List those that are looked at on a schedule.")
    ] = False,
    json: Json = False,
) -> None:
    """List the sources that have keys, and what each may do."""
    from bot.cli.screens.intake.schedules import print_schedules
    from bot.cli.screens.intake.sources import print_file_sources, print_sources
    from bot.cli.screens.output import print_json
    from workflows.engine.sources.files import kept as file_sources
    from workflows.engine.sources.looks.schedules import schedule_views
    from workflows.engine.sources.programs import api_sources

    with started() as app:
        if schedules:
            stand = schedule_views(app.context)
            print_json(stand) if json else print_schedules(stand)
            return
        if files:
            read = file_sources.listed(app.context)
            print_json(read) if json else print_file_sources(read)
            return
        found = api_sources.listed(app.context)
        print_json(found) if json else print_sources(found)


@commands.command()
def end(name: Name) -> None:
    """End a source: none of its keys is accepted any more. What it handed in goes on."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.sources.programs import api_sources

    with started() as app:
        api_sources.end(app.context, name, by=operator())
        out.print(shown(f"{name} has ended: none of its keys is accepted any more; what it handed in goes on"))


@keys.command("add")
def add_key(
    name: Name,
    days: Annotated[
        int | None, typer.Option("--days", metavar="N", help="Days after which it expires; left out, it does not.")
    ] = None,
) -> None:
    """Make a key for a source, and print it this once. Standard output holds the key alone."""
    from bot.cli.screens.intake.sources import print_key
    from workflows.engine.sources.programs import keys as source_keys

    with started() as app:
        print_key(name, source_keys.make(app.context, name, days=days, by=operator()))


@keys.command("list")
def list_keys(json: Json = False) -> None:
    """List the keys of all sources, each by its first characters."""
    from bot.cli.screens.intake.sources import print_keys
    from bot.cli.screens.output import print_json
    from workflows.engine.sources.programs import keys as source_keys

    with started() as app:
        found = source_keys.listed(app.context)
        print_json(found) if json else print_keys(found)


@keys.command()
def revoke(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="The first characters of the key, as listed.")],
) -> None:
    """Revoke a key: from now on no process accepts it."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.sources.programs import keys as source_keys

    with started() as app:
        view = source_keys.revoke(app.context, prefix, by=operator())
        out.print(shown(f"the key {view.prefix} of {view.source} is revoked: no process accepts it any more"))


def _chosen(workflows: list[str] | None, *, every: bool) -> dict[str, Any]:  # Any: settings, checked by the engine
    from workflows.engine.errors import Refused

    if workflows and every:
        raise Refused("give --workflow or --every-workflow, not both")
    if every:
        return {"workflows": None}
    return {"workflows": workflows} if workflows else {}


def _given(**settings: Any) -> dict[str, Any]:  # Any: settings, checked by the engine
    """Return the settings that were given."""
    return {name: value for name, value in settings.items() if value is not None}
