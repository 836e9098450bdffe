"""The run of a volume test: what was drawn goes through everything but delivery, and is kept case by case.

What is kept is never asked again: an interrupted test goes on with the rest. Each result is kept as soon as it is
there. Of a process that was killed, those that were under way are asked again, at most one for each thread. Once all is
tried, the review pack is drawn, before anybody judges.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.documents import documents
from store.governance import teams
from store.learning import deployments, volume_tests
from store.model import batches
from store.quality import evals
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.versions import Undeployed, Version
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import InvalidInput, Refused, Unknown
from workflows.engine.propose.examples.own_examples import examples_of, learned_from
from workflows.engine.propose.models import Models
from workflows.engine.text.canonical_json import canonical, content_hash, printable
from workflows.model.local.local_model import CannotLearn
from workflows.model.port import Account, ModelError, ModelUnavailable
from workflows.model.prices import Unpriced
from workflows.quality.deployments.parts import parts_of
from workflows.quality.deployments.proposing import LEARNING, hash_of
from workflows.quality.deployments.trained import taught_of
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.folds import parts, with_second
from workflows.quality.evals.trials import SAYS_NOTHING, Outcome, Trial
from workflows.quality.examples.labelled import Labelled
from workflows.quality.examples.scores import read_truth
from workflows.quality.examples.split import Taught
from workflows.quality.volume import news, packs
from workflows.quality.volume.history import History, Past
from workflows.quality.volume.rounds import Left, Rounds
from workflows.quality.volume.sent_batches import BatchTerms, SentBatches

MOST = 100_000
"""Most inputs of one volume test."""


MOST_TRIES = 3
"""Tries of an input of which a step's system is not there; then it is an error. Else a test would perhaps never end."""
_FAILED = "failed"
"""Name of the number of such tries, among the texts of a case that is due."""


class Interrupted(Exception):
    """A volume test was interrupted. What was tried is kept."""


@dataclass(frozen=True, kw_only=True)
class PackSize:
    """The size of a review pack."""

    random: int = packs.RANDOM
    most_low: int = packs.MOST_LOW


@dataclass(kw_only=True)
class Trying:
    """Means with which a volume test is tried."""

    context: Context
    models: Models
    workflow: AnyWorkflow
    dollars: Decimal
    """The most that it may cost, in US dollars, all of its runs together."""
    threads: int
    options: Mapping[str, JsonValue] | None = None
    """Options of the workflow, where it was made for a command."""
    pack: PackSize = field(default_factory=PackSize)
    watch: Callable[[Eval], Iterable[Trial]] = field(default=lambda trying: trying.run())
    """Runs the trials, and tells somebody how they go."""
    pause: Callable[[float], None] = field(default=time.sleep)
    """Waits some seconds between two looks at a batch."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Tells somebody how a test in batches goes."""
    send_again: bool = False
    """True if somebody says that a batch which may have been taken is to be sent anew."""

    def begin(
        self,
        history: History,
        file: Path,
        *,
        size: int,
        seed: int,
        by: str,
        per_day: float | None = None,
        in_batches: bool = False,
    ) -> int:
        """Draw the inputs and keep them, none tried yet; return the volume test. Raise `Refused` where there are none.

        `per_day`: cases of a day; left out, as the dates of the file tell. `in_batches`: ask a vendor in batches.
        """
        drawn = history.drawn(min(size, MOST), seed=seed)
        if not drawn:
            raise Refused(f"{file.name} holds no input that can be tried")
        context, version = self.context, self._version()
        if in_batches:
            self.models.batches(self.workflow, version.prompt).vendor.close()
        prompt = version.prompt.version if version.prompt is not None else None
        learns = self.models.learns(self.workflow)
        model = "local" if learns else (version.prompt.model if version.prompt else None) or self._default()
        # It may learn first: no transaction waits for that.
        at, called = context.clock(), self._name_of(version)
        with context.database.write() as session:
            name, team = self.workflow.name, context.team
            workflow = teams.workflow_id(session, team=team, name=name, options=self.options, at=at)
            account = evals.begin(
                session,
                team=context.team,
                workflow=self.workflow.name,
                prompt_version=None if learns else prompt,
                model=model,
                examples=content_hash("\n".join(one.hash for one in drawn)),
                at=at,
            )
            test = volume_tests.begin(
                session,
                team=context.team,
                workflow=workflow,
                by=by,
                file=printable(file.name)[:300],
                eval_id=account,
                seed=seed,
                per_day=per_day if per_day is not None else history.per_day,
                size=len(drawn),
                rows=len(history.inputs),
                version={
                    "prompt": None if learns else prompt,
                    "model": model,
                    "deployment": version.deployment,
                    "name": called,
                },
                floor=self.workflow.autonomy.at_least,
                in_batches=in_batches,
                began_at=at,
                cases=[
                    {
                        "place": place,
                        "input_hash": one.hash,
                        "body": canonical({"input": json.loads(one.body), "known": dict(one.known)}),
                    }
                    for place, one in enumerate(drawn, start=1)
                ],
            )
            _hold(session, context, test, drawn)
            return test

    def run(self, test: int) -> str | None:
        """Try what is left; return why it ended before all was tried, or None where it is finished.

        Raise `Interrupted`, or `Refused` for a test that cannot go on.
        """
        row, left = self._left(test)
        if row.ended_at is not None:
            return None
        version = self._version()
        if version.prompt is not None and row.version.get("prompt") not in (None, version.prompt.version):
            raise Refused(f"volume test {test} tried another version of the prompt: begin a new one")
        if left:
            why = self._try(row, left, version)
            if why is not None:
                return why
            _, still = self._left(test)
            if still:
                return f"{len(still):,} could not be tried"
        self._end(row)
        return None

    def under_way(self, test: int) -> list[str]:
        """Return the vendor's names of the batches of a volume test that are under way."""
        with self.context.database.read() as session:
            found = batches.under_way(session, test, team=self.context.team)
        return [one.name or "of unknown name" for one in found]

    def _try(self, row: schema.VolumeTest, left: Mapping[int, Labelled], version: Version) -> str | None:
        try:
            if row.in_batches:
                return self._try_in_batches(row, version)
            trying, ids = self._trials(row, list(left.values()), version), _ids(left)
            trying.ended = lambda trial: self._keep(ids[trial.input_hash], trial)
            for _ in self.watch(trying):
                pass
        except KeyboardInterrupt:
            raise Interrupted(f"volume test {row.id} was interrupted") from None
        return trying.unfinished

    def _try_in_batches(self, row: schema.VolumeTest, version: Version) -> str | None:
        asked = self.models.batches(self.workflow, version.prompt)

        def left() -> Left:
            found = self._left(row.id)[1]
            return Left(examples=list(found.values()), ids=_ids(found))

        with closing(asked.vendor):
            return Rounds(
                context=self.context,
                sent=SentBatches(
                    context=self.context,
                    test=row.id,
                    account=self._account(row),
                    terms=BatchTerms(batches=asked, pause=self.pause, tell=self.tell, send_again=self.send_again),
                ),
                left=left,
                trials=lambda examples: self._trials(row, examples, version),
                keep=self._keep,
            ).run()

    def _account(self, row: schema.VolumeTest) -> Account:
        return Account(eval=row.eval_id, per_case=self.dollars, per_day=self.dollars, timezone=self.workflow.timezone)

    def _trials(self, row: schema.VolumeTest, examples: Sequence[Labelled], version: Version) -> Eval:
        learns = self.models.learns(self.workflow)
        return Eval(
            workflow=self.workflow,
            version=version,
            account=self._account(row),
            examples=examples,
            parts=(parts if learns else with_second)(
                self.workflow,
                examples,
                self._taught(version),
                model=version.model or (lambda: self.models(self.workflow)),
                learn=lambda rest: learned_from(self.workflow, rest, self.models.embedding),
            ),
            at_once=1 if learns and self.workflow.proposing is None else self.threads,
            documents=self.context.documents,
        )

    def _keep(self, case: int, trial: Trial) -> None:
        if trial.outcome is Outcome.UNTRIED and trial.code in _LATER:
            # A model was not available: it stays due, and is tried when the test goes on.
            return
        wrong = [name for name, is_right in trial.right.items() if not is_right]
        is_known = bool(trial.right)
        context = self.context
        with context.database.write() as session:
            row = volume_tests.hold_case(session, case, team=context.team)
            assert row is not None
            before = json.loads(row.body or "{}")
            failed = before.get(_FAILED, 0) + 1
            if trial.is_passing and row.body is not None and failed < MOST_TRIES:
                again = canonical({**before, _FAILED: failed})
                volume_tests.change_text(session, case, team=context.team, body=again)
                return
            body = {**before, "output": json.loads(trial.output) if trial.output else None}
            # Replies, steps and their failures were for tries to come.
            body = {name: part for name, part in body.items() if name not in ("replies", "steps", _FAILED)}
            volume_tests.keep_trial(
                session,
                case,
                team=context.team,
                body=canonical(body) if row.body is not None else None,
                outcome=trial.outcome.value,
                code=trial.code[:100] if trial.code else None,
                reasons=list(trial.reasons),
                lowest=trial.lowest,
                alone_up_to=trial.alone_up_to,
                score=trial.score,
                cost=trial.cost,
                milliseconds=trial.milliseconds,
                is_error=_is_error(trial),
                wrong=wrong if trial.outcome is Outcome.PROPOSED else [],
                judged_at=context.clock() if is_known and trial.outcome is Outcome.PROPOSED else None,
            )

    def _end(self, row: schema.VolumeTest) -> None:
        context = self.context
        with context.database.read() as session:
            known = volume_tests.cases(session, row.id, team=context.team)
        taught = Taught(one.input for one in self._learned_from(self._version()))
        like = {one.id: taught.has_like(json.loads(one.body)["input"]) for one in known if one.body is not None}
        with context.database.write() as session:
            found = volume_tests.cases(session, row.id, team=context.team)
            tried = [one for one in found if one.outcome != Outcome.OUT_OF_SCOPE]
            drawn = packs.draw(
                [
                    packs.Candidate(
                        id=one.id,
                        is_known=one.judged_at is not None,
                        is_failed=one.outcome != Outcome.PROPOSED,
                        is_low=one.lowest is None or one.lowest < (row.floor if row.floor is not None else _MIDDLING),
                    )
                    for one in tried
                ],
                seed=row.seed,
                random=self.pack.random,
                most_low=self.pack.most_low,
            )
            if volume_tests.end(
                session,
                row.id,
                team=context.team,
                at=context.clock(),
                draws=[
                    volume_tests.Draw(
                        of=one.id,
                        why=one.why.value if one.why is not None else None,
                        chance=one.probability,
                        like=like.get(one.id),
                    )
                    for one in drawn
                ],
            ):
                failed = sum(one.outcome != Outcome.PROPOSED for one in tried)
                packed = sum(one.why is not None for one in drawn)
                news.tell_tried(session, context, row, failed=failed, packed=packed)

    def _left(self, test: int) -> tuple[schema.VolumeTest, dict[int, Labelled]]:
        with self.context.database.read() as session:
            row = volume_tests.get(session, test, team=self.context.team)
            if row is None or teams.workflow_name(session, row.workflow_id, team=self.context.team) != (
                self.workflow.name
            ):
                raise Unknown(f"{self.workflow.name} has no volume test {test}")
            if row.removed_at is not None and row.ended_at is None:
                raise Refused(f"the inputs of volume test {test} are removed: begin a new one")
            due = volume_tests.cases(session, test, team=self.context.team)
            return row, {
                one.id: labelled(self.workflow, one) for one in due if one.outcome == volume_tests.DUE and one.body
            }

    def _version(self) -> Version:
        """Return what is live; where nothing is, what this process would do. Raise `Refused` for a live one that this
        process does not ask.
        """
        context = self.context
        with context.database.read() as session:
            rows = [row for row in teams.workflows(session, team=context.team) if row.name == self.workflow.name]
        version = context.version_of(self.workflow, rows[0].live_id if rows else None)
        if version.undeployed is Undeployed.MODEL:
            raise Refused(
                f"what is live of {self.workflow.name} asks another model than this process: start it with the settings"
                " of serve, or with COUNTERSIGN_PROMPTS=files to try the files"
            )
        prompt = version.prompt
        if prompt is not None:
            # Answers of a fallback model would count as this model's.
            prompt = replace(prompt, fallback_model=None)
        return replace(version, prompt=prompt, undeployed=None, is_asked=True)

    def _default(self) -> str:
        return self.models.vendor.default_model

    def _name_of(self, version: Version) -> str:
        """Return the name that a deployment of this version has, or would have if it were proposed now."""
        if version.name is not None:
            return version.name
        context, models, workflow = self.context, self.models, self.workflow
        with context.database.read() as session:
            row = teams.find_workflow(session, team=context.team, name=workflow.name)
            learning = deployments.taken_in(session, row, team=context.team, half=LEARNING) if row is not None else []
        is_sample = models.shows_samples(workflow)
        model = models.learned(workflow) if not is_sample else None
        return parts_of(
            workflow,
            version.prompt,
            models,
            training=sha256(model.saved()).hexdigest() if model is not None else None,
            is_frozen=not is_sample,
            recalled=hash_of(learning),
        ).name

    def _learned_from(self, version: Version) -> Sequence[Example]:
        """Return all of which the version may know the right answer."""
        taught = self._taught(version)
        return taught if version.deployment is not None else [*taught, *self.models.taken(self.workflow)]

    def _taught(self, version: Version) -> Sequence[Example]:
        """Return what a local model learned from: for the version, or of the workflow's examples today."""
        if self.models.shows_samples(self.workflow):
            return []
        context = self.context
        with suppress(InvalidInput, CannotLearn):  # the model reports an unusable file
            if version.deployment is not None:
                with context.database.read() as session:
                    row = deployments.get(session, version.deployment, team=context.team)
                frozen = taught_of(context, self.workflow, row) if row is not None else None
                if frozen is not None:
                    return frozen
            return list(examples_of(self.workflow))
        return []


def _ids(left: Mapping[int, Labelled]) -> dict[str, int]:
    return {one.input_hash: case for case, one in left.items()}


_LATER = frozenset({*SAYS_NOTHING, *(one.__name__ for one in (ModelError, ModelUnavailable, Unpriced))})
"""Codes of trials that are made again when the test goes on; any other error is one of its case."""
_MIDDLING = 0.85
"""The confidence below which a case counts as low, where a workflow has no floor."""


def _hold(session: Session, context: Context, test: int, drawn: Sequence[Past]) -> None:
    """Have inputs of a new volume test hold their documents: people look at them for days. Raise `Refused`."""
    wanted = {sha for one in drawn for sha in one.documents}
    if not wanted:
        return
    kept = documents.found(session, wanted, team=context.team)
    if len(kept) < len(wanted):
        raise Refused(f"documents that are not kept any more: {len(wanted) - len(kept):,}; begin a new test")
    held = {place: [kept[sha].id for sha in one.documents] for place, one in enumerate(drawn, start=1)}
    volume_tests.hold(session, test, held, team=context.team)
    unheld = [one.id for one in kept.values() if one.unheld_since is not None]
    documents.take_up(session, unheld, team=context.team)


def labelled(workflow: AnyWorkflow, row: schema.VolumeCase) -> Labelled:
    """Return a case of a volume test as a trial takes it. Raise `Refused` for one whose text does not fit any more."""
    body = json.loads(row.body or "{}")
    try:
        input: BaseModel = read(workflow.input, canonical(body["input"]))
        truth = read_truth(workflow.output, body.get("known") or {})
    except (KeyError, ValueError, InvalidInput) as error:
        raise Refused(
            f"case {row.place} does not fit the form of {workflow.name} any more: begin a new test"
        ) from error
    known = canonical(body.get("known") or {})
    return Labelled(input=input, input_hash=row.input_hash, truth=truth, truth_hash=content_hash(known))


def _is_error(trial: Trial) -> bool | None:
    """Return True for a proposal that is wrong or missing, also by a step that failed; None while nobody knows."""
    if trial.outcome in (Outcome.NO_PROPOSAL, Outcome.UNTRIED):
        return True
    if trial.outcome is Outcome.PROPOSED and trial.right:
        return not trial.whole
    return None
