"""Drafts of prompts: a model is asked what change to a prompt would answer for a pattern in what people corrected.

It is told of the newest of the pattern's cases: what was proposed, what people decided, and their reasons, masked, as
data in the user's turn. Cases of the measuring half, and what is near to one, are not told: a version must not know
what it is measured on. The answer is a text for the author, and changes nothing: see `draft_checks`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256

from pydantic import BaseModel, Field, JsonValue

from store.cases import cases, contents
from store.governance import audit, teams
from store.learning import examples as examples_kept
from store.learning import improvements
from store.learning.improvements import JudgedCase
from store.states import ImprovementState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.documents import has_documents
from workflows.engine.declare.personal import personal_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError, Refused, Stale
from workflows.engine.propose.models import Models
from workflows.engine.read.edit_changes import proposed_in
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.text.canonical_json import canonical, to_body
from workflows.model.envelope import form, with_texts
from workflows.model.port import Account, Answer, Apart, ModelError, Prompt, Question, Usage
from workflows.model.prompts import parts_of
from workflows.quality.examples.candidates import MOST as MOST_EXAMPLES
from workflows.quality.examples.candidates import STATES
from workflows.quality.examples.split import Half, Placed, half_of, near, sketch_of
from workflows.quality.improvements.draft_checks import Written, checked
from workflows.quality.improvements.finding import OLDEST
from workflows.quality.improvements.reading import numbered
from workflows.quality.improvements.views import ImprovementView

CASES, FEWEST = 20, 3
"""Cases that a model is told of, at most and at least."""
LOOKED_AT = 200
"""Newest cases of a pattern of which those are chosen."""
_TEXT, _CASE = 1_000, 4_000
"""Characters of a text of a case, and of a whole case."""
_LONGEST = 60_000
"""Characters of a prompt that a model is asked to change."""
_LEAST_TOKENS, _MOST_TOKENS = 4_096, 32_000
_INSTRUCTIONS = """\
You improve the instructions of another model, which decides cases of one business decision. People look at its
proposals. They found a pattern: under certain conditions they corrected or rejected its proposals far more often than
elsewhere.

You are given the text of the instructions, the pattern with how often it held, and cases in which it held: what was
proposed, what people found right, and the reasons that they gave.

Write the instructions anew, changed as little as possible, so that the model would have decided these cases as people
did, and others as before.

- Say the general rule that people follow. Do not describe single cases, and copy no words, names or numbers of a case.
- Keep everything that has nothing to do with the pattern word for word.
- Keep what stands in braces, such as {{ decision }}, exactly as it is and in its order. Add no further braces.
- Where people's decisions contradict each other, write no rule for what they do not agree on.
- `prompt` is the whole changed text. `rationale` says in one to three short sentences what you changed and why.
"""


class _Improved(BaseModel):
    """The form of the answer."""

    prompt: str = Field(description="The whole text of the instructions, changed.")
    rationale: str = Field(description="What was changed, and why, in one to three short sentences.")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft of a prompt."""

    text: str
    """The whole file."""
    rationale: str
    """The model's words."""
    model: str
    cases: int
    """Cases that the model was told of."""
    cost: Decimal
    """US dollars."""


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A case, as the model is told of it."""

    case: int
    contents: frozenset[int]
    """Its contents of which the model was told."""
    said: Mapping[str, JsonValue]
    sketch: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Drafter:
    """The way in which a model drafts changes to prompts."""

    context: Context
    models: Models
    by: str
    model: str | None = None
    """Model to ask; None: the one that the prompt or the settings name."""
    dollars: Decimal
    """The most that drafts of a workflow may cost on a day, in US dollars. It counts to the workflow's day, too."""

    def draft(self, workflow: AnyWorkflow, number: int) -> Draft:
        """Have a change to a workflow's prompt drafted of an improvement, and keep it with that.

        Raise `Unknown`, or `Refused` where nobody can be asked, too few cases may be told, the model gave no answer, or
        one that will not do.
        """
        view, prompt = numbered(self.context, workflow.name, number), self._prompt(workflow)
        if view.state not in (ImprovementState.DRAFT, ImprovementState.TAKEN):
            raise Refused(f"improvement {number} of {workflow.name} is {view.state.value}: there is nothing to draft")
        told = self._told(workflow, view)
        if len(told) < FEWEST:
            raise Refused(
                f"a model may be told of {len(told)} of its cases, which are too few: cases whose content is gone, and "
                "those that versions are measured on, are not told"
            )
        pattern, body = _pattern(view), parts_of(prompt.source, prompt.name).body.strip()
        data: dict[str, JsonValue] = {
            "workflow": workflow.name,
            "decision": workflow.decision,
            "prompt": body,
            "pattern": pattern,
            "cases": [dict(one.said) for one in told],
        }
        answer = self._asked(workflow, prompt, data)
        assert answer.values is not None
        written = Written(body=str(answer.values["prompt"]), rationale=str(answer.values["rationale"]).strip())
        texts = [" ".join(_texts(one.said)) for one in told]
        known: list[JsonValue] = [pattern, workflow.decision, list(workflow.output.model_fields)]
        text = checked(workflow, prompt.source, prompt.name, written, cases=texts, known=known)
        self._keep(workflow, view, text, answer, told)
        return Draft(text=text, rationale=written.rationale, model=answer.model, cases=len(told), cost=answer.cost)

    def _prompt(self, workflow: AnyWorkflow) -> Prompt:
        """Return the prompt that is to be changed. Raise `Refused` where there is none, or nobody to change it."""
        prompt = self.context.registry.prompt(workflow.name)
        if prompt is None:
            raise Refused(f"{workflow.name} has no prompt that could be changed")
        if self.models.learns(workflow) or self.models.shows_samples(workflow):
            raise Refused(
                f"no paid model is at hand for {workflow.name}, and the local one writes nothing: set "
                f"{self.models.vendor.key}, and do not choose the local model"
            )
        if has_documents(workflow):
            raise Refused(f"cases of {workflow.name} have documents, which cannot be masked")
        if len(prompt.source) > _LONGEST:
            raise Refused(f"the prompt {prompt.name} has more than {_LONGEST:,} characters: change it by hand")
        return prompt

    def _told(self, workflow: AnyWorkflow, view: ImprovementView) -> list[_Told]:
        """Return the newest cases of a pattern of which a model may be told, masked."""
        context, team = self.context, self.context.team
        newest = sorted(view.cases)[-LOOKED_AT:]
        with context.database.read() as session:
            row = teams.find_workflow(session, team=team, name=workflow.name)
            assert row is not None
            judged = improvements.judged_cases(
                session, team=team, workflow=row, since=view.found_at - OLDEST, limit=LOOKED_AT, among=newest
            )
            judged = [one for one in judged if one.is_error]
            parts = {part for one in judged for part in _parts(one)}
            bodies = contents.bodies(session, parts, team=team)
            keys = cases.keys_of(session, {one.case for one in judged}, team=team)
            lines = examples_kept.lines(session, team=team, workflow=row, states=STATES, limit=MOST_EXAMPLES)
        halves = {one.case: Half(one.half) for one in lines}
        # Masking and an author's forms are called outside of any transaction.
        measured = [
            Placed(half=Half(one.half), alike=one.alike, sketch=sketch_of(json.loads(one.body)["input"]))
            for one in lines
            if one.half == Half.MEASURING
        ]
        found: dict[int, _Told] = {}
        for one in judged:
            half = halves.get(one.case) or half_of(workflow.name, keys[one.case])
            if half is Half.MEASURING or one.case in found:
                continue
            case = _masked(workflow, one, bodies)
            if case is not None and not near(case.sketch, measured):
                found[one.case] = case
            if len(found) == CASES:
                break
        return list(found.values())

    def _asked(self, workflow: AnyWorkflow, prompt: Prompt, data: Mapping[str, JsonValue]) -> Answer:
        """Ask the model. Raise `Refused` where it has no answer."""
        asks = form(_Improved)
        decides = [_INSTRUCTIONS, json.dumps(asks)]
        tokens = len(prompt.source) // 2 + _LEAST_TOKENS
        question = Question(
            workflow=workflow.name,
            output=_Improved,
            prompt=Prompt(
                name="improvement-draft",
                text=_INSTRUCTIONS,
                version=sha256("\0".join(decides).encode()).hexdigest()[:12],
                model=self.model or prompt.model,
                max_tokens=min(_MOST_TOKENS, tokens),
                form=asks,
            ),
            data=data,
            text="",
            account=Account(
                apart=Apart(name=f"drafts:{workflow.name}", per_day=self.dollars),
                per_case=self.dollars,
                per_day=Decimal(workflow.budget.per_day),
                timezone=workflow.timezone,
            ),
        )
        try:
            self.models.prices.of(self.model or prompt.model or self.models.vendor.default_model, Usage())
            answer = self.models(workflow).answer(question)
        except ModelError as error:
            raise Refused(f"no draft was made: {error}") from error
        if answer.values is None:
            raise Refused(f"no draft was made: {answer.problem}")
        return answer

    def _keep(
        self, workflow: AnyWorkflow, view: ImprovementView, text: str, answer: Answer, told: Sequence[_Told]
    ) -> None:
        context = self.context
        parts = {part for one in told for part in one.contents}
        with context.database.write(urgent=True) as session:
            # Whoever removes content holds its case, and empties the drafts that are kept then.
            for case in sorted(one.case for one in told):
                cases.hold(session, case, team=context.team)
            if None in contents.bodies(session, parts, team=context.team).values():
                raise Stale(
                    "the content of one of its cases was removed meanwhile, so the draft is not kept: try again"
                )
            if not improvements.keep_draft(session, view.id, text, team=context.team):
                raise Stale("somebody has decided this since; look at the improvements again")
            row = teams.find_workflow(session, team=context.team, name=workflow.name)
            assert row is not None
            audit.record(
                session,
                team=context.team,
                at=context.clock(),
                actor=self.by,
                action="improvement.drafted",
                subject=SubjectKind.WORKFLOW.of(row),
                case=None,
                details={"improvement": view.id, "model": answer.model, "cases": len(told)},
            )


def _pattern(view: ImprovementView) -> dict[str, JsonValue]:
    return {
        "conditions": [asdict(one) for one in view.conditions],
        "corrected_field": view.output,
        "rejected": view.output is None,
        "reason": view.reason or None,
        "mostly_became": view.became,
        "errors": view.errors,
        "of": view.of,
        "elsewhere_errors": view.elsewhere_errors,
        "elsewhere": view.elsewhere,
    }


def _parts(one: JudgedCase) -> frozenset[int]:
    """Return the contents of a case."""
    return frozenset(part for part in (one.input, one.proposed, one.output, one.reason) if part is not None)


def _masked(workflow: AnyWorkflow, one: JudgedCase, bodies: Mapping[int, str | None]) -> _Told | None:
    """Return a case masked, without its personal fields; None where its forms do not take it any more."""
    input_body, proposed_body = bodies.get(one.input), bodies.get(one.proposed)
    right_body = bodies.get(one.output) if one.output is not None else None
    if input_body is None or proposed_body is None or (one.output is not None and right_body is None):
        return None
    mask = Masking()
    try:
        input: BaseModel = read(workflow.input, input_body)
        given = json.loads(to_body(input))
        mask.look(input, given)
        outputs = {"proposed": proposed_in(json.loads(proposed_body))}
        if right_body is not None:
            outputs["right"] = json.loads(right_body)
        for values in outputs.values():
            output: BaseModel = read(workflow.output, canonical(values))
            mask.look(output, dict(values))
    except CountersignError:
        return None
    said: dict[str, JsonValue] = {"input": _without(mask.values(given), personal_fields(workflow.input))}
    for name, values in outputs.items():
        said[name] = _without(mask.values(values), personal_fields(workflow.output))
    reason_body = bodies.get(one.reason) if one.reason is not None else None
    reason = json.loads(reason_body) if reason_body is not None else None
    if isinstance(reason, str):
        mask.look_for_emails(reason)
        said["reason"] = mask.text(reason)
    short = with_texts(said, lambda text: text[:_TEXT])
    if not isinstance(short, dict) or len(canonical(short)) > _CASE:
        return None
    return _Told(case=one.case, contents=_parts(one), said=short, sketch=sketch_of(mask.values(given)))


def _without(values: Mapping[str, JsonValue], personal: frozenset[str]) -> dict[str, JsonValue]:
    return {name: value for name, value in values.items() if name not in personal}


def _texts(value: JsonValue | Mapping[str, JsonValue]) -> Sequence[str]:
    """Return all texts and numbers in a value."""
    match value:
        case str():
            return [value]
        case list():
            return [text for inner in value for text in _texts(inner)]
        case Mapping():
            return [text for inner in value.values() for text in _texts(inner)]
        case int() | float() if not isinstance(value, bool):
            return [str(value)]
    return []
