"""The version with which a run proposes: the files of this process, or what was deployed. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.weighing import Weighing
from workflows.model.port import Model, Prompt, Recalled


class Recall(Protocol):
    """The past decisions that may be told with a case. Threads may share it."""

    def nearest(self, text: str, *, case: int | None, key: str) -> Sequence[Recalled]:
        """Return the nearest past decisions, nearest first, and never the case itself.

        `text`: the case as a model that reads text only is told it. `case`, `key`: of the case; None: an example that
        is tried. Raise `workflows.model.port.ModelUnavailable` where none can be found, or
        `store.db.database.Unavailable`.
        """
        ...


class Classifier(Protocol):
    """A model that has learned from examples which values go with a text."""

    def probabilities(self, text: str, values: Mapping[str, object]) -> Mapping[str, float]:
        """Return field -> the probability of its value for a text, 0 to 1, for the learned fields and values."""
        ...

    def unfamiliar(self, text: str, values: Mapping[str, object]) -> str | None:
        """Return why a text is unlike all examples; None where it is not, or where that is unknown."""
        ...


class From(StrEnum):
    """Places from which an operator has versions taken."""

    FILES = "files"
    """The files of the process, whatever is deployed: for development."""
    DEPLOYED = "deployed"
    """Only what is deployed."""


class Undeployed(StrEnum):
    """Reasons why what this process would do is not what was deployed."""

    NOTHING = "nothing"
    """Nothing was ever deployed, or what was live was taken back."""
    CODE = "code"
    """Code that decides what is asked or checked is other code."""
    MODEL = "model"
    """The settings name another model."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """The version with which a run proposes."""

    deployment: int | None = None
    """Row of the deployment; None for the files of this process."""
    number: int | None = None
    """Its number, by which people name it."""
    name: str | None = None
    """The first digits of the hash of its parts."""
    prompt: Prompt | None = None
    model: Callable[[], Model] | None = None
    """The model that was trained for it; None: the one that the settings name."""
    second: Callable[[], Classifier] | None = None
    """Returns what was trained for it to give a second opinion on another model's proposals; None: what learned from
    the examples of today. Raise `workflows.model.port.ModelError` where it learned nothing.
    """
    recall: Recall | None = None
    """Finds past decisions, from an index that was frozen with it; None: nothing is recalled."""
    weighing: Weighing | None = None
    """Numbers with which its confidence is weighed; None: what is stated counts."""
    undeployed: Undeployed | None = None
    """Reason why everything goes to people; None where what is live is used."""
    is_asked: bool = True
    """False if nothing is proposed: people get an empty form."""

    @property
    def deployed(self) -> str | None:
        """Number and name, as the audit keeps them; None for the files of this process."""
        return f"{self.number} {self.name}" if self.number is not None and self.name is not None else None


class Versions(Protocol):
    """The versions of all workflows."""

    @property
    def always_files(self) -> bool:
        """True if the files of this process are used, whatever is deployed."""
        ...

    def uses_files(self, workflow: AnyWorkflow, *, live: int | None) -> bool:
        """Tell whether a workflow proposes with the files of this process. `live`: its deployment that is live."""
        ...

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Return the deployment that a new run of a case proposes with; None: none is live.

        `live`, `beside`: the deployments in the row of its workflow. It is called in a transaction and asks nothing.
        """
        ...

    def of(self, workflow: AnyWorkflow, files: Prompt | None, *, deployment: int | None) -> Version:
        """Return the version of a run with this deployment. `files`: the prompt in the file.

        Raise `store.db.database.Unavailable`.
        """
        ...


class FromFiles:
    """The versions in the files of this process."""

    def __init__(self, recall: Callable[[AnyWorkflow], Recall | None] = lambda _: None) -> None:
        """`recall`: returns the past decisions that may be told with a workflow's cases; left out, none are."""
        self._recall = recall

    @property
    def always_files(self) -> bool:
        """True."""
        return True

    def uses_files(self, workflow: AnyWorkflow, *, live: int | None) -> bool:
        """Use them for every workflow."""
        return True

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Use no deployment."""
        return None

    def of(self, workflow: AnyWorkflow, files: Prompt | None, *, deployment: int | None) -> Version:
        """Return what the files say."""
        return Version(prompt=files, recall=self._recall(workflow))
