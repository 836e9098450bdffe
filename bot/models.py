"""Which model proposes for a workflow: chosen by the settings, made when it is first asked."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from bot.samples import has_samples, sample_answers
from bot.settings import Settings
from store.db.database import Database
from workflows.complaints import all_complaints
from workflows.engine.case.file_rows import read_rows
from workflows.engine.context import Clock
from workflows.engine.declare import author_threads
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import CodeExited, InvalidInput, Refused, TimeLimitPassed
from workflows.engine.propose.model_outages import KnownOutages
from workflows.engine.propose.proposer import Second, opinion_of
from workflows.model.concurrency import Concurrency
from workflows.model.gateway import Gateway, models_of
from workflows.model.local import local_model
from workflows.model.local.local_model import CannotLearn, LocalModel
from workflows.model.port import Model, ModelError, ModelUnavailable, NoAnswer, Prompt, Usage
from workflows.model.prices import Prices, Unpriced
from workflows.model.sample_answers import SampleAnswers
from workflows.model.vendors.anthropic.client import AnthropicVendor

log = structlog.get_logger()

T = TypeVar("T")

EXAMPLES_WITHIN = 60.0
"""Seconds that reading a workflow's examples may take."""
EXAMPLES = "examples.jsonl"
"""Beside a workflow's declaration: its labelled examples."""


class Models:
    """The models of all workflows."""

    def __init__(self, settings: Settings, *, database: Database, team: int, clock: Clock) -> None:
        self.prices = Prices(own=settings.model_prices)
        self._settings = settings
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
        match self._settings.model:
            case "local":
                return True
            case "anthropic":
                return False
            case "auto":
                return self._settings.anthropic_api_key is None or workflow.prompt is None

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
        return models_of(prompt, self._settings.anthropic_model)

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
        wanted = self._settings.sample_answers and self._settings.anthropic_api_key is None
        return wanted and has_samples(workflow)

    def _samples_of(self, workflow: AnyWorkflow) -> SampleAnswers:
        if workflow.name not in self._samples:
            try:
                self._samples[workflow.name] = sample_answers(workflow, examples_of(workflow))
            except InvalidInput as error:
                raise ModelUnavailable(str(error)) from error
        return self._samples[workflow.name]

    def close(self) -> None:
        """Close connections."""
        if self._gateway is not None:
            self._gateway.close()

    def vendor(self, *, timeout: float | None = None) -> AnthropicVendor:
        """A connection to Anthropic. `timeout`: seconds without a byte; None: as it is set, or as its answers take.

        Raise `ModelUnavailable` where there is no key that can be one.
        """
        key = self._settings.anthropic_api_key
        if key is None:
            why = "no key for Anthropic: set ANTHROPIC_API_KEY, or COUNTERSIGN_MODEL=local"
            raise ModelUnavailable(why, no_answer=NoAnswer.ACCOUNT)
        return AnthropicVendor(
            api_key=key,
            base_url=self._settings.anthropic_base_url,
            timeout=self._settings.model_timeout if timeout is None else timeout,
        )

    def _learned(self, workflow: AnyWorkflow) -> LocalModel:
        if workflow.name not in self._local:
            try:
                self._local[workflow.name] = _train(workflow)
            except CannotLearn as error:
                if workflow.prompt is None or self._settings.model != "auto" or not self.learns(workflow):
                    raise
                raise CannotLearn(f"no ANTHROPIC_API_KEY is set for its prompt, and locally: {error}") from error
        return self._local[workflow.name]

    def _shared_gateway(self) -> Gateway:
        if self._gateway is None:
            settings = self._settings
            self._gateway = Gateway(
                self.vendor(),
                database=self._database,
                team=self._team,
                clock=self._clock,
                outages=KnownOutages(self._database, team=self._team, clock=self._clock),
                default_model=settings.anthropic_model,
                concurrency=Concurrency(at_once=settings.model_at_once, per_minute=settings.model_per_minute),
                prices=self.prices,
                states_form=settings.model_states_form,
            )
            self._gateway.prepare()
        return self._gateway


def examples_of(workflow: AnyWorkflow) -> list[Example]:
    """The labelled examples of a workflow; none where it has no file of them.

    Raise `InvalidInput` for a file that cannot be read, naming the row.
    """
    given = workflow.examples
    if given is not None:
        return _within(workflow, lambda: list(given()))
    path = workflow.folder / EXAMPLES if workflow.folder else None
    if path is None or not path.exists():
        return []
    found = []
    for row in read_rows(path):
        input, output = row.values.get("input"), row.values.get("output")
        if row.problem or not isinstance(input, dict) or not isinstance(output, dict):
            raise InvalidInput(f"{path}, row {row.number}: {row.problem or 'needs an input and an output'}")
        found.append(Example(input=input, output=output))
    return found


def _within(workflow: AnyWorkflow, call: Callable[[], T]) -> T:
    """Read examples by the author's code, for no longer than others wait for what is learned from them."""
    seconds = min(workflow.time_limits.code, EXAMPLES_WITHIN)
    return author_threads.run(call, what="reading its examples", workflow=workflow.name, seconds=seconds)


def learned_from(workflow: AnyWorkflow, examples: Iterable[Example]) -> LocalModel:
    """The local model of a workflow, learned from these examples. Raise `CannotLearn`."""
    try:
        taught = _within(
            workflow, lambda: [_to_learn(workflow, number, example) for number, example in enumerate(examples, 1)]
        )
    except (InvalidInput, TimeLimitPassed, CodeExited) as error:
        raise CannotLearn(str(error)) from error
    return LocalModel.train(taught, workflow.output)


def _train(workflow: AnyWorkflow) -> LocalModel:
    try:
        examples = examples_of(workflow)
    except (InvalidInput, TimeLimitPassed, CodeExited) as error:
        raise CannotLearn(str(error)) from error
    return learned_from(workflow, examples)


def _to_learn(workflow: AnyWorkflow, number: int, example: Example) -> local_model.Example:
    try:
        input = workflow.input.model_validate(example.input)
    except ValidationError as error:
        found = all_complaints(error)
        where = EXAMPLES if workflow.examples is None else "the examples"
        raise InvalidInput(f"{where}, example {number}, does not fit {workflow.input.__name__}: {found}") from error
    labels = {field: value for field, value in example.output.items() if isinstance(value, str)}
    return local_model.Example(text=workflow.text_of(input), labels=labels)
