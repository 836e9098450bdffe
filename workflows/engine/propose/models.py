"""The models of all workflows: chosen by an operator's settings, made when one is first asked."""

from collections.abc import Iterable
from contextlib import suppress
from threading import Lock

import structlog
from pydantic import BaseModel

from store.db.database import Database
from workflows.engine.context import Clock
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, Refused
from workflows.engine.propose.model_outages import KnownOutages
from workflows.engine.propose.own_examples import examples_of, learned
from workflows.engine.propose.proposer import Second, opinion_of
from workflows.engine.propose.samples import has_samples, sample_answers
from workflows.model.choice import AUTO, ModelSettings, chosen_vendor, is_local
from workflows.model.concurrency import Concurrency
from workflows.model.gateway import Gateway, models_of
from workflows.model.local.local_model import CannotLearn, LocalModel
from workflows.model.port import Model, ModelError, ModelUnavailable, Prompt, Usage
from workflows.model.prices import Unpriced
from workflows.model.sample_answers import SampleAnswers

log = structlog.get_logger()


class Models:
    """The models of all workflows."""

    def __init__(self, settings: ModelSettings, *, database: Database, team: int, clock: Clock) -> None:
        self.vendor = chosen_vendor(settings)
        """The one that is asked, or would be."""
        self.prices = self.vendor.prices(settings.prices)
        self.settings = settings
        self._database = database
        self._team = team
        self._clock = clock
        self._lock = Lock()
        self._learning = Lock()
        """Apart: it takes a while, and whoever asks another model has nothing to wait for."""
        self._local: dict[str, LocalModel] = {}
        self._untaught: set[str] = set()
        """The workflows of which the local model cannot learn."""
        self._gateway: Gateway | None = None
        self._samples: dict[str, SampleAnswers] = {}

    def __call__(self, workflow: AnyWorkflow) -> Model:
        """The model of a workflow. Raise `ModelError` where it cannot be had, saying what to do."""
        with self._lock:
            if self.shows_samples(workflow):
                return self._samples_of(workflow)
            if not self.learns(workflow):
                return self._shared_gateway()
        with self._learning:
            return self._learned(workflow)

    def learns(self, workflow: AnyWorkflow) -> bool:
        """Is the model of this workflow the local one, learned from its examples?"""
        if self.shows_samples(workflow):
            return False
        return is_local(self.settings, self.vendor, has_prompt=workflow.prompt is not None)

    def second(self, workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> Second:
        """What the local model makes of a proposal that another one made.

        Nothing where there are no examples to learn from, or none of the fields is a choice. It is only beside the
        proposal: whatever goes wrong with it is no reason to lose what was paid for.
        """
        if self.learns(workflow) or self.shows_samples(workflow) or workflow.name in self._untaught:
            return Second()
        try:
            with self._learning:
                model = self._learned(workflow)
            return opinion_of(model, workflow, input, output)
        except Exception as error:  # noqa: BLE001  # an author's examples, and a library that computes
            log.info("model.no_second_opinion", workflow=workflow.name, error=type(error).__name__)
            self._untaught.add(workflow.name)
            return Second()

    def asked(self, workflow: AnyWorkflow, prompt: Prompt | None) -> tuple[str, ...]:
        """The paid models that a prompt of a workflow may be put to; none where the local one answers."""
        if prompt is None or self.learns(workflow) or self.shows_samples(workflow):
            return ()
        return models_of(prompt, self.vendor.default_model)

    def refuse_unpriced(self, registry: Iterable[tuple[AnyWorkflow, Prompt | None]]) -> None:
        """Raise `Refused` where a model would be asked of which nobody knows what it costs."""
        for workflow, prompt in registry:
            for model in self.asked(workflow, prompt):
                try:
                    self.prices.of(model, Usage())
                except Unpriced as error:
                    raise Refused(
                        f"{workflow.name}: {error}; name another in its prompt or the settings, or say what it costs: "
                        f"COUNTERSIGN_MODEL_PRICES={model}=READ/WRITTEN, 0/0 for nothing"
                    ) from error

    def prepare(self, registry: Iterable[tuple[AnyWorkflow, Prompt | None]]) -> None:
        """Load what asking a paid model needs, where one is asked: no question's time counts it then."""
        if any(self.asked(workflow, prompt) for workflow, prompt in registry):
            # Where it cannot be had, each case says why.
            with suppress(ModelError), self._lock:
                self._shared_gateway().prepare()

    def shows_samples(self, workflow: AnyWorkflow) -> bool:
        """Are its cases answered by what somebody wrote by hand, for a demonstration?"""
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
        if workflow.name not in self._local:
            try:
                self._local[workflow.name] = learned(workflow)
            except CannotLearn as error:
                if workflow.prompt is None or self.settings.wanted != AUTO or not self.learns(workflow):
                    raise
                raise CannotLearn(f"no {self.vendor.key} is set for its prompt, and locally: {error}") from error
        return self._local[workflow.name]

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
                concurrency=Concurrency(at_once=settings.at_once, per_minute=settings.per_minute),
                prices=self.prices,
                states_form=settings.states_form,
            )
            self._gateway.prepare()
        return self._gateway
