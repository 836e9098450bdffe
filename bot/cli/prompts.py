"""`prompts`: commands that show the prompts, their versions, and what a model is told by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.people import operator
from bot.cli.start import started

if TYPE_CHECKING:
    from pydantic import JsonValue

    from bot.app import App
    from workflows.engine.declare.registry import AnyWorkflow
    from workflows.model.asking.requests import Request
    from workflows.model.prices import Prices

commands = typer.Typer(help="Look at the prompts and their versions.", no_args_is_help=True, rich_markup_mode=None)

Workflow = Annotated[str, typer.Argument(metavar="WORKFLOW", help="The workflow's name.")]
Version = Annotated[str | None, typer.Option("--version", help="First digits of a kept version.")]
File = Annotated[Path | None, typer.Option("--file", help="A file to use instead of the present prompt.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]


@commands.command("list")
def list_(json: Json = False) -> None:
    """List the versions of all prompts, the newest last; a star marks those in use."""
    from bot.cli.screens.output import moment, out, print_json, print_table
    from workflows.engine.read.prompt_history import prompt_lines

    with started() as app:
        lines = prompt_lines(app.context)
        if json:
            print_json([{**asdict(line), "seen_at": moment(line.seen_at)} for line in lines])
        elif not lines:
            out.print("no workflow has a prompt")
        else:
            cells = [
                (one.workflow, one.name, f"{one.version}{' *' * one.in_use}", moment(one.seen_at)) for one in lines
            ]
            print_table(("workflow", "prompt", "version", "first seen"), cells)


@commands.command()
def show(workflow: Workflow, version: Version = None) -> None:
    """Show the file of a prompt."""
    from bot.cli.screens.output import out, shown
    from workflows.engine.read.prompt_history import prompt_source

    with started() as app:
        out.print(
            shown(prompt_source(app.context, app.context.registry.get(workflow), version)), end="", soft_wrap=True
        )


@commands.command()
def diff(
    workflow: Workflow,
    before: Annotated[str | None, typer.Argument(help="A version; default: the one before the present.")] = None,
    after: Annotated[str | None, typer.Argument(help="A version; default: the present one.")] = None,
    file: File = None,
) -> None:
    """Show what differs between two versions, or between the present one and a file."""
    from difflib import unified_diff

    from bot.cli.screens.output import out, shown
    from workflows.engine.errors import Refused
    from workflows.engine.propose.prompts import prompt_in
    from workflows.engine.read.prompt_history import present_prompt, prompt_source, version_before

    with started() as app:
        chosen = app.context.registry.get(workflow)
        present = present_prompt(app.context, chosen)
        if file is not None:
            if before is not None or after is not None:
                raise Refused("give two versions, or a file to compare with the present one")
            old, new = present, prompt_in(file, chosen)
            names, sources = (old.version, str(file)), (old.source, new.source)
        else:
            names = before or version_before(app.context, chosen), after or present.version
            sources = prompt_source(app.context, chosen, names[0]), prompt_source(app.context, chosen, names[1])
        texts = [source.splitlines() for source in sources]
        lines = list(unified_diff(texts[0], texts[1], *names, lineterm=""))
        for line in lines:
            out.print(shown(line), soft_wrap=True)
        if not lines:
            out.print("their files are the same")


@commands.command()
def render(
    workflow: Workflow,
    case: Annotated[str | None, typer.Option("--case", help="A case that the model was asked about.")] = None,
    input: Annotated[str | None, typer.Option("--input", help="An input as a JSON object.")] = None,
    version: Version = None,
    file: File = None,
    json: Json = False,
) -> None:
    """Show what a model would be told, word for word, and the most that it may cost."""
    from bot.cli.screens.output import out, print_json, print_named, shown
    from workflows.engine.case.reading_ways import Way
    from workflows.engine.case.readings import record_reading
    from workflows.engine.propose.prompts import prompt_in
    from workflows.engine.read.history import find_case
    from workflows.engine.read.prompt_history import prompt_at, told_of
    from workflows.model.asking.requests import request_for
    from workflows.model.asking.user_turn import user_turn
    from workflows.model.gateway import models_of

    with started() as app:
        chosen = app.context.registry.get(workflow)
        prompt = prompt_in(file, chosen) if file is not None else prompt_at(app.context, chosen, version)
        if case is not None:
            record_reading(app.context, find_case(app.context, case), by=operator(), way=Way.EXAMPLE)
        told = told_of(app.context, case) if case is not None else None
        data = _data(app, chosen, case=case, input=input) if told is None else None
        model = models_of(prompt, app.models.vendor.default_model)[0]
        user = told or ("" if data is None else user_turn(data))
        request = request_for(prompt, model=model, user=user, states_form=app.settings.model_states_form)
        worst = _worst(request, app.models.prices)
        if json:
            print_json({"version": prompt.version, "request": request, "worst_case_dollars": worst})
            return
        how = {"effort": request.effort, "thinking": request.thinking, "fallback": prompt.fallback_model}
        said = "".join(f", {what} {value}" for what, value in how.items() if value is not None)
        print_named("version", prompt.version)
        print_named("asked", f"{request.model}, at most {request.max_tokens:,} tokens{said}")
        print_named("one request, at most", worst)
        out.print("\n--- system", style="bold")
        out.print(shown(request.system), soft_wrap=True)
        if request.user:
            out.print("\n--- user", style="bold")
            out.print(shown(request.user), soft_wrap=True)
        out.print("\n--- form of the answer", style="bold")
        out.print(shown(dumps(request.form, indent=2, ensure_ascii=False)), soft_wrap=True)


def _data(app: App, workflow: AnyWorkflow, *, case: str | None, input: str | None) -> Mapping[str, JsonValue] | None:
    """Return what the model is told of a case; None where none is named."""
    from workflows.engine.errors import InvalidInput
    from workflows.engine.read.prompt_history import asked_with, would_ask_with

    if case is not None:
        return asked_with(app.context, case)
    if input is None:
        return None
    try:
        values = loads(input)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the input is not valid JSON: {error}") from error
    if not isinstance(values, dict):
        raise InvalidInput("the input has to be a JSON object")
    return would_ask_with(workflow, values)


def _worst(request: Request, prices: Prices) -> str:
    from workflows.model.asking.requests import worst_case
    from workflows.model.prices import Unpriced

    try:
        return f"${worst_case(request, prices):.4f}"
    except Unpriced as error:
        return str(error)
