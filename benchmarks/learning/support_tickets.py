"""The local model of support-triage on tickets that others wrote, and what would go alone.

    python -m benchmarks.learning.support_tickets [--write]

The tickets are `support_tickets.jsonl` beside this file: written and labelled by other hands than the examples, and
before anything was tuned. A ticket goes alone where each field is sure and nothing speaks against it: the same checks
as in a run. Beside it stands plain TF-IDF with the logistic regression of scikit-learn, on the same examples.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scipy.stats import beta
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks.kit.report import DOCS, Part, Section, publish
from workflows.engine.propose.examples.own_examples import examples_of, learned
from workflows.library.support_triage.workflow import Ticket, Triage, is_safety, triage
from workflows.model.local.local_model import LocalModel
from workflows.model.port import Question

TICKETS = Path(__file__).with_name("support_tickets.jsonl")
HEADING = "Support tickets"
FLOOR = triage.autonomy.at_least or 1.0
"""The workflow's own."""
FIELDS = ("queue", "priority")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One ticket, as a model would have triaged it."""

    right: dict[str, bool]
    """Field -> whether its value is the label."""
    alone: bool


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/measured.md and benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    started = time.process_time()
    model = learned(triage)
    seconds = time.process_time() - started
    rows = [json.loads(line) for line in TICKETS.read_text(encoding="utf-8").splitlines()]
    lines = report(
        {"the local model": by_local(model, rows), "TF-IDF and logistic regression": by_regression(rows)},
        examples=model.report.examples,
        seconds=seconds,
    )
    part = Part(file=DOCS / "measured.md", name="tickets", lines=lines)
    publish(Section(heading=HEADING, lines=lines, parts=[part]), written=arguments.write)


def by_local(model: LocalModel, rows: Sequence[dict[str, Any]]) -> list[Judged]:
    """Judge each ticket by the local model."""
    judged = []
    for row in rows:
        ticket = Ticket.model_validate(row["input"])
        text = _text(ticket)
        templates = {field: partial(template, ticket) for field, template in triage.templates.items()}
        question = Question(workflow=triage.name, output=Triage, prompt=None, data={}, text=text, templates=templates)
        answer = model.answer(question)
        sure = all(isinstance(one, float) and one >= FLOOR for one in answer.confidence.values())
        judged.append(_judged(ticket, dict(answer.values or {}), row["output"], sure=sure and not answer.unfamiliar))
    return judged


def by_regression(rows: Sequence[dict[str, Any]]) -> list[Judged]:
    """Judge each ticket by a plain model of each field, with scikit-learn's own settings."""
    examples = examples_of(triage)
    texts = [_text(Ticket.model_validate(one.input)) for one in examples]
    models = {
        field: make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1_000)).fit(
            texts, [str(one.output[field]) for one in examples]
        )
        for field in FIELDS
    }
    judged = []
    for row in rows:
        ticket = Ticket.model_validate(row["input"])
        shares = {field: model.predict_proba([_text(ticket)])[0] for field, model in models.items()}
        values = {field: models[field].classes_[share.argmax()] for field, share in shares.items()}
        sure = all(share.max() >= FLOOR for share in shares.values())
        judged.append(_judged(ticket, values, row["output"], sure=sure))
    return judged


def report(judged: dict[str, list[Judged]], *, examples: int, seconds: float) -> list[str]:
    """Return the results as Markdown."""
    number = len(next(iter(judged.values())))
    columns = [_column(found) for found in judged.values()]
    return [
        f"{number} tickets that had no part in tuning, after learning from the {examples:,} examples of support-triage"
        f" ({seconds:.1f} seconds of a processor); floor {FLOOR:g}:",
        "",
        f"| | {' | '.join(judged)} |",
        f"|---|{'---|' * len(judged)}",
        *(f"| {row} | {' | '.join(column[row] for column in columns)} |" for row in columns[0]),
    ]


def at_most(wrong: int, of: int) -> float:
    """Return the share that is wrong at most, 95 % sure: the upper bound of Clopper and Pearson."""
    return 1.0 if wrong == of else float(beta.ppf(0.95, wrong + 1, of - wrong))


def _column(judged: Sequence[Judged]) -> dict[str, str]:
    alone = [one for one in judged if one.alone]
    wrong = [one for one in alone if not all(one.right.values())]
    share = f"{len(wrong)} ({len(wrong) / len(alone):.1%})" if alone else "0"
    shares = {field: sum(one.right[field] for one in judged) / len(judged) for field in FIELDS}
    return {
        "alone": f"{len(alone)} ({len(alone) / len(judged):.1%})",
        "of these wrong": share,
        "at most": f"{at_most(len(wrong), len(alone)):.1%}" if alone else "",
        **{f"of these wrong in {field}": str(sum(not one.right[field] for one in alone)) for field in FIELDS},
        **{f"{field} right, of all": f"{right:.1%}" for field, right in shares.items()},
        "both right, of all": f"{sum(all(one.right.values()) for one in judged) / len(judged):.1%}",
    }


def _judged(ticket: Ticket, values: dict[str, Any], labels: dict[str, str], *, sure: bool) -> Judged:
    """Judge the values for a ticket, with the workflow's nevers and its scope."""
    proposed = Triage.model_construct(queue=values["queue"], priority=values["priority"], reply="")
    barred = is_safety(ticket, proposed) or ticket.language != "en"
    return Judged(right={field: values[field] == labels[field] for field in FIELDS}, alone=sure and not barred)


def _text(ticket: Ticket) -> str:
    return f"{ticket.subject}\n{ticket.text}"


if __name__ == "__main__":
    main()
