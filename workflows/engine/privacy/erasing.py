"""Removal of content from the rows of one case.

The caller's transaction holds the case. Removed texts are replaced by a marker, hashes of texts without a salt by
nothing; times, numbers, codes, and who decided stay. Nothing that is counted from rows changes.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases import removals
from store.cases.contents import removed_with
from store.cases.removals import KeptContent
from store.db.free_places import overwriting
from store.learning import deployments, improvements
from workflows.engine.context import Context
from workflows.engine.declare.retention import ContentClass
from workflows.engine.documents.removing import let_go
from workflows.engine.privacy.kinds import OF_CASES, counts_by_class, kinds_of
from workflows.engine.privacy.messages import withdraw
from workflows.engine.read.edit_changes import changes_of, changes_to_json, proposed_in
from workflows.engine.reasons import from_json, without_words
from workflows.engine.review.decisions import AND_MORE, preset_of
from workflows.engine.text.canonical_json import canonical

_OF_CASE = frozenset(OF_CASES)


def remove(
    session: Session,
    context: Context,
    case: schema.Case,
    *,
    workflow: str,
    at: datetime,
    classes: Collection[ContentClass] = OF_CASES,
) -> Mapping[ContentClass, int]:
    """Remove the content of these classes from the rows of a case that is held; returns the number of each class.

    `workflow`: the name of the case's workflow. Where nothing is left after it, the case loses its salt and takes in
    nothing more. Content that was removed before is not counted again. Documents that no other case holds are removed
    after the transaction: see `workflows.engine.documents.removing`.
    """
    team, chosen = context.team, _OF_CASE & set(classes)
    removed: Counter[ContentClass] = Counter()
    with overwriting(session):
        if ContentClass.OUTPUT in chosen:
            removals.remove_drafts(session, case.id, team=team)
            removals.blank_marks(session, case.id, team=team)
            removed[ContentClass.OUTPUT] += removals.blank_reports(session, case.id, team=team)
            removed[ContentClass.OUTPUT] += _keep_changes(session, context, case.id, workflow)
            for content in removals.left(session, case.id, ["reason", "reasons"], team=team):
                if (facts := _facts(context, workflow, content)) is not None:
                    removals.replace(session, content.id, team=team, body=facts)
                    removed[ContentClass.OUTPUT] += 1
        if ContentClass.STEPS in chosen:
            removed[ContentClass.STEPS] += removals.remove_steps(session, case.id, team=team)
            removals.blank_causes(session, case.id, team=team)
        if ContentClass.MODEL in chosen:
            removals.blank_requests(session, case.id, team=team)
        unknown = ContentClass.OUTPUT in chosen
        if ContentClass.INPUT in chosen:
            let_go(session, context, case.id, at=at)
            deployments.forget_trained_with(session, case.id, team=team)
            improvements.forget_drafts(session, case.id, team=team)
        gone = counts_by_class(removals.remove(session, case.id, kinds_of(chosen), team=team, unknown=unknown))
        # Nobody is shown in a channel what a model was given and returned.
        was_shown = removed[ContentClass.OUTPUT] > 0 or any(of is not ContentClass.MODEL for of in gone)
        removed.update(gone)
        removals.finish(session, case.id, team=team, at=at)
    if was_shown:
        withdraw(session, case.id, team=team, at=at)
    return {one: removed[one] for one in OF_CASES if removed[one]}


def _keep_changes(session: Session, context: Context, case: int, workflow: str) -> int:
    """Leave of each edit the changes of its fields, which digests count; returns the number of edits."""
    if workflow not in context.registry:
        return 0
    declared, made = context.registry.get(workflow), removals.edits(session, case, team=context.team)
    for edit in made:
        changes = changes_of(declared, proposed_in(json.loads(edit.proposal)), json.loads(edit.output))
        body = removed_with(changes_to_json(changes))
        removals.replace(session, edit.output_id, team=context.team, body=body)
    return len(made)


def _facts(context: Context, workflow: str, content: KeptContent) -> str | None:
    """Return what is left of a content as JSON: codes, and words that the author declared; None where nothing is."""
    if content.kind == "reasons":
        return without_words(from_json(content.body))
    said = json.loads(content.body)
    presets = context.registry.get(workflow).review.reject_reasons if workflow in context.registry else ()
    chosen = preset_of(said, presets)
    if chosen is None:
        return None
    return canonical(chosen if said == chosen else chosen + AND_MORE)
