"""`/countersign rerun`, and `/rerun`: runs a case again, or all of a cause, or all that failed."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.commands import RerunCauseWords, RerunFailedWords, RerunWords, StopWords, read_rerun
from handlers.slack.blocks import answers
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Shown
from handlers.slack.interactions.forms.corrected_inputs import open_form
from handlers.slack.named_cases import named_case, readable
from handlers.slack.subcommands import Asked
from handlers.texts.operations import bulk_reruns as bulk_texts
from handlers.texts.operations import reruns as texts
from store.subjects import SubjectKind
from workflows.engine.case.lookup import cases_meant
from workflows.engine.errors import AlreadyDelivered, Refused, Unknown
from workflows.engine.read.causes import cause_named
from workflows.engine.review import refusals
from workflows.engine.review.corrected.corrected_inputs import input_view
from workflows.engine.review.rerun import bulk_reruns, mending, reruns
from workflows.engine.review.views import WhyRefused

_WHICH = (
    "say which case: /countersign rerun CASE [from STEP] [dry], or rerun CASE corrected; "
    "or rerun cause CAUSE [after 10m] [dry], rerun cause CAUSE stop, or rerun failed WORKFLOW since 2h [dry]"
)


def hear(asked: Asked) -> None:
    """Begin the runs, for engineers and owners."""
    if not asked.words:
        raise Refused(_WHICH)
    mine = readable(asked.slack, asked.said)
    context = asked.slack.context
    match read_rerun(asked.words, is_case=lambda text: bool(cases_meant(context, text, workflows=mine))):
        case RerunCauseWords(after="") as of:
            _rerun_all(asked, [_cause(asked, of.cause)], since=None, again=f"cause {of.cause}", dry=of.dry)
        case RerunCauseWords() as of:
            _plan(asked, of)
        case StopWords() as stop:
            bulk_reruns.stop_active(context, _cause(asked, stop.cause), by=asked.said.user_id)
            asked.answer.say(told(bulk_texts.stopped(stop.cause)))
        case RerunFailedWords() as words:
            workflow = _workflow(asked, words.workflow)
            if words.within is None:
                raise Refused(bulk_texts.no_time(words.workflow, words.since))
            found = bulk_reruns.causes_of(context, workflow, since=words.within)
            again = f"failed {workflow} since {words.since}"
            _rerun_all(asked, found, since=words.within, again=again, dry=words.dry)
        case RerunWords() as one:
            _rerun_one(asked, one, mine)


def _rerun_all(asked: Asked, causes: Sequence[int], *, since: timedelta | None, again: str, dry: bool) -> None:
    """Begin a bulk rerun of each cause, or say what it would do. `again`: the words that do it."""
    context, by = asked.slack.context, asked.said.user_id
    if dry:
        plans, _ = bulk_reruns.foresee_each(context, causes, since=since)
        asked.answer.say(told(bulk_texts.foreseen(plans, again=again)))
        return
    begun, refused = bulk_reruns.begin_each(context, causes, by=by, since=since)
    asked.answer.say(told(bulk_texts.begun(begun, refused)))


def _plan(asked: Asked, words: RerunCauseWords) -> None:
    """Have the cases of a cause run again after a pause, or say what that would do."""
    context, cause = asked.slack.context, _cause(asked, words.cause)
    if words.wait is None:
        raise Refused(bulk_texts.no_pause(words.cause, words.after))
    if words.dry:
        again = f"cause {words.cause} after {words.after}"
        asked.answer.say(told(bulk_texts.foreseen([bulk_reruns.foresee(context, cause)], again=again)))
        return
    planned = bulk_reruns.plan(context, cause, by=asked.said.user_id, wait=words.wait)
    asked.answer.say(told(bulk_texts.planned(planned)))


def _rerun_one(asked: Asked, words: RerunWords, mine: Sequence[str]) -> None:
    slack, said = asked.slack, asked.said
    view = named_case(slack, said, words.case, mine, wants="rerun")
    if words.stray:
        raise Refused(texts.not_understood(words.case, words.stray))
    with slack.watched(view.id, by=said.user_id, wants="rerun"):
        slack.rights.rerun(said.user_id, slack.context.registry.get(view.workflow))
    if words.corrected:
        if words.dry or words.from_step is not None:
            raise Refused(texts.corrected_alone(view.id, dry=words.dry))
        open_form(slack, asked.answer, input_view(slack.context, view.id), by=said.user_id)
        return
    try:
        if words.dry:
            foreseen = reruns.foresee(slack.context, view.id, by=said.user_id, from_step=words.from_step)
            asked.answer.say(told(texts.foreseen(view.id, foreseen)))
            return
        with refusals.told_of_case(slack.context, view.id, by=said.user_id, wanted="rerun"):
            begun = reruns.rerun(slack.context, view.id, by=said.user_id, from_step=words.from_step)
    except AlreadyDelivered as delivered:
        seen = Shown(id=view.id, version=delivered.run, generation=view.generation)
        asked.answer.say(answers.delivered_already(seen))
        return
    asked.answer.say(told(texts.begun_again(view.id, begun)))


def _cause(asked: Asked, name: str) -> int:
    """Return the cause that a person names. Who may not run it again is told the same as where there is none."""
    context, by = asked.slack.context, asked.said.user_id
    none = f"there is no cause {name.lower()} whose cases you may run again"
    try:
        cause = cause_named(context, name)
    except Unknown as error:
        raise Unknown(none) from error
    if mending.place_of(context, cause).workflow not in _may_rerun(asked):
        subject = SubjectKind.CAUSE.of(cause)
        refusals.note_stray(context, subject, by=by, wanted="rerun_all", why=WhyRefused.NO_RIGHT)
        raise Unknown(none)
    return cause


def _workflow(asked: Asked, name: str) -> str:
    """Return the workflow that a person names. Who may not run its cases again is told the same as for none."""
    context, by, mine = asked.slack.context, asked.said.user_id, _may_rerun(asked)
    if name in mine:
        return name
    if name in context.registry:
        refusals.note_of_workflow(context, name, by=by, wanted="rerun_all")
    yours = f"; yours are {', '.join(mine)}" if mine else ""
    raise Unknown(f"there is no workflow {name!r} whose cases you may run again{yours}")


def _may_rerun(asked: Asked) -> Sequence[str]:
    slack = asked.slack
    return sorted(one.name for one in slack.allowed(slack.rights.rerun, asked.said.user_id, slack.context.registry))
