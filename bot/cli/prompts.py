"""What the commands of `prompts` do."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path

from pydantic import JsonValue

from bot.app import App, opened
from bot.cli.output import moment, one_line_errors, out, print_json, print_named, print_table, shown
from bot.settings import settings
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.prompts import prompt_in
from workflows.engine.read.prompt_history import (
    asked_with,
    present_prompt,
    prompt_at,
    prompt_lines,
    prompt_source,
    told_of,
    version_before,
    would_ask_with,
)
from workflows.model.gateway import models_of
from workflows.model.prices import Prices, Unpriced
from workflows.model.requests import Request, request_for, worst_case
from workflows.model.user_turn import user_turn


def list_prompts(*, as_json: bool) -> int:
    """List all kept versions; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        lines = prompt_lines(app.context)
        if as_json:
            print_json([{**asdict(line), "seen_at": moment(line.seen_at)} for line in lines])
        elif not lines:
            out.print("no workflow has a prompt")
        else:
            cells = [
                (one.workflow, one.name, f"{one.version}{' *' * one.in_use}", moment(one.seen_at)) for one in lines
            ]
            print_table(("workflow", "prompt", "version", "first seen"), cells)
        return 0


def show_prompt(name: str, *, version: str | None) -> int:
    """Show one version as its file was; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        out.print(shown(prompt_source(app.context, app.context.registry.get(name), version)), end="", soft_wrap=True)
        return 0


def diff_prompts(name: str, before: str | None, after: str | None, *, file: Path | None) -> int:
    """Show what differs; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        workflow = app.context.registry.get(name)
        present = present_prompt(app.context, workflow)
        if file is not None:
            if before is not None or after is not None:
                raise Refused("give two versions, or a file to hold against the present one")
            old, new = present, prompt_in(file, workflow)
            names, sources = (old.version, str(file)), (old.source, new.source)
        else:
            names = before or version_before(app.context, workflow), after or present.version
            sources = prompt_source(app.context, workflow, names[0]), prompt_source(app.context, workflow, names[1])
        texts = [source.splitlines() for source in sources]
        lines = list(unified_diff(texts[0], texts[1], *names, lineterm=""))
        for line in lines:
            out.print(shown(line), soft_wrap=True)
        if not lines:
            out.print("their files are the same")
        return 0


def render_prompt(
    name: str, *, case: str | None, input: str | None, version: str | None, file: Path | None, as_json: bool
) -> int:
    """Show what a model would be told; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        workflow = app.context.registry.get(name)
        prompt = prompt_in(file, workflow) if file is not None else prompt_at(app.context, workflow, version)
        told = told_of(app.context, case) if case is not None else None
        data = _data(app, workflow, case=case, input=input) if told is None else None
        model = models_of(prompt, app.models.vendor.default_model)[0]
        user = told or ("" if data is None else user_turn(data))
        request = request_for(prompt, model=model, user=user, states_form=app.settings.model_states_form)
        worst = _worst(request, app.models.prices)
        if as_json:
            print_json({"version": prompt.version, "request": request, "worst_case_dollars": worst})
            return 0
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
        out.print(shown(json.dumps(request.form, indent=2, ensure_ascii=False)), soft_wrap=True)
        return 0


def _data(app: App, workflow: AnyWorkflow, *, case: str | None, input: str | None) -> Mapping[str, JsonValue] | None:
    """What the model is told of a case; None where none is named."""
    if case is not None:
        return asked_with(app.context, case)
    if input is None:
        return None
    try:
        values = json.loads(input)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the input is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise InvalidInput("the input has to be a JSON object")
    return would_ask_with(workflow, values)


def _worst(request: Request, prices: Prices) -> str:
    try:
        return f"${worst_case(request, prices):.4f}"
    except Unpriced as error:
        return str(error)
