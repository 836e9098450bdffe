"""The command line. Each command's work is in a module of its own, loaded when the command runs: `--help` is instant.

Exit codes: 0, it was done; 1, something is not as it should be, and the message says what; 2, the command was called
wrongly; 130, interrupted.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.prompts import app as prompts

app = typer.Typer(
    name="countersign",
    help="AI proposes, your team countersigns.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(prompts, name="prompts")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
CaseReference = Annotated[str, typer.Argument(metavar="CASE", help="The case's number or key.")]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="A field of the output. May be repeated.")
]
Version = Annotated[
    int | None, typer.Option("--version", help="The version that you were shown; left out, the present one.")
]
WorkflowArgument = Annotated[
    str | None, typer.Argument(metavar="WORKFLOW", help="Its name; left out, how all workflows stand.")
]
WorkflowName = Annotated[str | None, typer.Option("--workflow", help="Only this workflow's.")]


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .jsonl file of inputs.")],
    workflow: Annotated[str, typer.Option("--workflow", help="Which workflow takes them in.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column that is to be proposed.")] = None,
    floor: Annotated[float | None, typer.Option(help="intent-triage: resolve alone from this confidence.")] = None,
    post: Annotated[bool, typer.Option("--post", help="Then show in Slack what waits for people there.")] = False,
    json: Json = False,
) -> None:
    """Take in a file and work on it until only people are left to act.

    A column that is named like a field of the output is taken for the right answer: kept from the model, and used to
    tell how often it was right.
    """
    from bot.cli.running import run_file

    raise typer.Exit(run_file(file, workflow, examples=examples, label=label, floor=floor, post=post, as_json=json))


@app.command()
def submit(
    input: Annotated[str, typer.Argument(metavar="INPUT", help="A JSON object, or - to read it from standard input.")],
    workflow: Annotated[str, typer.Option("--workflow", help="Which workflow takes it in.")],
    json: Json = False,
) -> None:
    """Take in one case and work on it until it is done or a person is asked."""
    from bot.cli.running import submit_one

    raise typer.Exit(submit_one(input, workflow, as_json=json))


@app.command("eval")
def evaluate(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="Which workflow is tried.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column that is to be proposed.")] = None,
    file: Annotated[Path | None, typer.Option(help="Other examples to try it on: .jsonl or .csv.")] = None,
    prompt: Annotated[Path | None, typer.Option(help="Another prompt to try, a file.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="What to compare with: a prompt's or a model's version, '#EVAL'."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Try only so many, the first.")] = None,
    at_once: Annotated[int | None, typer.Option(min=1, max=64, help="How many are tried at once.")] = None,
    max_dollars: Annotated[float, typer.Option(min=0, max=1_000_000, help="What it may cost, in US dollars.")] = 5,
    json: Json = False,
) -> None:
    """Try a workflow on examples whose right answers are known: how often it is right. Nothing is delivered."""
    from decimal import Decimal

    from bot.cli.evaluating import Asked
    from bot.cli.evaluating import evaluate as run_eval

    asked = Asked(
        name=workflow,
        examples=examples,
        label=label,
        file=file,
        prompt=prompt,
        against=against,
        limit=limit,
        at_once=at_once,
        max_dollars=Decimal(str(max_dollars)),
    )
    raise typer.Exit(run_eval(asked, json=json))


@app.command()
def cases(
    workflow: WorkflowName = None,
    state: Annotated[str | None, typer.Option(help="Only cases in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """List cases, the newest first."""
    from bot.cli.listing import list_cases

    raise typer.Exit(list_cases(workflow=workflow, state=state, limit=limit, as_json=json))


@app.command()
def show(case: CaseReference, json: Json = False) -> None:
    """Show all that is known of a case: input, steps, proposal, reasons, decisions, delivery."""
    from bot.cli.showing import show_case

    raise typer.Exit(show_case(case, as_json=json))


@app.command()
def reviews(
    workflow: WorkflowName = None, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, json: Json = False
) -> None:
    """List what waits for a person, the earliest deadline first."""
    from bot.cli.listing import list_reviews

    raise typer.Exit(list_reviews(workflow=workflow, limit=limit, as_json=json))


@app.command()
def claim(case: CaseReference) -> None:
    """Say that you work on a case's review. Others may still decide it."""
    from bot.cli.deciding import claim_review

    raise typer.Exit(claim_review(case))


@app.command()
def approve(case: CaseReference, version: Version = None) -> None:
    """Approve what is proposed for a case, and deliver it."""
    from bot.cli.deciding import approve_case

    raise typer.Exit(approve_case(case, version=version))


@app.command()
def edit(
    case: CaseReference,
    set: Assignments = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Yes, although it runs into a never.")] = False,
    version: Version = None,
) -> None:
    """Decide a case with your own values, and deliver them. Fields left out keep what is proposed."""
    from bot.cli.deciding import edit_case

    raise typer.Exit(edit_case(case, set or [], confirmed=confirm, version=version))


@app.command()
def reject(
    case: CaseReference,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the case.")],
    then: Annotated[
        Literal["by-hand", "close", "propose-again"],
        typer.Option(help="What follows: an empty form, nothing at all, or a new proposal."),
    ] = "by-hand",
    version: Version = None,
) -> None:
    """Reject what is proposed for a case."""
    from bot.cli.deciding import reject_case

    raise typer.Exit(reject_case(case, reason=reason, then=then, version=version))


@app.command()
def rerun(
    case: CaseReference,
    from_step: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="A step's name, start, or deliver.")
    ] = None,
) -> None:
    """Run a case again, by default from the step that failed."""
    from bot.cli.tending import rerun_case

    raise typer.Exit(rerun_case(case, from_step=from_step))


@app.command()
def correct(
    case: CaseReference,
    set: Assignments = None,
    reason: Annotated[str, typer.Option(help="What was wrong.")] = "",
) -> None:
    """Propose other values for a delivered case; a person decides them like any proposal."""
    from bot.cli.tending import correct_case

    raise typer.Exit(correct_case(case, set or [], reason=reason))


@app.command()
def example(
    case: CaseReference,
    to: Annotated[Path | None, typer.Option(help="Another file; left out, examples.jsonl beside the workflow.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="In place of other values for the same input.")] = False,
) -> None:
    """Make an example of a delivered case that a person decided, to learn from and to be tried on."""
    from bot.cli.exemplifying import make_example

    raise typer.Exit(make_example(case, to=to, replace=replace))


@app.command()
def settle(
    case: CaseReference,
    outcome: Annotated[Literal["happened", "not-happened"], typer.Argument(help="What you found when you looked.")],
    key: Annotated[str | None, typer.Option(help="Which delivery, where several of the case are in doubt.")] = None,
) -> None:
    """Say whether a delivery in doubt happened. One that did not can be run again."""
    from bot.cli.tending import settle_case

    raise typer.Exit(settle_case(case, happened=outcome == "happened", key=key))


@app.command()
def pause(
    workflow: WorkflowArgument = None,
    reason: Annotated[str, typer.Option(help="Why; people read it on the cases that they get.")] = "",
    deliveries: Annotated[bool, typer.Option("--deliveries", help="Hold what is decided, too.")] = False,
) -> None:
    """Pause a workflow: no model is asked, nothing is resolved alone, people get empty forms."""
    from bot.cli.pausing import pause_workflow

    raise typer.Exit(pause_workflow(workflow, reason=reason, deliveries=deliveries))


@app.command()
def resume(workflow: WorkflowArgument = None) -> None:
    """Let a paused workflow go on, and deliver what was held. Without a name: how all workflows stand."""
    from bot.cli.pausing import resume_workflow

    raise typer.Exit(resume_workflow(workflow))


@app.command()
def propose(workflow: WorkflowArgument = None) -> None:
    """Ask the model about the cases that went to people without a proposal; none that somebody has in hand."""
    from bot.cli.pausing import propose_again

    raise typer.Exit(propose_again(workflow))


@app.command()
def restored() -> None:
    """Say that the database is a backup, before anything is served: what is older is not delivered twice."""
    from bot.cli.tending import database_restored

    raise typer.Exit(database_restored())


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from bot.cli.tending import migrate_database

    raise typer.Exit(migrate_database())


@app.command()
def doctor(json: Json = False) -> None:
    """Check the set-up, and say what to do."""
    from bot.cli.checking import check

    raise typer.Exit(check(as_json=json))


@app.command()
def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the cases to another process.")] = False,
    no_slack: Annotated[bool, typer.Option("--no-slack", help="Leave Slack to another process.")] = False,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="Leave the summaries to another process.")] = False,
) -> None:
    """Serve a Slack workspace: work on cases, show cards, hear decisions, until stopped.

    Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN. On PostgreSQL several of these share the work.
    """
    from bot.cli.serving import serve_roles

    raise typer.Exit(serve_roles(worker=not no_worker, in_slack=not no_slack, with_schedule=not no_schedule))


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Play it to its end without anybody.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where the page is.")] = 8470,
) -> None:
    """See what Countersign does, with a local Slack, a help desk, a ledger and a local model."""
    from bot.cli.demonstrating import show_demo

    raise typer.Exit(show_demo(headless=headless, port=port))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8470,
    workspace: Annotated[Path | None, typer.Option(help="A JSON file with users, channels and groups.")] = None,
) -> None:
    """Serve a local Slack to try things in, on this machine only."""
    from bot.cli.sandboxing import serve_sandbox

    raise typer.Exit(serve_sandbox(port, workspace))


@app.command("sample-desk")
def sample_desk(
    file: Annotated[Path, typer.Option(help="Where it keeps its tickets.")] = Path("helpdesk.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8471,
) -> None:
    """Serve the sample help desk that support-triage delivers to, on this machine only."""
    from bot.cli.serving import serve_sample_desk

    raise typer.Exit(serve_sample_desk(file, port))


@app.command("sample-ledger")
def sample_ledger(
    file: Annotated[Path, typer.Option(help="Where it keeps its invoices.")] = Path("ledger.sqlite"),
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8472,
) -> None:
    """Serve the sample ledger that invoice-intake books into, on this machine only."""
    from bot.cli.serving import serve_sample_ledger

    raise typer.Exit(serve_sample_ledger(file, port))


def main() -> None:
    """The `countersign` command."""
    app()
