"""Commands that take cases in, and try what would become of them."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.commands.parameters import CaseReference, Encoding, Json, Mapped

app = typer.Typer()


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .tsv, .jsonl or .json file of inputs.")],
    workflow: Annotated[str, typer.Option("--workflow", help="Which workflow takes them in.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column that is to be proposed.")] = None,
    floor: Annotated[float | None, typer.Option(help="intent-triage: resolve alone from this confidence.")] = None,
    map: Mapped = None,
    encoding: Encoding = None,
    post: Annotated[bool, typer.Option("--post", help="Then show in Slack what waits for people there.")] = False,
    json: Json = False,
) -> None:
    """Take in a file and work on it until only people are left to act.

    A column that is named like a field of the output is taken for the right answer: kept from the model, and used to
    tell how often it was right.
    """
    from bot.cli.run import run_file

    raise typer.Exit(
        run_file(
            file,
            workflow,
            examples=examples,
            label=label,
            floor=floor,
            columns=map or [],
            encoding=encoding,
            post=post,
            as_json=json,
        )
    )


@app.command()
def submit(
    input: Annotated[str, typer.Argument(metavar="INPUT", help="A JSON object, or - to read it from standard input.")],
    workflow: Annotated[str, typer.Option("--workflow", help="Which workflow takes it in.")],
    json: Json = False,
) -> None:
    """Take in one case and work on it until it is done or a person is asked."""
    from bot.cli.run import submit_one

    raise typer.Exit(submit_one(input, workflow, as_json=json))


@app.command("eval")
def evaluate(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="Which workflow is tried.")],
    examples: Annotated[Path | None, typer.Option(help="intent-triage: a CSV with labelled examples.")] = None,
    label: Annotated[str | None, typer.Option(help="intent-triage: the column that is to be proposed.")] = None,
    file: Annotated[Path | None, typer.Option(help="Other examples to try it on: .jsonl, .json or .csv.")] = None,
    map: Mapped = None,
    encoding: Encoding = None,
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

    from bot.cli.evals import Asked
    from bot.cli.evals import evaluate as run_eval

    asked = Asked(
        name=workflow,
        examples=examples,
        label=label,
        file=file,
        columns=map or [],
        encoding=encoding,
        prompt=prompt,
        against=against,
        limit=limit,
        at_once=at_once,
        max_dollars=Decimal(str(max_dollars)),
    )
    raise typer.Exit(run_eval(asked, json=json))


@app.command()
def example(
    case: CaseReference,
    to: Annotated[Path | None, typer.Option(help="Another file; left out, examples.jsonl beside the workflow.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="In place of other values for the same input.")] = False,
) -> None:
    """Make an example of a delivered case that a person decided, to learn from and to be tried on."""
    from bot.cli.examples import make_example

    raise typer.Exit(make_example(case, to=to, replace=replace))
