"""The versions that were deployed, as a process uses them: each is built once, from rows that never change.

Which one a run proposes with is settled in the transaction that first claims it, by its workflow's row. So all
processes switch at the same commit, and nothing that began changes under a person.
"""

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from pydantic import JsonValue

from store import schema
from store.db.database import Database
from store.learning import deployments
from store.states import DeploymentState
from workflows.engine.context import Clock
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import From, Recall, Undeployed, Version
from workflows.engine.declare.weighing import Weighing
from workflows.engine.errors import Refused
from workflows.engine.propose.models import Models
from workflows.engine.propose.prompts import prompt_of_version
from workflows.model.choice import LOCAL
from workflows.model.port import Prompt
from workflows.model.sample_answers import MODEL as SAMPLES
from workflows.quality.deployments.codes import DeploymentPart
from workflows.quality.deployments.parts import CODE, code_parts
from workflows.quality.deployments.shares import in_share
from workflows.quality.deployments.trained import MOST, TrainedModels
from workflows.quality.examples.recall.recall import ExampleRecall

_NOTHING = Version(undeployed=Undeployed.NOTHING, is_asked=False)


class KeptVersions:
    """The versions of all workflows."""

    def __init__(
        self, database: Database, *, team: int, clock: Clock, models: Models, versions_from: From | None
    ) -> None:
        """`versions_from`: None: what is deployed; before anything is, the files on SQLite and of a shipped example."""
        self._database, self._team, self._models = database, team, models
        self.versions_from = versions_from
        self.trained = TrainedModels(database, team=team, clock=clock, folder=models.embedding)
        self._lock = Lock()
        self._built: dict[tuple[str, int], Version] = {}
        self._code: dict[str, Mapping[str, JsonValue]] = {}
        self._recalls: dict[str, Recall] = {}
        self._shares: dict[int, float] = {}
        """Version beside a live one -> its share of the cases; 0 where it is only watched. It is the same as long as
        it is beside.
        """
        self._unseen: set[int] = set()
        """Versions beside a live one of which that is not known yet."""

    @property
    def always_files(self) -> bool:
        """True if an operator has the files used, whatever is deployed."""
        return self.versions_from is From.FILES

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Return the deployment that a new run of a case proposes with. It asks nothing."""
        if self.always_files:
            return None
        if live is None or beside is None:
            return live
        share = self._shares.get(beside)
        if share is None:
            self._unseen.add(beside)
            return live
        return beside if in_share(beside, case, share) else live

    def of(self, workflow: AnyWorkflow, files: Prompt | None, *, deployment: int | None) -> Version:
        """Return the version of a run with this deployment. Raise `store.db.database.Unavailable`."""
        if self.uses_files(workflow, live=deployment):
            return Version(prompt=files, recall=self._recall_of_files(workflow))
        if self._unseen:
            self._look()
        if deployment is None:
            return _NOTHING
        built = self._built.get((workflow.name, deployment))
        if built is None:
            with self._lock:
                built = self._build(workflow, files, deployment)
                if built is not _NOTHING:
                    self._built[workflow.name, deployment] = built
                    self._let_go(workflow)
        return built

    def _let_go(self, workflow: AnyWorkflow) -> None:
        """Hold no more versions of a workflow than the last ones that were built. Each may have an index of examples.

        One that is used after that is built again.
        """
        own = [key for key in self._built if key[0] == workflow.name]
        for key in own[:-MOST]:
            del self._built[key]

    def uses_files(self, workflow: AnyWorkflow, *, live: int | None) -> bool:
        """Tell whether a workflow proposes with the files of this process. `live`: its deployment that is live."""
        if self.versions_from is not None:
            return self.always_files
        # A version that was live once has one in its place for good: without one, nothing was ever deployed.
        return live is None and (workflow.is_sample or self._database.file is not None)

    def _build(self, workflow: AnyWorkflow, files: Prompt | None, deployment: int) -> Version:
        with self._database.read() as session:
            row = deployments.get(session, deployment, team=self._team)
            if row is None:
                return _NOTHING
            prompt: Prompt | None = files
            if row.prompt_version is not None:
                try:
                    prompt = prompt_of_version(session, workflow, row.prompt_version, team=self._team)
                except Refused:
                    prompt = None
        version = Version(deployment=row.id, number=row.number, name=row.name, prompt=prompt)
        if not self._can_ask(workflow, row):
            return replace(version, undeployed=Undeployed.MODEL, is_asked=False)
        if row.prompt_version is not None:
            if prompt is None:
                return replace(version, undeployed=Undeployed.CODE, is_asked=False)
            version = replace(version, prompt=replace(prompt, model=row.model))
        if row.training is not None and row.model == LOCAL:
            version = replace(version, model=lambda: self.trained.of(workflow, deployment))
        elif DeploymentPart.TRAINING in row.parts:
            # Where it learned nothing, that says so: the examples of today are another version's.
            version = replace(version, second=lambda: self.trained.of(workflow, deployment))
        if row.weighing is not None:
            try:
                version = replace(version, weighing=Weighing.read(row.weighing))
            except (KeyError, TypeError, ValueError):  # another release kept it, which weighs something else
                return replace(version, undeployed=Undeployed.CODE, is_asked=False)
        if row.recall:
            recall = ExampleRecall(self._database, workflow, team=self._team, deployment=row.id, count=row.recall)
            version = replace(version, recall=recall)
        return version if self.is_code_of(workflow, row) else replace(version, undeployed=Undeployed.CODE)

    def is_code_of(self, workflow: AnyWorkflow, row: schema.Deployment) -> bool:
        """Tell whether the code of this process is a deployment's."""
        return self._code_of(workflow) == {name: row.parts[name] for name in CODE if name in row.parts}

    def _code_of(self, workflow: AnyWorkflow) -> Mapping[str, JsonValue]:
        if workflow.name not in self._code:
            self._code[workflow.name] = code_parts(workflow)
        return self._code[workflow.name]

    def _can_ask(self, workflow: AnyWorkflow, row: schema.Deployment) -> bool:
        """Tell whether the settings of this process reach the model that was deployed."""
        models = self._models
        if models.shows_samples(workflow) or row.model == SAMPLES:
            return models.shows_samples(workflow) and row.model == SAMPLES
        if models.learns(workflow) or row.model == LOCAL:
            return models.learns(workflow) and row.model == LOCAL
        return bool(row.parts.get("vendor") == models.vendor.declared.name)

    def _recall_of_files(self, workflow: AnyWorkflow) -> Recall | None:
        if not workflow.recall:
            return None
        if workflow.name not in self._recalls:
            self._recalls[workflow.name] = ExampleRecall(
                self._database, workflow, team=self._team, deployment=None, count=workflow.recall
            )
        return self._recalls[workflow.name]

    def _look(self) -> None:
        """Read how those versions are used of which it is not known yet."""
        wanted = set(self._unseen)
        with self._database.read() as session:
            found = deployments.of_ids(session, wanted, team=self._team)
        for row in found:
            is_sharing = row.state is DeploymentState.SHARING
            self._shares[row.id] = float(row.rollout["share"]) if is_sharing else 0.0
        self._unseen -= wanted
