"""The checks of the set-up: what was found, and what to do. Both faces show them."""

import importlib.util
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from countersign import collisions

from bot.app import App
from bot.doctor import backups, database, documents, sources, workspaces
from bot.otel.target import Unsendable, target_of
from bot.settings import Settings, SettingsUnusable
from bot.slack.api_errors import advice
from bot.slack.installing.tokens import with_token
from bot.slack.places import look
from bot.slack.workspace import Http, NoInstallation, Workspace, check_hearing, connect
from bot.slack.workspace import check as check_workspace
from handlers.slack.access.scopes import asked_for
from handlers.slack.manifest import manifest_file
from handlers.texts.digests.amounts import count
from handlers.texts.governance.seals import SHORT, unsealed_in_words
from handlers.texts.learning.prompts_from import prompts
from handlers.texts.operations.findings import Finding
from handlers.texts.operations.pauses import paused_by
from handlers.texts.plain import in_words
from handlers.texts.review.reasons import lacking
from handlers.texts.scopes import ADD_IT, without
from handlers.web.slack import PATH
from store.db import extras
from store.db.database import Database
from store.faces import FILES
from store.states import STOPPED, RunState
from workflows.engine.context import Context
from workflows.engine.declare.charter import How
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.segments import uses_personal
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.delivery_status import targets_down, waiting_deliveries
from workflows.engine.documents.shown import not_given_back
from workflows.engine.errors import CountersignError
from workflows.engine.proof.seal_status import LATE, seal_status
from workflows.engine.propose.budgets import reserved_factor, spent_today
from workflows.engine.propose.examples.own_examples import examples_of
from workflows.engine.propose.model_outages import open_outages, overrun_views
from workflows.engine.read.case_list import workflows_with_cases
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.read.spans import exports as span_exports
from workflows.engine.read.workload import run_counts, stalled
from workflows.engine.send.channel_status import troubled_messages
from workflows.engine.text.sanitize import one_line
from workflows.model.asking.requests import request_for, worst_case
from workflows.model.choice import LOCAL
from workflows.model.gateway import models_of
from workflows.model.local.embedding_folder import CannotEmbed
from workflows.model.port import ModelError, Prompt, Usage
from workflows.model.prices import Unpriced

_FILES_ADVICE = "give the app the scope files:write, or make room for files in the workspace; messages go on without"
_A_LETTER = 2_000
"""Bytes of a case for estimates, where none is at hand."""
_USUAL = Usage(input_tokens=10_000, output_tokens=1_000)
"""Usual size of a question."""
_LONG = timedelta(minutes=2)
"""Time without progress at a step or a delivery, after which a case counts as slow."""
_CASES_NAMED = 5


def about_database(app: App) -> Iterator[Finding]:
    """Check the database alone."""
    yield from database.database(app.context.database)


def about_slack(app: App) -> Iterator[Finding]:
    """Check the connection to Slack, its scopes, and each place that is named there."""
    yield from _slack(app)


def about_models(app: App) -> Iterator[Finding]:
    """Check the models that may be asked."""
    yield from _model(app)


def about_workflow(app: App, name: str) -> Iterator[Finding]:
    """Check one workflow."""
    yield from _workflow(app, app.context.registry.get(name))


def findings(app: App) -> Iterator[Finding]:
    """Check the set-up. It asks the model's provider and Slack, so it takes seconds."""
    yield from findings_of_process(app.settings, app.context.database)
    yield from findings_of_backups(app)
    yield from findings_of_team(app)


def findings_of_process(settings: Settings, found: Database) -> Iterator[Finding]:
    """Check what all teams of a database share, whatever is wrong with the settings of one of them."""
    yield from _names()
    yield from database.database(found)
    yield database.named_by(settings, found)
    yield from workspaces.workspaces(settings, found)


def findings_of_backups(app: App) -> Iterator[Finding]:
    """Check the backups, which are of the whole database. `app`: of any team."""
    yield from backups.backups(app)


def findings_of_team(app: App) -> Iterator[Finding]:
    """Check what is of the team alone."""
    yield from documents.documents(app)
    yield _prompts(app)
    yield from _model(app)
    yield from _open_outages(app)
    yield from _waiting(app)
    yield from _overruns(app)
    yield from _workflows(app)
    yield from _slack(app)
    yield from sources.schedules(app)
    yield from _spans(app)
    yield from sources.webhooks(app)
    yield from _seals(app)
    yield from sources.sources(app)
    yield from _work(app)


def _names() -> Iterator[Finding]:
    """Distributions that bring a package of our names: whichever was installed last has its files there."""
    for rival, name in collisions.rivals().items():
        yield Finding(level="bad", what=collisions.clash(rival, name), do=collisions.cure(rival))


def _prompts(app: App) -> Finding:
    found = app.prompts
    return Finding(level="note" if found.always_files else "ok", what=prompts(found))


def _model(app: App) -> Iterator[Finding]:
    wanted, vendor = app.settings.model, app.models.vendor
    if wanted == vendor.declared.name and not vendor.has_key:
        yield Finding(
            level="bad",
            what=f"COUNTERSIGN_MODEL is {wanted}, but there is no key",
            do=f"set {vendor.key}, or COUNTERSIGN_MODEL=local; until then {_unanswered(app.context.registry)}",
        )
    if vendor.has_key and wanted != LOCAL:
        yield from _vendor(app)
    if importlib.util.find_spec("sklearn") is None:
        yield Finding(
            level="bad" if wanted == LOCAL or not vendor.has_key else "note",
            what="the local model cannot learn: scikit-learn is not installed",
            do=extras.advice("local"),
        )
    if (broken := without_embedding(app)) is not None:
        yield Finding(
            level="bad",
            what=broken,
            do="until then the local model neither learns nor answers, and people get an empty form",
        )
    elif (embedding := app.models.embedding.embedding()) is not None:
        yield Finding(level="ok", what=f"the local model learns with the embedding {embedding.hash[:8]}")


def without_embedding(app: App) -> str | None:
    """Say why the embedding that the settings name cannot be used; None where it can, or none is named."""
    try:
        app.models.embedding.embedding()
    except CannotEmbed as error:
        return str(error)
    return None


def _vendor(app: App) -> Iterator[Finding]:
    """Check each model that may be asked: its price, and whether the vendor knows it and accepts the key."""
    registry, vendor, prices = app.context.registry, app.models.vendor, app.models.prices
    asked: dict[str, list[str]] = {}
    for workflow in registry:
        for model in app.models.asked(workflow, registry.prompt(workflow.name)):
            asked.setdefault(model, []).append(workflow.name)
    used = {
        model: f", for {', '.join(names)}" if names else ""
        for model, names in (asked or {vendor.default_model: []}).items()
    }
    priced = []
    for model, whose in used.items():
        try:
            prices.of(model, Usage())
            priced.append(model)
        except ModelError as error:
            yield Finding(
                level="bad",
                what=f"{error}{whose}",
                do="name a model with a price in the prompt or the settings, or say what it costs: "
                f"COUNTERSIGN_MODEL_PRICES={model}=READ/WRITTEN, US dollars for a million tokens, 0/0 for nothing",
            )
    try:
        for found in vendor.check(priced):
            model, whose = found.model, used[found.model]
            if found.wrong is None:
                source = prices.source_in_words(model)
                yield Finding(level="ok", what=f"model {model} at {found.where}, priced {source}{whose}")
            else:
                yield Finding(level="bad", what=f"model {model}{whose}: {found.wrong}", do=found.do)
    except ModelError as error:
        yield Finding(level="bad", what=str(error), do=f"set {vendor.key}")


def _open_outages(app: App) -> Iterator[Finding]:
    for outage in open_outages(app.context):
        yield Finding(
            level="note",
            what=f"model {outage.model} has not been asked since {in_words(outage.since)}: {outage.reason}",
            do="it is tried again with the next cases; afterwards countersign propose WORKFLOW asks it about what "
            "waits",
        )


def _waiting(app: App) -> Iterator[Finding]:
    for said in waiting_in_words(app.context):
        do = "they are tried again automatically for three days; countersign rerun CASE tries one now"
        yield Finding(level="note", what=said, do=do)


def _overruns(app: App) -> Iterator[Finding]:
    for one in overrun_views(app.context):
        yield Finding(
            level="note",
            what=f"model {one.model} took ${one.cost:.4f} on {in_words(one.at)} for a question of {one.workflow}, for "
            f"which ${one.reserved:.4f} was reserved; since then {one.factor:g} times the estimate is reserved",
            do=f"check the provider's bill; if its count was wrong, countersign recount {one.model}",
        )


def _workflows(app: App) -> Iterator[Finding]:
    for workflow in app.context.registry:
        yield from _workflow(app, workflow)
    for name in workflows_with_cases(app.context):
        if name not in app.context.registry:
            yield Finding(
                level="bad",
                what=f"workflow {name} has cases here, but is not known to this process",
                do="name its file in COUNTERSIGN_WORKFLOWS, or check the options that it was made from",
            )


def _workflow(app: App, workflow: AnyWorkflow) -> Iterator[Finding]:
    floor = workflow.autonomy.at_least
    wrong = workflow.autonomy.wrong
    drafts = "drafts only" if wrong is None else f"earns its autonomy, at most {wrong:g} of it wrong"
    alone = drafts if floor is None else f"resolves alone from {floor:g}"
    yield Finding(level="ok", what=f"workflow {workflow.name}, owned by {workflow.owner}, {alone}")
    prompt = app.context.registry.prompt(workflow.name)
    if prompt is not None:
        yield Finding(level="ok", what=f"{workflow.name}: prompt {prompt.name}, version {prompt.version}")
    if prompt is not None and app.models.asked(workflow, prompt):
        yield from _budget(app, workflow, prompt)
    yield from _paused(app, workflow)
    if app.models.learns(workflow):
        try:
            number = len(examples_of(workflow))
        except CountersignError as error:
            yield Finding(level="bad", what=f"{workflow.name}: its examples cannot be read: {error}")
            return
        if not number:
            yield Finding(
                level="note",
                what=f"{workflow.name}: no examples to learn from, so {_unanswered([workflow])}",
                do=f"put labelled examples into examples.jsonl beside it, or set {app.models.vendor.key}",
            )
    if app.models.shows_samples(workflow):
        yield Finding(
            level="note",
            what=f"{workflow.name}: shows sample answers, written by hand; no figure counts them",
            do=f"set {app.models.vendor.key} to have a model read its cases, or unset COUNTERSIGN_SAMPLE_ANSWERS",
        )
    yield from _charter(app, workflow)
    if workflow.review.post_to is None:
        yield Finding(
            level="note",
            what=f"{workflow.name}: no channel is named, so its cases are not shown in Slack",
            do=f"set COUNTERSIGN_POST_TO={workflow.name}=CHANNEL, or Review(post_to=...)",
        )
    if workflow.review.reviewers is None:
        yield Finding(
            level="note",
            what=f"{workflow.name}: no reviewers are named, so only this command line can decide",
            do=f"set COUNTERSIGN_REVIEWERS={workflow.name}=ID, or Review(reviewers=...)",
        )
    for name, function in workflow.segments.items():
        if uses_personal(function, workflow.input):
            yield Finding(
                level="note",
                what=f"{workflow.name}: the segment {name} uses a personal field, and its groups outlive the content",
                do="see that it returns a coarse group, such as an age bracket, and no value of a single person",
            )


def _charter(app: App, workflow: AnyWorkflow) -> Iterator[Finding]:
    """Say what keeps a workflow from going alone by its charter, or that no person lets it."""
    view, name = charter_view(app.context, workflow), workflow.name
    signature = view.terms.signature if view.terms is not None else None
    if not workflow.goes_alone:
        return
    if workflow.is_sample and (signature is None or signature.how is How.SAMPLE):
        is_used = workflow.review.post_to is not None or signature is not None
        if is_used and (app.settings.slack_bot_token is not None or app.settings.serves_several):
            yield Finding(
                level="note",
                what=f"{name}: it goes alone, and its charter is signed as a sample, by no person",
                do=f"have its owner sign it: countersign charter {name}",
            )
        return
    if view.missing:
        yield Finding(
            level="bad",
            what=f"{name}: its charter is not complete, so a person decides every case: {lacking(view.missing)}",
            do=f"write into its declaration {', '.join(part.declared for part in view.missing)}",
        )
    if signature is None:
        yield Finding(
            level="bad",
            what=f"{name}: its charter is not signed, so a person decides every case",
            do=f"have its owner read it and press Sign under /countersign charter {name}, or run countersign charter "
            f"{name} --sign",
        )


def _budget(app: App, workflow: AnyWorkflow, prompt: Prompt) -> Iterator[Finding]:
    model = models_of(prompt, app.models.vendor.default_model)[0]
    with suppress(Unpriced):  # the check of the model reports it
        states_form = app.settings.model_states_form
        request = request_for(prompt, model=model, user="x" * _A_LETTER, states_form=states_form)
        worst = worst_case(request, app.models.prices) * reserved_factor(app.context, model)
        if worst > Decimal(workflow.budget.per_case):
            yield Finding(
                level="bad",
                what=f"{workflow.name}: asking {model} may cost ${worst:.4f}, a case has ${workflow.budget.per_case}",
                do=f"allow more for a case, or a smaller max_tokens in the prompt; now {_unanswered([workflow])}",
            )
    with suppress(Unpriced):
        prices = app.models.prices
        first, *others = (prices.of(one, _USUAL) for one in models_of(prompt, app.models.vendor.default_model))
        if any(other > first for other in others):
            yield Finding(
                level="bad",
                what=f"{workflow.name}: fallback_model {prompt.fallback_model} is dearer than {model}",
                do="name a cheaper one in the prompt: it is asked where the first cannot be afforded",
            )
    budget, spent = workflow.budget, spent_today(app.context, workflow)
    what = f"{workflow.name}: ${spent:.2f} of ${budget.per_day} was spent today ({workflow.timezone.key})"
    if spent >= Decimal(budget.per_day):
        yield Finding(level="note", what=what, do=f"{_unanswered([workflow])}, until the day is over")
    else:
        yield Finding(level="ok", what=f"{what}, ${budget.per_case} a case")


def _unanswered(workflows: Iterable[AnyWorkflow]) -> str:
    """Say what happens without an answer of a model. Code of a workflow's own may do without one; its author knows."""
    asking = [workflow.name for workflow in workflows if workflow.proposing is None]
    if not asking:
        return "its own propose gets no answer when it asks the model"
    return f"people get cases of {', '.join(asking)} without a proposal"


def _paused(app: App, workflow: AnyWorkflow) -> Iterator[Finding]:
    (status,) = workflow_pauses.pause_statuses(app.context, [workflow.name])
    do = f"repair the cause, then countersign resume {workflow.name}"
    if status.pause is not None:
        held = f" ({status.held:,} {'delivery' if status.held == 1 else 'deliveries'} held)" if status.held else ""
        yield Finding(level="note", what=f"{workflow.name} is paused {paused_by(status.pause)}{held}", do=do)
    elif status.held:
        held = "delivery was held and is" if status.held == 1 else "deliveries were held and are"
        what = f"{workflow.name}: {status.held:,} {held} not made yet"
        yield Finding(level="note", what=what, do=do)


def _slack(app: App) -> Iterator[Finding]:
    settings = app.settings
    if settings.slack_bot_token is None and settings.slack_app_token is None and not settings.serves_several:
        do = (
            f"make an app at https://api.slack.com/apps from the manifest {manifest_file()}, and set "
            "SLACK_BOT_TOKEN and SLACK_APP_TOKEN; to try it without a workspace: countersign sandbox"
        )
        yield Finding(level="note", what="no Slack workspace is connected", do=do)
        return
    try:
        workspace = connect(with_token(app))
        check_workspace(app.context, workspace)
        yield Finding(level="ok", what=f"Slack workspace {workspace.name} ({workspace.team})")
        yield from _scopes(workspace)
        if workspace.http is not None:
            yield from _request_url(app, workspace.http)
        elif check_hearing(workspace):
            yield Finding(level="ok", what="SLACK_APP_TOKEN is accepted: what people press can be heard")
        else:
            yield Finding(level="note", what="Slack does not say just now whether it accepts SLACK_APP_TOKEN")
        for place in look(app, workspace):
            level = "note" if place.works is None else "ok" if place.works else "bad"
            yield Finding(level=level, what=place.what, do=place.do)
    except NoInstallation:
        # That it ended is said with the others; before the first installation there is nothing to be wrong.
        yield workspaces.not_installed(app.context)
        return
    except CountersignError as error:
        yield Finding(level="bad", what=str(error))
    unset = {
        "COUNTERSIGN_FAILURES_CHANNEL": (settings.failures_channel, "nobody is told in Slack what fails"),
        "COUNTERSIGN_LEADS_CHANNEL": (settings.leads_channel, "no digest is posted"),
        "COUNTERSIGN_ENGINEERS": (settings.engineers, "only owners may run cases again"),
        "COUNTERSIGN_LEADS": (settings.leads, "only owners may say whether a workflow is to expand, hold or stop"),
    }
    for name, (value, what) in unset.items():
        if not value:
            yield Finding(level="note", what=f"{name} is not set: {what}", do=f"set {name}")
    for workflow in (*settings.post_to, *settings.reviewers, *settings.backups):
        if workflow not in app.context.registry:
            yield Finding(
                level="bad",
                what=f"COUNTERSIGN_POST_TO, _REVIEWERS or _BACKUPS names {workflow}, and there is no such workflow",
                do="correct the name, or name the file of that workflow in COUNTERSIGN_WORKFLOWS",
            )
    for digest in settings.digest_to:
        _, about, workflow = digest.partition("/")
        if about and workflow not in app.context.registry:
            yield Finding(
                level="bad",
                what=f"COUNTERSIGN_DIGEST_TO names {digest}, and there is no such workflow",
                do="correct the name, or name the file of that workflow in COUNTERSIGN_WORKFLOWS",
            )
    yield from _messages(app)


def _request_url(app: App, http: Http) -> Iterator[Finding]:
    """Say where Slack is heard over HTTP. Only Slack can tell whether it reaches that."""
    yield Finding(
        level="ok",
        what=f"SLACK_SIGNING_SECRET is set: Slack is heard over HTTP at {http.address}, at the path {PATH}; the app's "
        f"request URLs have to lead there, and its Socket Mode has to be off",
    )
    if app.settings.slack_app_token is not None:
        yield Finding(
            level="note",
            what="SLACK_APP_TOKEN is set, but not used: COUNTERSIGN_SLACK_HTTP says that Slack is heard over HTTP",
            do="unset one of the two",
        )


def _scopes(workspace: Workspace) -> Iterator[Finding]:
    """Find scopes that the manifest asks for and Slack did not grant."""
    asked, granted = asked_for(), workspace.granted
    for level, scopes in (("bad", asked.required), ("note", asked.optional)):
        for scope in granted.missing(scopes):
            yield Finding(level=level, what=without(scope), do=ADD_IT)


def _messages(app: App) -> Iterator[Finding]:
    """Find messages that Slack refused and that are still not shown."""
    for refused in not_given_back(app.context):
        yield Finding(
            level="bad",
            what=f"files that Slack does not delete ({refused.error}): {refused.number}",
            do="they are tried again every hour; delete them at Slack by hand, among the files of the app",
        )
    for one in troubled_messages(app.context):
        if one.given_up:
            yield Finding(
                level="bad",
                what=f"given up, to {_to(one.channel)} ({one.error}): {one.number}",
                do="all are tried again when serve starts; until then `countersign queue` lists the cases",
            )
        else:
            yield Finding(
                level="note",
                what=f"messages that wait for {_to(one.channel)} ({one.error}): {one.number}",
                do=_FILES_ADVICE if one.channel in FILES else advice(one.error),
            )


def _to(channel: str) -> str:
    return f"the queue of {channel}" if channel in FILES else channel


def _spans(app: App) -> Iterator[Finding]:
    """Say where spans are sent, and what became of them. The collector is not asked: a request would add to it."""
    try:
        target = target_of(app.settings)
    except Unsendable as error:
        yield Finding(level="bad", what=str(error), do=error.do)
        return
    if target is None:
        return
    wrong = span_exports.trouble(app.context)
    if wrong is None or wrong.failing_since is None:
        what = "without content" if not target.content else "with content of cases, as far as a channel may show it"
        yield Finding(level="ok", what=f"spans are sent to {target.shown} by serve, {what}")
    else:
        yield Finding(
            level="bad",
            what=f"{target.shown} has taken no spans since {in_words(wrong.failing_since)} ({wrong.error})",
            do="check the collector, OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS; those of the last 24 "
            "hours are sent by themselves once it takes them",
        )
    if wrong is not None and wrong.given_up_at is not None:
        number, when = wrong.given_up, in_words(wrong.given_up_at)
        yield Finding(level="note", what=f"spans of {count(number, 'run')} were given up, the last on {when}")


def _seals(app: App) -> Iterator[Finding]:
    """Say whether the audit is sealed, by which key, and where its heads are put."""
    settings, status = app.settings, seal_status(app.context)
    try:
        key = settings.signing_key()
    except SettingsUnusable as error:
        yield Finding(level="bad", what=str(error), do="countersign seal key makes a key")
        return
    file = settings.seal_key_file if settings.seal_key is None else None
    if file is not None and os.name == "posix" and file.stat().st_mode & 0o077:
        what = f"others on this machine can read {file}, which holds the key of the seals"
        yield Finding(level="bad", what=what, do=f"chmod 600 {file}")
    number = status.newest.number if status.newest is not None else 0
    if status.oldest is not None and status.oldest > LATE:
        yield Finding(
            level="note",
            what=f"audit: {unsealed_in_words(status)}",
            do="serve seals them within seconds, once transactions that were open before are over; "
            "countersign seal does it now",
        )
    if key is None:
        yield Finding(
            level="note",
            what=f"audit: {count(number, 'seal')}; new ones are not signed, as no key is set",
            do="countersign seal key makes one; set COUNTERSIGN_SEAL_KEY",
        )
    else:
        yield Finding(level="ok", what=f"audit: {count(number, 'seal')}, signed by the key {key.public.id[:SHORT]}")
    if settings.seal_heads is None and settings.audit_channel is None:
        yield Finding(
            level="note",
            what="audit: its heads are put nowhere, so whoever may write to the database could rewrite it unnoticed",
            do="set COUNTERSIGN_AUDIT_CHANNEL, or COUNTERSIGN_SEAL_HEADS to a file that others keep",
        )
    if (heads := settings.seal_heads) is not None and not _can_be_added_to(heads):
        yield Finding(
            level="bad",
            what=f"audit: its heads cannot be written to {heads}, so no outsider sees them there",
            do="set COUNTERSIGN_SEAL_HEADS to a file in a folder that is there and that the service may write to",
        )


def _can_be_added_to(file: Path) -> bool:
    if file.exists():
        return file.is_file() and os.access(file, os.R_OK | os.W_OK)
    return file.parent.is_dir() and os.access(file.parent, os.W_OK | os.X_OK)


def _work(app: App) -> Iterator[Finding]:
    totals = run_counts(app.context)
    stopped = {state: totals[state] for state in STOPPED if totals[state]}
    for state, number in stopped.items():
        yield Finding(
            level="note", what=_cases(number, f"is {state}", f"are {state}"), do=f"countersign cases --state {state}"
        )
    left = sum(totals[state] for state in (RunState.READY, RunState.RUNNING, RunState.DELIVERING))
    if left:
        do = "if no process works on them, `countersign run` with any file continues them"
        yield Finding(level="note", what=_cases(left, "is to be worked on", "are to be worked on"), do=do)
    yield from _slow(app)
    if totals[RunState.WAITING]:
        waiting = _cases(totals[RunState.WAITING], "waits for a person", "wait for people")
        yield Finding(level="note", what=waiting, do="`countersign queue` lists them")


def _cases(number: int, one: str, more: str) -> str:
    """Say what so many cases are or do. `one`, `more`: the verb with what follows."""
    return f"{number:,} case {one}" if number == 1 else f"{number:,} cases {more}"


def _slow(app: App) -> Iterator[Finding]:
    """Find cases without progress: a slow model, or code that does not return."""
    slow = stalled(app.context, longer_than=_LONG)
    if slow:
        oldest = min(run.since for run in slow)
        cases = ", ".join(str(run.case) for run in slow[:_CASES_NAMED])
        more = f" and {len(slow) - _CASES_NAMED} more" if len(slow) > _CASES_NAMED else ""
        yield Finding(
            level="note",
            what=f"{_cases(len(slow), 'makes', 'make')} no progress, the first since {in_words(oldest)}: {cases}{more}",
            do="code that does not return is given up after its workflow's time_limits; if no process works on them, "
            "the next one continues them",
        )


def waiting_in_words(context: Context, only: str | None = None) -> Iterator[str]:
    """Yield a line for each target with waiting deliveries. `only`: only for this workflow."""
    found = [line for line in waiting_deliveries(context) if only in (None, line.workflow)]
    down = {view.target: view for view in targets_down(context)}
    for target in dict.fromkeys([*down, *(line.target for line in found)]):
        lines = [line for line in found if line.target == target]
        if target in down and (lines or only is None):
            view = down[target]
            why = one_line(view.reason, 200)
            yield (
                f"{target} has been down since {in_words(view.began_at)}; {_decisions(view.waiting)}, "
                f"tried again at {in_words(view.next_at)}: {why}"
            )
        elif lines:
            number, times = sum(line.number for line in lines), [line.next_at for line in lines if line.next_at]
            again = f", tried again at {in_words(min(times))}" if times else ""
            yield f"{target} did not take everything yet; {_decisions(number)}{again}"


def _decisions(number: int) -> str:
    return f"{number:,} {'decision waits' if number == 1 else 'decisions wait'}"
