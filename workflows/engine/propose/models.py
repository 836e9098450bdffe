"""The models of all workflows: chosen by an operator's settings, made when one is first asked."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock

import structlog
from pydantic import BaseModel

from store.db.database import Database, Unavailable
from store.governance import teams
from workflows.engine.context import Clock
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Classifier, Version
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.examples.left_out import mark_of, marks_of
from workflows.engine.propose.examples.own_examples import examples_file, examples_of, learned
from workflows.engine.propose.examples.samples import has_samples, sample_answers
from workflows.engine.propose.examples.taken_examples import marks_taken, read_taken
from workflows.engine.propose.model_outages import KnownOutages
from workflows.engine.propose.proposer import Second, opinion_of
from workflows.model.batches.books import BatchBooks, Batches
from workflows.model.batches.known_replies import Means
from workflows.model.choice import AUTO, LOCAL, ModelSettings, chosen_vendor, is_local
from workflows.model.concurrency import SharedConcurrency
from workflows.model.gateway import Gateway, models_of
from workflows.model.local.embedding_folder import EmbeddingFolder
from workflows.model.local.local_model import CannotLearn, LocalModel
from workflows.model.port import Model, ModelError, ModelUnavailable, Prompt, Usage
from workflows.model.prices import Unpriced
from workflows.model.sample_answers import MODEL as SAMPLES
from workflows.model.sample_answers import SampleAnswers
from workflows.model.traffic import Traffic

log = structlog.get_logger()

_LOOK = 10.0
"""Seconds after which it is looked again at what a local model may learn from."""


@dataclass(frozen=True, kw_only=True)
class _Learned:
    """A local model, and what it learned from."""

    model: LocalModel
    basis: tuple[frozenset[str], int, tuple[int, ...]]
    """Marks of the examples that were left out, the time at which their file was written, and the marks of those that
    people took in.
    """
    looked_at: float
    """Time, by the monotonic clock, at which that was last looked at."""


class Models:
    """The models of all workflows."""

    def __init__(
        self,
        settings: ModelSettings,
        *,
        database: Database,
        team: int,
        clock: Clock,
        concurrency: SharedConcurrency | None = None,
    ) -> None:
        """Make no model yet. `concurrency`: limits that are shared with other teams' models; left out, with none."""
        self.vendor = chosen_vendor(settings)
        """The one that is asked, or would be."""
        self.prices = self.vendor.prices(settings.prices)
        self.settings = settings
        self.traffic = Traffic()
        """The counts of this process's requests to paid models."""
        self.embedding = EmbeddingFolder(settings.embedding)
        """The embedding that local models learn with."""
        self._database = database
        self._team = team
        self._clock = clock
        self._lock = Lock()
        self._learning = Lock()
        """Lock for training, apart from the other: training is slow, and questions to other models must not wait for
        it."""
        self._local: dict[str, _Learned] = {}
        self._untaught: set[tuple[str, int | None]] = set()
        """Workflows and deployments whose examples the local model cannot learn from."""
        self._concurrency = concurrency or SharedConcurrency()
        self._gateway: Gateway | None = None
        self._samples: dict[str, SampleAnswers] = {}

    def __call__(self, workflow: AnyWorkflow) -> Model:
        """Return the model of a workflow. Raise `ModelError`, with advice, where it cannot be had."""
        with self._lock:
            if self.shows_samples(workflow):
                return self._samples_of(workflow)
            if not self.learns(workflow):
                return self._shared_gateway()
        with self._learning:
            model = self._learned(workflow)
        if (
            workflow.prompt is not None
            and self.settings.wanted == AUTO
            and (lacks := model.lacks(workflow.output, workflow.templates))
        ):
            # It was made for a model that writes, and there is no key for one.
            raise CannotLearn(
                f"no {self.vendor.key} is set for its prompt, and locally: it has no value for {', '.join(lacks)}"
            )
        return model

    def learns(self, workflow: AnyWorkflow) -> bool:
        """Tell whether the model of this workflow is the local one, trained on its examples."""
        if self.shows_samples(workflow):
            return False
        return is_local(self.settings, self.vendor, has_prompt=workflow.prompt is not None)

    def second(self, workflow: AnyWorkflow, input: BaseModel, output: BaseModel, version: Version) -> Second:
        """Return the local model's opinion of a proposal that another model made.

        It is that of the model that was trained for the version; of files, and of a version from before there was one,
        it learned from the examples of today. Empty where there are no examples to learn from, or no field is a choice.
        The opinion is only beside the proposal: its failure must not lose a proposal that was paid for.
        """
        asked = workflow.name, version.deployment
        if self.learns(workflow) or self.shows_samples(workflow) or asked in self._untaught:
            return Second()
        try:
            return opinion_of(self._second(workflow, version), workflow, input, output)
        except (Unavailable, ModelUnavailable):
            return Second()  # the next proposal asks again
        except Exception as error:  # noqa: BLE001  # an author's examples, and a library that computes
            log.info("model.no_second_opinion", workflow=workflow.name, error=type(error).__name__)
            self._untaught.add(asked)
            return Second()

    def _second(self, workflow: AnyWorkflow, version: Version) -> Classifier:
        if version.second is not None:
            return version.second()
        with self._learning:
            return self._learned(workflow)

    def learned(self, workflow: AnyWorkflow) -> LocalModel | None:
        """Return the local model that learned from the examples of today; None where there is nothing to learn from."""
        try:
            with self._learning:
                return self._learned(workflow)
        except ModelError:
            return None

    def asked(self, workflow: AnyWorkflow, prompt: Prompt | None) -> tuple[str, ...]:
        """Return the paid models that a prompt of a workflow may be put to; none where the local one answers."""
        if prompt is None or self.learns(workflow) or self.shows_samples(workflow):
            return ()
        return models_of(prompt, self.vendor.default_model)

    def named(self, workflow: AnyWorkflow, prompt: Prompt | None) -> tuple[str, ...]:
        """Return the names of the models that answer for a workflow, paid or not."""
        if self.shows_samples(workflow):
            return (SAMPLES,)
        vendor = self.vendor.declared.name
        return tuple(f"{vendor}/{model}" for model in self.asked(workflow, prompt)) or (LOCAL,)

    def refuse_unusable(self, registry: Iterable[tuple[AnyWorkflow, Prompt | None]]) -> None:
        """Raise `Refused` where a model would be asked that has no known price, or not what the prompt asks of it."""
        for workflow, prompt in registry:
            if prompt is not None and self.asked(workflow, prompt) and (why := self.vendor.refuses(prompt)):
                raise Refused(f"{workflow.name}: its prompt {prompt.name} cannot be asked: {why}")
            for model in self.asked(workflow, prompt):
                try:
                    self.prices.of(model, Usage())
                except Unpriced as error:
                    raise Refused(
                        f"{workflow.name}: {error}; name another in its prompt or the settings, or say in "
                        # With the name of the setting before it, it would be masked as a secret.
                        "COUNTERSIGN_MODEL_PRICES what it costs: MODEL=READ/WRITTEN, 0/0 for nothing"
                    ) from error

    def batches(self, workflow: AnyWorkflow, prompt: Prompt | None) -> Batches:
        """Return what asking for a workflow in batches takes. Raise `Refused` where it cannot be asked so."""
        name = self.vendor.declared.name
        if not self.asked(workflow, prompt):
            raise Refused(f"{workflow.name} asks no paid model, and only those answer in batches: leave --batch out")
        self.refuse_unusable([(workflow, prompt)])
        try:
            vendor = self.vendor.connect_batches(self.settings.timeout)
        except ModelUnavailable as error:
            raise Refused(str(error)) from error
        if vendor is None:
            raise Refused(f"{name} takes no questions in batches: leave --batch out")
        prices = self.prices.in_batches()
        return Batches(
            vendor=vendor,
            name=name,
            books=BatchBooks(
                self._database,
                team=self._team,
                clock=self._clock,
                outages=KnownOutages(self._database, team=self._team, clock=self._clock),
                prices=prices,
                masked=vendor.masked,
            ),
            means=Means(
                default_model=self.vendor.default_model,
                prices=prices,
                states_form=self.settings.states_form,
                source=self.vendor.source,
                pages=self.vendor.pages,
                masked=vendor.masked,
            ),
        )

    def prepare(self, registry: Iterable[tuple[AnyWorkflow, Prompt | None]]) -> None:
        """Load what a paid model needs, if one is asked, so that no question's time includes it."""
        if any(self.asked(workflow, prompt) for workflow, prompt in registry):
            # Where the model cannot be had, each case says why.
            with suppress(ModelError), self._lock:
                self._shared_gateway().prepare()

    def shows_samples(self, workflow: AnyWorkflow) -> bool:
        """Tell whether its cases are answered by answers written by hand, for a demonstration."""
        return self.settings.sample_answers and not self.vendor.has_key and has_samples(workflow)

    def close(self) -> None:
        """Close connections."""
        if self._gateway is not None:
            self._gateway.close()

    def _samples_of(self, workflow: AnyWorkflow) -> SampleAnswers:
        if workflow.name not in self._samples:
            try:
                self._samples[workflow.name] = sample_answers(workflow, examples_of(workflow))
            except InvalidInput as error:
                raise ModelUnavailable(str(error)) from error
        return self._samples[workflow.name]

    def _learned(self, workflow: AnyWorkflow) -> LocalModel:
        known, now = self._local.get(workflow.name), time.monotonic()
        if known is not None and now - known.looked_at < _LOOK:
            return known.model
        # Another process may have been told meanwhile to leave something out, and somebody may have mended the file.
        with self._database.read() as session:
            marks = marks_of(session, workflow.name, team=self._team)
            seed = teams.seed_of(session, team=self._team) or ""
            taken = marks_taken(session, workflow.name, team=self._team)
        basis = (marks, _written_at(workflow), taken)
        if known is not None and known.basis == basis:
            self._local[workflow.name] = replace(known, looked_at=now)
            return known.model
        self._local.pop(workflow.name, None)
        try:
            model = learned(
                workflow,
                taken=self.taken(workflow, taken),
                without=lambda one: bool(marks) and mark_of(one, seed=seed) in marks,
                folder=self.embedding,
            )
        except CannotLearn as error:
            if workflow.prompt is None or self.settings.wanted != AUTO or not self.learns(workflow):
                raise
            raise CannotLearn(f"no {self.vendor.key} is set for its prompt, and locally: {error}") from error
        self._local[workflow.name] = _Learned(model=model, basis=basis, looked_at=now)
        return model

    def taken(self, workflow: AnyWorkflow, marks: tuple[int, ...] | None = None) -> list[Example]:
        """Return the examples that people took in for a workflow to learn from. `marks`: those, if they are known."""
        with self._database.read() as session:
            if marks is None:
                marks = marks_taken(session, workflow.name, team=self._team)
            return read_taken(session, marks, team=self._team) if marks else []

    def _shared_gateway(self) -> Gateway:
        if self._gateway is None:
            settings = self.settings
            self._gateway = Gateway(
                self.vendor.connect(settings.timeout),
                database=self._database,
                team=self._team,
                clock=self._clock,
                outages=KnownOutages(self._database, team=self._team, clock=self._clock),
                default_model=self.vendor.default_model,
                concurrency=self._concurrency.of(
                    (self.vendor.declared.name, self.vendor.settings),
                    at_once=settings.at_once,
                    per_minute=settings.per_minute,
                ),
                prices=self.prices,
                states_form=settings.states_form,
                source=self.vendor.source,
                pages=self.vendor.pages,
                traffic=self.traffic,
            )
            self._gateway.prepare()
        return self._gateway


def _written_at(workflow: AnyWorkflow) -> int:
    """Return the time at which a workflow's examples were written, in nanoseconds; 0 where they are in no file."""
    file = examples_file(workflow)
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0
