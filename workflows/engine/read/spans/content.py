"""Content of a case as a span may hold it: what a channel may be shown, without secrets, and not too long."""

from collections.abc import Callable, Collection, Iterator, Mapping

from pydantic import JsonValue

from store.cases import contents, runs
from workflows.engine.context import Context
from workflows.engine.declare.personal import MASK, SHORTEST, hiding, personal_fields, searched_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.spans.way import Show
from workflows.engine.read.views import CaseView, RunView
from workflows.engine.review.hiding import hidden_of
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.identifiers import finds_in
from workflows.redaction import redacted

MOST = 8_000
"""Characters of one value; the rest is cut off."""


def content_of(context: Context, case: CaseView, run: RunView) -> Show | None:
    """Return how to write content of a run; None where none of it may be in spans.

    None may where the workflow is not known here, where its text stays out of channels, or where the input was removed
    or no longer fits its form: nobody can tell what is personal then.
    """
    if case.workflow not in context.registry:
        return None
    workflow: AnyWorkflow = context.registry.get(case.workflow)
    with context.database.read() as session:
        kept = runs.get(session, run.id, team=context.team)
        body = contents.body(session, kept.input_id, team=context.team) if kept is not None else None
    # The author's code is called outside the transaction.
    hidden = hidden_of(workflow, body) if body is not None else None
    if hidden is None or hidden.text:
        return None
    fields = hidden.fields | personal_fields(workflow.input)
    words = frozenset(text for name in hidden.fields for text in _words(run, name) if len(text) >= SHORTEST)
    searched = (text for name in searched_fields(workflow.output) for text in _words(run, name))
    found = frozenset(find.text for text in searched for find in finds_in(text, hidden.countries))
    return _showing(hidden.words | words | found, fields)


def _words(run: RunView, field: str) -> Iterator[str]:
    """Yield the texts of a field of the output, however it was proposed, decided or delivered."""
    outputs = [run.proposal.output] if run.proposal is not None else []
    outputs += [made.output for made in (run.review.decisions if run.review else ()) if made.output is not None]
    outputs += [run.output] if isinstance(run.output, dict) else []
    for output in outputs:
        yield from _leaves(output.get(field))


def _leaves(value: JsonValue) -> Iterator[str]:
    match value:
        case Mapping():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case None | bool():
            return
        case _:
            yield str(value).strip()


def _showing(words: Collection[str], fields: Collection[str]) -> Show:
    hide = hiding(words)

    def shown(value: JsonValue) -> str:
        plain = _masked(value, words, fields, hide)
        text = plain if isinstance(plain, str) else canonical(plain)
        return text if len(text) <= MOST else f"{text[:MOST]}…"

    return shown


def _masked(value: JsonValue, words: Collection[str], fields: Collection[str], hide: Callable[[str], str]) -> JsonValue:
    match value:
        case Mapping():
            return {
                hide(name): MASK if name in fields else _masked(inner, words, fields, hide)
                for name, inner in value.items()
            }
        case list():
            return [_masked(inner, words, fields, hide) for inner in value]
        case str():
            return hide(redacted(value))
        case None | bool():
            return value
        case _:
            return MASK if str(value) in words else value
