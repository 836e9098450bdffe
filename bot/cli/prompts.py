"""What the commands of `prompts` do."""

import json
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from pydantic import BaseModel, JsonValue
from pydantic_core import to_jsonable_python

from bot.app import App, opened
from bot.cli.output import moment, one_line_errors, out, print_json, print_named, print_table, shown
from bot.settings import settings
from store.model import prompt_versions
from workflows import NoProposal, Proposal
from workflows.engine.case.intake import accept
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.prompts import kept_version, prompt_in, prompt_of_version
from workflows.engine.read.history import case_view, find_case
from workflows.engine.text.canonical_json import from_body
from workflows.model.gateway import models_of
from workflows.model.port import Prompt
from workflows.model.prices import Prices, Unpriced
from workflows.model.requests import Request, request_for, worst_case
from workflows.model.user_turn import user_turn


@dataclass(frozen=True, kw_only=True)
class _Line:
    workflow: str
    name: str
    version: str
    in_use: bool
    seen_at: str


def list_prompts(*, as_json: bool) -> int:
    """List all kept versions; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        lines = []
        for workflow in app.context.registry:
            present = app.context.registry.prompt(workflow.name)
            with app.context.database.read() as session:
                kept = prompt_versions.of_workflow(session, team=app.context.team, workflow=workflow.name)
            lines += [
                _Line(
                    workflow=workflow.name,
                    name=one.name,
                    version=one.version,
                    in_use=present is not None and present.version == one.version,
                    seen_at=moment(one.seen_at),
                )
                for one in kept
            ]
        if as_json:
            print_json(lines)
        elif not lines:
            out.print("no workflow has a prompt")
        else:
            cells = [(line.workflow, line.name, f"{line.version}{' *' * line.in_use}", line.seen_at) for line in lines]
            print_table(("workflow", "prompt", "version", "first seen"), cells)
        return 0


def show_prompt(name: str, *, version: str | None) -> int:
    """Show one version as its file was; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        out.print(shown(_source(app, app.context.registry.get(name), version)), end="", soft_wrap=True)
        return 0


def diff_prompts(name: str, before: str | None, after: str | None, *, file: Path | None) -> int:
    """Show what differs; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        workflow = app.context.registry.get(name)
        present = _present(app, workflow)
        if file is not None:
            if before is not None or after is not None:
                raise Refused("give two versions, or a file to hold against the present one")
            old, new = present, prompt_in(file, workflow)
            names, sources = (old.version, str(file)), (old.source, new.source)
        else:
            first = before or _version_before(app, workflow, present)
            second = after or present.version
            names, sources = (first, second), (_source(app, workflow, first), _source(app, workflow, second))
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
        prompt = _chosen(app, workflow, version=version, file=file)
        told = _told(app, case) if case is not None else None
        data = _data(app, workflow, case=case, input=input) if told is None else None
        model = models_of(prompt, app.settings.anthropic_model)[0]
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


def _present(app: App, workflow: AnyWorkflow) -> Prompt:
    prompt = app.context.registry.prompt(workflow.name)
    if prompt is None:
        raise Refused(f"{workflow.name} has no prompt")
    return prompt


def _chosen(app: App, workflow: AnyWorkflow, *, version: str | None, file: Path | None) -> Prompt:
    if file is not None:
        return prompt_in(file, workflow)
    if version is None:
        return _present(app, workflow)
    with app.context.database.read() as session:
        return prompt_of_version(session, workflow, version, team=app.context.team)


def _source(app: App, workflow: AnyWorkflow, version: str | None) -> str:
    if version is None:
        return _present(app, workflow).source
    with app.context.database.read() as session:
        return kept_version(session, workflow.name, version, team=app.context.team).source


def _version_before(app: App, workflow: AnyWorkflow, present: Prompt) -> str:
    with app.context.database.read() as session:
        kept = prompt_versions.of_workflow(session, team=app.context.team, workflow=workflow.name)
    others = [one.version for one in kept if one.version != present.version]
    if not others:
        raise Refused(f"{workflow.name} has had one version of its prompt only, {present.version}")
    return others[-1]


def _data(app: App, workflow: AnyWorkflow, *, case: str | None, input: str | None) -> dict[str, JsonValue] | None:
    """What the model is told of a case; None where none is named."""
    if case is not None:
        return _asked_with(app, case)
    if input is None:
        return None
    if workflow.proposing is not None:
        raise Refused(f"{workflow.name} asks with more than its input: name a case that it asked about, with --case")
    try:
        values = json.loads(input)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the input is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise InvalidInput("the input has to be a JSON object")
    accepted = accept(workflow, values)
    heard: dict[str, JsonValue] = {}

    def hear(**data: object) -> Proposal[BaseModel]:
        heard.update(to_jsonable_python(data))
        raise NoProposal("it is only looked at")

    with suppress(NoProposal):
        workflow.make_proposal(from_body(workflow.input, accepted.body), hear)
    return heard


def _told(app: App, reference: str) -> str | None:
    """What a paid model was told of a case, word for word; None where none was asked."""
    view = case_view(app.context, find_case(app.context, reference))
    told = [attempt.told for run in view.runs for attempt in run.asked if isinstance(attempt.told, str)]
    return told[-1] if told else None


def _asked_with(app: App, reference: str) -> dict[str, JsonValue]:
    """What the model was asked with last; the journal has its parts in the order of their names."""
    view = case_view(app.context, find_case(app.context, reference))
    asked = [step.input for run in view.runs for step in run.steps if step.name == ASK]
    last = asked[-1] if asked else None
    data = last.get("data") if isinstance(last, dict) else None
    if not isinstance(data, dict):
        raise Refused(f"no model was asked about case {view.id}")
    return data


def _worst(request: Request, prices: Prices) -> str:
    try:
        return f"${worst_case(request, prices):.4f}"
    except Unpriced as error:
        return str(error)
