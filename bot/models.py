"""Which model proposes for a workflow: chosen by the settings, made when it is first asked."""

from threading import Lock

from pydantic import ValidationError

from bot.samples import has_samples, sample_answers
from bot.settings import Settings
from workflows.engine.complaints import complaints
from workflows.engine.definition import Example
from workflows.engine.errors import InvalidInput
from workflows.engine.registry import AnyWorkflow
from workflows.engine.rows import read_rows
from workflows.model import local
from workflows.model.anthropic import AnthropicModel
from workflows.model.local import CannotLearn, LocalModel
from workflows.model.port import Model, ModelUnavailable
from workflows.model.samples import SampleAnswers

EXAMPLES = "examples.jsonl"
"""Beside a workflow's declaration: its labelled examples."""


class Models:
    """The models of all workflows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._local: dict[str, LocalModel] = {}
        self._samples: dict[str, SampleAnswers] = {}
        self._anthropic: AnthropicModel | None = None

    def __call__(self, workflow: AnyWorkflow) -> Model:
        """The model of a workflow. Raise `ModelError` where it cannot be had, saying what to do."""
        with self._lock:
            if self.shows_samples(workflow):
                return self._samples_of(workflow)
            if not self.learns(workflow):
                return self._shared_anthropic()
            if workflow.name not in self._local:
                try:
                    self._local[workflow.name] = _train(workflow)
                except CannotLearn as error:
                    if workflow.prompt is None or self._settings.model != "auto":
                        raise
                    raise CannotLearn(f"no ANTHROPIC_API_KEY is set for its prompt, and locally: {error}") from error
            return self._local[workflow.name]

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
        if self._anthropic is not None:
            self._anthropic.close()

    def _shared_anthropic(self) -> AnthropicModel:
        if self._anthropic is None:
            if self._settings.anthropic_api_key is None:
                raise ModelUnavailable("no key for Anthropic: set ANTHROPIC_API_KEY, or COUNTERSIGN_MODEL=local")
            self._anthropic = AnthropicModel(
                api_key=self._settings.anthropic_api_key,
                base_url=self._settings.anthropic_base_url,
                model=self._settings.anthropic_model,
            )
        return self._anthropic


def examples_of(workflow: AnyWorkflow) -> list[Example]:
    """The labelled examples of a workflow; none where it has no file of them.

    Raise `InvalidInput` for a file that cannot be read, naming the row.
    """
    if workflow.examples is not None:
        return list(workflow.examples())
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


def _train(workflow: AnyWorkflow) -> LocalModel:
    try:
        examples = [_to_learn(workflow, number, example) for number, example in enumerate(examples_of(workflow), 1)]
    except InvalidInput as error:
        raise CannotLearn(str(error)) from error
    return LocalModel.train(examples, workflow.output)


def _to_learn(workflow: AnyWorkflow, number: int, example: Example) -> local.Example:
    try:
        input = workflow.input.model_validate(example.input)
    except ValidationError as error:
        found = "; ".join(f"{field}: {what}" for field, what in complaints(error).items())
        where = EXAMPLES if workflow.examples is None else "the examples"
        raise InvalidInput(f"{where}, example {number}, does not fit {workflow.input.__name__}: {found}") from error
    labels = {field: value for field, value in example.output.items() if isinstance(value, str)}
    return local.Example(text=workflow.text_of(input), labels=labels)
