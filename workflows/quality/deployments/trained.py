"""Local models that were trained for a deployment: kept as numbers and words, loaded once in each process.

One proposes, or gives a second opinion on the proposals of a paid model.

A model that learned from what was to be forgotten is removed with it, and trained again without it when it is next
asked. So a process looks every few seconds whether the model that it holds is still kept.
"""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Lock

from sqlalchemy.orm import Session

from store import schema
from store.db.database import Database
from store.governance import teams
from store.learning import deployments, recalled_examples
from workflows.engine.context import Clock, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import InvalidInput
from workflows.engine.propose.examples.left_out import mark_of, marks_of
from workflows.engine.propose.examples.own_examples import examples_of, learned_from
from workflows.model.local.embedding_folder import EmbeddingFolder
from workflows.model.local.local_model import CannotLearn, LocalModel
from workflows.model.port import ModelUnavailable
from workflows.quality.deployments.codes import DeploymentPart

_TRIES = 5
"""Times that a model is trained where examples of it are removed meanwhile."""
_LOOK = 10.0
"""Seconds after which it is looked again whether a model is still kept."""
MOST = 6
"""Most versions of a workflow that a process holds: those that were used last. Another one is loaded again when it is
asked.
"""


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    workflow: str
    model: LocalModel
    key: str
    looked_at: float
    """Time, by the monotonic clock."""


class TrainedModels:
    """The trained models of a process's deployments."""

    def __init__(self, database: Database, *, team: int, clock: Clock, folder: EmbeddingFolder) -> None:
        """`folder`: the embedding that this process has."""
        self._database, self._team, self._clock, self._folder = database, team, clock, folder
        self._lock = Lock()
        self._loaded: dict[int, _Loaded] = {}

    def of(self, workflow: AnyWorkflow, deployment: int) -> LocalModel:
        """Return the model that was trained for a deployment.

        Raise `CannotLearn`, `CannotLoad`, `CannotEmbed`, `ModelUnavailable` where it can be asked again later, or
        `store.db.database.Unavailable`.
        """
        known, now = self._loaded.get(deployment), time.monotonic()
        if known is not None and now - known.looked_at < _LOOK:
            return known.model
        with self._lock:
            with self._database.read() as session:
                row = deployments.get(session, deployment, team=self._team)
                if row is None or row.training is None:
                    raise CannotLearn(f"deployment {deployment} of {workflow.name} has no trained model")
                is_kept = known is not None and known.key == row.training
                if is_kept and deployments.is_trained_kept(session, row.workflow_id, row.training, team=self._team):
                    assert known is not None
                    self._loaded[deployment] = replace(known, looked_at=now)
                    return known.model
                body = deployments.trained(session, row.workflow_id, row.training, team=self._team)
            self._loaded.pop(deployment, None)
            if body is not None and sha256(body).hexdigest() == row.training:
                key, model = row.training, LocalModel.loaded(body, self._folder)
            else:
                key, model = self._again(workflow, row)
            self._loaded[deployment] = _Loaded(workflow=workflow.name, model=model, key=key, looked_at=now)
            self._let_go(workflow)
            return model

    def _let_go(self, workflow: AnyWorkflow) -> None:
        """Hold no more models of a workflow than the newest ones that were asked."""
        own = [(one.looked_at, deployment) for deployment, one in self._loaded.items() if one.workflow == workflow.name]
        for _, deployment in sorted(own)[:-MOST]:
            del self._loaded[deployment]

    def _again(self, workflow: AnyWorkflow, row: schema.Deployment) -> tuple[str, LocalModel]:
        """Train a model whose own was removed, from those of its examples that are left."""
        for _ in range(_TRIES):
            with self._database.read() as session:
                frozen = recalled_examples.of_deployment(session, row.id, team=self._team)
                basis = basis_of(session, workflow, [line.example for line in frozen], team=self._team)
            bodies = [line.body for line in frozen]
            model = train(self._database, workflow, bodies, team=self._team, folder=self._folder)
            body = model.saved()
            with self._database.write() as session:
                deployments.held(session, row.workflow_id, team=self._team)
                if basis_of(session, workflow, basis.examples, team=self._team) != basis:
                    continue
                key = keep(session, row.workflow_id, body, team=self._team, clock=self._clock)
                deployments.train_again(session, row.id, team=self._team, before=row.training or "", now=key)
            return key, model
        raise ModelUnavailable(f"examples of {workflow.name} are being removed: it is trained again later")


@dataclass(frozen=True, kw_only=True)
class Basis:
    """All that may be learned from at a moment. Where it changed during a training, that one is not kept."""

    examples: frozenset[int]
    """Those of some examples whose content is still there."""
    left_out: frozenset[str]
    """Marks of the author's examples that are left out."""


def basis_of(session: Session, workflow: AnyWorkflow, examples: Collection[int], *, team: int) -> Basis:
    """Return what is there of some examples, and which of the author's are left out."""
    there = recalled_examples.present(session, examples, team=team)
    return Basis(examples=frozenset(there), left_out=marks_of(session, workflow.name, team=team))


def keep(session: Session, workflow: int, body: bytes, *, team: int, clock: Clock) -> str:
    """Keep a trained model; return its key. `workflow`: its row."""
    key = sha256(body).hexdigest()
    deployments.keep_trained(session, workflow, team=team, key=key, body=body, at=clock())
    return key


def train(
    database: Database, workflow: AnyWorkflow, bodies: Sequence[str], *, team: int, folder: EmbeddingFolder
) -> LocalModel:
    """Train a local model from the author's examples and from examples of the learning half.

    Raise `CannotLearn` or `CannotEmbed`.

    `bodies`: their JSON. What was to be forgotten is left out of the author's.
    """
    return learned_from(workflow, [*taught(database, workflow, team=team), *map(example_in, bodies)], folder)


def taught(database: Database, workflow: AnyWorkflow, *, team: int) -> list[Example]:
    """Return the author's examples, without those that were to be forgotten. Raise `CannotLearn`."""
    with database.read() as session:
        marks = marks_of(session, workflow.name, team=team)
        seed = teams.seed_of(session, team=team) or ""
    try:
        return [one for one in examples_of(workflow) if not marks or mark_of(one, seed=seed) not in marks]
    except InvalidInput as error:
        raise CannotLearn(str(error)) from error


def taught_of(context: Context, workflow: AnyWorkflow, row: schema.Deployment) -> Sequence[Example] | None:
    """Return all that was learned from for a version; None where that is what there is today."""
    if row.training is None:
        return [] if DeploymentPart.TRAINING in row.parts else None
    with context.database.read() as session:
        frozen = recalled_examples.of_deployment(session, row.id, team=context.team)
    own = taught(context.database, workflow, team=context.team)
    return [*own, *(example_in(line.body) for line in frozen)]


def example_in(body: str) -> Example:
    """Return the example that a kept content holds."""
    found = json.loads(body)
    return Example(input=found["input"], output=found["output"])
