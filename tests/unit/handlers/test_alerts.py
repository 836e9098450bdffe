"""The alert rules ask for numbers that there are, and each says where to read what to do."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.log_events import ERRORS, WARNINGS
from handlers.web.offered_metrics import METRICS
from store.states import NOT_ENDED, CauseState, DeliveryState, OutboxState
from workflows.model.outcomes import Outcome

DOCS = Path(__file__).parents[3] / "docs"
RULES = DOCS / "install" / "alerts.yml"
OF_PROMETHEUS = {
    "up": set[str](),
    "process_start_time_seconds": set[str](),
    "process_resident_memory_bytes": set[str](),
}
OF_THE_JOB = {"job", "instance"}
WORDS: Mapping[str, set[str]] = {
    "state": {str(word) for words in (NOT_ENDED, CauseState, DeliveryState, OutboxState) for word in words},
    "outcome": {str(outcome) for outcome in Outcome},
    "event": {*WARNINGS, *ERRORS, "library", "other"},
    "level": {"warning", "error", "critical"},
    "job": {"countersign"},
}
"""The values that a label has. Those of `check` are held against a server, in tests/integration/bot/test_metrics.py."""


@cache
def rules() -> list[Mapping[str, object]]:
    found = yaml.safe_load(RULES.read_text())
    return [rule for group in found["groups"] for rule in group["rules"]]


def asked(expression: str) -> Iterator[tuple[str, Mapping[str, tuple[str, str]]]]:
    """Yield the metrics of an expression, with the operator and the value for each label that is asked for."""
    for name, _, matchers in re.findall(r"\b(up|process_\w+|countersign_\w+)(\{([^}]*)\})?", expression):
        found = re.findall(r'(\w+)(!?=~?)"([^"]*)"', matchers)
        yield name, {label: (operator, value) for label, operator, value in found}


def test_each_rule_asks_for_a_metric_that_there_is_by_labels_and_values_that_it_has() -> None:
    labels = {one.name: set(one.labels) for one in METRICS} | OF_PROMETHEUS
    for rule in rules():
        expression = str(rule["expr"])
        named = list(asked(expression))
        assert named, rule
        for name, matchers in named:
            assert name in labels, rule
            assert set(matchers) <= labels[name] | OF_THE_JOB, rule
            for label, (operator, value) in matchers.items():
                if label == "check":
                    continue
                some = {word for word in WORDS[label] if re.fullmatch(value, word)}
                assert some, rule
                assert operator == "=~" or some == {value}, rule  # so `!=` names one that there is, too
                if operator == "=~" and ".+" not in value:
                    assert some == set(value.split("|")), rule
        for grouped in re.findall(r"by \(([^)]*)\)", expression):
            every = set().union(*(labels[name] | OF_THE_JOB for name, _ in named))
            assert set(grouped.split(", ")) <= every, rule


def test_each_rule_says_whom_to_call_what_is_the_matter_and_where_to_read_on() -> None:
    headings = re.findall(r"^#+ (.+)$", (DOCS / "troubleshooting.md").read_text(), re.MULTILINE)
    for rule in rules():
        labels, notes = rule["labels"], rule["annotations"]
        assert isinstance(labels, dict)
        assert isinstance(notes, dict)
        assert labels["severity"] in ("page", "ticket")
        assert notes["summary"]
        assert notes["do"] in headings, rule
        # A label that the expression does not keep would be empty in the sentence.
        for label in re.findall(r"\$labels\.(\w+)", notes["summary"]):
            assert (
                label in ("instance", "check")
                or f"by ({label}" in str(rule["expr"])
                or f", {label})" in str(rule["expr"])
            )
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 20
